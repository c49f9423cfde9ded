"""Builds the real git repositories that the tests scan."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

IDENTITY = {
    "GIT_AUTHOR_NAME": "rung tests",
    "GIT_AUTHOR_EMAIL": "tests@example.com",
    "GIT_COMMITTER_NAME": "rung tests",
    "GIT_COMMITTER_EMAIL": "tests@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


def git(folder: Path, *args: str, **environment: str) -> str:
    """Runs git in a folder, untouched by the machine's own configuration, and returns what it prints; raises when it fails."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", str(folder), *args]
    return subprocess.run(command, env={**clean, **IDENTITY, **environment}, capture_output=True, text=True, check=True).stdout.strip()


def write_files(folder: Path, files: Mapping[str, str | bytes | None]) -> None:
    """Writes files below a folder; None deletes one, and a text that starts with `#!` becomes executable."""
    for path, content in files.items():
        file = folder / path
        if content is None:
            file.unlink()
            continue
        data = content.encode() if isinstance(content, str) else content
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        file.chmod(0o755 if data.startswith(b"#!") else 0o644)


def commit(folder: Path, files: Mapping[str, str | bytes | None], message: str, day: int = 3) -> str:
    """Writes files, commits everything in the folder on that day of March 2025, and returns the commit's id."""
    write_files(folder, files)
    date = f"2025-03-{day:02d}T09:00:00+00:00"
    git(folder, "add", "-A", "-f")
    options = ("--allow-empty", "-q", "-m", message)
    git(folder, "-c", "core.autocrlf=false", "commit", *options, GIT_AUTHOR_DATE=date, GIT_COMMITTER_DATE=date)
    return git(folder, "rev-parse", "HEAD")


def make_repository(
    folder: Path,
    files: Mapping[str, str | bytes],
    tags: Sequence[str] = (),
    history: Sequence[tuple[Mapping[str, str | bytes | None], str]] = (),
) -> Path:
    """Makes a git repository in the folder (created if need be) with one commit, and returns the folder.

    `history` adds commits, each as (files, message), where None deletes a file. The last tag is put on the last commit, the one
    before it on the commit before, and so on (on the first one when there are more tags than commits).
    """
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    steps = [(files, "Initial commit"), *history]
    commits = [commit(folder, changed, message, day) for day, (changed, message) in enumerate(steps, start=3)]
    for place, tag in enumerate(tags):
        git(folder, "tag", tag, commits[max(0, len(commits) - len(tags) + place)])
    return folder
