"""Terraform: settings and resources of its HCL files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rung.facts.code.source import Value
from rung.facts.code.tree import bounded
from rung.facts.fact import Fact, Location
from rung.facts.settings.entries import Path, quote
from rung.facts.settings.expressions import scalars
from rung.facts.settings.values import setting
from rung.regex import regex

_MAXIMUM_DEPTH = 60
_LITERALS = frozenset({"string", "template", "number", "boolean"})
_WITHOUT_VALUE = regex(r"(?<![=!<>])=\s*+(?:[\w.-]++\s*+=(?!=)|\Z)")
_MOST_ERRORS = 500  # the parser tries to mend all of them at once
_BLANKS = regex(r"\s{1000}")  # the grammar's scanner takes quadratic time over these
_HEADS = frozenset({"resource", "variable", "module", "data", "provider"})


def terraform_settings(path: str, text: str) -> Iterator[Fact]:
    """Yield the literals of variables' defaults, locals, resources, modules and variable files as settings."""
    lines = text.split("\n")
    for key, value in _values(_body(text), (), 0):
        for scalar in scalars(value, key, lambda _: None):
            yield setting(path, lines, "terraform", scalar.path, scalar.value, scalar.line, scalar.variable)


def terraform_resources(path: str, text: str) -> Iterator[Fact]:
    """Yield the resources that a file declares, and the modules it calls."""
    lines = text.split("\n")
    for block in _blocks(_body(text)):
        head, *labels = _labels(block)
        if head not in ("resource", "module") or not labels:
            continue
        attributes = dict(_attributes(block))
        count = attributes.get("count") or attributes.get("for_each")
        line = block.range().start.line + 1
        fields = {
            "type": labels[0] if head == "resource" else "module",
            "name": labels[-1],
            "format": "terraform",
            "module": attributes["source"].text if head == "module" and "source" in attributes else "",
            "condition": "" if count is None else " ".join(_source(block, "count" if "count" in attributes else "for_each").split()),
            "arguments": {k: v.text for k, v in attributes.items() if v.kind in _LITERALS},
        }
        yield Fact("resource", Location(path, line), quote(lines, line), fields)


def _body(text: str) -> Any:
    if _BLANKS.search(text) or len(_WITHOUT_VALUE.findall(text)) > _MOST_ERRORS:
        return None
    from ast_grep_py import SgRoot

    root = SgRoot(bounded(text), "hcl").root()
    return next((child for child in root.children() if child.kind() == "body"), None)


def _blocks(body: Any) -> Iterator[Any]:
    return (child for child in body.children() if child.kind() == "block") if body else iter(())


def _labels(block: Any) -> list[str]:
    """A block's head and labels: `resource`, the type, the name."""
    return [c.text().strip('"') for c in block.children() if c.kind() in ("identifier", "string_lit")]


def _attributes(block: Any) -> Iterator[tuple[str, Value]]:
    for body in (c for c in block.children() if c.kind() == "body"):
        for attribute in (c for c in body.children() if c.kind() == "attribute"):
            yield _attribute(attribute)


def _attribute(attribute: Any) -> tuple[str, Value]:
    parts = attribute.children()
    return parts[0].text(), _value(parts[-1], 0)


def _source(block: Any, name: str) -> str:
    for body in (c for c in block.children() if c.kind() == "body"):
        for attribute in body.children():
            if attribute.kind() == "attribute" and attribute.child(0).text() == name:
                return str(attribute.children()[-1].text())
    return ""


def _values(body: Any, path: Path, depth: int) -> Iterator[tuple[Path, Value]]:
    """The attributes below a body with their paths; blocks of the same name share it, as they do in the language's documents."""
    if body is None or depth > _MAXIMUM_DEPTH:
        return
    for child in body.children():
        if child.kind() == "attribute":
            name, value = _attribute(child)
            if path[:1] != ("variable",) or name == "default":
                yield (*path, name), value
        elif child.kind() == "block":
            labels = _labels(child)
            if depth or labels[:1] == ["locals"] or labels[0] in _HEADS:
                inner = next((c for c in child.children() if c.kind() == "body"), None)
                yield from _values(inner, (*path, *labels), depth + 1)


def _value(node: Any, depth: int) -> Value:
    line = node.range().start.line + 1
    kind = node.kind()
    children = node.children()
    if depth > _MAXIMUM_DEPTH:
        return Value("other", "", line)
    if kind in ("expression", "literal_value", "template_expr", "collection_value"):
        inner = [c for c in children if c.kind() not in ("(", ")", "comment")]
        return _value(inner[0], depth + 1) if len(inner) == 1 else _chain(node, line)
    if kind == "string_lit":
        return Value("string", node.text()[1:-1], line)
    if kind == "quoted_template":
        return Value("template", node.text()[1:-1], line)
    if kind == "heredoc_template":
        return Value("string", "".join(c.text() for c in children if c.kind() == "template_literal"), line)
    if kind in ("numeric_lit", "bool_lit"):
        return Value("number" if kind == "numeric_lit" else "boolean", node.text(), line)
    if kind == "object":
        return _object(children, line, depth)
    if kind in ("tuple", "function_arguments"):
        return Value("list", "", line, tuple(_value(c, depth + 1) for c in children if c.kind() == "expression"))
    return _compound(node, kind, children, line, depth)


def _compound(node: Any, kind: str, children: list[Any], line: int, depth: int) -> Value:
    if kind == "conditional":
        return Value("call", "?:", line, tuple(_value(c, depth + 1) for c in children if c.kind() == "expression"))
    if kind == "function_call":
        arguments = next((_value(c, depth + 1).items for c in children if c.kind() == "function_arguments"), ())
        return Value("call", children[0].text(), line, arguments)
    if kind == "variable_expr":
        return Value("name", node.text(), line)
    return Value("other", node.text()[:200], line)


def _chain(node: Any, line: int) -> Value:
    """`var.x`, `aws_x.y.z`: a name; anything longer is only its text."""
    text = node.text()
    return Value("name" if text.replace(".", "").replace("_", "").replace("-", "").isalnum() else "other", text[:200], line)


def _object(children: list[Any], line: int, depth: int) -> Value:
    keys: list[str] = []
    items: list[Value] = []
    for element in (c for c in children if c.kind() == "object_elem"):
        parts = [c for c in element.children() if c.kind() == "expression"]
        if len(parts) == 2:
            keys.append(parts[0].text().strip('"'))
            items.append(_value(parts[1], depth + 1))
    return Value("mapping", "", line, tuple(items), tuple(keys))
