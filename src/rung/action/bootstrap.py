"""Installs rung from the Action's own folder into a virtual environment, and runs it there.

It runs by its path before rung is installed, with nothing but the standard library, and in isolated mode (`-I`) throughout: the
job's working folder is a checkout of what is to be judged, and no module of it may be imported.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

SOURCES = ("pyproject.toml", "src", "rules", "schemas")
CANNOT_JUDGE = 2


def main() -> int:
    """Installs rung unless an earlier step or job has, and returns the gate's exit code.

    The environment is one of the job's temporary files; RUNG_HOME names a folder that keeps it for later jobs of a runner of one's own.
    """
    action = Path(__file__).resolve().parents[3]
    homes = (os.environ.get("RUNG_HOME"), os.environ.get("RUNNER_TEMP"), tempfile.gettempdir())
    home = Path(next(filter(None, homes))).absolute() / "rung"
    place = home / key(action)
    if not place.is_dir():
        draft = home / f"{place.name}.{os.getpid()}"
        if not install(action, draft):
            return CANNOT_JUDGE
        place = keep(draft, place)
    return subprocess.run([interpreter(place), "-I", "-m", "rung.action"], check=False).returncode  # noqa: S603 - made here


def interpreter(place: Path) -> Path:
    """The interpreter of a virtual environment."""
    return place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def key(action: Path) -> str:
    """A name for the environment: another for other sources, and for another interpreter."""
    digest = hashlib.sha256(f"{sys.executable} {sys.version}".encode())
    for file in sources(action):
        digest.update(b"\0" + file.relative_to(action).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def sources(action: Path) -> Iterator[Path]:
    """The files that the installation is made of, in a stable order."""
    for name in SOURCES:
        top = action / name
        files = sorted(top.rglob("*")) if top.is_dir() else [top]
        yield from (file for file in files if file.is_file() and file.suffix != ".pyc")


def install(action: Path, draft: Path) -> bool:
    """Makes the environment and installs rung into it; says so where that fails."""
    say("::group::Install rung")
    say(f"rung: installing into a virtual environment with Python {sys.version.split()[0]}")
    pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", str(action))
    done = run(sys.executable, "-I", "-m", "venv", "--clear", str(draft)) and run(str(interpreter(draft)), "-I", *pip)
    say("::endgroup::")
    if not done:
        say("::error title=rung::rung can't be installed on this runner: what pip says is in the log of this step.")
    return done


def keep(draft: Path, place: Path) -> Path:
    """Gives the finished environment its name, so that no other job ever finds half of one; returns where it is now."""
    try:
        return draft.rename(place)
    except OSError:  # another job was faster, or Windows still holds a file open; modules are run from anywhere
        return draft


def run(*command: str) -> bool:
    """Whether a command went well; what it prints goes to the job's log."""
    return subprocess.run(command, stdout=sys.stderr, check=False).returncode == 0  # noqa: S603 - no part of it comes from elsewhere


def say(line: str) -> None:
    """Prints a line at once, before what a program started next prints."""
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
