"""What a value in a model's place says: a literal, a constant, a setting, a parameter, a variable of the environment."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from rung.facts.code.source import Assignment, Call, Source, Value
from rung.regex import regex

if TYPE_CHECKING:
    from rung.link.models import Models

DOTTED = regex(r"\b[A-Za-z_]\w{0,40}(?:\.\w{1,40}){1,4}")
LOOKED_UP = regex(r"[\w.]*(?:model|llm|engine|deployment)\w*(?:\?\.)?\[", re.IGNORECASE)


class ModelValues:
    """Resolves values of a source file; `models` tells what a model's name is."""

    def __init__(self, models: Models) -> None:
        self.models, self.project = models, models.project

    def resolve(self, source: Source, value: Value, call: Call | None = None) -> tuple[str, str]:
        """(how, model) for a value in a model's place: literal, constant, environment, setting, parameter, or "" for what says nothing."""
        if value.kind in ("string", "template"):
            return ("literal", value.text) if value.text and "{" not in value.text else ("", "")
        if value.kind == "choice":
            parts = [self.resolve(source, item, call) for item in value.items]
            how = next((h for h, _ in parts if h not in ("", "literal")), "literal" if parts else "")
            return how, next((m for h, m in parts if m), "")
        if value.kind == "call":
            return self._resolve_call(source, value, call)
        if value.kind == "name":
            return self._resolve_name(source, value.text, call)
        looked_up = LOOKED_UP.match(value.text) if value.kind == "other" else None  # `MODEL_BY_TIER[tier]`
        return ("setting", "") if looked_up else ("", "")

    def _resolve_call(self, source: Source, value: Value, call: Call | None) -> tuple[str, str]:
        if re.search(r"getenv|environ|env\b|ENV\.|env::var|GetEnvironmentVariable|process\.env|config|Configuration|Getenv", value.text):
            default = next((i.text for i in value.items[1:] if i.kind == "string"), "")
            return "environment", default
        for match in self.project.catalogue.positions.find(value.text):
            if value.items and (match.distinctive or self.models.uses.available(source.path, match.tool.id)):
                return self.resolve(source, value.items[0], call)
        model = value.get("model") or next((i for i in value.items if i.kind == "string" and self.models.is_model(i.text)), None)
        if model is not None:
            return self.resolve(source, model, call)
        tail = value.text.rsplit(".", 1)[-1]
        return ("setting", "") if self.models.name.search(tail) or self._gives_model(source, tail) else ("", "")

    def _gives_model(self, source: Source, name: str) -> bool:
        """Whether a function of the file, of whatever name, gives the name of a model."""
        mine = {i for i, f in enumerate(source.functions) if f.name == name}
        return any(t.function in mine and self.models.is_model(t.value) for t in source.texts) or any(
            self._looks_up(source, i) or self._names_constant(source, i) for i in mine
        )

    def _names_constant(self, source: Source, index: int) -> bool:
        """Whether a function's body names a constant by which an SDK calls a model."""
        body = "\n".join(source.lines[source.functions[index].line - 1 : source.functions[index].end_line])
        return any(self.models.is_constant(source, name) for name in set(DOTTED.findall(body)))

    def _looks_up(self, source: Source, index: int) -> bool:
        """Whether a function takes something out of a table of models that stands above it."""
        body = "\n".join(source.lines[source.functions[index].line - 1 : source.functions[index].end_line])
        tables = (a for a in source.assignments if a.function < 0 and a.value.kind == "mapping")
        return any(
            re.search(rf"\b{re.escape(a.name)}\b", body) and any(i.kind == "string" and self.models.is_model(i.text) for i in a.value.items)
            for a in tables
        )

    def _resolve_name(self, source: Source, name: str, call: Call | None) -> tuple[str, str]:
        if re.search(r"process\.env|import\.meta\.env|environ|^_?ENV\.|Deno\.env|Bun\.env", name):
            return "environment", self._environment_default(source, name.rsplit(".", 1)[-1])
        head = name.split(".", maxsplit=1)[0]
        if "." in name and head in self.models.model_names(source) and not self.assigned(source, head, call):
            return "literal", name  # a constant of the SDK
        if self._is_library_constant(source, name):
            return "literal", ""
        found = self.assigned(source, name, call)
        if found is not None:
            how, model = self.resolve(source, found.value, None) if found.value.kind in ("string", "choice", "call") else ("", "")
            if found.function >= 0 and how == "literal":
                parameter = found.name in source.functions[found.function].parameters
                return ("parameter" if parameter else "literal"), model
            if how == "literal":
                return "constant", model
            return (how or "setting"), model
        if call is not None and call.function >= 0 and head in source.functions[call.function].parameters:
            return "parameter", ""
        return "setting", self._definition_of(name.rsplit(".", 1)[-1], source)

    def _is_library_constant(self, source: Source, name: str) -> bool:
        """Whether a plain name is a library's own for one model, taken from there by an import (`import static ...GPT_4_O_MINI`)."""
        modules = [i.module for i in source.imports if any(name in names for names in i.names)]
        if not modules or not self.models.is_spoken(name):
            return False
        own = {posixpath.splitext(posixpath.basename(t))[0] for t in self.models.graph.touches(source.path)}
        return own.isdisjoint(re.split(r"[./:\\]+", module)[-1] for module in modules)

    def assigned(self, source: Source, name: str, call: Call | None) -> Assignment | None:
        """The assignment of a name that a call sees: in its own function, else at the top level."""
        options = [
            a for a in source.assignments if a.name == name or a.name == name.removeprefix("self.") or a.name == name.removeprefix("this.")
        ]
        inside = [a for a in options if call is not None and a.function == call.function]
        return next(iter(inside or [a for a in options if a.function < 0] or options), None)

    def _definition_of(self, name: str, source: Source) -> str:
        """The model that a name of another file stands for, where that file says so."""
        for target in self.models.graph.touches(source.path):
            other = self.project.source(target)
            for assignment in other.assignments if other else ():
                if assignment.name.rsplit(".", 1)[-1] == name and other is not None:
                    text = next(iter(self.models.definitions.names(other, assignment.value)), "")
                    if text:
                        return text
        return ""

    def _environment_default(self, source: Source, name: str) -> str:
        return next((e.default or "" for e in source.environment if e.name == name), "")
