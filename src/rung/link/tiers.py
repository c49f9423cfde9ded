"""Models that are kept by size, tier or role, and a function that gives one of them by what is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from rung.facts.code.source import Function, Source, Value
from rung.link.conditions import BRANCH
from rung.link.models import EVALUATES, Models
from rung.regex import regex

# What a function gives: behind `return`, an arrow or a `?`, assigned to a model, or alone on its line (a block's last expression).
GIVES = regex(
    r"\breturn\b|=>|->|\?|\b(?:model|llm|tier)\w*\s*:?=|^\s*(?:then\s+|else\s+)?[&*]?[\w.:@\[\]\"']{2,80}(?:\.clone\(\)|\(\))?[;,]?\s*$"
)
MEMBER = regex(r"(?:\.|::|\[[\"':]|@)([A-Za-z]\w{1,30})\b(?!\s*\()")
SPEAKS = regex(r"model|llm|engine|tier|rout|deployment", re.IGNORECASE)
WORD = regex(r"[A-Za-z_]\w*")
# A name and a text some way behind it: `small: env.SMALL ?? "..."`, `LARGE = "..."`.
HELD = regex(
    r"""(?<!\w)([A-Za-z]\w{2,40})["']?\s{0,4}(?::|=|=>|:=)\s{0,4}[^"'\n]{0,80}?(?:["'][\w.]{1,40}["'],\s{0,4})?["']([\w./:@-]{3,80})["']"""
)
TAIL = regex(r"_?(?:model|llm|tier|deployment)(?:_?(?:name|id))?$", re.IGNORECASE)
COUNTS = regex(r"cost|pric|count|limit|token|window|label|title|format|log|colou?r|style", re.IGNORECASE)
LONGEST = 60
# A size that is compared with another one: no arrow, no type's brackets.
COMPARES = regex(r"[\w)\]]\s*(?:<=|>=)\s*[\w(*&]|[\w)\]] [<>] [\w(*&]")


class Tiers:
    """Finds functions that give one of several models which settings or constants keep by their size or role."""

    def __init__(self, models: Models) -> None:
        self.models, self.project = models, models.project
        words = self.project.vocabulary["models"]
        self.sizes = regex(words["sizes"], re.IGNORECASE)
        self.not_rules = regex(words["not_rules"], re.IGNORECASE)

    def may_hold(self, path: str) -> bool:
        """Whether a file may have such a function: it asks a model or is used by what does, and speaks of tiers."""
        glance, graph = self.models.uses.glance, self.models.graph
        if not (glance.holds(path, "rule") or glance.holds(path, "routing")):
            return False
        if not (path in graph.near or any(u in graph.near or graph.leading.get(u) == 1 for u in graph.used.get(path, ()))):
            return False
        return bool(SPEAKS.search(self.models.project.text(path) or ""))

    def lines(self, source: Source) -> Iterator[int]:
        """Lines of such functions in a file."""
        for index, function in enumerate(source.functions):
            told = f"{source.path.rsplit('/', 1)[-1]} {function.owner} {function.name}"
            if not function.name or COUNTS.search(function.name) or not SPEAKS.search(told) or function.end_line - function.line > LONGEST:
                continue
            lines = source.lines[function.line - 1 : function.end_line]
            given = {m.lower() for line in lines[1:] or lines if GIVES.search(line) for m in MEMBER.findall(line) if self.sizes.search(m)}
            if len(given) >= 2 and self._looks(source, index, function, lines) and len(given & self._kept) >= 2:
                yield function.line
        yield from self._by_threshold(source)

    def _by_threshold(self, source: Source) -> Iterator[int]:
        """Lines of tables that give each model the size up to which it is taken, where a function compares what it is given with that."""
        for assignment in source.assignments:
            rows = assignment.value.items if assignment.function < 0 and assignment.value.kind in ("list", "call") else ()
            if sum(self._is_row(row) for row in rows) < 2:
                continue
            named = re.compile(rf"\b{re.escape(assignment.name.rsplit('.', 1)[-1])}\b")
            for function in source.functions:
                body = "\n".join(source.lines[function.line - 1 : function.end_line])
                if named.search(body) and COMPARES.search(body) and not COUNTS.search(function.name):
                    yield assignment.line
                    break

    def _is_row(self, row: Value) -> bool:
        kinds = {item.kind for item in row.items}
        return "number" in kinds and sum(i.kind == "string" and self.models.is_model(i.text) for i in row.items) == 1

    def _looks(self, source: Source, index: int, function: Function, lines: list[str]) -> bool:
        """Whether a condition looks at what the function is given, or at what it works out of that."""
        names = {p.lstrip("*&") for p in function.parameters} | {a.name for a in source.assignments if a.function == index}
        names -= {"self", "this", "cfg", "config", "settings", "env"}
        branches = (line for line in lines if BRANCH.search(line) and not self.not_rules.search(line))
        return any(names & set(WORD.findall(line)) for line in branches)

    @cached_property
    def _kept(self) -> frozenset[str]:
        """Sizes and roles by which settings or code keep the name of a model, in lower case."""
        found = {str(s.fields["name"]) for s in self.project.settings if self.models.is_model(str(s.fields["value"]))}
        for path in self.project.code:
            if self.project.is_application(path) and self.models.uses.glance.names_model(path) and not EVALUATES.search(path):
                found |= {name for name, text in HELD.findall(self.project.text(path) or "") if self.models.is_model(text)}
        parts = {p.lower() for name in found for p in (name, TAIL.sub("", name), *re.split(r"_|-|(?<=[a-z])(?=[A-Z])", name))}
        return frozenset(p for p in parts if self.sizes.search(p))
