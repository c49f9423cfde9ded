"""Addresses of lines on the host that a repository was cloned from, made from its remote's address. Nothing is ever fetched."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, unquote, urlsplit

from rung.regex import regex
from rung.report.remarks import TAGS

Link = Callable[[str, int], str | None]  # a path from the repository's top and a 1-based line (0: the file) -> its address

_SCP = regex(r"(?:[^@/:\s]+@)?(?P<host>[A-Za-z0-9.-]+):(?P<path>[^:\\].*)")
_HOST = regex(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?")
_COMMIT = regex(r"[0-9a-f]{7,64}")
_SCHEMES = {"https": "https", "http": "http", "ssh": "https", "git+ssh": "https", "git": "https"}


def link_to(remote: str, commit: str | None) -> Link:
    """A function that gives a line of that commit its address on GitHub, GitLab, Azure DevOps or Bitbucket, told by the host's name.

    `remote` is an https, ssh or scp-like address; a user and a password in it are dropped. The function gives None where the remote
    or the commit is not known well enough; what it gives is always an http or https address.
    """
    page = _page(remote, commit) if commit is not None and _COMMIT.fullmatch(commit) else None

    def link(path: str, line: int) -> str | None:
        return None if page is None or not path or path == TAGS else page(path, line)

    return link


def web_page(remote: str) -> str:
    """The repository's page on its host as http(s) address, without credentials; empty for a remote that is on no such host."""
    place = _place(remote)
    if place is None:
        return ""
    scheme, host, parts = place
    return f"{scheme}://{host}/{'/'.join(_quoted(part) for part in parts)}"


def project_name(remote: str) -> str:
    """The repository's name with its owner's (`owner/name`), as a person would call it; empty for a remote that names none."""
    place = _place(remote)
    return "" if place is None else "/".join(part for part in place[2] if part != "_git")


def _page(remote: str, commit: str | None) -> Link | None:
    place = _place(remote)
    if place is None:
        return None
    host, home = place[1], web_page(remote)
    if _is_azure(host):
        return lambda path, line: f"{home}?path={quote('/' + path, errors='replace')}&version=GC{commit}{_azure_line(line)}"
    if "github" in host:
        return lambda path, line: f"{home}/blob/{commit}/{_file(path)}{f'#L{line}' if line else ''}"
    if "gitlab" in host:
        return lambda path, line: f"{home}/-/blob/{commit}/{_file(path)}{f'#L{line}' if line else ''}"
    if host == "bitbucket.org":
        return lambda path, line: f"{home}/src/{commit}/{_file(path)}{f'#lines-{line}' if line else ''}"
    return None


def _azure_line(line: int) -> str:
    return f"&line={line}&lineEnd={line + 1}&lineStartColumn=1&lineEndColumn=1" if line else ""


def _file(path: str) -> str:
    return quote(path, errors="replace")


def _quoted(part: str) -> str:
    return quote(part, safe="~", errors="replace")


def _place(remote: str) -> tuple[str, str, tuple[str, ...]] | None:
    """The scheme of the host's pages, the host with its port, and the parts of the repository's path there."""
    found = _split(remote.strip())
    if found is None:
        return None
    scheme, host, path = found
    parts = tuple(unquote(part, errors="replace") for part in path.removesuffix("/").removesuffix(".git").split("/") if part)
    if not _HOST.fullmatch(host) or any(part in (".", "..") for part in parts):
        return None
    if _is_azure(host):
        host, parts = _azure(host, parts)
    return (scheme, host, parts) if len(parts) > 1 else None


def _split(remote: str) -> tuple[str, str, str] | None:
    if "://" not in remote:
        match = _SCP.fullmatch(remote)
        return ("https", match["host"].lower(), match["path"]) if match and len(match["host"]) > 1 else None  # C:\ is a drive
    try:
        parts = urlsplit(remote)
        port = parts.port
    except ValueError:
        return None
    scheme = _SCHEMES.get(parts.scheme.lower())
    if scheme is None or not parts.hostname:
        return None
    kept = f":{port}" if port and parts.scheme.lower() in ("http", "https") else ""  # a port of ssh is none of the pages'
    return scheme, parts.hostname.lower() + kept, parts.path


def _is_azure(host: str) -> bool:
    return host in ("dev.azure.com", "ssh.dev.azure.com") or host.endswith(".visualstudio.com")


def _azure(host: str, parts: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The page's host and path: over ssh the path is `v3/organization/project/repository`."""
    if parts[:1] == ("v3",) and len(parts) == 4:
        return "dev.azure.com", (parts[1], parts[2], "_git", parts[3])
    return host, parts if "_git" in parts else ()
