"""The only door to the `git` program: read-only commands in a clean environment, with no network, hooks or monitors."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rung.errors import UserError

# Git's own settings that a scanned repository could use to run something, and the ownership check that stops scans in containers.
_CONFIGURATION = {
    "safe.directory": "*",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "protocol.allow": "never",
}
PATIENCE = 300.0  # seconds; only a git that was led to read a pipe or a device takes longer
_running: set[subprocess.Popen[bytes]] = set()


@dataclass(frozen=True, slots=True)
class Output:
    """What a git command left: its exit code, its output, and its errors as text."""

    code: int
    data: bytes
    errors: str


def is_inherited(name: str) -> bool:
    """Whether an environment variable would lead git elsewhere than to the scanned repository (git sets some for its hooks)."""
    return name.startswith("GIT_") and not name.startswith("GIT_PYTHON_")


def settings() -> dict[str, str]:
    """The variables that every git process gets: no network, no prompt, no locks, no lazy fetch, messages in English.

    Objects and histories are what their ids say, whatever replacements and grafts the clone has.
    """
    fixed = {
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_GRAFT_FILE": f"{os.devnull}/none",  # an empty file would be answered with a hint
        "GIT_CONFIG_NOSYSTEM": "1",
        "LC_ALL": "C",
        "GIT_CONFIG_COUNT": str(len(_CONFIGURATION)),
    }
    for number, (key, value) in enumerate(_CONFIGURATION.items()):
        fixed[f"GIT_CONFIG_KEY_{number}"] = key
        fixed[f"GIT_CONFIG_VALUE_{number}"] = value
    return fixed


def _launch(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """A git process in a folder, with pipes; raises UserError when there is no git program."""
    environment = {name: value for name, value in os.environ.items() if not is_inherited(name)}
    try:
        return subprocess.Popen(  # noqa: S603 - arguments are ours, and refs come behind --end-of-options
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the git that the person uses
            env={**environment, **settings(), "PATH": programs()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        raise UserError(f"git can't be started ({error.strerror}): install it, or put it on the PATH.") from error


def start(folder: Path, *arguments: str) -> Callable[[], Output]:
    """Starts git in a folder and returns a function that waits for its output.

    Both raise UserError: when there is no git program, and when it doesn't come to an end.
    """
    process = _launch(folder, *arguments)
    _running.add(process)

    def finish() -> Output:
        try:
            data, errors = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired as error:
            _stop_all()
            raise UserError(f"git doesn't come to an end at {folder}: look for pipes and devices among the files that it reads.") from error
        _running.discard(process)
        return Output(process.returncode, data, errors.decode("utf-8", "replace").strip())

    return finish


def programs() -> str:
    """The PATH, without folders that depend on the current one, which may be the scanned one."""
    return os.pathsep.join(folder for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if Path(folder).is_absolute())


def _stop_all() -> None:
    while _running:
        process = _running.pop()
        process.kill()
        process.communicate()


def check(output: Output, folder: Path) -> bytes:
    """The output's data; raises UserError with git's own words when the command failed."""
    if output.code:
        words = output.errors.splitlines()[0] if output.errors else f"exit code {output.code}"
        raise UserError(f"git can't read the repository at {folder}: {words}")
    return output.data


def run(folder: Path, *arguments: str) -> bytes:
    """What a git command prints in a folder; raises UserError when it fails or when there is no git program."""
    return check(start(folder, *arguments)(), folder)
