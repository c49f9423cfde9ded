"""Tests that are evaluations: a model answers in them, and they assert on what it says."""

from __future__ import annotations

import re
from functools import cached_property

from rung.facts.catalogue import Tool
from rung.facts.code.source import Call, Source
from rung.link.answers import administrates, asserts_content, can_be_called, judges_answer
from rung.link.candidates import HINT, is_near_tests
from rung.link.checks import asserts
from rung.link.declared_tests import OPTIONAL, TestUnit
from rung.link.direct import owners
from rung.link.doubles import gives_double
from rung.link.evaluation import Evaluation
from rung.link.replaced import replaced_beside
from rung.link.scored import evaluation_tools, scores
from rung.link.served import tells
from rung.link.stand_ins import fixtures_stand_in, stands_in
from rung.link.stub_servers import StubServers
from rung.link.subjects import Subjects
from rung.link.tried import tried
from rung.link.uses import Uses
from rung.regex import regex

IGNORED = regex(r"--(?:include-)?ignored\b|--run-ignored\b")
ABOUT_MEASURE = regex(r"guard_?rail|moderation|content_?filter|is_?blocked|approval", re.IGNORECASE)
RUNS_SCORERS = regex(r"(?:^|\.)Evaluate(?:Async)?$")  # with what a class of tests holds in its fields


class EvaluationTests:
    """Finds the evaluation that the tests of a file are."""

    def __init__(self, uses: Uses, subjects: Subjects) -> None:
        self.uses, self.subjects = uses, subjects
        self.project, self.graph, self.asking = subjects.project, subjects.graph, subjects.asking
        self.stubs = StubServers(self.project)
        self._scorers: dict[str, frozenset[str]] = {}

    def of(self, source: Source, units: list[TestUnit], tools: list[Tool]) -> Evaluation | None:
        """Tests in which a model answers and the content of its answer is asserted on."""
        if self.stubs.stands_in(source):
            return None
        scorers = {n for t in self.graph.touches(source.path) if is_near_tests(self.project, t) for n in self.scorers(t)}
        helpers = self.scorers(source.path) - {u.name for u in units}
        served, posted = self.subjects.requests.of(source), self.subjects.served.calls(source)
        harmless = replaced_beside(self.project, self.graph, source) if self.uses.glance.holds(source.path, "stand-in") else frozenset()
        held = (
            any(c.function < 0 and scores(self.project, c, tools, source) for c in source.calls) if source.language == "csharp" else False
        )
        asking: list[Call] | None = None
        live: list[TestUnit] = []
        decided: list[TestUnit] = []
        for unit in units:
            if ABOUT_MEASURE.search(unit.name):
                continue  # looks at what the guard says, not at the model's answer
            if OPTIONAL in unit.marks and source.language == "rust" and not self._runs_ignored:
                continue
            inside = [c for c in source.calls if c.function in unit.functions]
            scored = any(c.callee.rsplit(".", 1)[-1] in scorers or scores(self.project, c, tools, source) for c in inside) or (
                held and any(RUNS_SCORERS.search(c.callee) for c in inside)
            )
            if tells(source, unit, [c for c in posted if c.function in unit.functions]):  # nothing here stands in for what runs elsewhere
                live.append(unit)
                decided.append(unit)
                continue
            if not scored and (stands_in(source, unit, harmless) or fixtures_stand_in(self.project, source, unit)):
                continue
            scored = scored or any(c.callee.rsplit(".", 1)[-1] in helpers for c in inside)
            if asking is None:  # asked late, since it parses all that leads to the model
                asking = self.asking.calls(source.path)
            calls = self._asked(source, unit, asking, served)
            given = self.subjects.fixtures.answers(source, unit) if source.language == "python" else frozenset()
            content = bool(calls or given) and (judges_answer(source, unit, calls, given) or self._tries(source, unit))
            if content or (calls and scored) or (scored and asserts(source, unit) and self.subjects.touches_model(source)):
                live.append(unit)
                decided += [unit] if content or (scored and asserts_content(source, unit, frozenset(scorers) | helpers)) else []
        if not live:
            return None
        criterion = (source.path, decided[0].line) if decided else None
        return Evaluation(source.path, live[0].line, "test", [t.id for t in tools], live, criterion=criterion)

    def _asked(self, source: Source, unit: TestUnit, asking: list[Call], served: list[Call]) -> list[Call]:
        """The calls of a test that have a model answer, out of those of its file that ask one or the running application."""
        helpers = self._helper_names(source, [*asking, *served])
        calls = [c for c in asking if c.function in unit.functions]
        calls += [c for c in source.calls if c.function in unit.functions and c.callee.rsplit(".", 1)[-1] in helpers]
        calls += [c for c in served if c.function in unit.functions]
        calls += self.subjects.fixtures.calls(source, unit)
        calls = [c for c in calls if not administrates(c) and can_be_called(self.project, self.graph, source, c)]
        return [] if calls and gives_double(self.graph, self.asking, source, unit) else calls

    def scorers(self, path: str, depth: int = 3) -> frozenset[str]:
        """Names of a file's functions that lead to an evaluation tool's scoring."""
        if path not in self._scorers:
            source = self.project.source(path)
            if source is None or depth == 0:
                return frozenset()
            self._scorers[path] = frozenset()  # breaks cycles
            tools = evaluation_tools(self.uses, path)
            outside = {n for t in self.graph.touches(path) if is_near_tests(self.project, t) for n in self.scorers(t, depth - 1)}
            found = {
                n
                for c in source.calls
                if scores(self.project, c, tools, source) or c.callee.rsplit(".", 1)[-1] in outside
                for n in owners(source, c.function)
            }
            self._scorers[path] = frozenset(found - {""})
        return self._scorers[path]

    @cached_property
    def _runs_ignored(self) -> bool:
        """Whether something in the repository runs tests that are left out unless they are asked for."""
        written = [c.text for unit in self.project.units for c in unit.commands] + [run.text for run in self.project.runs]
        return any(IGNORED.search(text) for text in written)

    def _tries(self, source: Source, unit: TestUnit) -> bool:
        """A test of an evaluation that tries out what the application made, and asserts on how that ends."""
        lines = tried(self.project.catalogue, source) if HINT.search(source.path) else ()
        return any(unit.line <= line <= unit.end_line for line in lines) and asserts(source, unit)

    def _helper_names(self, source: Source, asking: list[Call]) -> set[str]:
        """Helpers and fixtures of the file, outside its tests, that ask the model."""
        return {
            source.functions[c.function].name
            for c in asking
            if c.function >= 0 and source.functions[c.function].name and source.functions[c.function].parent < 0
        }
