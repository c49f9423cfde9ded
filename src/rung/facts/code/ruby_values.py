"""Values of Ruby expressions."""

from __future__ import annotations

from collections.abc import Mapping

from rung.facts.code.literals import joined, unescape
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

BLOCKS = ("do_block", "block")
_OPENING = regex(r"%[qQwWiIs]?.|[\"'`]|:[\"']")
_KEY = regex(r":?(\w+[?!]?)")
_STRIPS = ("strip", "squish", "chomp")
_CLEANING = frozenset({"freeze", "dup", "strip_heredoc", "to_s", *_STRIPS})


def _string(reader: Reader, node: Node) -> Value:
    opening = _OPENING.match(reader.text, node.start, node.end)
    if opening is None:
        return reader.other(node)
    plain = opening[0].endswith("'") or opening[0].startswith("%q")
    end = max(node.end - 1, opening.end())
    return interpolated(reader, node, opening.end(), end, lambda piece: piece.replace("\\'", "'") if plain else unescape(piece))


def _symbol(reader: Reader, node: Node) -> Value:
    return Value("string", reader.text_of(node).lstrip(":"), node.line)


def _bare(reader: Reader, node: Node) -> Value:
    return Value("string", reader.text_of(node), node.line)


def _chained(reader: Reader, node: Node) -> Value:
    return joined([reader.value(child) for child in node.children], node.line)


def _heredoc(reader: Reader, node: Node) -> Value:
    """The text of a heredoc, which stands below the line of its beginning."""
    body = reader.heredoc_body(node)
    if body is None:
        return reader.other(node)
    start = reader.text.find("\n", body.start) + 1 or body.start
    end = reader.text.rfind("\n", start, body.end) + 1
    raw = "'" in reader.text_of(node)
    value = interpolated(reader, body, start, max(end, start), lambda piece: piece if raw else unescape(piece))
    text = value.text
    if reader.text.startswith("<<~", node.start):
        from textwrap import dedent

        text = dedent(text)
    return Value(value.kind, text.removesuffix("\n"), node.line, value.items)


def _binary(reader: Reader, node: Node) -> Value:
    operator = operator_between(reader, node)
    if operator == "+":
        return sum_value(reader, node)
    return choice_value(reader, node, operator) if operator in ("||", "or") else reader.other(node)


def _unary(reader: Reader, node: Node) -> Value:
    is_number = bool(node.children) and node.children[0].kind in ("integer", "float")
    return number_value(reader, node) if is_number else reader.other(node)


def key_text(reader: Reader, pair: Node) -> str:
    """The key of `key: value`, `:key => value` or `"key" => value`; empty where it is no literal."""
    first = pair.children[0] if pair.children else None
    if first is not None and first.start == pair.start:
        value = reader.value(first)
        return value.text if value.kind == "string" else ""
    key = _KEY.match(reader.text, pair.start, pair.end)
    return key[1] if key else ""


def _pair_value(reader: Reader, pair: Node) -> Value:
    last = pair.children[-1] if pair.children else None
    if last is not None and last.start > pair.start:
        return reader.value(last)
    return Value("name", key_text(reader, pair), pair.line)  # `key:` is short for `key: key`


def _hash(reader: Reader, node: Node) -> Value:
    keys, items = _members(reader, node.children)
    return Value("mapping", "", node.line, items, keys)


def _members(reader: Reader, nodes: list[Node]) -> tuple[tuple[str, ...], tuple[Value, ...]]:
    keys = tuple(key_text(reader, child) if child.kind == "pair" else "" for child in nodes)
    return keys, tuple(_pair_value(reader, child) if child.kind == "pair" else reader.value(child) for child in nodes)


def arguments_of(call: Node) -> list[Node]:
    """The arguments of a call, without its block."""
    listed = call.first("argument_list")
    return [child for child in listed.children if child.kind != "heredoc_body"] if listed is not None else []


def _call(reader: Reader, node: Node) -> Value:
    callee = reader.callee(node)
    receiver = node.children[0] if node.children else None
    if receiver is not None and callee.rpartition(".")[2] in _CLEANING and receiver.start == node.start:
        value = reader.value(receiver)
        if value.kind in ("string", "template"):
            return Value(value.kind, value.text.strip() if callee.endswith(_STRIPS) else value.text, value.line, value.items)
        if value.kind in ("mapping", "list"):
            return value
    bare = node.first("argument_list", *BLOCKS) is None
    if bare and "." in callee.strip(".") and not callee.endswith(".new"):
        return name_value(reader, node)  # a plain message, which reads an attribute more often than not
    return call_value(reader, node)


def call_value(reader: Reader, node: Node) -> Value:
    """A call as such, also where it has no arguments."""
    keys, items = _members(reader, arguments_of(node))
    if node.first(*BLOCKS) is not None:
        keys, items = (*keys, ""), (*items, Value("function", "", node.line))
    return Value("call", reader.callee(node), node.line, items, keys)


VALUES: Mapping[str, ValueOf] = {
    **dict.fromkeys(("string", "subshell", "delimited_symbol"), _string),
    "simple_symbol": _symbol,
    **dict.fromkeys(("bare_string", "bare_symbol"), _bare),
    "chained_string": _chained,
    "heredoc_beginning": _heredoc,
    **dict.fromkeys(("integer", "float"), number_value),
    **dict.fromkeys(("true", "false"), boolean_value),
    "nil": null_value,
    **dict.fromkeys(
        ["identifier", "constant", "self", "instance_variable", "class_variable", "global_variable", "scope_resolution"], name_value
    ),
    "element_reference": subscript_value,
    "call": _call,
    **dict.fromkeys(("array", "string_array", "symbol_array", "right_assignment_list"), list_value),
    "hash": _hash,
    **dict.fromkeys((*BLOCKS, "lambda"), function_value),
    "binary": _binary,
    "conditional": ternary_value,
    "unary": _unary,
    **dict.fromkeys(("parenthesized_statements", "splat_argument", "hash_splat_argument", "block_argument"), inner_value),
}
