"""Java."""

from __future__ import annotations

import re
from typing import Any

from rung.facts.code.jvm import enum_value, record_import, record_read
from rung.facts.code.literals import dedented, quoted, unescape
from rung.facts.code.reader import Grammar, Reader
from rung.facts.code.shared import (
    boolean_value,
    dead_conditions,
    function_value,
    inner_value,
    is_operand,
    list_value,
    name_value,
    null_value,
    number_value,
    operator_between,
    record_compared,
    record_string,
    subscript_value,
    sum_value,
    ternary_value,
)
from rung.facts.code.source import Value
from rung.facts.code.tree import Node, kinds
from rung.regex import regex

_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
_ANNOTATION = regex(r"@\s*([\w.]+)")
_BASES = regex(r"[\w.]+")
_GENERIC = regex(r"<[^<>]*>")
_ANNOTATIONS = ("annotation", "marker_annotation")
_CONDITIONS = {"enhanced_for_statement": "value"}


def _string(reader: Reader, node: Node) -> Value:
    text = reader.text_of(node)
    block = text.startswith('"""')
    body = quoted(text, '"""' if block else text[:1])
    return Value("string", unescape(dedented(body) if block else body), node.line)


def _binary(reader: Reader, node: Node) -> Value:
    return sum_value(reader, node) if operator_between(reader, node) == "+" else reader.other(node)


def _unary(reader: Reader, node: Node) -> Value:
    is_number = bool(node.children) and node.children[0].kind.endswith(("integer_literal", "point_literal"))
    return number_value(reader, node) if is_number else reader.other(node)


def _call(reader: Reader, node: Node) -> Value:
    keys: list[str] = []
    items: list[Value] = []
    arguments = reader.arguments(node)
    for child in arguments.children if arguments is not None else ():
        is_pair = child.kind == "element_value_pair" and len(child.children) > 1
        keys.append(reader.text_of(child.children[0]) if is_pair else "")
        items.append(reader.value(child.children[-1]) if is_pair else reader.value(child))
    return Value("call", reader.callee(node).lstrip("@"), node.line, tuple(items), tuple(keys))


def _record_call(reader: Reader, node: Node) -> None:
    value = reader.value(node)
    if value.text:
        reader.add_call(node, value.text, value)
        record_read(reader, node, value)


def _record_assert(reader: Reader, node: Node) -> None:
    items = tuple(reader.value(child) for child in node.children)
    reader.add_call(node, "assert", Value("call", "assert", node.line, items, ("",) * len(items)))


def _record_binary(reader: Reader, node: Node) -> None:
    operator = operator_between(reader, node)
    if operator == "+" and not is_operand(reader, node, "+"):
        reader.add_text(node)
    elif operator in _COMPARISONS:
        record_compared(reader, node, operator)


def _record_variable(reader: Reader, node: Node) -> None:
    parent = node.parent
    name = node.syntax.field("name")
    if name is None or (parent is not None and parent.kind == "spread_parameter"):
        return
    typed = parent.syntax.field("type") if parent is not None and parent.kind.endswith("_declaration") else None
    value = node.syntax.field("value")
    reader.add_assignment(
        node,
        name.text(),
        reader.value(node.children[-1]) if value is not None and node.children else reader.missing(node),
        typed.text()[:200] if typed is not None else "",
    )


def _record_assignment(reader: Reader, node: Node) -> None:
    if len(node.children) == 2:
        reader.add_assignment(node, reader.dotted(node.children[0]), reader.value(node.children[1]))


def _record_enum_member(reader: Reader, node: Node) -> None:
    name = node.syntax.field("name")
    if name is not None:
        reader.add_assignment(node, name.text(), enum_value(reader, node, node.first("argument_list")))


def decorators(reader: Reader, node: Node) -> list[str]:
    """The names of the annotations of a declaration."""
    modifiers = node.first("modifiers")
    names = [_ANNOTATION.match(reader.text, child.start) for child in modifiers.children if child.kind in _ANNOTATIONS] if modifiers else []
    return [name[1] for name in names if name is not None]


def _parameters(node: Node) -> list[str]:
    parameters = node.first("formal_parameters")
    if parameters is None:
        listed = node.syntax.field("parameters")
        return re.findall(r"\w+", listed.text()) if listed is not None else []
    names = []
    for child in parameters.children:
        holder = child.first("variable_declarator") if child.kind == "spread_parameter" else child
        name = holder.syntax.field("name") if holder is not None else None
        if name is not None:
            names.append(name.text())
    return names


def _record_function(reader: Reader, node: Node) -> None:
    name = node.syntax.field("name")
    reader.add_function(node, name.text() if name is not None else "", _parameters(node), decorators(reader, node), start=_start(node))


def _start(node: Node) -> int:
    """Where a declaration begins behind its annotations."""
    modifiers = node.first("modifiers")
    annotations = [child for child in modifiers.children if child.kind in _ANNOTATIONS] if modifiers else []
    return annotations[-1].end + 1 if annotations else node.start


def _record_lambda(reader: Reader, node: Node) -> None:
    parent = node.parent
    name = ""
    given: tuple[str, ...] = ()
    if parent is not None and parent.kind == "argument_list" and parent.parent is not None:
        name = next((reader.value(child).text for child in parent.children if child.kind == "string_literal"), "")
        given = (reader.dotted(parent.parent),)
    elif parent is not None and parent.kind == "variable_declarator":
        name = parent.syntax.field("name").text()
    reader.add_function(node, name, _parameters(node), given, "")


def _record_class(reader: Reader, node: Node) -> None:
    name = node.syntax.field("name")
    bases: list[str] = []
    for child in node.syntax.children():
        if child.kind() in ("superclass", "super_interfaces", "extends_interfaces"):
            listed = _GENERIC.sub("", _GENERIC.sub("", child.text())).partition(" ")[2]
            bases += _BASES.findall(listed)
    reader.add_class(node, name.text() if name is not None else "", bases, decorators(reader, node), _start(node))
    if node.kind == "record_declaration":
        _record_components(reader, node)


def _record_components(reader: Reader, node: Node) -> None:
    parameters = node.first("formal_parameters")
    for child in parameters.children if parameters is not None else ():
        name, typed = child.syntax.field("name"), child.syntax.field("type")
        if name is not None and typed is not None:
            reader.add_assignment(child, name.text(), reader.missing(child), typed.text()[:200], node.inner)


def _record_loop(reader: Reader, node: Node) -> None:
    iterable = node.syntax.field(_CONDITIONS.get(node.kind, "condition"))
    if iterable is not None:
        place = iterable.range()
        reader.add_loop(node, place.start.index, place.end.index)


def _dead(text: str, root: Any) -> list[tuple[int, int]]:
    return dead_conditions(text, root, ("if (false", "if(false"), r"\(\s*false\s*\)")


_HOLDERS = kinds(
    """
    argument_list annotation_argument_list element_value_pair element_value_array_initializer array_initializer
    variable_declarator assignment_expression binary_expression ternary_expression cast_expression parenthesized_expression
    unary_expression array_access assert_statement return_statement lambda_expression
    """
)
_NUMBERS = kinds(
    """
    decimal_integer_literal hex_integer_literal octal_integer_literal binary_integer_literal decimal_floating_point_literal
    hex_floating_point_literal
    """
)

JAVA = Grammar(
    language="java",
    parser="java",
    values={
        **dict.fromkeys(("string_literal", "character_literal"), _string),
        **dict.fromkeys(_NUMBERS, number_value),
        **dict.fromkeys(("true", "false"), boolean_value),
        "null_literal": null_value,
        **dict.fromkeys(("identifier", "this", "field_access", "class_literal", "method_reference"), name_value),
        "array_access": subscript_value,
        **dict.fromkeys(
            ("method_invocation", "object_creation_expression", "explicit_constructor_invocation", "annotation"),
            _call,
        ),
        **dict.fromkeys(("array_initializer", "element_value_array_initializer"), list_value),
        "array_creation_expression": inner_value,
        "lambda_expression": function_value,
        "binary_expression": _binary,
        "unary_expression": _unary,
        "ternary_expression": ternary_value,
        **dict.fromkeys(("cast_expression", "parenthesized_expression"), inner_value),
    },
    records={
        "string_literal": record_string,
        "binary_expression": _record_binary,
        **dict.fromkeys(
            ("method_invocation", "object_creation_expression", "explicit_constructor_invocation", "annotation"),
            _record_call,
        ),
        "assert_statement": _record_assert,
        "variable_declarator": _record_variable,
        "assignment_expression": _record_assignment,
        "enum_constant": _record_enum_member,
        **dict.fromkeys(("method_declaration", "constructor_declaration", "compact_constructor_declaration"), _record_function),
        "lambda_expression": _record_lambda,
        **dict.fromkeys(
            ["class_declaration", "interface_declaration", "enum_declaration", "record_declaration", "annotation_type_declaration"],
            _record_class,
        ),
        **dict.fromkeys(["enhanced_for_statement", "for_statement", "while_statement", "do_statement"], _record_loop),
        "import_declaration": record_import,
    },
    calls=frozenset({"method_invocation", "object_creation_expression", "explicit_constructor_invocation", "annotation"}),
    arguments=frozenset({"argument_list", "annotation_argument_list"}),
    members=frozenset({"field_access", "class_literal", "method_reference"}),
    names=frozenset({"identifier", "this"}),
    wrappers=frozenset({"cast_expression", "parenthesized_expression"}),
    subscripts=frozenset({"array_access"}),
    structure=frozenset(
        kinds(
            """
            modifiers marker_annotation formal_parameters formal_parameter spread_parameter field_declaration
            local_variable_declaration element_value_pair switch_expression instanceof_expression
            """
        )
    ),
    inside=dict.fromkeys(("identifier", "this"), _HOLDERS),
    outside={"field_access": ["field_access"]},
    dead=_dead,
)
