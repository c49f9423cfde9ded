"""Functions that look for a pattern or list in a text, and give a refusal in its place."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rung.facts.code.source import Source
from rung.link.expression import Expression
from rung.link.gates import TESTS
from rung.link.project import Project
from rung.link.refusals import LOOKS
from rung.regex import regex

AFTER, LONGEST = 4, 300
RETURNS = regex(r"(?:^|[\s;{(>])(?:return|raise|throw|=>|->|Err\(|Some\(|Ok\()(?:$|[\s;(!.{])|\?\s")
ASKS = regex(r"\bin\b|\.(?:some|any|includes|test|contains|Contains|match\w*|search|has|startswith)\b|\bany\(|\bre\.|[=!]=")
SELF = frozenset({"self", "cls", "this", "&self", "&mut self"})
WORD = regex(r"[A-Za-z_]\w{2,60}")
MEMBERSHIP = ("in", "not in")


class Withholding:
    """Tells which functions of a file give back a refusal where something is found in what they are handed."""

    def __init__(self, project: Project) -> None:
        self.project = project
        words = project.vocabulary["safety"]["withholding"]
        self.speaks = Expression(f"{words['speaks']}|{words['texts']}")
        self.names, self.texts = regex(words["names"]), regex(words["texts"])
        self.other = regex(words["other"], re.IGNORECASE)
        self._known: dict[str, Mapping[str, str]] = {}

    def functions(self, path: str) -> Mapping[str, str]:
        """The kind of measure by the name of each such function."""
        if path not in self._known:
            source = self.project.source(path) if self.speaks.search(self.project.text(path) or "") else None
            self._known[path] = self._found(source) if source else {}
        return self._known[path]

    def _found(self, source: Source) -> dict[str, str]:
        said = {
            a.name.rsplit(".", 1)[-1] for a in source.assignments if a.value.kind in ("string", "template") and self._says(a.value.text)
        }
        found: dict[str, str] = {}
        for index, function in enumerate(source.functions):
            handed = set(function.parameters) - SELF
            if not function.name or not handed or function.parent >= 0 or self.other.search(function.name):
                continue
            for line in self._looks(source, index, handed):
                tails = self._given(source, line, min(line + AFTER, function.end_line))
                words = {w for tail in tails for w in WORD.findall(tail)}
                told = any(self.texts.search(tail) for tail in tails)
                if told or words & said or any(map(self.names.search, words)):
                    found[function.name] = "guardrail"
        return found

    def _says(self, text: str) -> bool:
        return len(text) < LONGEST and bool(self.texts.search(text))

    @staticmethod
    def _given(source: Source, first: int, last: int) -> list[str]:
        """What is given back on some lines, but for what is found out there: a function that tells refusals from answers withholds none."""
        found = []
        for number in range(first, last + 1):
            row = source.lines[number - 1]
            ends = [m.end() for m in RETURNS.finditer(row)]
            tail = row[ends[-1] :] if ends else ""
            if ends and not ASKS.search(tail):
                found.append(tail if len(tail.strip("( ")) > 1 or number == last else source.lines[number])
        return found

    @staticmethod
    def _looks(source: Source, index: int, handed: set[str]) -> list[int]:
        """The lines of a function at which it searches what it is handed for a pattern, or for what a list holds."""
        inner = {index, *(n for n, f in enumerate(source.functions) if f.parent == index)}
        derived = handed | {
            a.name for a in source.assignments if a.function in inner and handed & set(WORD.findall(source.lines[a.line - 1]))
        }
        lines = {
            c.line for c in source.comparisons if c.function in inner and c.operator in MEMBERSHIP and derived & set(WORD.findall(c.right))
        }
        for call in source.calls:
            if call.function in inner and (TESTS.search(call.callee) or LOOKS.search(call.callee)):
                row = " ".join(source.lines[call.line - 1 : min(call.end_line, call.line + 2)])
                if derived & set(WORD.findall(row)):
                    lines.add(call.line)
        return sorted(lines)
