"""Isolated tests of what protects users and the system, and tests that ask the system what it must not answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from rung.facts.code.source import Source
from rung.facts.fact import Fact
from rung.link.checks import asserts
from rung.link.declared_tests import TestUnit, test_units
from rung.link.entities import snake
from rung.link.evaluation import Evaluation
from rung.link.expression import Expression
from rung.link.glance import Glance
from rung.link.graph import Graph
from rung.link.project import Project
from rung.link.stand_ins import stands_in
from rung.regex import regex
from rung.repository import Role

SAFETY_WORDS = ("guard", "moderat", "safety", "redact", "injection", "jailbreak", "approval", "allow", "anonymi", "harm", "toxic", "pii")
MEASURE_WORDS = ("guardrail", "moderation", "redact", "injection", "jailbreak")  # one of which the expression below requires
TESTS_MEASURE = regex(
    r"""(?:def test|func Test|(?:it|test)\(["'`]|void |class )\w*[^"'`(\n]*(?:guardrail|moderation|redact|injection|jailbreak)""",
    re.IGNORECASE,
)

DECIDES = regex(
    r"allow|permi[ts]|approv|confirm|consent|guard|safe|review|gate|(?:^|_)(?:may|can|should|is|ask)_|^(?:may|can|should|is|ask)[A-Z]",
    re.IGNORECASE,
)
# Functions that decide by rule what becomes of a command, in snake case.
RULES = regex(
    r"(?:^|_)(?:decide|decision|policy|classify|check|verdict|authori[sz]e|allow(?:s|ed)?|permit(?:s|ted)?|permission|needs|requires?|may|can|should|is|danger\w{0,5}"
    r"|risk\w{0,5}|safe|block(?:s|ed)?|deny|denied|forbid\w{0,5}|refuse\w{0,2}|read_?only|assess|guard|gate|screen|vet|triage|inspect)(?:_|$)"
)
# What a test is called by which personal data must not get to a model.
HIDDEN = regex(
    r"(?:^|_)(?:no|not|never|without|hides?|hidden|masks?|masked|redacts?|redacted|strips?|stripped|removes?|removed|scrubs?|anonymi[sz]es?|withholds?|replaces?|leaks?|keeps?)"
    r"_(?:\w{1,40}_)?(?:personal|pii|cards?|ibans?|e?mails?|phones?|ssns?|secrets?|patients?|identif\w{1,12}|sensitive|private)(?:_|$)"
)
INNER = "#[cfg(test)]"
PACKAGE = regex(r"(?:^|/)(?:__init__\.py|index\.[jt]sx?)$")


class SafetyTests:
    """Facts of kind `safety-test`; `measure` tells the kind of measure that a function is by its name."""

    def __init__(
        self, project: Project, graph: Graph, glance: Glance, evaluations: list[Evaluation], measure: Callable[[str], str]
    ) -> None:
        self.project, self.graph, self.glance, self.measure = project, graph, glance, measure
        self.evaluations = [e for e in evaluations if not e.dead]
        words = project.vocabulary["safety"]
        self.attack_texts = Expression(words["attack_texts"], re.IGNORECASE)
        self.limit_tests = regex(words["limit_tests"], re.IGNORECASE)
        self.refusing = regex(words["refusing"], re.IGNORECASE)
        self.subjects = regex(project.vocabulary["approvals"]["subjects"])
        self.policies = regex(project.vocabulary["gates"]["policies"])
        self.marks = regex(project.vocabulary["redactions"]["replaced"])
        self.code = frozenset(project.code)

    def facts(self, measures: list[Fact]) -> list[Fact]:
        """Tests of these measures, and of the system's limits."""
        return [*self._tests_by_name(measures), *self._tests(measures), *self._hidden(measures), *self._limits(guarded=bool(measures))]

    def _tests(self, measures: list[Fact]) -> Iterator[Fact]:
        """Tests that touch a file with a measure, or are named after one."""
        places = {m.location.path for m in measures}
        for path in self.project.code:
            if self.project.role(path) is not Role.TEST:
                continue
            if (
                not measures
                or not self.glance.holds(path, "measure")
                or not _holds(self.project.text(path) or "", SAFETY_WORDS)
                or not self._may_touch(path, places)
            ):
                continue
            source = self.project.source(path)
            if source is None:
                continue
            touched = set(self.graph.touches(path))
            named = re.search(r"guard|moderat|safety|redact|injection|jailbreak|approval|pii", path, re.IGNORECASE)
            for unit in test_units(source):
                body = "\n".join(source.lines[unit.line - 1 : unit.end_line])
                about = named or re.search(r"guardrail|moderat|redact|injection|jailbreak|approval|\bpii\b", unit.name, re.IGNORECASE)
                own = any(self.measure(c.callee) for c in source.calls if c.function in unit.functions)
                if asserts(source, unit) and (
                    (touched & places and (about or own))
                    or (own and measures and touched)
                    or (about and re.search(r"guardrail", body) and measures)
                ):
                    yield self.project.fact("safety-test", path, unit.line)
                    return

    def _tests_by_name(self, measures: list[Fact]) -> Iterator[Fact]:
        """A test that calls the function of a measure by its name, with something that it must not let pass."""
        defined: dict[str, set[str]] = {}
        hiding = {str(m.fields.get("function", "")).rsplit(".", 1)[-1] for m in measures if m.fields["measure"] == "pii-redaction"}
        for measure in measures:
            place = measure.location.path
            functions = [str(measure.fields.get("function", "")).rsplit(".", 1)[-1], *self._deciders(measure)]
            for name in (n for n in functions if n and place in self.code):
                for path in (place, *self.graph.touches(place)):
                    source = self.project.source(path) if name in (self.project.text(path) or "") else None
                    if source and any(f.name == name or f.owner == name for f in source.functions):
                        defined.setdefault(path, set()).add(name)
        for path in self.project.code if defined else ():
            if self.project.role(path) is Role.TEST:
                names = {n for t in self._used(path) for n in defined.get(t, ())}
            else:  # tests that stand in the file itself
                names = defined.get(path, set()) if path.endswith(".rs") else set()
            text = self.project.text(path) or "" if names else ""
            if path.endswith(".rs") and path in defined and INNER not in text:
                continue
            source = self.project.source(path) if any(n in text for n in names) else None
            for unit in test_units(source) if source else ():
                body = "\n".join(source.lines[unit.line - 1 : unit.end_line]) if source else ""
                tails = {c.callee.rsplit(".", 1)[-1] for c in source.calls if c.function in unit.functions} if source else set()
                tails |= {n for n in names if path.endswith(".rs") and f"{n}(" in body}  # within the macro of an assertion
                told = tails & names & hiding or (tails & names and self.refusing.search(f"{unit.name} {body}"))
                if source and told and asserts(source, unit):
                    yield self.project.fact("safety-test", path, unit.line)
                    return

    def _hidden(self, measures: list[Fact]) -> Iterator[Fact]:
        """A test named after personal data that must not get out, or that finds the mark in its place, of code around what hides it."""
        places = {m.location.path for m in measures if m.fields["measure"] == "pii-redaction"}
        for path in self.project.code if places else ():
            if self.project.role(path) is not Role.TEST:
                continue
            used = {*self._used(path)}
            used |= {t for u in used for t in self.graph.glanced(u)}
            source = self.project.source(path) if not used.isdisjoint(places) else None
            for unit in test_units(source) if source else ():
                body = "\n".join(source.lines[unit.line - 1 : unit.end_line]) if source else ""
                named = HIDDEN.search(snake(re.sub(r"\W+", "_", unit.name)))
                if source and (named or self.marks.search(body)) and asserts(source, unit):
                    yield self.project.fact("safety-test", path, unit.line)
                    return

    def _deciders(self, measure: Fact) -> Iterator[str]:
        """The function around an approval, where it is called after a decision, and what it asks for a decision on a command or tool.

        Tests call these, and not the question in it.
        """
        source = self.project.source(measure.location.path) if measure.fields["measure"] == "approval" else None
        line = measure.location.line
        inside = [f for f in source.functions if f.name and f.line <= line <= f.end_line] if source else []
        name = max(inside, key=lambda f: f.line).name if inside else ""
        if DECIDES.search(name):
            yield name
        around = max(inside, key=lambda f: f.line) if inside else None
        for call in source.calls if source and around else ():
            tail = re.split(r"[.:]+", call.callee)[-1]
            told = snake(" ".join((call.callee, *(v.text for v in call.arguments.items), *(around.parameters if around else ()))))
            ruled = (RULES.search(snake(tail)) and self.subjects.search(told)) or self.policies.search(snake(call.callee))
            if around and around.line <= call.line <= line and ruled:
                yield tail

    def _used(self, path: str) -> Iterator[str]:
        """The files that a test uses, and those that a package among them hands on."""
        for target in self.graph.glanced(path):
            yield target
            if PACKAGE.search(target):
                yield from self.graph.glanced(target)

    def _limits(self, *, guarded: bool) -> Iterator[Fact]:
        """Tests that ask the system what it must not answer or attack it, and assert on what comes of that."""
        for evaluation in self.evaluations:
            unit = next((u for u in evaluation.tests if self.limit_tests.search(u.name)), None)
            if unit:
                yield self.project.fact("safety-test", evaluation.path, unit.line)
                return
        for path in self.project.code:
            if self.project.role(path) is not Role.TEST or not self.glance.holds(path, "attack"):
                continue
            source = self.project.source(path) if self.attack_texts.search(self.project.text(path) or "") else None
            unit = next((u for u in test_units(source) if self._attacked(source, u, guarded=guarded)), None) if source else None
            if unit and (path in self.graph.leading or any(self.project.is_application(p) for p in self.graph.touches(path))):
                yield self.project.fact("safety-test", path, unit.line)
                return

    def _attacked(self, source: Source, unit: TestUnit, *, guarded: bool) -> bool:
        """Whether a test holds an attack's words and asserts on something; where nothing is guarded, with nothing in the model's stead."""
        said = any(unit.line <= t.line <= unit.end_line and self.attack_texts.search(t.value) for t in source.texts)
        return said and asserts(source, unit) and (guarded or not stands_in(source, unit))

    def _may_touch(self, path: str, places: set[str]) -> bool:
        """Whether a test seems to use a file with a measure, or is called after one."""
        text = self.project.text(path) or ""
        if _holds(path, SAFETY_WORDS) or (_holds(text, MEASURE_WORDS) and TESTS_MEASURE.search(text)):
            return True
        return any(t in places for t in self.graph.glanced(path))


def _holds(text: str, words: tuple[str, ...]) -> bool:
    """Whether a text holds one of these words, however it is written."""
    lowered = text.lower()
    return any(word in lowered for word in words)
