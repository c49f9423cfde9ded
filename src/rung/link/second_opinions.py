"""Second models: functions that have a model say whether a question or an answer may pass, and look at its verdict."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rung.facts.code.source import Source, Value
from rung.link.asking import Asking
from rung.link.expression import Expression
from rung.link.gates import TESTS
from rung.link.project import Project
from rung.regex import regex

LONGEST = 4000
WORD = regex(r"\w+")
STARTS = ("starts_with", "startsWith", "equalsIgnoreCase")


class SecondOpinions:
    """Tells which functions of a file ask a model for such a verdict."""

    def __init__(self, project: Project, asking: Asking) -> None:
        self.project, self.asking = project, asking
        words = project.vocabulary["safety"]
        self.verdicts, self.harms = Expression(words["verdict_words"]), Expression(words["verdict_subjects"], re.IGNORECASE)
        self.values = regex(words["verdict_values"], re.IGNORECASE)
        self.fields = regex(words["verdict_fields"])
        self._known: dict[tuple[str, bool], Mapping[str, str]] = {}

    def functions(self, path: str, *, through: bool = False) -> Mapping[str, str]:
        """The kind of measure by the name of each such function; `through`: of those too that ask through another function."""
        key = (path, through)
        if key not in self._known:
            self._known[key] = self._of(path, through=through) if self.asking.uses.glance.holds(path, "verdict") else {}
        return self._known[key]

    def _of(self, path: str, *, through: bool) -> Mapping[str, str]:
        graph = self.asking.graph
        if path not in graph.near and not (through and graph.leading.get(path) == 1):
            return {}
        text = self.project.text(path) or ""
        if not (self.harms.search(text) and self.verdicts.search(text)):
            return {}
        source = self.project.source(path)
        found: dict[str, str] = {}
        for call in (self.asking.calls(path) if through else self.asking.direct(path)) if source else ():
            index = call.function
            while source and index >= 0 and not source.functions[index].name:
                index = source.functions[index].parent
            if source and index >= 0 and self._asks_for_verdict(source, index) and self._looks(source, index):
                found[source.functions[index].name] = "moderation"
        return found

    def _asks_for_verdict(self, source: Source, index: int) -> bool:
        """Whether what stands in a function, or in a constant that it names, tells the model to judge."""
        function = source.functions[index]
        body = "\n".join(source.lines[function.line - 1 : function.end_line])
        words = set(WORD.findall(body))
        named = {a.line for a in source.assignments if a.function < 0 and a.name.rsplit(".", 1)[-1] in words}
        near = (t for t in source.texts if function.line <= t.line <= function.end_line or any(n <= t.line <= n + 1 for n in named))
        return any(len(t.value) < LONGEST and self.verdicts.search(t.value) and self.harms.search(t.value) for t in near)

    def _looks(self, source: Source, index: int) -> bool:
        """Whether a function compares what came back with a verdict, or takes a verdict's field."""
        function = source.functions[index]
        inside = range(function.line, function.end_line + 1)
        if any(c.line in inside and (self.values.search(c.left) or self.values.search(c.right)) for c in source.comparisons):
            return True
        tests = (c for c in source.calls if c.line in inside and (TESTS.search(c.callee) or c.callee.endswith(STARTS)))
        values = (v for c in tests for v in _walk(c.arguments, 2) if v.kind in ("string", "other"))
        if any(self.values.search(f'"{v.text}"') for v in values):
            return True
        return any(self.fields.search(source.lines[n - 1]) for n in inside if n <= len(source.lines))


def _walk(value: Value, depth: int) -> Iterator[Value]:
    for item in value.items:
        yield item
        if depth:
            yield from _walk(item, depth - 1)
