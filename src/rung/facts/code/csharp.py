"""C#."""

from __future__ import annotations

import re
from typing import Any

from rung.facts.code.csharp_values import CALLS, STRINGS, VALUES
from rung.facts.code.reader import Grammar, Reader
from rung.facts.code.shared import dead_conditions, default_beside, is_operand, operator_between, record_compared, record_string
from rung.facts.code.source import Import
from rung.facts.code.tree import Node, kinds
from rung.regex import regex

_USING = regex(r"(?:global\s+)?using\s+(static\s+)?(?:(\w+)\s*=\s*)?([\w.:]+)")
_NAME_END = regex(r"[\w.]+")
_GENERIC = regex(r"<[^<>]*>")
_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
_NEVER = regex(r"#if\s+(?:false|0)\b")
_FUNCTIONS = ("method_declaration", "constructor_declaration", "local_function_statement")
_TYPES = ["class_declaration", "interface_declaration", "struct_declaration", "record_declaration", "enum_declaration"]
_READS = frozenset({"Environment.GetEnvironmentVariable", "System.Environment.GetEnvironmentVariable"})


def _record_call(reader: Reader, node: Node) -> None:
    value = reader.value(node)
    if value.kind != "call" or not value.text or (node.kind == "attribute" and not value.items):
        return
    reader.add_call(node, value.text, value)
    if value.text in _READS and value.items:
        reader.add_environment(node, value.items[0], default_beside(reader, node, ("??",)))


def _record_binary(reader: Reader, node: Node) -> None:
    operator = operator_between(reader, node)
    if not operator:
        sign = node.syntax.field("operator")
        operator = sign.text() if sign is not None else ""
    if operator == "+" and not is_operand(reader, node, "+"):
        reader.add_text(node)
    elif operator in _COMPARISONS:
        record_compared(reader, node, operator)


def _record_variable(reader: Reader, node: Node) -> None:
    parent = node.parent
    if parent is None or not node.children or node.children[0].kind != "identifier":
        return
    typed = parent.syntax.field("type") if parent.kind == "variable_declaration" else None
    value = reader.value(node.children[-1]) if len(node.children) > 1 else reader.missing(node)
    reader.add_assignment(node, reader.text_of(node.children[0]), value, typed.text()[:200] if typed is not None else "")


def _record_named(reader: Reader, node: Node) -> None:
    """A property, or an enum member."""
    name, typed = node.syntax.field("name"), node.syntax.field("type")
    value = reader.child_at(node, node.syntax.field("value"))
    if name is not None:
        annotation = typed.text()[:200] if typed is not None else ""
        reader.add_assignment(node, name.text(), reader.value(value) if value is not None else reader.missing(node), annotation)


def _record_parameter(reader: Reader, node: Node) -> None:
    name, typed = node.syntax.field("name"), node.syntax.field("type")
    values = [child for child in node.children if name is not None and child.start >= name.range().end.index]
    field = node.scope[1]  # a record's parameters are its properties
    if name is not None and (values or field):
        value = reader.value(values[-1]) if values else reader.missing(node)
        reader.add_assignment(node, name.text(), value, typed.text()[:200] if typed is not None else "")


def _record_assignment(reader: Reader, node: Node) -> None:
    if len(node.children) == 2 and (node.parent is None or node.parent.kind != "initializer_expression"):
        reader.add_assignment(node, reader.dotted(node.children[0]), reader.value(node.children[1]))


def _decorators(reader: Reader, node: Node) -> list[str]:
    names = [_NAME_END.match(reader.text, child.start) for child in node.children if child.kind == "attribute"]
    return [name[0] for name in names if name is not None]


def _start(node: Node) -> int:
    """Where a declaration begins behind its attributes."""
    name = node.syntax.field("name")
    return name.range().start.index if name is not None else node.start


def _parameters(node: Node) -> list[str]:
    listed = node.first("parameter_list")
    if listed is None:
        lone = node.syntax.field("parameters")
        return [lone.text()] if lone is not None and lone.text().isidentifier() else []
    names = [child.syntax.field("name") for child in listed.children if child.kind == "parameter"]
    return [name.text() for name in names if name is not None]


def _record_function(reader: Reader, node: Node) -> None:
    name = node.syntax.field("name")
    reader.add_function(node, name.text() if name is not None else "", _parameters(node), _decorators(reader, node), start=_start(node))


def _record_lambda(reader: Reader, node: Node) -> None:
    parent = node.parent
    name = ""
    given: tuple[str, ...] = ()
    if parent is not None and parent.kind == "argument" and parent.parent is not None and parent.parent.parent is not None:
        arguments, call = parent.parent, parent.parent.parent
        literals = [reader.value(child) for child in arguments.children if child.children and child.children[-1].kind in STRINGS]
        name = literals[0].text if literals else ""
        given = (reader.dotted(call),)
    elif parent is not None and parent.kind == "variable_declarator" and parent.children[0].kind == "identifier":
        name = reader.text_of(parent.children[0])
    reader.add_function(node, name, _parameters(node), given, "")


def _record_class(reader: Reader, node: Node) -> None:
    name = node.syntax.field("name")
    listed = next((child for child in node.syntax.children() if child.kind() == "base_list"), None)
    text = listed.text() if listed is not None else ""
    while "<" in text and _GENERIC.search(text):
        text = _GENERIC.sub("", text)
    bases = [_NAME_END.match(part.strip(" :\n\t\r")) for part in re.sub(r"\([^()]*\)", "", text).split(",")]
    decorators = _decorators(reader, node)
    reader.add_class(node, name.text() if name is not None else "", [base[0] for base in bases if base], decorators, _start(node))


def _record_loop(reader: Reader, node: Node) -> None:
    iterable = node.syntax.field("right" if node.kind == "foreach_statement" else "condition")
    if iterable is not None:
        place = iterable.range()
        reader.add_loop(node, place.start.index, place.end.index)


def _record_using(reader: Reader, node: Node) -> None:
    parsed = _USING.match(reader.text_of(node))
    if parsed is not None:
        module = parsed[3].replace("::", ".").removeprefix("global.")
        reader.source.imports.append(Import(module, node.line, (("*", "*"),) if parsed[1] else (), parsed[2] or ""))


def _dead(text: str, root: Any) -> list[tuple[int, int]]:
    spans = dead_conditions(text, root, ("if (false", "if(false"), "false")
    if "#if" not in text or not _NEVER.search(text):
        return spans
    for directive in root.find_all(kind="preproc_if"):
        condition, other = directive.field("condition"), directive.field("alternative")
        if condition is not None and condition.text() in ("false", "0"):
            end = (other.range().start if other is not None else directive.range().end).index
            spans.append((condition.range().end.index, end))
    return spans


_HOLDERS = kinds(
    """
    argument attribute_argument assignment_expression initializer_expression binary_expression conditional_expression
    interpolation variable_declarator property_declaration parameter await_expression parenthesized_expression
    postfix_unary_expression as_expression cast_expression tuple_expression expression_element collection_element
    arrow_expression_clause element_access_expression anonymous_object_creation_expression prefix_unary_expression
    enum_member_declaration
    """
)

CSHARP = Grammar(
    language="csharp",
    parser="csharp",
    values=VALUES,
    records={
        **dict.fromkeys(STRINGS, record_string),
        "binary_expression": _record_binary,
        **dict.fromkeys((*CALLS, "implicit_object_creation_expression"), _record_call),
        "variable_declarator": _record_variable,
        **dict.fromkeys(("property_declaration", "enum_member_declaration"), _record_named),
        "parameter": _record_parameter,
        "assignment_expression": _record_assignment,
        **dict.fromkeys(_FUNCTIONS, _record_function),
        **dict.fromkeys(("lambda_expression", "anonymous_method_expression"), _record_lambda),
        **dict.fromkeys(_TYPES, _record_class),
        **dict.fromkeys(["foreach_statement", "for_statement", "while_statement", "do_statement"], _record_loop),
        "using_directive": _record_using,
    },
    calls=frozenset(CALLS),
    arguments=frozenset({"argument_list", "attribute_argument_list", "initializer_expression"}),
    members=frozenset({"member_access_expression", "conditional_access_expression", "member_binding_expression"}),
    names=frozenset({"identifier"}),
    wrappers=frozenset(["await_expression", "parenthesized_expression", "postfix_unary_expression", "as_expression", "checked_expression"]),
    subscripts=frozenset({"element_access_expression"}),
    structure=frozenset(["parameter_list", "variable_declaration", "interpolation", "switch_expression", "is_pattern_expression"]),
    inside={"identifier": _HOLDERS},
    outside={"member_access_expression": ["member_access_expression"]},
    dead=_dead,
)
