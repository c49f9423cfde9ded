"""Go."""

from __future__ import annotations

from typing import Any

from rung.facts.code.literals import quoted, unescape
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
)
from rung.facts.code.source import Import, Value
from rung.facts.code.tree import Node, kinds
from rung.regex import regex

_RECEIVER = regex(r"(\w+)\s*(?:\[[^\]]*\])?\s*\)\Z")
_NAME = regex(r"func\s*(?:\([^()]*\)\s*)?(\w+)")
_IMPORT = regex(r"(?:([\w.]+)\s+)?[\"`]([^\"`]+)[\"`]")
_FIELD = regex(r"\w+")
_STRINGS = ("interpreted_string_literal", "raw_string_literal")
_COMPARISONS = dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), "")


def _string(reader: Reader, node: Node) -> Value:
    text = reader.text_of(node)
    body = quoted(text, text[:1])
    return Value("string", body if text[:1] == "`" else unescape(body), node.line)


def _binary(reader: Reader, node: Node) -> Value:
    return sum_value(reader, node) if operator_between(reader, node) == "+" else reader.other(node)


def _unary(reader: Reader, node: Node) -> Value:
    sign = reader.text[node.start]
    if sign == "&" or sign == "*":
        return inner_value(reader, node)
    is_number = bool(node.children) and node.children[0].kind in ("int_literal", "float_literal")
    return number_value(reader, node) if is_number else reader.other(node)


def _call(reader: Reader, node: Node) -> Value:
    arguments = reader.arguments(node)
    items = tuple(reader.value(child) for child in arguments.children) if arguments is not None else ()
    return Value("call", reader.callee(node), node.line, items, ("",) * len(items))


def _type_name(reader: Reader, node: Node) -> str:
    """The name of the type of a composite literal; empty for slices, arrays and maps."""
    body = node.first("literal_value")
    text = reader.text[node.start : body.start if body is not None else node.end]
    return "" if text[:1] == "[" or text.startswith(("map[", "struct{", "struct {")) else reader.words(node.start, node.start + len(text))


def _composite(reader: Reader, node: Node) -> Value:
    body = node.first("literal_value")
    keys, items = _members(reader, body.children if body is not None else [])
    name = _type_name(reader, node)
    line = node.line
    if name:
        return Value("call", name.rstrip("."), line, items, keys)
    if reader.text[node.start] == "[":
        return Value("list", "", line, items)
    return Value("mapping", "", line, items, keys)


def _braces(reader: Reader, node: Node) -> Value:
    """An element whose type is left out: `{Role: "user"}` in a slice."""
    keys, items = _members(reader, node.children)
    return Value("mapping" if any(keys) or not items else "list", "", node.line, items, keys if any(keys) else ())


def _members(reader: Reader, nodes: list[Node]) -> tuple[tuple[str, ...], tuple[Value, ...]]:
    keys: list[str] = []
    items: list[Value] = []
    for child in nodes:
        if child.kind == "keyed_element" and child.children:
            first = child.children[0]
            keys.append(reader.value(first).text if first.kind in _STRINGS or first.kind == "int_literal" else reader.dotted(first))
            items.append(reader.value(child.children[-1]) if len(child.children) > 1 else reader.other(child))
        else:
            keys.append("")
            items.append(reader.value(child))
    return tuple(keys), tuple(items)


def _expressions(reader: Reader, node: Node) -> Value:
    return inner_value(reader, node) if len(node.children) == 1 else list_value(reader, node)


def _record_call(reader: Reader, node: Node) -> None:
    value = reader.value(node)
    if not value.text:
        return
    reader.add_call(node, value.text, value)
    if value.text in ("os.Getenv", "os.LookupEnv", "syscall.Getenv") and value.items:
        reader.add_environment(node, value.items[0], _alternative(reader, node))


def _alternative(reader: Reader, node: Node) -> Value | None:
    """The second argument of `cmp.Or(os.Getenv("X"), "default")`."""
    arguments = node.parent
    if arguments is None or arguments.kind != "argument_list" or arguments.parent is None or len(arguments.children) < 2:
        return None
    return reader.value(arguments.children[-1]) if reader.dotted(arguments.parent) == "cmp.Or" else None


def _record_composite(reader: Reader, node: Node) -> None:
    value = reader.value(node)
    if value.kind == "call":
        reader.add_call(node, value.text, value)


def _record_binary(reader: Reader, node: Node) -> None:
    operator = operator_between(reader, node)
    if operator == "+" and not is_operand(reader, node, "+"):
        reader.add_text(node)
    elif operator in _COMPARISONS:
        record_compared(reader, node, operator)


def _record_specification(reader: Reader, node: Node) -> None:
    """`const`, `var`: names, perhaps a type, perhaps values."""
    names = [child for child in node.children if child.kind == "identifier"]
    values = node.first("expression_list")
    typed = node.syntax.field("type")
    annotation = typed.text()[:200] if typed is not None else ""
    for index, name in enumerate(names):
        reader.add_assignment(node, reader.text_of(name), _nth(reader, node, values, index, len(names)), annotation)


def _nth(reader: Reader, node: Node, values: Node | None, index: int, count: int) -> Value:
    if values is None or not values.children:
        return reader.missing(node)
    return reader.value(values.children[index if len(values.children) == count else 0])


def _record_assignment(reader: Reader, node: Node) -> None:
    lists = [child for child in node.children if child.kind == "expression_list"]
    if len(lists) != 2:
        return
    targets = lists[0].children
    for index, target in enumerate(targets):
        name = reader.dotted(target)
        if name != "_":
            reader.add_assignment(node, name, _nth(reader, node, lists[1], index, len(targets)))


def _record_type(reader: Reader, node: Node) -> None:
    body = node.first("struct_type", "interface_type")
    name = _FIELD.match(reader.text, node.start, node.end)
    if body is None or name is None:
        return
    embedded = [child for child in body.children if child.kind == "field_declaration" and child.syntax.field("name") is None]
    reader.add_class(node, name[0], [reader.words(child.start, child.end).partition(".json")[0] for child in embedded])


def _record_field(reader: Reader, node: Node) -> None:
    names = [name for name in node.syntax.field_children("name") if name.is_named()]
    if names:
        rest = reader.span(names[-1].range().end.index, node.end)
        for name in names:
            reader.add_assignment(node, name.text(), reader.missing(node), rest)


def _parameters(reader: Reader, node: Node | None) -> list[str]:
    if node is None:
        return []
    return [reader.text_of(name) for declaration in node.children for name in declaration.children if name.kind == "identifier"]


def _record_function(reader: Reader, node: Node) -> None:
    lists = [child for child in node.children if child.kind == "parameter_list"]
    name = _NAME.match(reader.text, node.start, node.end)
    owner = ""
    if node.kind == "method_declaration" and lists:
        receiver = _RECEIVER.search(reader.text_of(lists[0]))
        owner = receiver[1] if receiver else ""
        lists = lists[1:]
    reader.add_function(node, name[1] if name else "", _parameters(reader, lists[0] if lists else None), owner=owner)


def _record_literal(reader: Reader, node: Node) -> None:
    name = ""
    decorators: tuple[str, ...] = ()
    parent = node.parent
    if parent is not None and parent.kind == "argument_list" and parent.parent is not None:
        name = next((reader.value(child).text for child in parent.children if child.kind in _STRINGS), "")
        decorators = (reader.dotted(parent.parent),)
    elif parent is not None and parent.kind == "keyed_element":
        name = reader.dotted(parent.children[0])
    elif parent is not None and parent.kind == "expression_list" and parent.parent is not None:
        name = _assigned_name(reader, parent.parent, parent.children.index(node))
    reader.add_function(node, name, _parameters(reader, node.first("parameter_list")), decorators, "")


def _assigned_name(reader: Reader, statement: Node, index: int) -> str:
    targets = statement.children[0].children if statement.children[0].kind == "expression_list" else statement.children
    return reader.dotted(targets[index]).rpartition(".")[2] if index < len(targets) else ""


def _record_loop(reader: Reader, node: Node) -> None:
    for child in node.syntax.children():
        if child.kind() == "block" or not child.is_named():
            continue
        iterable = child.field("right") or child.field("condition") if child.kind() in ("range_clause", "for_clause") else child
        if iterable is not None:
            place = iterable.range()
            reader.add_loop(node, place.start.index, place.end.index)
        return


def _record_import(reader: Reader, node: Node) -> None:
    parsed = _IMPORT.match(reader.text_of(node))
    if parsed is not None:
        reader.source.imports.append(Import(parsed[2], node.line, alias=parsed[1] or ""))


def _dead(text: str, root: Any) -> list[tuple[int, int]]:
    return dead_conditions(text, root, ("if false",), "false")


_HOLDERS = kinds(
    """
    argument_list expression_list literal_element binary_expression unary_expression parenthesized_expression const_spec var_spec
    parameter_declaration variadic_parameter_declaration type_assertion_expression index_expression variadic_argument
    """
)
_TYPES = ("type_identifier", "qualified_type")

GO = Grammar(
    language="go",
    parser="go",
    values={
        **dict.fromkeys((*_STRINGS, "rune_literal"), _string),
        **dict.fromkeys(("int_literal", "float_literal"), number_value),
        **dict.fromkeys(("true", "false"), boolean_value),
        "nil": null_value,
        **dict.fromkeys(("identifier", "selector_expression", *_TYPES), name_value),
        "index_expression": subscript_value,
        "call_expression": _call,
        "composite_literal": _composite,
        "literal_value": _braces,
        "expression_list": _expressions,
        "func_literal": function_value,
        "binary_expression": _binary,
        "unary_expression": _unary,
        **dict.fromkeys(("parenthesized_expression", "type_assertion_expression", "type_conversion_expression"), inner_value),
        "variadic_argument": inner_value,
    },
    records={
        **dict.fromkeys(_STRINGS, record_string),
        "binary_expression": _record_binary,
        "call_expression": _record_call,
        "composite_literal": _record_composite,
        **dict.fromkeys(("const_spec", "var_spec"), _record_specification),
        **dict.fromkeys(("short_var_declaration", "assignment_statement"), _record_assignment),
        "type_spec": _record_type,
        "field_declaration": _record_field,
        **dict.fromkeys(("function_declaration", "method_declaration"), _record_function),
        "func_literal": _record_literal,
        "for_statement": _record_loop,
        "import_spec": _record_import,
    },
    calls=frozenset({"call_expression"}),
    arguments=frozenset({"argument_list"}),
    members=frozenset({"selector_expression", *_TYPES}),
    names=frozenset({"identifier"}),
    wrappers=frozenset({"parenthesized_expression", "type_assertion_expression", "unary_expression"}),
    subscripts=frozenset({"index_expression"}),
    structure=frozenset(
        kinds(
            """
            parameter_list parameter_declaration variadic_parameter_declaration struct_type interface_type keyed_element
            slice_expression slice_type map_type array_type
            """
        )
    ),
    inside={"identifier": _HOLDERS, **{key: ["argument_list"] for key in _TYPES}},
    outside={"selector_expression": ["selector_expression"], **{key: ["import_spec", "field_declaration"] for key in _STRINGS}},
    dead=_dead,
)
