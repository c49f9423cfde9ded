"""Models that are asked in turn: a loop that ends with the first answer, or a second model where the first one failed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise

from rung.facts.code.source import Call, Loop, Source, Value
from rung.link.conditions import Conditions, enclosing
from rung.link.entities import snake
from rung.link.models import Models
from rung.regex import regex

ENDS_EARLY = regex(r"\b(?:return|break)\b")
# What tells after a question that it was not answered, or not well.
FAILED = regex(r"^\s*(?:\}\s*)?(?:except|catch|rescue|if|continue|unless)\b|\berr\w*\s*[!=]=\s*nil|\bErr\(", re.MULTILINE)
# The question and the look at how it went in one line.
AT_ONCE = regex(r"\b(?:if|while) let (?:Ok|Some)\(|\brunCatching\b|\bif\b.*;\s*err\w*\s*==\s*nil")
# What a function sends that asks a model at an address that is configured.
SENDS = regex(r"\b[mM]essages\b|\b[pP]rompt\b\"?\s*[:=]")
# What tells that the question itself failed, not that something else was looked at.
CAUGHT = regex(
    r"^\s*(?:\}\s*)?(?:except|catch|rescue)\b|\}\s*catch\b|\berr\w*\s*[!=]=\s*nil|\bOk\(|\bErr\(|\.ok\b|isSuccess|onFailure", re.MULTILINE
)
# An error that ends the function instead of having the next model tried.
GIVES_UP = regex(r"\berr\w*\s*!=\s*nil\s*\{\s*return\b[^\n]*\n\s*\}")
DESTRUCTURED = regex(
    r"\bfor\b[^{\[(\n]{0,12}\(?[^{\[(\n]{0,12}[{\[(]([\w\s,]{1,80})[}\])]\s*(?:of|in)\b|\bfor\s+(\w+\s*,[\w\s,]{1,60})\s+in\b"
)
ASKS = regex(r"^(?:ask|complete|generate|chat|invoke|answer|prompt|respond|call|run|infer|query|send)\w*$", re.IGNORECASE)
LOOKS = regex(r"(?:^|\.)(?:print\w*|log\w*|info|warn\w*|debug|error|append|push|add|format|get|has|contains|includes)$", re.IGNORECASE)
HANDLER = regex(r"^(\s*)(?:\}\s*)?(?:except\b|catch\b|rescue\b)")
# A question that ended with an error, where errors are values.
FAILURE = regex(r"\bif\b.*\berr\w*\s*!=\s*nil|\bErr\(\w*\)\s*=>|\.is_err\(\)")
TRIED = regex(r"^\s*(?:try|begin)\b")
# Functions that try out a key, a connection or a set-up, and give no answer; and what is said only to see whether anything comes back.
TRIES_OUT = regex(
    r"(?:^|_)(?:test|validate|verify|check|ping|probe|health|diagnose)_(?:\w{1,30}_)?(?:keys?|credentials?|connections?|connectivity|health|access|auth\w*"
    r"|availability|config\w*|settings|tokens?|endpoints?|providers?|models?|llms?|backends?)(?:_|$)"
    r"|(?:^|_)(?:set|save|add|update|create|store)_(?:\w{1,30}_)?(?:api_?keys?|credentials?)(?:_|$)|(?:^|_)health_?checks?(?:_|$)"
)
PROBE = regex(
    r"""["'`](?:hi|hello|hey|ping|test|testing|are you there|say (?:hi|hello|ok))(?![\w-])[^"'`\n{}$%]{0,40}["'`]""",
    re.IGNORECASE,
)
SEEKS = regex(r"(?:^|_)(?:get|find|pick|select|choose|first|resolve|best|ask|answer|complete|generate|chat|invoke)(?:_|$)")
# What is taken out of an object or a mapping, by its name: `.model`, `["model"]`, `.get("model")`, `[:model]`.
TAKEN = r"""\??(?:\.(?:get|fetch|at)\(|\.|\[)[\s:"']{0,3}(\w+)"""
VARIABLE = regex(
    r"\bfor(?:each)?\b\s*(?:await\s*)?\(?\s*(?:(?:const|let|var|final|[\w<>]+)\s+)?\[?(?:\w+\s*,\s*)?(\w+)\]?\s*(?:in\b|of\b|:?=\s*range\b|:)"
)


class Fallbacks:
    """Finds the lines at which another model takes over."""

    def __init__(self, models: Models, conditions: Conditions) -> None:
        self.models, self.asking, self.conditions = models, models.asking, conditions
        self.ordered = regex(models.project.vocabulary["models"]["ordered"], re.IGNORECASE)

    def lines(self, source: Source) -> Iterator[int]:
        """Lines of loops over models that end with the first answer, and of calls of a second model where the first failed."""
        yield from (loop.line for loop in source.loops if self._tries_in_order(source, loop) and not _only_tries(source, loop))
        yield from self._takes_over(source)

    def _tries_in_order(self, source: Source, loop: Loop) -> bool:
        body = "\n".join(source.lines[loop.line : loop.end_line])
        if not ENDS_EARLY.search(body) or not FAILED.search(body):
            return False
        inside = [c for c in source.calls if loop.line <= c.line <= loop.end_line]
        asked = next((c.line for c in self._asked(source, loop) if c in inside), 0) if self.ordered.search(loop.iterable) else 0
        if not asked and CAUGHT.search(body):
            leads = self._leads(source)
            asked = next(
                (c.line for c in inside if (leads and self._hands_on(source, loop, c)) or self._hands_over(source, loop, c, leads)), 0
            )
        rest = GIVES_UP.sub("", "\n".join(source.lines[asked - 1 : loop.end_line])) if asked else ""
        first, _, after = rest.partition("\n")
        return bool(ENDS_EARLY.search(rest) and (FAILED.search(after) or AT_ONCE.search(first)))

    def _leads(self, source: Source) -> bool:
        """Whether a file leads to a model, or stands beside what does in a file that uses both."""
        graph = self.models.graph
        return source.path in graph.leading or any(u in graph.leading for u in graph.used.get(source.path, ()))

    def _hands_on(self, source: Source, loop: Loop, call: Call) -> bool:
        """Whether a call hands on the model that the loop's variable holds, or is of a function that the loop takes out of a provider."""
        head = source.lines[loop.line - 1]
        found, taken = VARIABLE.search(head), DESTRUCTURED.search(head)
        names = {n.strip() for n in (taken.group(1) or taken.group(2)).split(",")} if taken else set()
        if self.ordered.search(loop.iterable) and call.callee in names and ASKS.search(call.callee):
            return True
        variable = found.group(1) if found else ""
        given = [v.text for v in call.arguments.items if v.kind == "name"]
        for text in given:
            holder, _, tail = text.rpartition(".")
            if variable and holder == variable and self.models.name.search(tail) and not LOOKS.search(call.callee):
                return True
        return False

    def _hands_over(self, source: Source, loop: Loop, call: Call, leads: bool) -> bool:
        """Whether a call of a function of the file is handed the loop's variable whole, and takes the model out of it.

        Where the file leads to no model that is known (`leads`), the function must send messages or a prompt.
        """
        found = VARIABLE.search(source.lines[loop.line - 1])
        given = [i.text.lstrip("&*") for i, k in zip(call.arguments.items, call.arguments.keys, strict=False) if not k]
        if not found or found.group(1) not in given or LOOKS.search(call.callee):
            return False
        place, name = given.index(found.group(1)), re.split(r"[.:]+", call.callee)[-1]
        for function in (f for f in source.functions if f.name == name):
            parameters = [p for p in function.parameters if p.lstrip("&*").split(":")[0].strip() not in ("self", "this", "cls")]
            if place >= len(parameters):
                continue
            holder = re.escape(parameters[place].lstrip("&*").split(":")[0].strip())
            body = "\n".join(source.lines[function.line - 1 : function.end_line])
            if self.ordered.search(loop.iterable) and self.models.name.search(holder) and SENDS.search(body):
                return True  # the model's name itself is handed over, at an address that is configured
            taken = re.findall(rf"(?<![\w.]){holder}{TAKEN}", body)
            if (leads or SENDS.search(body)) and any(self.models.name.search(t) for t in taken):
                return True
        return False

    def _asked(self, source: Source, loop: Loop) -> list[Call]:
        """Calls that ask a model, and those of the loop's own variable by a name by which the repository asks models."""
        found = VARIABLE.search(source.lines[loop.line - 1])
        own = [c for c in source.calls if found and c.callee.startswith(f"{found.group(1)}.")]
        return [*self.asking.calls(source.path), *(c for c in own if c.callee.split(".")[1] in self._names)]

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(name for path in self.models.graph.near for name in self.asking.names(path)) - {""}

    def _takes_over(self, source: Source) -> Iterator[int]:
        calls = sorted(self.asking.calls(source.path), key=lambda c: c.line)
        for first, second in pairwise(calls):
            if first.function != second.function or first.function < 0 or not _handles(source, first, second):
                continue
            one, other = self._model(source, first), self._model(source, second)
            if one and other and one != other:
                yield second.line

    def _model(self, source: Source, call: Call) -> str:
        value = self.models.model_value(source, call, True)
        if value is None:
            value = next((i for i in call.arguments.items if self.conditions.is_named(source, i)), None)
        if value is None:
            receiver = call.callee.split(".")[-2] if "." in call.callee else ""
            return receiver.lower() if self.conditions.roles.search(receiver) or self.models.name.search(receiver) else ""
        return _told(value)


def _only_tries(source: Source, loop: Loop) -> bool:
    """Whether a loop only sees which models can be asked, by the name of its function or by what it says to them."""
    inside = [f for f in source.functions if f.name and f.line <= loop.line <= f.end_line]
    name = snake(max(inside, key=lambda f: f.line).name) if inside else ""
    body = "\n".join(source.lines[loop.line - 1 : loop.end_line])
    return bool(TRIES_OUT.search(name)) or (not SEEKS.search(name) and bool(PROBE.search(body)))


def _told(value: Value) -> str:
    """What tells one model's value from another's: the same setting is one model, wherever it is kept."""
    if value.kind == "name":
        return value.text.rsplit(".", 1)[-1].lower()
    return " ".join([value.text, *(i.text for i in value.items)]) if value.kind in ("string", "call") else ""


def _handles(source: Source, first: Call, second: Call) -> bool:
    """Whether the second call stands in the handler of an error of what the first one stands in."""
    if FAILURE.search(enclosing(source, second.line)) and not _ends(source, first, second):
        return True
    found = None
    for number in range(first.end_line, second.line):
        match = HANDLER.match(source.lines[number - 1])
        found = (number, len(match.group(1))) if match else found
    if found is None:
        return False
    number, indent = found
    tried = next((n for n in range(number - 1, 0, -1) if TRIED.match(source.lines[n - 1]) and _indent(source.lines[n - 1]) == indent), 0)
    inside = (t for t in source.lines[number : second.line] if t.strip())
    return 0 < tried <= first.line and all(_indent(t) > indent for t in inside)


def _ends(source: Source, first: Call, second: Call) -> bool:
    """Whether another error is asked for between two calls, so that the second call need not be about the first one's."""
    between = source.lines[first.end_line : second.line - 1]
    return sum(bool(FAILURE.search(line)) for line in between) > 1


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
