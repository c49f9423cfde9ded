"""Values of JavaScript and TypeScript expressions."""

from __future__ import annotations

from collections.abc import Mapping

from rung.facts.code.literals import quoted, unescape
from rung.facts.code.reader import Reader, ValueOf
from rung.facts.code.shared import (
    boolean_value,
    choice_value,
    function_value,
    inner_value,
    interpolated,
    list_value,
    name_value,
    null_value,
    number_value,
    operator_between,
    subscript_value,
    sum_value,
    ternary_value,
)
from rung.facts.code.source import Value
from rung.facts.code.tree import Node
from rung.regex import regex

_KEY = regex(r"(?:async\s+|get\s+|set\s+|static\s+|\*\s*)*([\w$-]+)")
_TAG = regex(r"<\s*([\w$.:-]+)")
_ATTRIBUTE = regex(r"[\w$:.-]+")
CHOICES = ("??", "||")


def key_of(reader: Reader, node: Node) -> str:
    """The literal key of an object's member, empty where it is computed."""
    first = node.children[0] if node.children else None
    if first is not None and first.start == node.start and first.kind != "decorator":
        return reader.value(first).text if first.kind == "string" else ""
    word = _KEY.match(reader.text, node.start, node.end)
    return word[1] if word else ""


def _string(reader: Reader, node: Node) -> Value:
    text = reader.text_of(node)
    return Value("string", unescape(quoted(text, text[:1])), node.line)


def _template(reader: Reader, node: Node) -> Value:
    return interpolated(reader, node, node.start + 1, max(node.end - 1, node.start + 1), unescape)


def _binary(reader: Reader, node: Node) -> Value:
    operator = operator_between(reader, node)
    if operator == "+":
        return sum_value(reader, node)
    if operator in CHOICES:
        return choice_value(reader, node, operator)
    return reader.other(node)


def _unary(reader: Reader, node: Node) -> Value:
    is_number = reader.text[node.start] in "-+" and len(node.children) == 1 and node.children[0].kind == "number"
    return number_value(reader, node) if is_number else reader.other(node)


def _object(reader: Reader, node: Node) -> Value:
    keys: list[str] = []
    items: list[Value] = []
    for child in node.children:
        key, value = _member(reader, child)
        keys.append(key)
        items.append(value)
    return Value("mapping", "", node.line, tuple(items), tuple(keys))


def _member(reader: Reader, node: Node) -> tuple[str, Value]:
    if node.kind == "pair":
        last = node.children[-1] if node.children else None
        if last is None or (last.start == node.start and len(node.children) == 1):
            return key_of(reader, node), reader.other(node)
        return key_of(reader, node), reader.value(last)
    if node.kind == "method_definition":
        return key_of(reader, node), function_value(reader, node)
    if node.kind == "spread_element":
        return "", reader.value(node)
    return reader.text_of(node), reader.value(node)


def _call(reader: Reader, node: Node) -> Value:
    arguments = reader.arguments(node)
    items: tuple[Value, ...] = ()
    if arguments is not None:
        nodes = [arguments] if arguments.kind == "template_string" else arguments.children
        items = tuple(reader.value(child) for child in nodes)
    return Value("call", reader.callee(node), node.line, items, ("",) * len(items))


def _element(reader: Reader, node: Node) -> Value:
    """A JSX element as a call of its component; plain tags are markup, not calls."""
    tag = _TAG.match(reader.text, node.start, node.end)
    name = tag[1] if tag else ""
    if not name[:1].isupper() and "." not in name:
        return reader.other(node)
    keys: list[str] = []
    items: list[Value] = []
    opening = node.first("jsx_opening_element") or node
    for child in opening.children:
        if child.kind == "jsx_attribute":
            word = _ATTRIBUTE.match(reader.text, child.start, child.end)
            keys.append(word[0] if word else "")
            items.append(reader.value(child.children[0]) if child.children else Value("boolean", "true", child.line))
        elif child.kind == "jsx_expression":
            keys.append("")
            items.append(reader.value(child))
    return Value("call", name, node.line, tuple(items), tuple(keys))


VALUES: Mapping[str, ValueOf] = {
    "string": _string,
    "template_string": _template,
    "number": number_value,
    "true": boolean_value,
    "false": boolean_value,
    "null": null_value,
    "undefined": null_value,
    "identifier": name_value,
    "this": name_value,
    "shorthand_property_identifier": name_value,
    "member_expression": name_value,
    "subscript_expression": subscript_value,
    "call_expression": _call,
    "new_expression": _call,
    "array": list_value,
    "object": _object,
    "arrow_function": function_value,
    "function_expression": function_value,
    "generator_function": function_value,
    "binary_expression": _binary,
    "ternary_expression": ternary_value,
    "unary_expression": _unary,
    "await_expression": inner_value,
    "parenthesized_expression": inner_value,
    "non_null_expression": inner_value,
    "as_expression": inner_value,
    "satisfies_expression": inner_value,
    "spread_element": inner_value,
}
JSX_VALUES: Mapping[str, ValueOf] = {
    "jsx_expression": inner_value,
    "jsx_element": _element,
    "jsx_self_closing_element": _element,
}
