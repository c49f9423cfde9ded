"""From a Bicep file's statements to its settings and resources."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from rung.facts.code.source import Value
from rung.facts.fact import Fact, Location
from rung.facts.settings.bicep.syntax import Statement, read_bicep
from rung.facts.settings.entries import quote
from rung.facts.settings.expressions import Resolve, scalars
from rung.facts.settings.values import setting

_LITERALS = frozenset({"string", "number", "boolean"})


def bicep_settings(path: str, text: str) -> Iterator[Fact]:
    """Yield the literals of parameters, variables, resources and modules as settings.

    Where a parameter or variable of the file is used in a resource, the scalar it defaults to stands there too.
    """
    lines = text.split("\n")
    statements = read_bicep(text)
    resolve = _resolver(statements)
    for statement in statements:
        if statement.value is None or statement.existing:
            continue
        for scalar in scalars(statement.value, (statement.kind, statement.name), resolve):
            yield setting(path, lines, "bicep", scalar.path, scalar.value, scalar.line, scalar.variable)


def _resolver(statements: list[Statement]) -> Resolve:
    known = {s.name: s.value for s in statements if s.kind in ("param", "var") and s.value is not None}

    def resolve(name: str) -> Value | None:
        first, *rest = name.split(".")
        value = known.get(first)
        for part in rest:
            value = value.get(part) if value is not None else None
        return value if value is None or value.kind not in ("mapping", "list") else None

    return resolve


def bicep_resources(path: str, text: str) -> Iterator[Fact]:
    """Yield the resources and modules that a file deploys.

    Beside the fields of every resource: `references`, the arguments that are expressions, as their source's gist, and
    `parameters`, what each parameter of the file defaults to (None: it has no default that can be told).
    """
    lines = text.split("\n")
    statements = read_bicep(text)
    parameters = {s.name: _literal(s.value) for s in statements if s.kind == "param"}
    for statement in statements:
        if statement.kind not in ("resource", "module") or statement.existing:
            continue
        module = statement.kind == "module"
        arguments, references = _arguments(statement)
        fields = {
            "type": "module" if module else statement.target.partition("@")[0],
            "name": statement.name,
            "format": "bicep",
            "module": _module_path(path, statement.target) if module else "",
            "condition": statement.condition,
            "arguments": arguments,
            "references": references,
            "parameters": parameters,
        }
        yield Fact("resource", Location(path, statement.line), quote(lines, statement.line), fields)


def _module_path(path: str, target: str) -> str:
    """The module's file relative to the repository; a registry's address as it is."""
    return target if ":" in target else posixpath.normpath(posixpath.join(posixpath.dirname(path), target))


def _arguments(statement: Statement) -> tuple[dict[str, str], dict[str, str]]:
    body = statement.value.get("params") if statement.value and statement.kind == "module" else statement.value
    literal: dict[str, str] = {}
    other: dict[str, str] = {}
    for key, item in zip(body.keys, body.items, strict=False) if body else ():
        text = _literal(item)
        if text is not None:
            literal[key] = text
        else:
            other[key] = item.text if item.kind == "name" else ""
    return literal, other


def _literal(value: Value | None) -> str | None:
    """The text of a literal; an empty object, list or null is empty, and what is not literal None."""
    if value is None:
        return None
    if value.kind in _LITERALS:
        return value.text
    return "" if value.kind == "null" or (value.kind in ("mapping", "list") and not value.items) else None
