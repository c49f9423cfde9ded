"""Values of PHP expressions."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from rung.facts.code.literals import unescape
from rung.facts.code.reader import CUT, Reader, ValueOf
from rung.facts.code.shared import (
    alternatives_value,
    boolean_value,
    choice_value,
    function_value,
    inner_value,
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

CALLS = (
    "function_call_expression",
    "member_call_expression",
    "nullsafe_member_call_expression",
    "scoped_call_expression",
    "object_creation_expression",
)
MEMBERS = (
    "member_access_expression",
    "nullsafe_member_access_expression",
    "scoped_property_access_expression",
    "class_constant_access_expression",
)
NAMES = ("variable_name", "dynamic_variable_name", "name", "qualified_name", "relative_scope")
STRINGS = ("string", "encapsed_string", "heredoc", "nowdoc")
FUNCTIONS = ("anonymous_function", "arrow_function")
WRAPPERS = ("parenthesized_expression", "cast_expression", "error_suppression_expression", "clone_expression")
_ARMS = ("match_conditional_expression", "match_default_expression")
_PLAIN_ESCAPE = regex(r"\\([\\'])")
_OPENING = regex(r"[bB]?[\"']")


def _string(reader: Reader, node: Node) -> Value:
    opening = _OPENING.match(reader.text, node.start, node.end)
    start = opening.end() if opening else node.start
    text = reader.text[start : node.end]
    return Value("string", _PLAIN_ESCAPE.sub(r"\1", text.removesuffix("'")), node.line)


def _encapsed(reader: Reader, node: Node) -> Value:
    opening = _OPENING.match(reader.text, node.start, node.end)
    start = opening.end() if opening else node.start
    return _filled(reader, node, start, max(node.end - 1, start))


def _filled(reader: Reader, node: Node, start: int, end: int) -> Value:
    """The text from `start` to `end` with the variables in it as holes, without the braces around them."""
    texts: list[str] = []
    for hole in node.children:
        before, braced = reader.text[start : hole.start], reader.text.startswith("}", hole.end)
        texts.append(unescape(before.removesuffix("${").removesuffix("{") if braced else before))
        start = hole.end + (1 if braced and before.endswith("{") else 0)
    texts.append(unescape(reader.text[start:end]))
    holes = tuple([reader.value(hole) for hole in node.children])
    return Value("template" if holes else "string", "{}".join(texts), node.line, holes)


def _heredoc(reader: Reader, node: Node) -> Value:
    """The text between the lines of a heredoc's or nowdoc's markers, without the indentation of the closing one."""
    start = reader.text.find("\n", node.start, node.end) + 1
    end = reader.text.rfind("\n", node.start, node.end)
    if not start or end < start:
        return Value("string", "", node.line)
    closing = reader.text[end + 1 : node.end]
    value = Value("string", reader.text[start:end], node.line) if node.kind == "nowdoc" else _filled(reader, node, start, end)
    text = dedent(value.text) if closing[:1] in (" ", "\t") else value.text
    return value._replace(text=text)


def _binary(reader: Reader, node: Node) -> Value:
    operator = operator_between(reader, node)
    if operator == ".":
        return sum_value(reader, node, ".")
    return choice_value(reader, node, operator) if operator == "??" else reader.other(node)


def _unary(reader: Reader, node: Node) -> Value:
    is_number = bool(node.children) and node.children[0].kind in ("integer", "float")
    return number_value(reader, node) if is_number else reader.other(node)


def _match(reader: Reader, node: Node) -> Value:
    """One of the values that the arms of a `match` give."""
    arms = [child.children[-1] for child in node.children if child.kind in _ARMS and child.children]
    return alternatives_value(reader, node, arms) if arms else reader.other(node)


def _array(reader: Reader, node: Node) -> Value:
    """A list, or a mapping where some element has a key."""
    elements = [child for child in node.children if child.kind == "array_element_initializer"]
    keys = [_has_key(reader, element) for element in elements]
    if not any(keys):
        return Value("list", "", node.line, tuple([inner_value(reader, element) for element in elements]))
    names = tuple([_key(reader, element) if keyed else "" for element, keyed in zip(elements, keys, strict=True)])
    return Value("mapping", "", node.line, tuple([_last(reader, element) for element in elements]), names)


def _has_key(reader: Reader, element: Node) -> bool:
    first = element.children[0] if element.children else None
    return first is not None and reader.text[first.end : min(element.end, first.end + CUT)].lstrip().startswith("=>")


def _key(reader: Reader, element: Node) -> str:
    value = reader.value(element.children[0])
    return value.text if value.kind == "string" else ""


def _last(reader: Reader, element: Node) -> Value:
    if not element.children or (len(element.children) == 1 and _has_key(reader, element)):
        return reader.other(element)
    return reader.value(element.children[-1])


def _call(reader: Reader, node: Node) -> Value:
    return call_value(reader, node, reader.callee(node))


def call_value(reader: Reader, node: Node, callee: str) -> Value:
    """A call of that name, with the arguments that stand below a node."""
    listed = node.first("arguments")
    items: list[Value] = []
    keys: list[str] = []
    for argument in listed.children if listed is not None else ():
        keys.append(_keyword(reader, argument))
        items.append(reader.value(argument.children[-1]) if argument.children else reader.other(argument))
    return Value("call", callee, node.line, tuple(items), tuple(keys))


def _keyword(reader: Reader, argument: Node) -> str:
    """The name before the colon of a named argument; empty for any other."""
    first = argument.children[0] if len(argument.children) > 1 else None
    if first is None or first.kind != "name" or first.start != argument.start:
        return ""
    behind = reader.text[first.end : first.end + CUT].lstrip()
    return reader.text_of(first) if behind.startswith(":") and not behind.startswith("::") else ""


VALUES: Mapping[str, ValueOf] = {
    "string": _string,
    "encapsed_string": _encapsed,
    **dict.fromkeys(("heredoc", "nowdoc"), _heredoc),
    **dict.fromkeys(("integer", "float"), number_value),
    "boolean": boolean_value,
    "null": null_value,
    **dict.fromkeys((*NAMES, *MEMBERS), name_value),
    "subscript_expression": subscript_value,
    **dict.fromkeys(CALLS, _call),
    "array_creation_expression": _array,
    "list_literal": list_value,
    **dict.fromkeys(FUNCTIONS, function_value),
    "binary_expression": _binary,
    "conditional_expression": ternary_value,
    "unary_op_expression": _unary,
    "match_expression": _match,
    **dict.fromkeys((*WRAPPERS, "argument"), inner_value),
}
