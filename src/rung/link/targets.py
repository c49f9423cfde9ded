"""What the configuration of an evaluation tool sends its cases to: code of the repository, or the running application."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rung.facts.code import language_of
from rung.link.data_files import locate
from rung.link.project import Project
from rung.regex import regex

PREFIX = regex(r"^(?:file://|python:|exec:\s*(?:python3?|node|npx tsx|tsx|bun|deno run|ruby|go run|php)\s+|golang:|ruby:)")
LOCAL = regex(r"^https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|host\.docker\.internal)[:/]")
KEYS = ("providers", "targets", "provider", "target")
DEEPEST = 5


def target_files(project: Project, path: str) -> list[str]:
    """Source files of the repository that a configuration names as what is asked, in the order of their paths."""
    found = {t for text in _named(project, path) if PREFIX.match(text) and (t := _located(project, path, text))}
    return sorted(found)


def asks_running(project: Project, path: str) -> bool:
    """Whether a configuration sends its cases to an address of the machine on which it runs."""
    return any(LOCAL.match(text) for text in _named(project, path))


def _located(project: Project, path: str, text: str) -> str:
    name = PREFIX.sub("", text).split()[0] if PREFIX.sub("", text).split() else ""
    target = locate(project, path, name.partition(":")[0]) if name else None
    return target if target and language_of(target) else ""


def _named(project: Project, path: str) -> list[str]:
    data = project.data(path)
    return [t for key in KEYS for t in _texts(data.get(key), DEEPEST)] if isinstance(data, dict) else []


def _texts(value: Any, deep: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)) and deep:
        for item in value if isinstance(value, list) else (*map(str, value), *value.values()):
            yield from _texts(item, deep - 1)
