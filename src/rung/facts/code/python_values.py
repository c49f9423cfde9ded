"""Values of Python expressions."""

from __future__ import annotations

from collections.abc import Mapping

from rung.facts.code.literals import joined, unescape
from rung.facts.code.reader import Reader, ValueOf
from rung.facts.code.shared import (
    alternatives_value,
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
)
from rung.facts.code.source import Value
from rung.facts.code.tree import Node
from rung.regex import regex

_QUOTE = regex(r"([A-Za-z]*)(\"\"\"|'''|\"|')")
_WORD = regex(r"\w+")
_STRIPS = frozenset({"strip", "lstrip", "rstrip"})
_DEDENTS = frozenset({"dedent", "cleandoc"})


def _string(reader: Reader, node: Node) -> Value:
    text = reader.text_of(node)
    opening = _QUOTE.match(text)
    if opening is None:
        return reader.other(node)
    prefix = opening[1].lower()
    end = node.end - len(opening[2]) if text.endswith(opening[2], opening.end()) else node.end
    return interpolated(reader, node, node.start + opening.end(), end, lambda piece: _decoded(piece, prefix))


def _decoded(text: str, prefix: str) -> str:
    if "r" not in prefix:
        text = unescape(text)
    return text.replace("{{", "{").replace("}}", "}") if "f" in prefix else text


def _concatenated(reader: Reader, node: Node) -> Value:
    return joined([reader.value(child) for child in node.children], node.line)


def _binary(reader: Reader, node: Node) -> Value:
    return sum_value(reader, node) if operator_between(reader, node) == "+" else reader.other(node)


def _boolean_operator(reader: Reader, node: Node) -> Value:
    return choice_value(reader, node, "or") if operator_between(reader, node) == "or" else reader.other(node)


def _conditional(reader: Reader, node: Node) -> Value:
    if len(node.children) != 3:
        return reader.other(node)
    return alternatives_value(reader, node, (node.children[0], node.children[2]))


def _unary(reader: Reader, node: Node) -> Value:
    child = node.children[0] if node.children else None
    return number_value(reader, node) if child is not None and child.kind in ("integer", "float") else reader.other(node)


def _named(reader: Reader, node: Node) -> Value:
    return reader.value(node.children[-1]) if len(node.children) > 1 else reader.other(node)


def _dictionary(reader: Reader, node: Node) -> Value:
    keys: list[str] = []
    items: list[Value] = []
    for child in node.children:
        if child.kind == "pair" and len(child.children) == 2:
            key = reader.value(child.children[0])
            keys.append(key.text if key.kind in ("string", "number") else "")
            items.append(reader.value(child.children[1]))
        elif child.kind == "dictionary_splat":
            keys.append("")
            items.append(reader.value(child))
    return Value("mapping", "", node.line, tuple(items), tuple(keys))


def _call(reader: Reader, node: Node) -> Value:
    callee = reader.callee(node)
    keys: list[str] = []
    items: list[Value] = []
    arguments = reader.arguments(node)
    for child in positional(arguments):
        if child.kind == "keyword_argument":
            keys.append(first_word(reader, child))
            items.append(reader.value(child.children[-1]) if len(child.children) > 1 else reader.missing(child))
        else:
            keys.append("")
            items.append(reader.value(child))
    literal = _cleaned_literal(reader, node, callee, items)
    if literal is not None:
        return literal
    return Value("call", callee, node.line, tuple(items), tuple(keys))


def positional(arguments: Node | None) -> list[Node]:
    """The arguments in a list, or the lone generator that needs no list."""
    if arguments is None:
        return []
    return arguments.children if arguments.kind == "argument_list" else [arguments]


def _cleaned_literal(reader: Reader, node: Node, callee: str, items: list[Value]) -> Value | None:
    """The literal in `dedent("...")` and `"...".strip()`."""
    last = callee.rpartition(".")[2]
    literal: Value | None = None
    if last in _DEDENTS and len(items) == 1:
        literal = items[0]
    elif last in _STRIPS and node.children[0].kind == "attribute" and node.children[0].children:
        literal = reader.value(node.children[0].children[0])
    if literal is None or literal.kind not in ("string", "template"):
        return None
    text = literal.text
    if last in _DEDENTS:
        from textwrap import dedent

        text = dedent(text)
    return Value(literal.kind, text.strip() if last in _STRIPS else text, literal.line, literal.items)


def first_word(reader: Reader, node: Node) -> str:
    """The first word of a node's text: the name of a parameter."""
    word = _WORD.search(reader.text, node.start, node.end)
    return word[0] if word else ""


VALUES: Mapping[str, ValueOf] = {
    "string": _string,
    "concatenated_string": _concatenated,
    "integer": number_value,
    "float": number_value,
    "true": boolean_value,
    "false": boolean_value,
    "none": null_value,
    "identifier": name_value,
    "attribute": name_value,
    "subscript": subscript_value,
    "call": _call,
    "list": list_value,
    "tuple": list_value,
    "set": list_value,
    "expression_list": list_value,
    "dictionary": _dictionary,
    "lambda": function_value,
    "conditional_expression": _conditional,
    "boolean_operator": _boolean_operator,
    "binary_operator": _binary,
    "unary_operator": _unary,
    "named_expression": _named,
    "await": inner_value,
    "parenthesized_expression": inner_value,
    "list_splat": inner_value,
    "dictionary_splat": inner_value,
}
