"""Code or configuration that chooses between models by rule: routers, fallback lists, conditions, tables by task or tier."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Call, Loop, Source, Value
from rung.facts.fact import Fact
from rung.link.models import EVALUATES, Models

MODELS_NAME = re.compile(r"(?:models|fallbacks|candidates|deployments|providers)\W*$", re.IGNORECASE)
ENDS_EARLY = re.compile(r"\b(?:return|break)\b")
HOLDS = ("list", "mapping", "call")
ENVIRONMENT = re.compile(r"\benv(?:iron)?\b", re.IGNORECASE)
# Functions that choose, as their names say, and not those that count or price what was used.
CHOOSES = re.compile(r"model|llm|engine|select|choose|pick|rout|resolve", re.IGNORECASE)
COUNTS = re.compile(r"cost|pric|count|limit|encod|token|window|context|support|usage|valid", re.IGNORECASE)
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
        return path in self.models.graph.near or (
            glance.names_model(path) and (glance.holds(path, "routing") or glance.holds(path, "rule"))
        )

    def _in_code(self, path: str) -> Iterator[Fact]:
        source = self.project.source(path)
        if source is None:
            return
        lines = [f.line for f in source.functions if self.routing.search(f.name)]
        for assignment in source.assignments:
            filled = assignment.value.kind == "string" or (assignment.value.kind in HOLDS and assignment.value.items)
            if filled and self.routing.search(assignment.name):
                lines.append(assignment.line)
        lines += [loop.line for loop in source.loops if self.routing.search(loop.iterable) or self._tries_in_order(source, loop)]
        for call in self.models.asking.direct(path):
            value = self.models.model_value(source, call, True)
            if value is not None and self._is_conditional(source, value, call):
                lines.append(value.line or call.line)
        for line in [*lines, *self._by_parameter(source), *self._by_key(source)]:
            yield self.project.fact("model-routing", path, line)

    def _tries_in_order(self, source: Source, loop: Loop) -> bool:
        """A loop over models that asks each until one answers."""
        if not MODELS_NAME.search(loop.iterable):
            return False
        asks = any(loop.line <= call.line <= loop.end_line for call in self.models.asking.direct(source.path))
        return asks and bool(ENDS_EARLY.search("\n".join(source.lines[loop.line : loop.end_line])))

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

    def _by_key(self, source: Source) -> Iterator[int]:
        """Tables that give each task or tier its model, looked up by a name that holds the task."""
        for assignment in source.assignments:
            value = assignment.value
            if value.kind != "mapping" or len(value.items) < 2 or not all(self.keys.match(k) for k in value.keys):
                continue
            named = {n for item in value.items for n in self.models.definitions.names(source, item, 1)}
            name = re.escape(assignment.name.rsplit(".", 1)[-1])
            if len(named) >= 2 and re.search(rf"\b{name}(?:\?\.)?(?:\[|\.get\()\s*(?![\"'\d])[\w.]", "\n".join(source.lines)):
                yield assignment.line
