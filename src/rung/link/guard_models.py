"""Classifiers that are models themselves: named in code or by a setting that code reads, and asked before the model or after it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Call, Source
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.entities import snake
from rung.link.expression import Expression
from rung.link.project import Project
from rung.link.sides import Sides
from rung.link.wired import Wired
from rung.regex import regex

LONGEST = 120
# Last parts of a setting's key that say nothing alone.
COMMON = frozenset(["model", "model_name", "model_id", "name", "id", "default", "value", "deployment", "engine"])
EVALUATES = regex(r"(?:^|/)(?:\w*evals?|evaluations?|red-?_?team\w*|benchmarks?)(?:/|_|\.)", re.IGNORECASE)


class GuardModels:
    """Facts of kind `safety-measure` for guard models."""

    def __init__(self, project: Project, asking: Asking, sides: Sides, wired: Wired) -> None:
        self.project, self.asking, self.sides, self.wired = project, asking, sides, wired
        guards = project.vocabulary.get("guard_models", ())
        self.guard = Expression("|".join(f"(?:{g})" for g in guards), re.IGNORECASE) if guards else None

    def facts(self) -> Iterator[Fact]:
        """One measure a file that asks such a model."""
        if self.guard is None:
            return
        names = {n for n in map(self._telling, self._settings(self.guard)) if n}
        glance = self.asking.uses.glance
        known: set[str] = set()
        for path in self.project.code:
            if not self._counts(path) or not glance.holds(path, "classifier") or not self.guard.search(self.project.text(path) or ""):
                continue
            source = self.project.source(path)
            lines = [t.line for t in source.texts if len(t.value) < LONGEST and self.guard.search(t.value)] if source else []
            if not source or not lines:
                continue
            own = {n for a in source.assignments if a.line in lines and (n := self._telling(a.name))}
            own |= {n for e in source.environment if e.line in lines and (n := self._telling(e.name))}
            names |= own
            calls = [c for c in self._calls(source, own) or source.calls if self._asks(path, c)]
            at = [n for n in lines if self._is_reached(source, n)]
            if path in self.asking.graph.near and self.asking.calls(path) and at:
                known.add(path)
                around = [c for c in calls if own or any(c.line <= n <= c.end_line for n in lines)]
                yield self._fact(path, source, at[0], around)
        if names:
            yield from self._named(names, known)

    def _named(self, names: set[str], known: set[str]) -> Iterator[Fact]:
        """Files that ask a model which a setting or a constant elsewhere names."""
        parts = [name.strip("_").split("_") for name in names]
        for path in sorted(self.asking.graph.leading):
            if path in known or not self._counts(path) or not self.asking.uses.glance.holds(path, "measure"):
                continue
            lowered = (self.project.text(path) or "").lower()
            if not any(all(part in lowered for part in words) for words in parts):
                continue
            text = _flat(self.project.text(path) or "")
            source = self.project.source(path) if any(name in text for name in names) else None
            calls = [c for c in self._calls(source, names) if self._asks(path, c)] if source else []
            if source and calls and self._is_reached(source, calls[0].line):
                yield self._fact(path, source, calls[0].line, calls)

    def _fact(self, path: str, source: Source, line: int, calls: list[Call]) -> Fact:
        sides = self.sides.of_calls(source, calls) or ["input"]
        return self.project.fact("safety-measure", path, line, measure="moderation", sides=sides, tool="")

    def _calls(self, source: Source, names: set[str]) -> list[Call]:
        """Calls that are handed a model by one of these names."""
        return [
            c
            for c in source.calls
            if any(name in row for row in map(_flat, source.lines[c.line - 1 : min(c.end_line, c.line + 12)]) for name in names)
        ]

    def _asks(self, path: str, call: Call) -> bool:
        return any(c is call for c in self.asking.calls(path))

    def _is_reached(self, source: Source, line: int) -> bool:
        inside = [f for f in source.functions if f.line <= line <= f.end_line and f.parent < 0]
        return not inside or any(self.wired.is_reached(source, f) for f in inside)

    def _settings(self, guard: Expression) -> Iterator[str]:
        """Keys of settings whose values are guard models."""
        for setting in self.project.settings:
            value, path = str(setting.fields["value"]), setting.location.path
            if (
                len(value) < LONGEST
                and guard.search(value)
                and str(self.project.role(path)) == "application"
                and not EVALUATES.search(path)
            ):
                yield re.sub(r"\.(?:default|value)$|(?:\.\d+)+$", "", str(setting.fields["key"]))

    def _telling(self, name: str) -> str:
        """The last part of a name in snake case, or the two last where one says nothing; empty where both don't."""
        parts = [snake(p).replace("-", "_") for p in re.split(r"[.:]|__", name) if p]
        if parts and parts[-1] not in COMMON:
            return _flat(parts[-1]) if len(parts[-1]) > 4 else ""
        return _flat(".".join(parts[-2:])) if len(parts) > 1 and parts[-2] not in COMMON else ""

    def _counts(self, path: str) -> bool:
        return self.project.is_application(path) and not EVALUATES.search(path)


def _flat(row: str) -> str:
    """A line in snake case, with one sign for all that joins words."""
    return re.sub(r"[^a-z0-9]+", "_", snake(row))
