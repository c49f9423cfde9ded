"""Values of C# expressions."""

from __future__ import annotations

from collections.abc import Mapping

from rung.facts.code.literals import dedented, unescape
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
from rung.facts.code.tree import Node, kinds
from rung.regex import regex

CALLS = ("invocation_expression", "object_creation_expression", "attribute", "constructor_initializer", "primary_constructor_base_type")
STRINGS = ("string_literal", "verbatim_string_literal", "raw_string_literal", "interpolated_string_expression")
_OPENING = regex(r"([$@]*)(\"+)")
_NAMED = regex(r"(\w+)\s*(?::(?!:)|=(?![=>]))")


def _string(reader: Reader, node: Node) -> Value:
    """Every kind of C# string: regular, verbatim (@), raw (three quotes or more), interpolated ($)."""
    text = reader.text_of(node)
    opening = _OPENING.match(text)
    if opening is None:
        return reader.other(node)
    marks = opening[1]
    raw = len(opening[2]) >= 3 and text.endswith('"""')
    quote = opening[2] if raw else '"'
    suffix = "u8" if text.endswith("u8") else ""
    end = node.end - len(quote) - len(suffix) if text.endswith(quote + suffix) and len(text) > len(marks) + len(quote) else node.end
    start = min(node.start + len(marks) + len(quote), end)
    value = interpolated(reader, node, start, end, lambda piece: _decoded(piece, marks, raw))
    return Value(value.kind, dedented(value.text).removesuffix("\n"), value.line, value.items) if raw else value


def _decoded(text: str, marks: str, raw: bool) -> str:
    if raw:
        return text
    text = text.replace('""', '"') if "@" in marks else unescape(text)
    return text.replace("{{", "{").replace("}}", "}") if "$" in marks else text


def _binary(reader: Reader, node: Node) -> Value:
    operator = operator_between(reader, node)
    if operator == "+":
        return sum_value(reader, node)
    return choice_value(reader, node, "??") if operator == "??" else reader.other(node)


def _prefix(reader: Reader, node: Node) -> Value:
    is_number = bool(node.children) and node.children[0].kind in ("integer_literal", "real_literal")
    return number_value(reader, node) if is_number else reader.other(node)


def _last(reader: Reader, node: Node) -> Value:
    return reader.value(node.children[-1]) if node.children else reader.other(node)


def _call(reader: Reader, node: Node) -> Value:
    keys: list[str] = []
    items: list[Value] = []
    arguments = reader.arguments(node)
    if arguments is not None and arguments.kind != "initializer_expression":
        for child in arguments.children:
            named = _NAMED.match(reader.text, child.start, child.end)
            keys.append(named[1] if named else "")
            items.append(reader.value(child))
    _initialize(reader, node.first("initializer_expression"), keys, items)
    return Value("call", reader.callee(node), node.line, tuple(items), tuple(keys))


def _initialize(reader: Reader, initializer: Node | None, keys: list[str], items: list[Value]) -> None:
    """Add the members of `{ Name = value, ["key"] = value, { "key", value }, value }`."""
    for child in initializer.children if initializer is not None else ():
        key, value = "", child
        if child.kind in ("assignment_expression", "initializer_expression") and len(child.children) == 2:
            first, value = child.children
            literal = reader.value(first)
            key = literal.text if literal.kind == "string" else reader.dotted(first)
        keys.append(key)
        items.append(reader.value(value))


def _implicit(reader: Reader, node: Node) -> Value:
    """`new(...) { ... }`, whose type stands at the declaration, or not here at all."""
    keys: list[str] = []
    items: list[Value] = []
    arguments = reader.arguments(node)
    for child in arguments.children if arguments is not None and arguments.kind == "argument_list" else ():
        keys.append("")
        items.append(reader.value(child))
    _initialize(reader, node.first("initializer_expression"), keys, items)
    name = _declared_type(reader, node)
    return Value("call" if name else "mapping", name, node.line, tuple(items), tuple(keys))


def _declared_type(reader: Reader, node: Node) -> str:
    """The type in `Type name = new(...)`."""
    holder = node.parent
    if holder is not None and holder.kind == "variable_declarator":
        holder = holder.parent
    if holder is None or holder.kind not in ("variable_declaration", "property_declaration"):
        return ""
    declared = holder.syntax.field("type")
    if declared is None:
        return ""
    place = declared.range()
    return reader.words(place.start.index, place.end.index)


def _anonymous(reader: Reader, node: Node) -> Value:
    """`new { Name = value, other.Name }`."""
    keys: list[str] = []
    items: list[Value] = []
    for child in node.children:
        named = _NAMED.match(reader.text[: child.start], _member_start(reader, child.start))
        keys.append(named[1] if named else reader.dotted(child).rpartition(".")[2])
        items.append(reader.value(child))
    return Value("mapping", "", node.line, tuple(items), tuple(keys))


def _member_start(reader: Reader, position: int) -> int:
    begin = max(reader.text.rfind("{", 0, position), reader.text.rfind(",", 0, position)) + 1
    while begin < position and reader.text[begin].isspace():
        begin += 1
    return begin


VALUES: Mapping[str, ValueOf] = {
    **dict.fromkeys((*STRINGS, "character_literal"), _string),
    **dict.fromkeys(("integer_literal", "real_literal"), number_value),
    "boolean_literal": boolean_value,
    "null_literal": null_value,
    **dict.fromkeys(("identifier", "member_access_expression", "conditional_access_expression", "member_binding_expression"), name_value),
    "element_access_expression": subscript_value,
    **dict.fromkeys(CALLS, _call),
    "implicit_object_creation_expression": _implicit,
    "anonymous_object_creation_expression": _anonymous,
    **dict.fromkeys(("initializer_expression", "collection_expression", "tuple_expression"), list_value),
    **dict.fromkeys(("implicit_array_creation_expression", "array_creation_expression", "cast_expression"), _last),
    **dict.fromkeys(("argument", "attribute_argument", "element_binding_expression"), _last),
    **dict.fromkeys(("lambda_expression", "anonymous_method_expression"), function_value),
    "binary_expression": _binary,
    "conditional_expression": ternary_value,
    "prefix_unary_expression": _prefix,
    **dict.fromkeys(
        kinds(
            """
            await_expression parenthesized_expression postfix_unary_expression as_expression checked_expression ref_expression
            """
        ),
        inner_value,
    ),
}
