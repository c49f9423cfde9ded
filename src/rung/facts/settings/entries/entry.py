"""The one record that every structured reader yields, and two helpers for working with lists of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Path = tuple[str | int, ...]

MAXIMUM_DEPTH = 100
"""Nesting beyond this is an attack or data, never configuration."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One scalar: its path (mapping keys as strings, list positions as numbers), its text and its 1-based line.

    `tag` is YAML's tag where the file gives one (`!Sub`).
    """

    path: Path
    value: str
    line: int
    tag: str = ""


def children(entries: Iterable[Entry], prefix: Path) -> dict[str | int, list[Entry]]:
    """The entries below a path by their next key, in the order of the file; paths are cut to what follows that key."""
    size = len(prefix)
    found: dict[str | int, list[Entry]] = {}
    for entry in entries:
        if len(entry.path) > size and entry.path[:size] == prefix:
            found.setdefault(entry.path[size], []).append(Entry(entry.path[size + 1 :], entry.value, entry.line, entry.tag))
    return found


def quote(lines: Sequence[str], line: int) -> str:
    """The line as evidence: trimmed, at most 200 characters; empty where there is no such line."""
    return lines[line - 1].strip()[:200] if 0 < line <= len(lines) else ""
