"""Values of Rust expressions, with what the arguments of macros say."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rung.facts.code.literals import unescape
from rung.facts.code.reader import Reader, ValueOf
from rung.facts.code.shared import (
    alternatives_value,
    boolean_value,
    function_value,
    inner_value,
    is_operand,
    list_value,
    name_value,
    number_value,
    operator_between,
    subscript_value,
    sum_value,
)
from rung.facts.code.source import Value
from rung.facts.code.tree import Node, kinds
from rung.regex import regex

STRINGS = ("string_literal", "raw_string_literal")
_MACROS = kinds(
    """
    format print println eprint eprintln write writeln panic assert assert_eq assert_ne debug_assert debug_assert_eq
    debug_assert_ne anyhow bail ensure trace debug info warn error env option_env include_str concat dbg join try_join unreachable
    todo matches
    """
)
_MACRO = regex(rf"\b({'|'.join(_MACROS)})!(?=\s*\()")
_LETTER = "\u01c3"  # looks like an exclamation mark and is a letter: what it ends is an identifier
_VECTOR = regex(r"\bvec!(?=\s*\[)")
_OPENING = regex(r'[bc]?(?:r(#*)"|["\'])')
_HOLE = regex(r"\{\{|\}\}|\{([^{}]*)\}")
_PATH = regex(r"[\w:.&]+\Z")
_CONVERSIONS = frozenset({"to_string", "to_owned", "into", "as_str", "as_bytes", "as_ref", "clone"})
_MAKERS = frozenset({"String.from", "Cow.from", "Some"})


def prepared(text: str) -> str:
    """The text with macros that take plain expressions written as calls and arrays, every place unchanged."""
    if "!" not in text:
        return text
    return _VECTOR.sub("    ", _MACRO.sub(rf"\g<1>{_LETTER}", text))


def _string(reader: Reader, node: Node) -> Value:
    text = reader.text_of(node)
    opening = _OPENING.match(text)
    if opening is None:
        return reader.other(node)
    if opening[1] is not None:
        body = text[opening.end() :].removesuffix(f'"{opening[1]}')
    else:
        body = unescape(re.sub(r"\\\r?\n\s*", "", text[opening.end() :].removesuffix(opening[0][-1])))
    return Value("string", body, node.line)


def _binary(reader: Reader, node: Node) -> Value:
    return sum_value(reader, node) if operator_between(reader, node) == "+" else reader.other(node)


def _unary(reader: Reader, node: Node) -> Value:
    if reader.text[node.start] == "*":
        return inner_value(reader, node)
    is_number = bool(node.children) and node.children[0].kind in ("integer_literal", "float_literal")
    return number_value(reader, node) if is_number else reader.other(node)


def _if(reader: Reader, node: Node) -> Value:
    """`if c { a } else { b }` where each block is one expression."""
    bodies: list[Node] = []
    for place in (node.syntax.field("consequence"), node.syntax.field("alternative")):
        if place is None:
            return reader.other(node)
        start, end = place.range().start.index, place.range().end.index
        inside = [child for child in node.children if start <= child.start < end]
        if len(inside) != 1:
            return reader.other(node)
        bodies += inside
    return alternatives_value(reader, node, bodies)


def callee(reader: Reader, node: Node) -> str:
    """The callee of a call, with the exclamation mark of a macro."""
    name = reader.callee(node)
    arguments = reader.arguments(node)
    if arguments is not None and reader.text[: arguments.start][-2:].rstrip().endswith("!"):
        return f"{name}!"
    return name


def call(reader: Reader, node: Node) -> Value:
    """A call or macro as such."""
    arguments = reader.arguments(node)
    items = tuple(reader.value(child) for child in arguments.children) if arguments is not None else ()
    return Value("call", callee(reader, node), node.line, items, ("",) * len(items))


def _call(reader: Reader, node: Node) -> Value:
    value = call(reader, node)
    if value.text == "format!" and value.items and value.items[0].kind == "string":
        return _formatted(value)
    if value.text in _MAKERS and len(value.items) == 1 and value.items[0].kind in ("string", "template"):
        return value.items[0]
    base, _, last = value.text.rpartition(".")
    if last not in _CONVERSIONS or value.items:
        return value
    if base and node.children[0].kind == "field_expression" and not node.children[0].children:
        return Value("name", base, value.line)
    inner = reader.value(node.children[0].children[0]) if node.children[0].children else value
    return inner if inner.kind in ("string", "template", "name") else value


def _formatted(value: Value) -> Value:
    """`format!("{} {name}", x)` as a template."""
    positional = iter(value.items[1:])
    holes: list[Value] = []

    def hole(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0][0]
        name = match[1].partition(":")[0].strip()
        inline = name and not name.isdigit()
        holes.append(Value("name", name, value.line) if inline else next(positional, Value("other", "", value.line)))
        return "{}"

    text = _HOLE.sub(hole, value.items[0].text)
    return Value("template" if holes else "string", text, value.line, tuple(holes))


def _struct(reader: Reader, node: Node) -> Value:
    listed = node.first("field_initializer_list")
    keys: list[str] = []
    items: list[Value] = []
    for child in listed.children if listed is not None else ():
        name = reader.text_of(child) if child.kind == "shorthand_field_initializer" else _field_name(child)
        keys.append(name)
        items.append(reader.value(child))
    return Value("call", reader.dotted(node), node.line, tuple(items), tuple(keys))


def _field_name(node: Node) -> str:
    name = node.syntax.field("field")
    return name.text() if name is not None else ""


def _field(reader: Reader, node: Node) -> Value:
    return reader.value(node.children[-1]) if node.children else reader.other(node)


def _shorthand(reader: Reader, node: Node) -> Value:
    return Value("name", reader.text_of(node), node.line)


def macro(reader: Reader, node: Node) -> Value:
    """A macro or attribute whose arguments are loose tokens."""
    tree = node.first("token_tree")
    keys, items = _members(reader, tree) if tree is not None else ((), ())
    name = reader.words(node.start, tree.start if tree is not None else node.end)
    mark = "!" if node.kind == "macro_invocation" else ""
    return Value("call", f"{name}{mark}", node.line, items, keys)


def _members(reader: Reader, tree: Node) -> tuple[tuple[str, ...], tuple[Value, ...]]:
    """The parts between commas, each with the key before a `:` or `=`."""
    parts: list[list[Node]] = []
    position = tree.start
    for child in tree.children:
        if not parts or "," in reader.text[position : child.start]:
            parts.append([])
        parts[-1].append(child)
        position = child.end
    keys: list[str] = []
    items: list[Value] = []
    for part in parts:
        key = _key(reader, part)
        keys.append(key)
        items.append(_part(reader, part[1:] if key else part))
    return tuple(keys), tuple(items)


def _key(reader: Reader, part: list[Node]) -> str:
    if len(part) < 2 or reader.text[part[0].end : part[1].start].strip() not in (":", "="):
        return ""
    return reader.value(part[0]).text


def _part(reader: Reader, part: list[Node]) -> Value:
    if len(part) == 1:
        return reader.value(part[0])
    text = reader.span(part[0].start, part[-1].end)
    line = part[0].line
    return Value("name", reader.words(part[0].start, part[-1].end), line) if _PATH.match(text) else Value("other", text, line)


def _tokens(reader: Reader, node: Node) -> Value:
    keys, items = _members(reader, node)
    if reader.text[node.start] == "{":
        return Value("mapping", "", node.line, items, keys)
    return Value("list", "", node.line, items)


def record_sum(reader: Reader, node: Node) -> None:
    """The strings that a sum makes."""
    if not is_operand(reader, node, "+"):
        reader.add_text(node)


VALUES: Mapping[str, ValueOf] = {
    **dict.fromkeys((*STRINGS, "char_literal"), _string),
    **dict.fromkeys(("integer_literal", "float_literal"), number_value),
    "boolean_literal": boolean_value,
    **dict.fromkeys(("identifier", "self", "scoped_identifier", "field_expression"), name_value),
    "index_expression": subscript_value,
    "call_expression": _call,
    "macro_invocation": macro,
    "attribute": macro,
    "token_tree": _tokens,
    "struct_expression": _struct,
    **dict.fromkeys(("field_initializer", "base_field_initializer"), _field),
    "shorthand_field_initializer": _shorthand,
    **dict.fromkeys(("array_expression", "tuple_expression"), list_value),
    "closure_expression": function_value,
    "binary_expression": _binary,
    "unary_expression": _unary,
    "if_expression": _if,
    **dict.fromkeys(
        ["reference_expression", "try_expression", "await_expression", "parenthesized_expression", "type_cast_expression"],
        inner_value,
    ),
}
