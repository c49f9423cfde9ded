"""Ruby."""

from __future__ import annotations

from typing import Any

from rung.facts.code.reader import HASH_COMMENT, Grammar, Reader
from rung.facts.code.ruby_values import BLOCKS, VALUES, arguments_of, call_value
from rung.facts.code.shared import dead_conditions, default_beside, is_operand, operator_between, record_compared
from rung.facts.code.source import Import, Text
from rung.facts.code.tree import Node, kinds
from rung.regex import regex

_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
_NAMED = regex(r"[*&]*(\w+)")
_TARGETS = ("left_assignment_list", "right_assignment_list", "array")
_NEVER = "false|nil"


def _record_text(reader: Reader, node: Node) -> None:
    parent = node.parent
    if parent is None:
        return
    if parent.kind == "chained_string" or (parent.kind == "binary" and operator_between(reader, parent) == "+"):
        return
    if parent.kind == "argument_list" and parent.parent is not None and reader.dotted(parent.parent) in ("require", "require_relative"):
        return
    reader.add_text(node)


def _record_heredoc(reader: Reader, node: Node) -> None:
    value = reader.value(node)
    if value.kind in ("string", "template"):
        lines = value.text.count("\n") + 1
        line = node.line
        reader.source.texts.append(Text(value.text, line, line + lines, node.scope[0], value.kind == "template"))


def _record_binary(reader: Reader, node: Node) -> None:
    operator = operator_between(reader, node)
    if not operator:
        sign = node.syntax.field("operator")
        operator = sign.text() if sign is not None else ""
    if operator == "+" and not is_operand(reader, node, "+"):
        reader.add_text(node)
    elif operator in _COMPARISONS:
        record_compared(reader, node, operator)


def _record_call(reader: Reader, node: Node) -> None:
    parent = node.parent
    if parent is not None and parent.kind == "assignment" and parent.children[0] is node:
        return  # an attribute that is written
    value = call_value(reader, node)
    callee = value.text
    if not callee or reader.value(node).kind not in ("call", "name"):
        return
    if callee in ("require", "require_relative") and value.items and value.items[0].kind == "string":
        module = value.items[0].text
        relative = callee == "require_relative" and not module.startswith(("./", "../"))
        reader.source.imports.append(Import(f"./{module}" if relative else module, node.line))
        return
    reader.add_call(node, callee, value)
    if callee == "ENV.fetch" and value.items:
        default = value.items[1] if len(value.items) > 1 else _block_value(reader, node)
        reader.add_environment(node, value.items[0], default or default_beside(reader, node, ("||", "or")))


def _block_value(reader: Reader, node: Node) -> Any:
    """What the block of `ENV.fetch("X") { "default" }` gives, where it is one literal."""
    block = node.first(*BLOCKS)
    return reader.value(block.children[0]) if block is not None and len(block.children) == 1 else None


def _record_reference(reader: Reader, node: Node) -> None:
    parent = node.parent
    if not reader.text.startswith("ENV[", node.start) or (
        parent is not None and parent.kind == "assignment" and parent.children[0] is node
    ):
        return
    if node.children:
        reader.add_environment(node, reader.value(node.children[-1]), default_beside(reader, node, ("||", "or")))


def _record_assignment(reader: Reader, node: Node) -> None:
    if len(node.children) < 2:
        return
    target, source = node.children[0], node.children[1]
    value = reader.value(source)
    if target.kind != "left_assignment_list":
        reader.add_assignment(node, reader.dotted(target), value)
        return
    pairwise = source.kind in _TARGETS and len(source.children) == len(target.children)
    for index, name in enumerate(target.children):
        reader.add_assignment(node, reader.dotted(name), reader.value(source.children[index]) if pairwise else value)


def _record_default(reader: Reader, node: Node) -> None:
    name = _NAMED.match(reader.text, node.start, node.end)
    values = [child for child in node.children if child.start > node.start]
    if name is not None and values:
        reader.add_assignment(node, name[1], reader.value(values[-1]))


def _parameters(node: Node) -> list[str]:
    listed = node.syntax.field("parameters")
    if listed is None:
        return []
    names = [_NAMED.match(child.text()) for child in listed.children() if child.is_named()]
    return [name[1] for name in names if name is not None]


def _record_method(reader: Reader, node: Node) -> None:
    name = node.syntax.field("name")
    reader.add_function(node, name.text() if name is not None else "", _parameters(node))


def _record_block(reader: Reader, node: Node) -> None:
    """A block or lambda; the block belongs to the call that it is handed to."""
    parent = node.parent
    if parent is None or parent.kind == "lambda":
        return
    name = ""
    given: tuple[str, ...] = ()
    if parent.kind == "call" and node.kind != "lambda":
        items = arguments_of(parent)
        name = next((reader.value(item).text for item in items if item.kind == "string"), "")
        given = (reader.callee(parent),)
    elif parent.kind == "assignment":
        name = reader.dotted(parent.children[0])
    reader.add_function(node, name, _parameters(node), given, "")


def _record_class(reader: Reader, node: Node) -> None:
    name, base = node.syntax.field("name"), node.syntax.field("superclass")
    bases = [base.text().lstrip("< ").partition("[")[0].replace("::", ".")] if base is not None else []
    reader.add_class(node, name.text().replace("::", ".") if name is not None else "", bases)


def _record_loop(reader: Reader, node: Node) -> None:
    iterable = node.syntax.field("value" if node.kind == "for" else "condition")
    if iterable is not None:
        place = iterable.range()
        skipped = len(iterable.text()) - len(iterable.text().removeprefix("in ")) if node.kind == "for" else 0
        reader.add_loop(node, place.start.index + skipped, place.end.index)


def _dead(text: str, root: Any) -> list[tuple[int, int]]:
    hints = ("if false", "if nil")
    return dead_conditions(text, root, hints, _NEVER, "if") + dead_conditions(text, root, hints, _NEVER, "if_modifier", "body")


_HOLDERS = kinds(
    """
    argument_list assignment operator_assignment binary array pair interpolation conditional splat_argument hash_splat_argument
    block_argument left_assignment_list right_assignment_list parenthesized_statements element_reference optional_parameter
    keyword_parameter
    """
)
_VARIABLES = ("instance_variable", "class_variable", "global_variable")

RUBY = Grammar(
    language="ruby",
    parser="ruby",
    values=VALUES,
    records={
        **dict.fromkeys(("string", "chained_string"), _record_text),
        "heredoc_beginning": _record_heredoc,
        "binary": _record_binary,
        "call": _record_call,
        "element_reference": _record_reference,
        **dict.fromkeys(("assignment", "operator_assignment"), _record_assignment),
        **dict.fromkeys(("optional_parameter", "keyword_parameter"), _record_default),
        **dict.fromkeys(("method", "singleton_method"), _record_method),
        **dict.fromkeys((*BLOCKS, "lambda"), _record_block),
        **dict.fromkeys(("class", "module"), _record_class),
        **dict.fromkeys(("for", "while", "until", "while_modifier", "until_modifier"), _record_loop),
    },
    calls=frozenset({"call"}),
    arguments=frozenset({"argument_list", *BLOCKS}),
    members=frozenset({"scope_resolution"}),
    names=frozenset({"identifier", "constant", "self", *_VARIABLES}),
    wrappers=frozenset({"parenthesized_statements", "splat_argument", "hash_splat_argument", "block_argument"}),
    subscripts=frozenset({"element_reference"}),
    structure=frozenset({"left_assignment_list", "heredoc_body", "interpolation", "pair", "regex"}),
    inside=dict.fromkeys(("identifier", "constant", "self", *_VARIABLES), _HOLDERS),
    outside={"scope_resolution": ["scope_resolution"]},
    comment=HASH_COMMENT,
    dead=_dead,
)
