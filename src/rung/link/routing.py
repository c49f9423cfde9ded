"""Code or configuration that chooses between models by rule: routers, fallback lists, conditions, tables by task or tier."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Call, Source, Value
from rung.facts.fact import Fact
from rung.link.fallbacks import Fallbacks
from rung.link.models import EVALUATES, Models

HOLDS = ("list", "mapping", "call")
ENVIRONMENT = re.compile(r"\benv(?:iron)?\b", re.IGNORECASE)
# Functions that choose, as their names say, and not those that count or price what was used.
CHOOSES = re.compile(r"model|llm|engine|select|choose|pick|rout|resolve", re.IGNORECASE)
COUNTS = re.compile(r"cost|pric|count|limit|encod|token|window|context|support|usage|valid", re.IGNORECASE)
# Functions that choose a model by their name, and a condition in them.
PICKS = re.compile(
    r"^_*(?:async_)?(?:select|choose|pick|rout|determine|decide|resolve|get|model)\w*(?:model|llm|engine)|^_*model_?(?:for|by)",
    re.IGNORECASE,
)
BRANCH = re.compile(r"\b(?:if|elif|elsif|case|switch|match|when|unless)\b|\?[^.?]")
TASK = re.compile(r"(?:==|in|is|case|when|===|\(|,|:)\s*\(?[\"'`]([\w-]+)[\"'`]")
NO_TASK = ("default", "chat")
GIVEN = re.compile(r"[A-Za-z_][\w.]*")
LISTS = re.compile(r"^_*(?:filter|list|sort|group|find|search|count|valid|test)", re.IGNORECASE)
FALLBACK = re.compile(r"(?:^|[._])fallbacks?(?:\.\d+)*$", re.IGNORECASE)
CONSTANT = re.compile(r"^[A-Z][A-Z\d_]*$")
# `a if c else b` and `c ? a : b` have a condition; `a or b` and `a ?? b` have none.
CONDITION = re.compile(r"\bif\b(?P<python>.+?)\belse\b|(?P<other>[^=:?]+)(?<!\?)\?(?![?.])", re.DOTALL)


class Routing:
    """Facts of kind `model-routing`."""

    def __init__(self, models: Models) -> None:
        self.models, self.project = models, models.project
        words = self.project.vocabulary["models"]
        self.routing = re.compile(words["routing"])
        self.parameters = re.compile(words["rule_parameters"], re.IGNORECASE)
        self.keys = re.compile(words["rule_keys"], re.IGNORECASE)
        self.not_rules = re.compile(words["not_rules"], re.IGNORECASE)
        self.subjects = re.compile(words["subjects"], re.IGNORECASE)
        self.needs = re.compile(words["needs"], re.IGNORECASE)
        self.fallbacks = Fallbacks(models)

    def facts(self) -> list[Fact]:
        """All facts of this room."""
        found = [fact for path in self.project.code if self._matters(path) for fact in self._in_code(path)]
        configured = [
            s
            for s in self.project.settings
            if (self.routing.search(key := str(s.fields["key"])) or FALLBACK.search(key)) and self.models.is_model(str(s.fields["value"]))
        ]
        found += (Fact("model-routing", s.location, s.text, {"role": "application"}) for s in configured)
        return self.models.retired.without(found)

    def _matters(self, path: str) -> bool:
        glance = self.models.uses.glance
        if not self.project.is_application(path) or EVALUATES.search(path):
            return False
        return (
            path in self.models.graph.near
            or glance.holds(path, "in-turn")
            or (glance.names_model(path) and (glance.holds(path, "routing") or glance.holds(path, "rule")))
        )

    def _in_code(self, path: str) -> Iterator[Fact]:
        source = self.project.source(path)
        if source is None:
            return
        lines = [f.line for f in source.functions if self.routing.search(f.name) and not LISTS.search(f.name)]
        for assignment in source.assignments:
            filled = assignment.value.kind == "string" or (assignment.value.kind in HOLDS and assignment.value.items)
            if filled and self.routing.search(assignment.name):
                lines.append(assignment.line)
        lines += [loop.line for loop in source.loops if self.routing.search(loop.iterable)]
        lines += self.fallbacks.lines(source)
        for call in self.models.asking.direct(path):
            value = self.models.model_value(source, call, True)
            if value is not None and self._is_conditional(source, value, call):
                lines.append(value.line or call.line)
        for line in [*lines, *self._by_parameter(source), *self._by_subject(source), *self._by_case(source), *self._by_key(source)]:
            yield self.project.fact("model-routing", path, line)

    def _is_conditional(self, source: Source, value: Value, call: Call) -> bool:
        """A choice between two models by some condition on what is asked, not by which provider is set up."""
        line = value.line or call.line
        if value.kind == "name":
            assigned = self.models.assigned(source, value.text, call)
            value, line = (assigned.value, assigned.line) if assigned else (value, line)
        if value.kind != "choice":
            return False
        named = {i.text for i in value.items if self._is_named(source, i)}
        condition = CONDITION.search(" ".join(source.lines[line - 1 : line + 4]))
        if len(named) < 2 or condition is None:
            return False
        told = condition.group("python") or condition.group("other") or ""
        return not self.not_rules.search(told) and not any(re.search(rf"\b{re.escape(n)}\b", told) for n in named)

    def _is_named(self, source: Source, value: Value) -> bool:
        """A model written out, an SDK's constant, or a constant of the repository's own that stands for a model."""
        if value.kind == "name" and CONSTANT.match(tail := value.text.rsplit(".", 1)[-1]):
            return bool(self.models.name.search(tail)) and not ENVIRONMENT.search(value.text)
        return bool(self.models.definitions.names(source, value))

    def _by_parameter(self, source: Source) -> Iterator[int]:
        """Functions that are told the task or the tier and name two models or more."""
        for index, function in enumerate(source.functions):
            chooses = CHOOSES.search(function.name) and not COUNTS.search(function.name)
            if not chooses or not any(self.parameters.match(p.lstrip("*")) for p in function.parameters):
                continue
            models = {t.value for t in source.texts if t.function == index and self.models.is_model(t.value)}
            if len(models) >= 2:
                yield function.line

    def _by_subject(self, source: Source) -> Iterator[int]:
        """Functions called after choosing a model whose condition looks at what is asked, or compares it with a task's or tier's name."""
        for index, function in enumerate(source.functions):
            if not PICKS.search(function.name) or COUNTS.search(function.name):
                continue
            subjects = [p.lstrip("*") for p in function.parameters if self.subjects.match(p.lstrip("*"))]
            if subjects or function.parameters:
                lines = source.lines[function.line - 1 : function.end_line]
                if any(self._looks_at(line, subjects) for line in lines) and len(self._given(source, index)) >= 2:
                    yield function.line

    def _by_case(self, source: Source) -> Iterator[int]:
        """A model that is replaced by another one where what is asked is long, carries images or has failed."""
        seen: dict[tuple[int, str], str] = {}
        for assignment in source.assignments:
            tail = assignment.name.rsplit(".", 1)[-1]
            if assignment.function < 0 or not self.models.name.search(tail) or not self._is_named(source, assignment.value):
                continue
            told = assignment.value.text
            before = seen.setdefault((assignment.function, assignment.name), told)
            if before != told and self.needs.search(_condition(source, assignment.line)):
                yield assignment.line

    def _looks_at(self, line: str, subjects: list[str]) -> bool:
        if not BRANCH.search(line) or self.not_rules.search(line):
            return False
        tasks = [k for k in TASK.findall(line) if self.keys.match(k) and k.lower() not in NO_TASK]
        return bool(tasks) or any(re.search(rf"\b{re.escape(s)}\b(?!\s*[=:]{{2,3}}\s*[\"'])", line) for s in subjects)

    def _given(self, source: Source, index: int) -> set[str]:
        """Models that a function names to give them, not to compare with them."""
        function = source.functions[index]
        compared = {side.strip("\"'`") for c in source.comparisons if c.function == index for side in (c.left, c.right)}
        found = {t.value for t in source.texts if t.function == index and self.models.is_model(t.value)} - compared
        told = {a.name: a.value for a in source.assignments if a.function < 0}
        for line in source.lines[function.line - 1 : function.end_line]:
            for name in GIVEN.findall(line.partition("return")[2] if "return" in line else ""):
                tail = name.rsplit(".", 1)[-1]
                value = told.get(name)
                if self.models.name.search(tail) or (value is not None and self.models.definitions.names(source, value)):
                    found.add(tail)
        return found

    def _by_key(self, source: Source) -> Iterator[int]:
        """Tables that give each task or tier its model, looked up by a name that holds the task."""
        for assignment in (a for a in source.assignments if not COUNTS.search(a.name)):
            for name, value in _tables(assignment.name.rsplit(".", 1)[-1], assignment.value):
                if len(value.items) >= 2 and all(self.keys.match(k) for k in value.keys):
                    named = {n for item in value.items for n in self.models.definitions.names(source, item, 1)}
                    if len(named) >= 2 and self._is_looked_up(source, assignment.name.rsplit(".", 1)[-1], name):
                        yield value.line or assignment.line

    def _is_looked_up(self, source: Source, table: str, name: str) -> bool:
        """Whether a table is asked for what a name holds, in its file or in one that uses it; a table of tables by two names."""
        steps = r"(?:\.\w+|\[[^\]\n]+\])*?"
        lookup = re.compile(rf"\b(?:{re.escape(table)}{steps}|{re.escape(name)})(?:\?\.)?(?:\[|\.get\()\s*(?![\"'\d])[\w.]")
        users = (self.project.text(u) or "" for u in self.models.graph.used.get(source.path, ()) if self.project.is_application(u))
        return any(lookup.search(text) for text in ("\n".join(source.lines), *users))


def _condition(source: Source, number: int) -> str:
    """The line of the condition under which a line stands, the nearest above that is indented less; empty where that is none."""
    line = source.lines[number - 1]
    indent = len(line) - len(line.lstrip())
    for other in reversed(source.lines[max(0, number - 12) : number - 1]):
        if other.strip() and len(other) - len(other.lstrip()) < indent:
            return other if BRANCH.search(other) else ""
    return ""


def _tables(name: str, value: Value, depth: int = 2) -> Iterator[tuple[str, Value]]:
    """A mapping and those in it, with the name that each is found by."""
    if value.kind == "mapping" and value.items:
        yield name, value
        for key, item in zip(value.keys, value.items, strict=False) if depth else ():
            yield from _tables(key or name, item, depth - 1)
