"""Values and records that most languages share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rung.facts.code.literals import joined
from rung.facts.code.reader import CUT, Reader
from rung.facts.code.source import Value
from rung.facts.code.tree import Node

_LONGEST_OPERATOR = 3


def name_value(reader: Reader, node: Node) -> Value:
    """A name, or `other` where the chain does not begin with one."""
    name = reader.dotted(node)
    if not name or name[0] == ".":
        return reader.other(node)
    return Value("name", name, node.line)


def number_value(reader: Reader, node: Node) -> Value:
    """A number as written."""
    return Value("number", reader.text_of(node), node.line)


def boolean_value(reader: Reader, node: Node) -> Value:
    """`true` or `false`."""
    return Value("boolean", reader.text_of(node).lower(), node.line)


def null_value(_reader: Reader, node: Node) -> Value:
    """Nothing, in whatever word."""
    return Value("null", "", node.line)


def function_value(_reader: Reader, node: Node) -> Value:
    """A function without a name."""
    return Value("function", "", node.line)


def inner_value(reader: Reader, node: Node) -> Value:
    """What the first child says."""
    return reader.value(node.children[0]) if node.children else reader.other(node)


def list_value(reader: Reader, node: Node) -> Value:
    """A list, tuple, set or array."""
    return Value("list", "", node.line, tuple([reader.value(child) for child in node.children]))


def interpolated(reader: Reader, node: Node, start: int, end: int, decode: Callable[[str], str]) -> Value:
    """The text from `start` to `end` with the children of a node as holes; each hole says what its first child says."""
    line = node.line
    if not node.children:
        return Value("string", decode(reader.text[start:end]), line)
    texts: list[str] = []
    holes: list[Value] = []
    for hole in node.children:
        texts.append(decode(reader.text[start : hole.start]))
        holes.append(inner_value(reader, hole))
        start = hole.end
    texts.append(decode(reader.text[start:end]))
    return Value("template", "{}".join(texts), line, tuple(holes))


def operator_between(reader: Reader, node: Node) -> str:
    """The operator between the two operands of a node; empty where there are not two."""
    if len(node.children) != 2:
        return ""
    left, right = node.children
    between = reader.text[left.end : right.start]
    operator = between.strip() if len(between) < CUT else ""
    return operator if len(operator) <= _LONGEST_OPERATOR else reader.grammar.comment.sub(" ", operator).strip(" \n()")


def operands(reader: Reader, node: Node, operator: str) -> list[Node]:
    """The operands of a chain `a + b + c`, which nests to the left, in order."""
    kind = node.kind
    found: list[Node] = []
    while node.kind == kind and operator_between(reader, node) == operator:
        found.append(node.children[1])
        node = node.children[0]
    found.append(node)
    return found[::-1]


def is_operand(reader: Reader, node: Node, operator: str) -> bool:
    """Whether the node is part of a longer chain of the same operator."""
    parent = node.parent
    return parent is not None and parent.kind == node.kind and operator_between(reader, parent) == operator


def sum_value(reader: Reader, node: Node, operator: str = "+") -> Value:
    """A sum as the string it makes, where some operand is one."""
    if is_operand(reader, node, operator):
        return reader.other(node)  # part of a longer sum, which is told as a whole
    parts = [reader.value(part) for part in operands(reader, node, operator)]
    if not any(part.kind in ("string", "template") for part in parts):
        return reader.other(node)
    return joined(parts, node.line)


def choice_value(reader: Reader, node: Node, operator: str) -> Value:
    """The alternatives of a chain of an operator that gives one of them."""
    if is_operand(reader, node, operator):
        return reader.other(node)  # part of a longer chain, which is told as a whole
    alternatives = operands(reader, node, operator)
    if len(alternatives) < 2:
        return reader.other(node)
    return alternatives_value(reader, node, alternatives)


def alternatives_value(reader: Reader, node: Node, alternatives: Sequence[Node]) -> Value:
    """One of several values; choices among them are laid open."""
    parts: list[Value] = []
    for value in map(reader.value, alternatives):
        parts.extend(value.items if value.kind == "choice" else (value,))
    return Value("choice", "", node.line, tuple(parts))


def ternary_value(reader: Reader, node: Node) -> Value:
    """The alternatives of `condition ? a : b`."""
    return alternatives_value(reader, node, node.children[-2:]) if len(node.children) > 1 else reader.other(node)


def default_beside(reader: Reader, node: Node, operators: Sequence[str]) -> Value | None:
    """The literal that takes the place of a node which gives nothing: `d` of `node or d`."""
    parent = node.parent
    while parent is not None and parent.kind in reader.grammar.wrappers:
        node, parent = parent, parent.parent
    if parent is None or operator_between(reader, parent) not in operators or parent.children[0] is not node:
        return None
    return reader.value(parent.children[1])


def subscript_value(reader: Reader, node: Node) -> Value:
    """A subscript with a literal key as a dotted name."""
    key = node.children[-1] if node.children else None
    if key is None or key.start == node.start or reader.value(key).kind != "string":
        return reader.other(node)
    return name_value(reader, node)


# Records that most languages share


def record_string(reader: Reader, node: Node) -> None:
    """A literal that is not part of a sum of strings, which is recorded as a whole."""
    parent = node.parent
    if parent is None or not parent.kind.startswith("binary") or operator_between(reader, parent) != "+":
        reader.add_text(node)


def record_compared(reader: Reader, node: Node, operator: str) -> None:
    """A comparison whose syntax node has the fields `left` and `right`."""
    left, right = node.syntax.field("left"), node.syntax.field("right")
    if left is not None and right is not None:
        sides = [(side.range().start.index, side.range().end.index) for side in (left, right)]
        reader.add_comparison(node, operator, sides[0], sides[1])


def dead_conditions(
    text: str, root: Any, hints: Sequence[str], condition: str, kind: str = "if_statement", body: str = "consequence"
) -> list[tuple[int, int]]:
    """The bodies of statements whose condition is plainly false; a text without any of the hints has none."""
    if not any(hint in text for hint in hints):
        return []
    statements = root.find_all({"rule": {"kind": kind, "has": {"field": "condition", "regex": f"^(?:{condition})$"}}})
    bodies = [statement.field(body) for statement in statements]
    return [(found.range().start.index, found.range().end.index) for found in bodies if found is not None]
