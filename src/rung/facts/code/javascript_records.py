"""What is recorded of JavaScript and TypeScript."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rung.facts.code.javascript_imports import record_call_import, record_export, record_import
from rung.facts.code.javascript_values import CHOICES, key_of
from rung.facts.code.reader import Reader, Record
from rung.facts.code.shared import dead_conditions, default_beside, is_operand, operator_between, record_compared
from rung.facts.code.tree import Node
from rung.regex import regex

_FUNCTION_NAME = regex(r"(?:async\s+)?function\s*+\*?\s*+([\w$]+)")
_CLASS_NAME = regex(r"\s*+(?:(?:abstract|export|const|declare)\s++)*(?:class|interface|enum)\s++([\w$]+)")
_IMPLEMENTS = regex(r"\b(?:implements|extends)\s+(.*)", re.DOTALL)
_BASE = regex(r"[\w$.]+")
_GENERIC = regex(r"<[^{}]*>")
_VARIABLE = regex(r"(?:process|Bun|import\.meta|globalThis\.process)\.env\.(\w+)")
_COMPARISONS = {"==": "==", "===": "==", "!=": "!=", "!==": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "in": "in"}
_DEAD_HINTS = ("if (false", "if(false", "if (0)", "if(0)", "if (!1", "if(!1", "if (!true", "if(!true")
_ASYNC = regex(r"async\s+")
_WRAPPERS = frozenset({"parenthesized_expression", "as_expression", "satisfies_expression", "await_expression"})
_PATTERNS = frozenset({"object_pattern", "array_pattern"})


def _record_text(reader: Reader, node: Node) -> None:
    parent = node.parent
    if parent is not None and parent.kind == "binary_expression" and operator_between(reader, parent) == "+":
        return
    call = parent.parent if parent is not None and parent.kind == "arguments" and len(parent.children) == 1 else None
    if call is None or reader.dotted(call) not in ("require", "import"):
        reader.add_text(node)


def _record_binary(reader: Reader, node: Node) -> None:
    operator = operator_between(reader, node)
    if operator == "+":
        if not is_operand(reader, node, "+"):
            reader.add_text(node)
        return
    if not operator:
        sign = node.syntax.field("operator")
        operator = sign.text() if sign is not None else ""
    if operator in _COMPARISONS:
        record_compared(reader, node, _COMPARISONS[operator])


def _record_call(reader: Reader, node: Node) -> None:
    value = reader.value(node)
    if value.kind != "call" or not value.text:
        return
    if value.text in ("require", "import"):
        record_call_import(reader, node, value)
        return
    reader.add_call(node, value.text, value)
    if value.text == "Deno.env.get" and value.items:
        reader.add_environment(node, value.items[0], default_beside(reader, node, CHOICES))


def _record_read(reader: Reader, node: Node) -> None:
    """`process.env.X` and `process.env["X"]` where they are read."""
    if "env" not in reader.text[node.start : min(node.end, node.start + 80)]:
        return
    variable = _VARIABLE.match(reader.dotted(node))
    parent = node.parent
    if variable is None or (parent is not None and parent.kind == "assignment_expression" and parent.children[0] is node):
        return
    whole = variable.end() == len(reader.dotted(node))
    reader.add_variable(node, variable[1], default_beside(reader, node, CHOICES) if whole else None)


def bound_names(reader: Reader, node: Node) -> list[tuple[str, str]]:
    """The names that a pattern binds, each with the key that it takes (empty in arrays)."""
    names: list[tuple[str, str]] = []
    pending = [(node, "")]
    while pending:
        current, key = pending.pop()
        if current.kind in ("identifier", "shorthand_property_identifier_pattern"):
            name = reader.text_of(current)
            names.append((key or name, name))
        elif current.kind == "pair_pattern":
            pending.extend((child, key_of(reader, current)) for child in current.children[-1:])
        elif current.kind in ("assignment_pattern", "object_assignment_pattern", "rest_pattern"):
            pending.extend((child, key) for child in current.children[:1])
        else:
            pending.extend((child, "") for child in reversed(current.children) if child.kind != "decorator")
    return names


def _record_declarator(reader: Reader, node: Node) -> None:
    if not node.children:
        return
    target = node.children[0]
    value = reader.value(node.children[-1]) if len(node.children) > 1 else reader.missing(node)
    if target.kind not in _PATTERNS:
        reader.add_assignment(node, reader.dotted(target), value, _annotation(reader, node, target.end))
        return
    from_environment = value.kind == "name" and _VARIABLE.fullmatch(f"{value.text}.X") is not None
    for key, name in bound_names(reader, target):
        reader.add_assignment(node, name, value)
        if from_environment:
            reader.add_variable(node, key, None)


def _annotation(reader: Reader, node: Node, position: int) -> str:
    if reader.text[position : position + 3].lstrip("?! ")[:1] != ":":
        return ""
    annotation = node.syntax.field("type")
    return annotation.text().lstrip(": ")[:200] if annotation is not None else ""


def _record_assignment(reader: Reader, node: Node) -> None:
    if len(node.children) == 2 and node.children[0].kind not in _PATTERNS:
        reader.add_assignment(node, reader.dotted(node.children[0]), reader.value(node.children[1]))


def _record_field(reader: Reader, node: Node) -> None:
    name = node.syntax.field("name")
    value = node.syntax.field("value")
    if name is None:
        return
    last = node.children[-1] if value is not None and node.children else None
    annotation = node.syntax.field("type")
    reader.add_assignment(
        node,
        name.text().strip("\"'#"),
        reader.value(last) if last is not None and last.kind != "decorator" else reader.missing(node),
        annotation.text().lstrip(": ")[:200] if annotation is not None else "",
    )


def _record_default(reader: Reader, node: Node) -> None:
    children = [child for child in node.children if child.kind != "decorator"]
    if len(children) == 2 and children[0].kind not in _PATTERNS:
        reader.add_assignment(node, reader.dotted(children[0]), reader.value(children[1]), _annotation(reader, node, children[0].end))


def _record_enum_member(reader: Reader, node: Node) -> None:
    if node.children:
        reader.add_assignment(node, key_of(reader, node), reader.value(node.children[-1]))


def _parameters(reader: Reader, node: Node) -> list[str]:
    parameters = node.first("formal_parameters")
    if parameters is None:
        first = node.children[0] if node.children and node.kind == "arrow_function" else None
        return [reader.text_of(first)] if first is not None and first.kind == "identifier" and first.start == _start(reader, node) else []
    names: list[str] = []
    for parameter in parameters.children:
        pattern = next((child for child in parameter.children if child.kind != "decorator"), parameter)
        names.extend(name for _, name in bound_names(reader, pattern))
    return names


def _start(reader: Reader, node: Node) -> int:
    """Where an arrow function begins, after `async`."""
    head = _ASYNC.match(reader.text, node.start)
    return head.end() if head else node.start


def _record_function(reader: Reader, node: Node) -> None:
    own = _FUNCTION_NAME.match(reader.text, node.start, node.end)
    name, decorators = _given_name(reader, node)
    owner = None if node.kind == "function_declaration" or (node.parent and node.parent.kind == "public_field_definition") else ""
    reader.add_function(node, own[1] if own else name, _parameters(reader, node), decorators, owner)


def _given_name(reader: Reader, node: Node) -> tuple[str, tuple[str, ...]]:
    """The name that a function without one gets from what stands around it, and the callee that it is handed to."""
    parent = node.parent
    while parent is not None and parent.kind in _WRAPPERS:
        parent = parent.parent
    if parent is None:
        return "", ()
    if parent.kind == "arguments" and parent.parent is not None:
        title = next((reader.value(child).text for child in parent.children if child.kind in ("string", "template_string")), "")
        return title, (reader.dotted(parent.parent),)
    if parent.kind in ("variable_declarator", "assignment_expression") and parent.children[0].kind not in _PATTERNS:
        return reader.dotted(parent.children[0]).rpartition(".")[2], ()
    if parent.kind in ("pair", "public_field_definition"):
        return key_of(reader, parent) if parent.kind == "pair" else parent.syntax.field("name").text().lstrip("#"), ()
    return ("default", ()) if parent.kind == "export_statement" else ("", ())


def _record_method(reader: Reader, node: Node) -> None:
    name = node.syntax.field("name")
    text = name.text().strip("\"'#") if name is not None else ""
    owner = None if node.parent is None or node.parent.kind != "object" else ""
    reader.add_function(node, text, _parameters(reader, node), _decorators(reader, node.before("decorator")), owner)


def _decorators(reader: Reader, nodes: list[Node]) -> list[str]:
    names = []
    for node in nodes:
        end = reader.text.find("(", node.start, node.end)
        names.append(reader.words(node.start + 1, end if end >= 0 else node.end))
    return names


def _record_class(reader: Reader, node: Node) -> None:
    start = node.start
    for child in node.children:
        if child.kind == "decorator" and not reader.text[start : child.start].strip():
            start = child.end
    name = _CLASS_NAME.match(reader.text, start, node.end)
    own = [child for child in node.children if child.kind == "decorator" and name and child.end < name.end()]
    decorators = _decorators(reader, node.before("decorator") + own)
    reader.add_class(node, name[1] if name else _given_name(reader, node)[0], _bases(reader, node), decorators)


def _bases(reader: Reader, node: Node) -> list[str]:
    body = node.syntax.field("body")
    head = reader.text[node.start : body.range().start.index if body is not None else node.end][:1000]
    bases: list[str] = []
    for part in re.split(r"\b(?=implements\b|extends\b)", head)[1:]:
        names = _IMPLEMENTS.match(_GENERIC.sub("", part))
        bases += [base for piece in (names[1].split(",") if names else []) for base in _BASE.findall(piece)[:1]]
    return bases


def _record_loop(reader: Reader, node: Node) -> None:
    iterable = node.syntax.field("right" if node.kind == "for_in_statement" else "condition")
    if iterable is not None:
        place = iterable.range()
        reader.add_loop(node, place.start.index, place.end.index)


def dead(text: str, root: Any) -> list[tuple[int, int]]:
    """The bodies of `if (false)`."""
    return dead_conditions(text, root, _DEAD_HINTS, r"\(\s*(?:false|0|!1|!true)\s*\)")


RECORDS: Mapping[str, Record] = {
    "string": _record_text,
    "template_string": _record_text,
    "binary_expression": _record_binary,
    "call_expression": _record_call,
    "new_expression": _record_call,
    "member_expression": _record_read,
    "subscript_expression": _record_read,
    "variable_declarator": _record_declarator,
    "assignment_expression": _record_assignment,
    "augmented_assignment_expression": _record_assignment,
    "public_field_definition": _record_field,
    "required_parameter": _record_default,
    "assignment_pattern": _record_default,
    "object_assignment_pattern": _record_default,
    "enum_assignment": _record_enum_member,
    "function_declaration": _record_function,
    "generator_function_declaration": _record_function,
    "function_expression": _record_function,
    "generator_function": _record_function,
    "arrow_function": _record_function,
    "method_definition": _record_method,
    "class_declaration": _record_class,
    "abstract_class_declaration": _record_class,
    "class": _record_class,
    "interface_declaration": _record_class,
    "enum_declaration": _record_class,
    "for_in_statement": _record_loop,
    "for_statement": _record_loop,
    "while_statement": _record_loop,
    "do_statement": _record_loop,
    "import_statement": record_import,
    "export_statement": record_export,
}
