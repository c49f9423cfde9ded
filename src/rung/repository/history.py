"""How commits are related, and which of them tell a history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from rung.errors import UserError
from rung.repository import git
from rung.repository.repository import Repository


def merge_base(one: Repository, other: Repository) -> str | None:
    """The commit where the histories of two commits of one repository part; None where git knows none (a shallow clone, say)."""
    if one.commit is None or other.commit is None:
        return None
    output = git.start(one.top, "merge-base", one.commit, other.commit)()
    return output.data.decode("ascii").strip() or None if output.code == 0 else None


@dataclass(frozen=True, slots=True)
class Moment:
    """A commit of the history: a name for people (a tag, or the beginning of its id), its full id, and its date (UTC, ISO)."""

    name: str
    commit: str
    date: str


def releases(repository: Repository) -> list[Moment]:
    """The commits that carry tags with a number, oldest first. Raises UserError outside git."""
    form = "%(refname:strip=2)%00%(objectname)%00%(*objectname)%00%(creatordate:unix)"
    moments = []
    for line in _git(repository, "for-each-ref", f"--format={form}", "--sort=creatordate", "refs/tags").split("\n")[:-1]:
        name, direct, peeled, seconds = line.split("\0")
        if seconds and any(character.isdigit() for character in name):
            moments.append(Moment(name, peeled or direct, _day(seconds)))
    return moments


def steps(repository: Repository, every: int) -> list[Moment]:
    """Every so many commits of the main line (first parents) back from the one that is read, which is the last, oldest first.

    Raises UserError outside git.
    """
    return _line(repository)[::every][::-1]


def months(repository: Repository) -> list[Moment]:
    """The last commit of each month of the main line, oldest first. Raises UserError outside git."""
    last: dict[str, Moment] = {}
    for moment in _line(repository):
        last.setdefault(moment.date[:7], moment)
    return [last[month] for month in sorted(last)]


def _line(repository: Repository) -> list[Moment]:
    """The commits of the main line, newest first."""
    found = _git(repository, "rev-list", "--first-parent", "--timestamp", repository.commit or "HEAD")
    pairs = [line.split(" ") for line in found.split("\n")[:-1]]
    return [Moment(commit[:12], commit, _day(seconds)) for seconds, commit in pairs]


def _git(repository: Repository, *arguments: str) -> str:
    if repository.commit is None:
        raise UserError(f"{repository.top} has no history: a trend needs a git repository with commits.")
    return git.run(repository.top, *arguments).decode("utf-8", "replace")


def _day(seconds: str) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).date().isoformat()
