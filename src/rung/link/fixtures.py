"""Fixtures of Python tests that give the application or what it answers, where a test imports nothing of it itself."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from rung.facts.code.source import Call, Function, Source
from rung.link.asking import COMMON, Asking
from rung.link.declared_tests import TestUnit
from rung.link.expression import Expression
from rung.link.graph import Graph
from rung.link.project import Project
from rung.regex import regex
from rung.repository import Role

# A test that says it goes all the way: by its path or a mark.
LIVE = regex(
    r"(?:^|[/_.-])(?:live|e2e|end_?to_?end|llm|evals?|evaluations?|quality|golden|acceptance|online|smoke)(?:[_.-]?tests?)?(?:[/_.-]|$)",
    re.IGNORECASE,
)
MARKED = Expression(r"\bmark\.(?:\w{1,20}_)?(?:live|llm|e2e|online|real|eval|expensive|api_?key|paid)\w{0,20}\b", re.IGNORECASE)
HOPS = 3


class Fixtures:
    """Finds what fixtures lead to; `said` is whether a test's own text or path tells that it asks a real model."""

    def __init__(self, project: Project, graph: Graph, asking: Asking) -> None:
        self.project, self.graph, self.asking = project, graph, asking
        self._names: dict[str, frozenset[str]] = {}

    def may_ask(self, path: str) -> bool:
        """Whether a test may come to a model through the fixtures of the files above it, told without parsing it."""
        if not path.endswith(".py") or self.project.role(path) is not Role.TEST:
            return False
        above = [c for c in self._above(path) if c in self.graph.leading and c != path]
        if not above:
            return False
        if LIVE.search(path) or MARKED.search(self.project.text(path) or ""):
            return True
        holds = self.asking.uses.glance.holds
        return any(c in self.graph.near for c in above) and not any(holds(p, "stand-in") for p in (path, *above))

    def calls(self, source: Source, unit: TestUnit) -> list[Call]:
        """Calls of a test on what its fixtures give that ask a model."""
        found: list[Call] = []
        for parameter in unit.parameters if self.may_ask(source.path) else ():
            given = self._given(source.path, parameter)
            if given is None or self._made_up(*given):
                continue
            names = self._leading_names(given[0].path)
            found += [c for c in source.calls if c.function in unit.functions and _on(c, parameter, names)]
        return found

    def answers(self, source: Source, unit: TestUnit) -> frozenset[str]:
        """Parameters of a test that are answers: their fixtures ask the model themselves and hand on what it said."""
        found = set()
        for parameter in unit.parameters:
            given = self._given(source.path, parameter)
            if given is None or self._made_up(*given):
                continue
            where, fixture = given
            asked = [c for c in self.asking.calls(where.path) if fixture.line <= c.line <= fixture.end_line]
            nested = any(f.parent >= 0 and fixture.line < f.line <= fixture.end_line for f in where.functions)  # gives a function
            if asked and not nested:
                found.add(parameter)
        return frozenset(found)

    def _above(self, path: str) -> Iterator[str]:
        """A test file and the conftest files above it."""
        yield path
        folder = posixpath.dirname(path)
        while True:
            conftest = posixpath.join(folder, "conftest.py")
            if conftest in self.project.repository.files:
                yield conftest
            if not folder:
                return
            folder = posixpath.dirname(folder)

    def _given(self, path: str, name: str) -> tuple[Source, Function] | None:
        """The fixture of a name, in a file, the conftest files above it or the test modules from which these take theirs."""
        for above in self._above(path):
            taken = [t for t in sorted(self.graph.glanced(above)) if self.project.role(t) is Role.TEST] if above != path else []
            for file in (above, *taken):
                source = self.project.source(file) if name in (self.project.text(file) or "") else None
                for function in source.functions if source else ():
                    if function.name == name and any(d.rsplit(".", 1)[-1] == "fixture" for d in function.decorators) and source:
                        return source, function
        return None

    def _made_up(self, where: Source, fixture: Function) -> bool:
        """Whether a fixture makes its object with a class of the tests' own, which need not ask anything."""
        classes = {c.name for c in where.classes}
        for target, names in self.graph.touches(where.path).items():
            if self.project.role(target) is Role.TEST:
                classes |= names or set()
        inside = [c for c in where.calls if fixture.line <= c.line <= fixture.end_line]
        return any(c.callee.rsplit(".", 1)[-1] in classes for c in inside)

    def _leading_names(self, path: str) -> frozenset[str]:
        """Names of functions of the application that ask a model and that a file comes to through its imports."""
        if path not in self._names:
            found: set[str] = set()
            seen, wave = {path}, [path]
            for _ in range(HOPS):
                wave = [
                    t
                    for p in wave
                    for t in sorted(self.graph.touches(p))
                    if t not in seen and t in self.graph.leading and self.project.role(t) is not Role.TEST
                ]
                seen |= set(wave)
                found |= {n for t in wave for n in self.asking.names(t)}
            self._names[path] = frozenset(found - COMMON - {""})
        return self._names[path]


def _on(call: Call, parameter: str, names: frozenset[str]) -> bool:
    head, *rest = call.callee.split(".")
    return head == parameter and (not rest or rest[-1] in names)
