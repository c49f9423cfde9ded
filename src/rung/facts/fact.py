"""A fact: one thing that one place in the repository says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """Where a fact was found: a path relative to the repository's top, a 1-based line and column (0: the file as a whole)."""

    path: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a reach chain, from the trigger to the command: what kind of thing it is, its name and its place.

    `kind` is one of trigger, workflow, job, step, action, target, script, module, command.
    """

    kind: str
    text: str
    path: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that one place says: its kind (`dependency`, `use`, `prompt` ...), place, text as evidence, and typed fields.

    `text` is the line of evidence as a person would quote it (one line, trimmed, at most 200 characters).
    `reach` is the chain from a trigger to this fact; empty where nothing runs it.
    """

    kind: str
    location: Location
    text: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    reach: tuple[Step, ...] = ()

    def sort_key(self) -> tuple[str, int, int, str, str]:
        """The order in which facts are shown: by place, then kind and text."""
        return (self.location.path, self.location.line, self.location.column, self.kind, self.text)
