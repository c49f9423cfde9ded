"""Kotlin."""

from __future__ import annotations

import re
from typing import Any

from rung.facts.code.jvm import enum_value, record_import, record_read
from rung.facts.code.literals import quoted, unescape
from rung.facts.code.reader import Grammar, Reader
from rung.facts.code.shared import (
    alternatives_value,
    boolean_value,
    choice_value,
    function_value,
    inner_value,
    is_operand,
    name_value,
    null_value,
    number_value,
    operator_between,
    subscript_value,
    sum_value,
)
from rung.facts.code.source import Value
from rung.facts.code.tree import Node, kinds
from rung.regex import regex

_FUNCTION = regex(r"[^({]*?\bfun\s+(?:<[^>]*>\s*)?(?:[\w.<>?, ]+\.)?(`[^`]+`|\w+)\s*\(")
_CLASS = regex(r"[^({]*?\b(?:class|interface|object)\s+(\w+)")
_ANNOTATION = regex(r"@(?:\w+:)?\s*\[?([\w.]+)")
_NAMED = regex(r"(\w+)\s*=(?!=)")
_WORD = regex(r"`[^`]+`|\w+")
_DECLARED_PARAMETER = regex(r"(?:.*?\b(?:val|var)\s+)?(\w+)\s*:\s*([^=]+)", re.DOTALL)
_TYPE = regex(r":\s*([^=]+)")
_TRIMS = frozenset({"trimIndent", "trimMargin", "trim"})
_COMPARISONS = frozenset({"==", "!=", "===", "!==", "<", "<=", ">", ">=", "in", "!in"})
_LABELS = {"===": "==", "!==": "!=", "!in": "not in"}
_DECLARED = frozenset({"variable_declaration", "multi_variable_declaration", "modifiers", "annotation"})


def _string(reader: Reader, node: Node) -> Value:
    text = reader.text_of(node)
    raw = text.startswith('"""')
    quote = '"""' if raw else '"'
    if not node.children:
        body = quoted(text, quote)
        return Value("string", body if raw else unescape(body), node.line)
    pieces: list[str] = []
    start = node.start + len(quote)
    for hole in node.children:
        piece = reader.text[start : hole.start]
        piece = piece.removesuffix("${" if hole.kind == "interpolated_expression" else "$")
        pieces.append(piece if raw else unescape(piece))
        start = hole.end + (hole.kind == "interpolated_expression")
    piece = quote + reader.text[start : node.end]
    pieces.append(quoted(piece, quote) if raw else unescape(quoted(piece, quote)))
    holes = tuple(reader.value(hole) for hole in node.children)
    return Value("template", "{}".join(pieces), node.line, holes)


def _sum(reader: Reader, node: Node) -> Value:
    return sum_value(reader, node) if operator_between(reader, node) == "+" else reader.other(node)


def _elvis(reader: Reader, node: Node) -> Value:
    return choice_value(reader, node, "?:")


def _if(reader: Reader, node: Node) -> Value:
    bodies = [child.children[-1] for child in node.children if child.kind == "control_structure_body" and child.children]
    if len(bodies) != 2:
        return reader.other(node)
    return alternatives_value(reader, node, bodies)


def _prefix(reader: Reader, node: Node) -> Value:
    is_number = reader.text[node.start] == "-" and bool(node.children) and node.children[0].kind in ("integer_literal", "real_literal")
    return number_value(reader, node) if is_number else reader.other(node)


def _infix(reader: Reader, node: Node) -> Value:
    """`"key" to value` as a mapping of one."""
    if len(node.children) != 3 or reader.text_of(node.children[1]) != "to":
        return reader.other(node)
    key = reader.value(node.children[0])
    items = (reader.value(node.children[2]),)
    return Value("mapping", "", node.line, items, (key.text if key.kind == "string" else "",))


def _call(reader: Reader, node: Node) -> Value:
    callee = reader.callee(node)
    literal = _trimmed(reader, node, callee)
    if literal is not None:
        return literal
    keys: list[str] = []
    items: list[Value] = []
    for child in _arguments(reader, node):
        named = _NAMED.match(reader.text, child.start, child.end) if child.kind == "value_argument" else None
        keys.append(named[1] if named else "")
        items.append(reader.value(child))
    return Value("call", callee, node.line, tuple(items), tuple(keys))


def _arguments(reader: Reader, node: Node) -> list[Node]:
    """The arguments in parentheses, and the lambda behind them."""
    found: list[Node] = []
    for child in reader.arguments(node).children if reader.arguments(node) is not None else ():  # type: ignore[union-attr]
        found.extend(child.children if child.kind == "value_arguments" else [child])
    return found


def _trimmed(reader: Reader, node: Node, callee: str) -> Value | None:
    if callee.rpartition(".")[2] not in _TRIMS or not node.children or not node.children[0].children:
        return None
    literal = reader.value(node.children[0].children[0])
    if literal.kind not in ("string", "template"):
        return None
    from textwrap import dedent

    return Value(literal.kind, dedent(literal.text).strip(), literal.line, literal.items)


def _record_text(reader: Reader, node: Node) -> None:
    parent = node.parent
    if parent is None or parent.kind != "additive_expression" or operator_between(reader, parent) != "+":
        reader.add_text(node)


def _record_sum(reader: Reader, node: Node) -> None:
    if operator_between(reader, node) == "+" and not is_operand(reader, node, "+"):
        reader.add_text(node)


def _record_call(reader: Reader, node: Node) -> None:
    value = reader.value(node)
    if value.kind == "call" and value.text:
        reader.add_call(node, value.text, value)
        record_read(reader, node, value)


def _record_infix(reader: Reader, node: Node) -> None:
    """`got shouldBe wanted`: a call of what stands between two values."""
    parts = [part for part in node.syntax.children() if part.kind() not in ("line_comment", "multiline_comment")]
    name = parts[1].text() if len(parts) == 3 else ""
    if _WORD.fullmatch(name) and name not in _OPERATORS:
        items = tuple(reader.value(child) for child in node.children if reader.text_of(child) != name)
        reader.add_call(node, name, Value("call", name, node.line, items, ("",) * len(items)))


def _record_property(reader: Reader, node: Node) -> None:
    target = node.first("variable_declaration", "multi_variable_declaration")
    if target is None:
        return
    values = [child for child in node.children if child.kind not in _DECLARED and child.start >= target.end]
    value = reader.value(values[0]) if values else reader.missing(node)
    for name in target.children if target.kind == "multi_variable_declaration" else [target]:
        word = _WORD.match(reader.text, name.start, name.end)
        typed = _TYPE.search(reader.text_of(name))
        reader.add_assignment(node, word[0] if word else "", value, typed[1].strip()[:200] if typed else "")


def _record_assignment(reader: Reader, node: Node) -> None:
    if len(node.children) == 2:
        reader.add_assignment(node, reader.dotted(node.children[0]), reader.value(node.children[1]))


def _record_class_parameter(reader: Reader, node: Node) -> None:
    modifiers = node.first("modifiers")
    parsed = _DECLARED_PARAMETER.match(reader.text, modifiers.end if modifiers else node.start, node.end)
    if parsed is not None:
        values = [child for child in node.children if child.start >= parsed.end()]
        value = reader.value(values[-1]) if values else reader.missing(node)
        reader.add_assignment(node, parsed[1], value, parsed[2].strip()[:200])


def _record_enum_member(reader: Reader, node: Node) -> None:
    word = _WORD.match(reader.text, node.start, node.end)
    reader.add_assignment(node, word[0] if word else "", enum_value(reader, node, node.first("value_arguments")))


def _decorators(reader: Reader, node: Node) -> list[str]:
    modifiers = node.first("modifiers")
    holders = [*(modifiers.children if modifiers else ()), *node.children]
    names = [_ANNOTATION.match(reader.text, child.start, child.end) for child in holders if child.kind == "annotation"]
    return [name[1] for name in names if name is not None]


def _record_function(reader: Reader, node: Node) -> None:
    modifiers = node.first("modifiers")
    name = _FUNCTION.match(reader.text, modifiers.end if modifiers else node.start, node.end)
    listed = node.first("function_value_parameters")
    parameters = [child for child in listed.children if child.kind == "parameter"] if listed else []
    words = [_WORD.match(reader.text, child.start, child.end) for child in parameters]
    reader.add_function(
        node,
        name[1].strip("`") if name else "",
        [word[0] for word in words if word],
        _decorators(reader, node),
        start=name.start(1) if name else None,
    )
    for child, default in zip(listed.children, listed.children[1:], strict=False) if listed else ():
        if child.kind == "parameter" and default.kind not in ("parameter", "annotation", "modifiers"):
            typed = _TYPE.search(reader.text_of(child))
            word = _WORD.match(reader.text, child.start, child.end)
            reader.add_assignment(child, word[0] if word else "", reader.value(default), typed[1].strip() if typed else "", node.inner)


def _record_lambda(reader: Reader, node: Node) -> None:
    listed = node.first("lambda_parameters")
    parameters = [child for child in listed.children if child.kind == "variable_declaration"] if listed else []
    words = [_WORD.match(reader.text, child.start, child.end) for child in parameters]
    parent = node.parent
    name = ""
    given: tuple[str, ...] = ()
    while parent is not None and parent.kind in ("value_argument", "value_arguments", "call_suffix"):
        parent = parent.parent
    if parent is not None and parent.kind in reader.grammar.calls and node.parent is not parent:
        literals = [child.children[-1] for child in _arguments(reader, parent) if child.kind == "value_argument" and child.children]
        name = next((reader.value(child).text for child in literals if child.kind == "string_literal"), "")
        called = parent.children[0] if parent.children else None
        invoked = called is not None and called.kind == "string_literal"  # `"name" { ... }` calls the text's operator
        name = reader.value(called).text if invoked and called is not None else name
        given = ("invoke",) if invoked else (reader.dotted(parent),)
    elif parent is not None and parent.kind == "property_declaration":
        target = parent.first("variable_declaration")
        name = reader.text_of(target).partition(":")[0].strip() if target else ""
    reader.add_function(node, name, [word[0] for word in words if word], given, "")


def _record_class(reader: Reader, node: Node) -> None:
    modifiers = node.first("modifiers")
    name = _CLASS.match(reader.text, modifiers.end if modifiers else node.start, node.end)
    listed = [child for child in node.children if child.kind == "delegation_specifier"]
    bases = [reader.words(child.start, child.start + len(reader.text_of(child).partition("(")[0])) for child in listed]
    reader.add_class(node, name[1] if name else "", bases, _decorators(reader, node), name.start(1) if name else None)


def _record_comparison(reader: Reader, node: Node) -> None:
    parts = [child for child in node.syntax.children() if child.kind() not in ("line_comment", "multiline_comment")]
    operator = "".join(part.text() for part in parts[1:-1])
    if operator in _COMPARISONS:
        sides = [(part.range().start.index, part.range().end.index) for part in (parts[0], parts[-1])]
        reader.add_comparison(node, _LABELS.get(operator, operator), sides[0], sides[1])


def _record_loop(reader: Reader, node: Node) -> None:
    opening = "in" if node.kind == "for_statement" else "("
    found = False
    for child in node.syntax.children():
        if found:
            place = child.range()
            reader.add_loop(node, place.start.index, place.end.index)
            return
        found = child.kind() == opening


def _dead(text: str, root: Any) -> list[tuple[int, int]]:
    if "if (false" not in text and "if(false" not in text:
        return []
    spans = []
    for statement in root.find_all(kind="if_expression"):
        body = next((child for child in statement.children() if child.kind() == "control_structure_body"), None)
        if body is not None and re.fullmatch(r"if\s*\(\s*false\s*\)\s*", text[statement.range().start.index : body.range().start.index]):
            spans.append((body.range().start.index, body.range().end.index))
    return spans


_HOLDERS = kinds(
    """
    value_argument interpolated_expression additive_expression elvis_expression control_structure_body infix_expression
    property_declaration assignment class_parameter function_value_parameters as_expression parenthesized_expression
    postfix_expression indexing_suffix statements
    """
)
_OPERATORS = frozenset({"to", "downTo", "until", "step", "and", "or", "xor", "shl", "shr", "ushr", "zip", "matches"})
_EQUALITY = ("equality_expression", "comparison_expression", "check_expression")
_CALLS = ("call_expression", "constructor_invocation")

KOTLIN = Grammar(
    language="java",
    parser="kotlin",
    values={
        "string_literal": _string,
        **dict.fromkeys(("integer_literal", "real_literal", "long_literal", "hex_literal", "unsigned_literal"), number_value),
        "boolean_literal": boolean_value,
        "null_literal": null_value,
        **dict.fromkeys(("simple_identifier", "interpolated_identifier", "navigation_expression", "callable_reference"), name_value),
        "this_expression": name_value,
        "indexing_expression": subscript_value,
        **dict.fromkeys(_CALLS, _call),
        **dict.fromkeys(("lambda_literal", "anonymous_function"), function_value),
        "additive_expression": _sum,
        "elvis_expression": _elvis,
        "if_expression": _if,
        "prefix_expression": _prefix,
        "infix_expression": _infix,
        "value_argument": lambda reader, node: reader.value(node.children[-1]) if node.children else reader.other(node),
        **dict.fromkeys(
            kinds(
                """
                as_expression parenthesized_expression postfix_expression interpolated_expression property_delegate
                spread_expression
                """
            ),
            inner_value,
        ),
    },
    records={
        "string_literal": _record_text,
        "additive_expression": _record_sum,
        "infix_expression": _record_infix,
        **dict.fromkeys(_CALLS, _record_call),
        "property_declaration": _record_property,
        "assignment": _record_assignment,
        "class_parameter": _record_class_parameter,
        "enum_entry": _record_enum_member,
        "function_declaration": _record_function,
        **dict.fromkeys(("lambda_literal", "anonymous_function"), _record_lambda),
        **dict.fromkeys(("class_declaration", "object_declaration"), _record_class),
        **dict.fromkeys(_EQUALITY, _record_comparison),
        **dict.fromkeys(("for_statement", "while_statement", "do_while_statement"), _record_loop),
        "import_header": record_import,
    },
    calls=frozenset(_CALLS),
    arguments=frozenset({"call_suffix", "value_arguments"}),
    members=frozenset({"navigation_expression", "callable_reference"}),
    names=frozenset({"simple_identifier", "interpolated_identifier", "this_expression"}),
    wrappers=frozenset(["as_expression", "parenthesized_expression", "postfix_expression"]),
    subscripts=frozenset({"indexing_expression", "directly_assignable_expression"}),
    structure=frozenset(
        kinds(
            """
            value_argument modifiers annotation function_value_parameters parameter lambda_parameters variable_declaration
            when_expression multi_variable_declaration delegation_specifier control_structure_body
            """
        )
    ),
    inside={"simple_identifier": _HOLDERS, "this_expression": _HOLDERS},
    outside={"navigation_expression": ["navigation_expression"]},
    dead=_dead,
)
