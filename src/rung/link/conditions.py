"""Models that a condition chooses between: two that are named in one expression, or one that replaces another for a need."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Call, Source, Value
from rung.link.models import Models
from rung.regex import regex

ENVIRONMENT = regex(r"\benv(?:iron)?\b", re.IGNORECASE)
COUNTS = regex(r"cost|pric|count|limit|encod|token|window|context|support|usage|valid|label|title|format|print|log\b", re.IGNORECASE)
BRANCH = regex(r"\b(?:if|elif|elsif|case|switch|match|when|unless)\b|\?[^.?]")
CONSTANT = regex(r"^[A-Z][A-Z\d_]*$")
# What stands before the code that runs when a question failed.
HANDLER = regex(r"^\s*(?:\}\s*)?(?:except\b|catch\b|rescue\b)|\berr\w*\s*!=\s*nil|\bErr\(")
# What parts an expression from what stands before it.
PARTS = regex(r"(?<![=!<>])=(?![=>])|\breturn\b|=>|[,:{;]")
RETURN = regex(r"\breturn\b|=>|\bfun\b[^=\n]{1,200}\)[^=\n]{0,60}=(?![=>])")
# What a line ends with whose statement goes on, and what the next one begins with.
OPEN = regex(r"(?:=>|=|\(|&&|\|\||\?|:|\breturn|\belse|\band|\bor)\s*$")
GOES_ON = regex(r"\s*(?:[?:](?![:.])|&&|\|\||if\b|else\b|and\b|or\b)")
MOST_LINES = 6
NAME = regex(r"[A-Za-z_][\w.]*")
ABOVE, LONGEST = 12, 1000
DEPTH = 4


class Conditions:
    """Finds the lines at which a condition on what is asked, by whom or how it went chooses the model."""

    def __init__(self, models: Models) -> None:
        self.models = models
        words = models.project.vocabulary["models"]
        self.not_rules = regex(words["not_rules"], re.IGNORECASE)
        self.needs = regex(words["needs"], re.IGNORECASE)
        self.roles = regex(words["role_names"], re.IGNORECASE)

    def lines(self, source: Source) -> Iterator[int]:
        """Lines of such choices in a file."""
        yield from self._in_calls(source)
        yield from self._assigned(source)
        yield from self._returned(source)
        yield from self._by_case(source)

    def is_named(self, source: Source, value: Value) -> bool:
        """A model written out, an SDK's constant, or a name of the repository's own that stands for one model: a constant, a role's."""
        if value.kind == "name" and not ENVIRONMENT.search(value.text) and self._stands_for_model(value.text):
            return True
        return bool(self.models.definitions.names(source, value))

    def _in_calls(self, source: Source) -> Iterator[int]:
        direct = {id(c) for c in self.models.asking.direct(source.path)}
        for call in source.calls:
            if COUNTS.search(call.callee.rsplit(".", 1)[-1]):
                continue
            value = self.models.model_value(source, call, True) if id(call) in direct else None
            assigned = self.models.values.assigned(source, value.text, call) if value is not None and value.kind == "name" else None
            if assigned is not None and self._chooses(source, assigned.value, assigned.line):
                yield assigned.line
            for item in self._places(call):
                if self._chooses(source, item, item.line or call.line):
                    yield item.line or call.line

    def _places(self, call: Call) -> Iterator[Value]:
        """What a call is given as a model, also inside what it is given."""
        waiting = [(call.arguments, 0)]
        while waiting:
            value, depth = waiting.pop()
            for key, item in zip(value.keys, value.items, strict=False):
                if item.kind == "choice" and (not key or key in self.models.keywords or self.models.name.search(key)):
                    yield item
                elif item.kind in ("mapping", "call") and depth < DEPTH:
                    waiting.append((item, depth + 1))

    def _assigned(self, source: Source) -> Iterator[int]:
        for assignment in source.assignments:
            tail = assignment.name.rsplit(".", 1)[-1]
            if assignment.function < 0 or assignment.value.kind != "choice" or COUNTS.search(tail):
                continue
            if (self.models.name.search(tail) or "model" in tail.lower()) and self._chooses(source, assignment.value, assignment.line):
                yield assignment.line

    def _returned(self, source: Source) -> Iterator[int]:
        """`return premium ? "large" : "small"`: two models in one statement that gives one of them."""
        texts: dict[int, set[str]] = {}
        for text in source.texts:
            if text.function >= 0 and self.models.is_model(text.value):
                texts.setdefault(text.line, set()).add(text.value)
        if not texts and not any("odel" in line or "ODEL" in line for line in source.lines):
            return
        for number, line in enumerate(source.lines, 1):
            given = RETURN.search(line) if len(line) <= LONGEST and ("return" in line or "=" in line) else None
            if given is None:
                continue
            told, last = _statement(source.lines, number, given.end())
            spoken = {t for n in range(number, last + 1) for t in texts.get(n, ())}
            if not ("?" in told or "if " in told) or ("odel" not in told and "ODEL" not in told and not spoken):
                continue
            named = spoken | {n for n in NAME.findall(told) if self._stands_for_model(n)}
            if len(named) == 2 and self._is_condition(told, named) and not self._counts(source, number):
                yield last

    def _stands_for_model(self, name: str) -> bool:
        tail = name.rsplit(".", 1)[-1]
        return bool(self.roles.search(tail)) or bool(CONSTANT.match(tail) and self.models.name.search(tail))

    def _counts(self, source: Source, number: int) -> bool:
        """Whether a line stands in a function that tells something of a model, and does not choose one."""
        inside = [f for f in source.functions if f.line <= number <= f.end_line and f.name]
        return not inside or bool(COUNTS.search(max(inside, key=lambda f: f.line).name))

    def _chooses(self, source: Source, value: Value, line: int) -> bool:
        """A choice between two models by some condition on what is asked, not by which provider is set up."""
        if value.kind != "choice":
            return False
        if any(self._chooses(source, i, i.line or line) for i in value.items):
            return True
        named = {i.text for i in value.items if i.text and self.is_named(source, i)}
        plain = {
            i.text for i in value.items if i.kind == "name" and i.text not in named and self.models.name.search(i.text.rsplit(".", 1)[-1])
        }
        last = max(line, *(i.line for i in value.items))
        text = " ".join(source.lines[line - 1 : last])
        if len(named) >= 2:
            return self._is_condition(text, named)
        # another one in place of the usual one, for a need
        together = named | plain
        return len(named) == 1 and bool(plain) and self._is_condition(text, together) and bool(self.needs.search(condition(text, together)))

    def _is_condition(self, text: str, named: set[str]) -> bool:
        told = condition(text, named) if len(text) <= LONGEST else ""
        if not told.strip() or self.not_rules.search(told):
            return False
        return not any(re.search(rf"\b{re.escape(n)}\b", told) for n in named)

    def _by_case(self, source: Source) -> Iterator[int]:
        """A model that is replaced by another one where what is asked is long, carries images or has failed."""
        seen: dict[tuple[int, str], str] = {}
        for assignment in source.assignments:
            tail = assignment.name.rsplit(".", 1)[-1]
            if assignment.function < 0 or not self.models.name.search(tail) or not self.is_named(source, assignment.value):
                continue
            told = assignment.value.text
            before = seen.setdefault((assignment.function, assignment.name), told)
            opened = enclosing(source, assignment.line)
            if before != told and (HANDLER.search(opened) or (BRANCH.search(opened) and self.needs.search(opened))):
                yield assignment.line


def _statement(lines: list[str], number: int, start: int) -> tuple[str, int]:
    """What a line gives back from a place in it on, with the lines on which its statement goes on, and the last of these."""
    told, last = lines[number - 1][start:], number
    while last - number < MOST_LINES and last < len(lines) and len(told) <= LONGEST:
        if not (OPEN.search(told) or not told.strip() or GOES_ON.match(lines[last])):
            break
        told, last = f"{told} {lines[last].strip()}", last + 1
    return told, last


def condition(text: str, named: set[str]) -> str:
    """What decides between the first two of some names in a text: `a if c else b`, `c ? a : b`, `if c {a} else {b}`; empty for `a or b`."""
    found = (re.search(rf"(?<![\w.-]){re.escape(n)}(?![\w-])", text) for n in named)
    places = sorted(m.span() for m in found if m)
    if len(places) < 2:
        return ""
    before, between = text[: places[0][0]], text[places[0][1] : places[1][0]]
    decided, otherwise, _ = between.partition(" else ")
    if otherwise and " if " in decided:
        return decided.partition(" if ")[2]
    if " else " in f"{between} " and re.search(r"\bif\b", before):
        return re.split(r"\bif\b", before)[-1]
    asked = re.fullmatch(r"(.*[^?])\?(?![?.])[^?:]*", before, re.DOTALL)
    return PARTS.split(asked.group(1))[-1] if asked and ":" in between else ""


def enclosing(source: Source, number: int) -> str:
    """The line that opens the block in which a line stands, the nearest above that is indented less."""
    line = source.lines[number - 1]
    indent = len(line) - len(line.lstrip())
    for other in reversed(source.lines[max(0, number - ABOVE) : number - 1]):
        if other.strip() and len(other) - len(other.lstrip()) < indent:
            return other
    return ""
