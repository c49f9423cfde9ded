"""The address that a repository was cloned from."""

from __future__ import annotations

import re

from rung.regex import regex
from rung.repository import git
from rung.repository.place import Place

_ADDRESS = regex(r"[a-z][a-z0-9+.-]*://(?=[^/])|[^/\\\s:]{2,}:(?=[^\\/])", re.IGNORECASE)  # with a host: no path, and no drive
_SECRETS = regex(r"(?<=://)[^/?#]*@|[?#].*")


def origin(place: Place) -> str:
    """The address of the remote `origin`, without user, password and query; empty where there is none, or it is a path of this machine."""
    output = git.start(place.git_folder, "config", "--local", "--get", "remote.origin.url")()
    address = output.data.decode("utf-8", "replace").strip()
    if output.code or not _ADDRESS.match(address) or address.lower().startswith("file:"):
        return ""
    return _SECRETS.sub("", address)
