"""The only place from which rung's git goes to the network: fetches of single commits and tags into the job's checkout."""

from __future__ import annotations

import os
import subprocess
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rung.errors import UserError
from rung.repository import git

PATIENCE = 600  # seconds
_KEPT = ("GIT_SSL_", "GIT_SSH", "GIT_PROXY_")  # how a runner's owner leads git through the company's network
_CONFIGURATION = {
    "safe.directory": "*",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "gc.auto": "0",
    "maintenance.auto": "false",
}


class FetchError(Exception):
    """What git said of a fetch that failed, on one line."""


@dataclass(frozen=True, slots=True)
class Remote:
    """The repository that a checkout comes from, its remote `origin`.

    `server` is the address of GitHub, or of the company's own; the token is shown to it alone, and only where the checkout has no
    credentials of its own (actions/checkout leaves some unless it is told `persist-credentials: false`).
    """

    folder: Path
    server: str
    token: str | None

    def fetch(self, *refs: str, depth: int | None = None) -> None:
        """Fetches commits or refs, with that much of their history (all of it unless given). Raises FetchError."""
        history = () if depth is None else (f"--depth={depth}",)
        options = ("--quiet", "--no-tags", "--no-prune", "--no-recurse-submodules", "--no-auto-gc", "--force", *history)
        self._run("fetch", *options, "--", "origin", *refs)

    def tags(self) -> list[str]:
        """The names of the remote's tags, the highest version first. Raises FetchError."""
        lines = self._run("ls-remote", "--tags", "--refs", "--sort=-version:refname", "--", "origin").split("\n")
        return [line.partition("\t")[2].removeprefix("refs/tags/") for line in lines if line]

    def _run(self, *arguments: str) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - refs come behind --
                ["git", "-C", str(self.folder), *arguments],  # noqa: S607 - the git that the runner has
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise FetchError(f"no answer within {PATIENCE} seconds") from error
        except OSError as error:
            raise UserError(f"git can't be started ({error.strerror}): install it, or put it on the PATH.") from error
        if done.returncode:
            words = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise FetchError(words[-1] if words else f"exit code {done.returncode}")
        return done.stdout.decode("utf-8", "surrogateescape")

    def _environment(self) -> dict[str, str]:
        """The runner's own environment and git configuration, which know its network, without anything that could run a program."""
        kept = {name: value for name, value in os.environ.items() if name.startswith(_KEPT) or not git.is_inherited(name)}
        settings = {**_CONFIGURATION, **self._credentials()}
        fixed = {"GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "file:http:https:ssh", "LC_ALL": "C"}
        fixed["GIT_CONFIG_COUNT"] = str(len(settings))
        for number, (key, value) in enumerate(settings.items()):
            fixed[f"GIT_CONFIG_KEY_{number}"] = key
            fixed[f"GIT_CONFIG_VALUE_{number}"] = value
        return {**kept, **fixed}

    def _credentials(self) -> Mapping[str, str]:
        """The token as a header for the server's own address, as actions/checkout sends it; never a part of a command line."""
        address = git.start(self.folder, "remote", "get-url", "origin")().data.decode("utf-8", "replace")
        own = git.start(self.folder, "config", "--get-regexp", r"^http\..*extraheader$")()
        if not self.token or not self.server or own.code == 0 or not address.startswith(f"{self.server}/"):
            return {}
        basic = b64encode(f"x-access-token:{self.token}".encode()).decode("ascii")
        return {f"http.{self.server}/.extraheader": f"AUTHORIZATION: basic {basic}"}
