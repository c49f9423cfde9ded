"""Functions that look for attacks, harmful words or personal data in a text, told by the patterns that they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rung.facts.code.source import Source, Text, Value
from rung.link.expression import Expression
from rung.link.gates import TESTS
from rung.link.glance import Glance
from rung.link.project import Project
from rung.regex import regex

# Longer literals are prompts; a single word may mean anything.
LONGEST = 120
# A longer one with the marks of an expression is no prompt.
LONGEST_EXPRESSION, MARKS = 900, regex(r"\\[sbwd]|\(\?[:i]|\)\?")
EXPRESSION = regex(r"(?:^|[\s(,\[=:])/(?![/*])(.+?)/[gimsuy]*(?=\s*[,;)\].]|\s*$)")
INSTRUCTIONS = Expression(
    r"(?:ignore|disregard|forget|override)\b.{0,80}?(?:previous|prior|above|earlier|preceding|instructions?|rules|prompts?)", re.IGNORECASE
)
FEWEST = {"injection-detection": 1, "moderation": 2, "pii-redaction": 1}


class Screening:
    """Tells which functions of a file screen a text, and for what."""

    def __init__(self, project: Project, glance: Glance) -> None:
        self.project, self.glance = project, glance
        self.patterns = {kind: regex(p, re.IGNORECASE) for kind, p in project.vocabulary["safety"]["screened"].items()}
        self._known: dict[str, Mapping[str, str]] = {}

    def functions(self, path: str) -> Mapping[str, str]:
        """The kind of measure by the name of each screening function of a file."""
        known = self._known.get(path)
        if known is None:
            source = self.project.source(path) if self.project.is_application(path) and self._may_screen(path) else None
            known = self._known[path] = self._of(source) if source else {}
        return known

    def _may_screen(self, path: str) -> bool:
        """Asked before a file is parsed."""
        return self.glance.holds(path, "screened") or (
            self.glance.holds(path, "attack") and INSTRUCTIONS.search(self.project.text(path) or "") is not None
        )

    def _of(self, source: Source) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for kind, pattern in self.patterns.items():
            told = [t for t in source.texts if _may_be_pattern(t) and pattern.search(t.value)]
            lines = {t.line for t in told}
            lines |= {n for n, row in enumerate(source.lines, 1) if any(pattern.search(e) for e in _expressions(row))}
            if len(lines) < FEWEST[kind] and len({m.group().lower() for t in told for m in pattern.finditer(t.value)}) < FEWEST[kind]:
                continue
            names = {
                a.name.rsplit(".", 1)[-1]
                for a in source.assignments
                if a.value.kind in ("list", "mapping", "call") and (a.line in lines or any(v.line in lines for v in _within(a.value, 3)))
            }
            for index, function in enumerate(source.functions):
                if not function.name or function.name in found:
                    continue
                inside = range(function.line, function.end_line + 1)
                body = "\n".join(source.lines[function.line - 1 : function.end_line])
                holds = any(n in lines for n in inside) or any(re.search(rf"\b{re.escape(n)}\b", body) for n in names)
                if holds and self._tests(source, index):
                    found[function.name] = kind
        return found

    @staticmethod
    def _tests(source: Source, index: int) -> bool:
        """Whether a function compares or searches, itself or in a function inside it."""
        inner = {index, *(n for n, f in enumerate(source.functions) if f.parent == index)}
        return any(c.function in inner for c in source.comparisons) or any(
            c.function in inner and (TESTS.search(c.callee) or c.callee.endswith(("sub", "replace", "replaceAll", "ReplaceAllString")))
            for c in source.calls
        )


def _may_be_pattern(text: Text) -> bool:
    """Whether a text is short, or an expression by its marks."""
    return not text.template and (len(text.value) < LONGEST or (len(text.value) < LONGEST_EXPRESSION and bool(MARKS.search(text.value))))


def _expressions(row: str) -> list[str]:
    """The regular expressions in a line of a language that has literals for them."""
    return EXPRESSION.findall(row) if len(row) < LONGEST and "/" in row else []


def _within(value: Value, depth: int) -> Iterator[Value]:
    """The expressions that an expression is made of."""
    for item in value.items:
        yield item
        if depth:
            yield from _within(item, depth - 1)
