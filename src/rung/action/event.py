"""What started the workflow: which commit the change starts from, and which pull request it belongs to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rung.regex import regex

_COMMIT = regex(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_PULL_REQUESTS = ("pull_request", "pull_request_target")
_MOST_COMMITS = 50  # of a push, for which history is fetched


@dataclass(frozen=True, slots=True)
class Start:
    """Where a change starts: a commit, what people call it, and how many commits of history lead there (0: unknown)."""

    commit: str
    label: str
    reach: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """A workflow's event: its name, GitHub's description of it, and the branch that a pull request goes to."""

    name: str
    content: Mapping[str, Any] = field(default_factory=dict)
    base_branch: str = ""

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Event:
        """The event as the runner describes it; without a description that can be read, only its name."""
        content: object = {}
        if path := environment.get("GITHUB_EVENT_PATH"):
            try:
                content = json.loads(Path(path).read_text(encoding="utf-8"))
            except (OSError, ValueError, RecursionError):
                content = {}
        name, branch = environment.get("GITHUB_EVENT_NAME", ""), environment.get("GITHUB_BASE_REF", "")
        return cls(name, content if isinstance(content, dict) else {}, branch)

    @property
    def pull_request(self) -> int | None:
        """The number of the pull request; None for any other event."""
        number = self._at("pull_request", "number")
        return number if self.name in _PULL_REQUESTS and isinstance(number, int) else None

    @property
    def head(self) -> str | None:
        """The last commit of the pull request itself, without GitHub's merge."""
        return _commit(self._at("pull_request", "head", "sha"))

    def start(self, head: str | None, parents: tuple[str, ...]) -> Start | None:
        """The commit that the change starts from; None for tags, releases, schedules, new branches and other events.

        `head` is the commit that is judged, and `parents` are its parents: where it is GitHub's merge of a pull request, the change
        starts from its first parent, since the base that the event names may have been left behind by then.
        """
        found = self._start(parents)
        return None if found is None or found.commit == head else found

    def _start(self, parents: tuple[str, ...]) -> Start | None:
        if self.name in _PULL_REQUESTS:
            merged = len(parents) == 2 and parents[1] == self.head
            commit = parents[0] if merged else _commit(self._at("pull_request", "base", "sha"))
            return _from(commit, self.base_branch)
        if self.name == "merge_group":
            branch = self._at("merge_group", "base_ref")
            return _from(_commit(self._at("merge_group", "base_sha")), str(branch or "").removeprefix("refs/heads/"))
        if self.name == "push" and str(self._at("ref") or "").startswith("refs/heads/"):
            return _from(_commit(self._at("before")), "", self._pushed())
        return None

    def _pushed(self) -> int:
        """How deep the history of a push is; 0 where that is unknown, or more than what is worth fetching."""
        commits = self._at("commits")
        known = isinstance(commits, list) and 0 < len(commits) <= _MOST_COMMITS and self._at("forced") is not True
        return len(commits) + 1 if known and isinstance(commits, list) else 0

    def _at(self, *keys: str) -> object:
        value: object = self.content
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value


def _commit(value: object) -> str | None:
    """A commit's id; None for anything else, and for the zeros that stand for no commit."""
    return value if isinstance(value, str) and _COMMIT.fullmatch(value) and value.strip("0") else None


def _from(commit: str | None, branch: str, reach: int = 0) -> Start | None:
    return None if commit is None else Start(commit, branch or commit[:12], reach)
