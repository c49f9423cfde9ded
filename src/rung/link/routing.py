"""Code or configuration that chooses between models by rule: routers, fallback lists, conditions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Call, Loop, Source, Value
from rung.facts.fact import Fact
from rung.link.models import Models

MODELS_NAME = re.compile(r"(?:models|fallbacks|candidates|deployments|providers)\W*$", re.IGNORECASE)
ENDS_EARLY = re.compile(r"\b(?:return|break)\b")
HOLDS = ("list", "mapping", "call")


class Routing:
    """Facts of kind `model-routing`."""

    def __init__(self, models: Models) -> None:
        self.models, self.project = models, models.project
        self.routing = re.compile(self.project.vocabulary["models"]["routing"])

    def facts(self) -> list[Fact]:
        """All facts of this room."""
        found = [fact for path in self.project.code if self._matters(path) for fact in self._in_code(path)]
        configured = [
            s for s in self.project.settings if self.routing.search(str(s.fields["key"])) and self.models.is_model(str(s.fields["value"]))
        ]
        return [*found, *(Fact("model-routing", s.location, s.text, {"role": "application"}) for s in configured)]

    def _matters(self, path: str) -> bool:
        glance = self.models.uses.glance
        if not self.project.is_application(path):
            return False
        return path in self.models.graph.near or (glance.holds(path, "routing") and glance.names_model(path))

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
        for line in lines:
            yield self.project.fact("model-routing", path, line)

    def _tries_in_order(self, source: Source, loop: Loop) -> bool:
        """A loop over models that asks each until one answers."""
        if not MODELS_NAME.search(loop.iterable):
            return False
        asks = any(loop.line <= call.line <= loop.end_line for call in self.models.asking.direct(source.path))
        return asks and bool(ENDS_EARLY.search("\n".join(source.lines[loop.line : loop.end_line])))

    def _is_conditional(self, source: Source, value: Value, call: Call) -> bool:
        """A choice between two models that are both written out: by some condition."""
        if value.kind == "name":
            assigned = self.models.assigned(source, value.text, call)
            value = assigned.value if assigned else value
        return value.kind == "choice" and sum(i.kind == "string" and self.models.is_model(i.text) for i in value.items) >= 2
