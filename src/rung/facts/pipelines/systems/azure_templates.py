"""Azure Pipelines' templates: files taken in with parameters, and `${{ if }}` / `${{ each }}`, expanded as far as they are known."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from posixpath import dirname
from typing import Any

from rung.facts.pipelines.systems.azure_functions import AZURE
from rung.facts.pipelines.systems.document import Mapping, Scalar, Sequence, documents, mapping, place, scalar, sequence
from rung.facts.pipelines.systems.expressions import HOLE, evaluate, substitute
from rung.facts.pipelines.systems.sources import Sources
from rung.facts.pipelines.systems.values import UNKNOWN, Value, truth
from rung.regex import regex

DEEPEST, MOST = 12, 3000
DIRECTIVE = regex(r"\$\{\{\s*(?P<word>if|elseif|else|each|insert)\b(?P<rest>.*)\}\}$", re.DOTALL)
EACH = regex(r"\s*(?P<name>\w+)\s+in\s+(?P<what>[\w.-]+)\s*$")
NAME = regex(r"\s*[\w-]+(\.[\w-]+|\['[^']+'\])*\s*$")
KINDS = ("stages", "jobs", "steps", "variables")


@dataclass(frozen=True, slots=True)
class Scope:
    """Where expressions of one file are evaluated: its path, and what `parameters`, `variables` and loop names stand for."""

    path: str
    values: dict[str, Any] = field(default_factory=dict)
    depth: int = 0

    def node(self, name: str) -> Any:
        """What a dotted name stands for, which may be a list or a mapping; None when it is not known."""
        value: Any = self.values
        for part in name.lower().replace("['", ".").replace("']", "").split("."):
            if not isinstance(value, dict):
                return None
            value = value[part] if part in value else next((item for key, item in value.items() if key.lower() == part), None)
        return value

    def lookup(self, name: str) -> Value:
        found = self.node(name)
        return str(found) if isinstance(found, Scalar) and "$(" not in found and "${{" not in found else UNKNOWN


class Expander:
    """Expands one pipeline file; the number of nodes is bounded, since templates may call each other."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.left = MOST

    def expanded(self, node: Any, scope: Scope) -> Any:
        """The node with templates taken in, directives decided and parameters put in."""
        self.left -= 1
        if self.left < 0:
            return None
        if isinstance(node, Scalar):
            return self._scalar(node, scope)
        if isinstance(node, Sequence):
            made = Sequence(node.line)
            self._items(node, scope, made)
            return made
        if isinstance(node, Mapping):
            entries = Mapping(node.line)
            self._entries(node, scope, entries)
            return entries
        return None

    def template(self, call: Mapping, scope: Scope) -> Mapping | None:
        """The expanded file that a `template:` names; None for one of another repository."""
        name, _, where = str(self._scalar(scalar(call.get("template")), scope)).partition("@")
        if scope.depth >= DEEPEST or where not in ("", "self"):
            return None
        source = (
            self.sources.read(name, "" if name.startswith("/") else dirname(scope.path))
            if not name.startswith("/")
            else self.sources.read(name.lstrip("/"))
        )
        if source is None:
            return None
        found = documents(source[1], source[0])
        root = mapping(found[0] if found else None)
        parameters = defaults(root)
        for key, value in mapping(self.expanded(call.get("parameters"), scope)).items():
            parameters[str(key).lower()] = value
        inner = Scope(source[0], {"parameters": parameters, "variables": scope.values.get("variables", {})}, scope.depth + 1)
        body = Mapping(root.line)
        for key in (*KINDS, "extends"):
            if key in root:
                body.put(key, root[key], root.line_of(key))
        return mapping(self.expanded(body, inner))

    def _scalar(self, node: Scalar, scope: Scope) -> Any:
        if "${{" not in node:
            return node
        hole = HOLE.fullmatch(node.strip())
        if hole and NAME.match(hole["inside"]):
            found = scope.node(hole["inside"].strip())
            if found is not None:
                return found
        return node.with_text(substitute(node, scope.lookup, AZURE))

    def _items(self, node: Sequence, scope: Scope, made: Sequence) -> None:
        taken: bool | None = False
        for item in node:
            directive = self._directive(item)
            if directive is not None:
                key, match = directive
                taken = self._decided(match, scope, taken)
                if match["word"] == "each":
                    for inner in _loop(match["rest"], scope):
                        self._splice(self.expanded(item[key], inner), made)
                elif taken is not False or match["word"] == "insert":
                    self._splice(self.expanded(item[key], scope), made)
                taken = None if taken is None and match["word"] in ("if", "elseif") else taken
            elif isinstance(item, Mapping) and "template" in item:
                body = self.template(item, scope)
                kind = next((kind for kind in KINDS if body and kind in body), "")
                self._splice(mapping(body).get(kind) if kind else _remote(item), made)
            else:
                found = self.expanded(item, scope)
                self._splice(found, made) if isinstance(item, Scalar) else made.append(found)

    def _entries(self, node: Mapping, scope: Scope, made: Mapping) -> None:
        taken: bool | None = False
        for key, value in node.items():
            match = DIRECTIVE.match(key)
            if match:
                taken = self._decided(match, scope, taken)
                scopes = (
                    _loop(match["rest"], scope)
                    if match["word"] == "each"
                    else [scope]
                    if taken is not False or match["word"] == "insert"
                    else []
                )
                for inner in scopes:
                    for name, item in mapping(self.expanded(value, inner)).items():
                        made.put(name, item, node.line_of(key))
            else:
                name = self._scalar(key, scope) if isinstance(key, Scalar) else key
                made.put(name if isinstance(name, str) else str(key), self.expanded(value, scope), node.line_of(key))

    def _directive(self, item: Any) -> tuple[str, re.Match[str]] | None:
        if isinstance(item, Mapping) and len(item) == 1:
            key = next(iter(item))
            match = DIRECTIVE.match(key)
            return (key, match) if match else None
        return None

    def _decided(self, match: re.Match[str], scope: Scope, before: bool | None) -> bool | None:
        """Whether a branch is taken; `before` says whether one before it in the same chain was."""
        if match["word"] in ("each", "insert"):
            return None
        if match["word"] != "if" and before:
            return False
        return (
            True
            if match["word"] == "else" and before is False
            else None
            if match["word"] == "else"
            else truth(evaluate(match["rest"], scope.lookup, AZURE))
        )

    def _splice(self, found: Any, made: Sequence) -> None:
        made.extend(found if isinstance(found, Sequence) else [found])


def _remote(call: Mapping) -> Mapping:
    """A template of elsewhere stays as what is used."""
    made = Mapping(call.line)
    made.put("template", call["template"], call.line)
    return made


def _loop(text: str, scope: Scope) -> list[Scope]:
    match = EACH.match(text)
    found = scope.node(match["what"]) if match else None
    if not match or not isinstance(found, (Sequence, Mapping)):
        return []
    items: list[Any] = list(found) if isinstance(found, Sequence) else [_pair(key, value) for key, value in found.items()]
    return [replace(scope, values={**scope.values, match["name"].lower(): item}) for item in items[:50]]


def _pair(key: str, value: Any) -> Mapping:
    made = Mapping()
    made.put("key", Scalar.make(key, 0), 0)
    made.put("value", value, 0)
    return made


def defaults(root: Mapping) -> dict[str, Any]:
    """The defaults of a file's parameters, which are a list of declarations or (in old files) a mapping."""
    declared = root.get("parameters")
    if isinstance(declared, Mapping):
        return {str(key).lower(): value for key, value in declared.items()}
    found = {}
    for item in sequence(declared):
        name = scalar(mapping(item).get("name"))
        if name and "default" in item:
            found[name.lower()] = item["default"]
    return found


def needs_parameters(root: Mapping) -> bool:
    """Whether a file has parameters without default, as only a template can have."""
    return any(isinstance(item, Mapping) and "name" in item and "default" not in item for item in sequence(root.get("parameters")))


def path_of(node: Any, default: str) -> str:
    """The file in which a step stands; empty when that is the pipeline's own."""
    found = place(node, default)
    return "" if found == default else found
