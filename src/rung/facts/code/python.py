"""Python."""

from __future__ import annotations

import re
from typing import Any

from rung.facts.code.python_environment import record_assigned, record_call_read, record_subscript_read
from rung.facts.code.python_values import VALUES, first_word, positional
from rung.facts.code.reader import HASH_COMMENT, Grammar, Reader
from rung.facts.code.shared import is_operand, operator_between
from rung.facts.code.source import Import, Value
from rung.facts.code.tree import Node, kinds
from rung.regex import regex

_COMMENT = regex(r"#[^\n]*")
_FROM = regex(r"from\s*+(\.*+\s*+[\w.]*)\s*+import\b(.*)", re.DOTALL)
_ALIASED = regex(r"([\w.*]+)(?:\s+as\s+(\w+))?")
_DEFINED = regex(r"(?:async\s+)?(?:def|class)\s+(\w+)")
# Calls that import a module, named by a text, at once or when it is first needed.
_IMPORTS = regex(r"(?:^|\.)(?:import_module|__import__|\w*[Ll]azy\w*(?:[Ii]mport|[Ll]oad|[Mm]odule)\w*|lazy\.load)$|^lazy_?\w*\.load$")
_MODULE = regex(r"[A-Za-z_][\w.]*")
_NEVER = r"\(?\s*(?:False|0|None|not\s+True|(?:\w+\.)?TYPE_CHECKING)\s*\)?"
_DEAD_HINTS = ("TYPE_CHECKING", "if False", "if (False", "if(False", "if 0", "if not True", "while False", "while 0")
_DEAD_RULE = {
    "rule": {
        "any": [{"kind": kind} for kind in ("if_statement", "elif_clause", "while_statement")],
        "has": {"field": "condition", "regex": f"^{_NEVER}$"},
    }
}
_SEQUENCES = frozenset({"pattern_list", "tuple_pattern", "list_pattern", "expression_list", "tuple", "list"})


def _record_text(reader: Reader, node: Node) -> None:
    parent = node.parent
    kind = parent.kind if parent is not None else ""
    if kind in ("concatenated_string", "type"):
        return
    if kind == "binary_operator" and parent is not None and operator_between(reader, parent) == "+":
        return
    reader.add_text(node)


def _record_sum(reader: Reader, node: Node) -> None:
    if operator_between(reader, node) == "+" and not is_operand(reader, node, "+"):
        reader.add_text(node)


def _record_call(reader: Reader, node: Node) -> None:
    value = reader.value(node)
    if value.kind != "call":
        arguments = reader.arguments(node)
        items = tuple(reader.value(child) for child in positional(arguments))
        value = Value("call", reader.callee(node), node.line, items, ("",) * len(items))
    reader.add_call(node, value.text, value)
    record_call_read(reader, node, value)
    if "import" in value.text or "azy" in value.text:
        _record_lazy_import(reader, node, value)


def _record_lazy_import(reader: Reader, node: Node, call: Value) -> None:
    """`importlib.import_module("a.b")`, `LazyLoader("a", globals(), "a.b")` and the like."""
    if not _IMPORTS.search(call.text):
        return
    parent = node.parent
    held = reader.dotted(parent.children[0]) if parent is not None and parent.kind == "assignment" else ""
    alias = held if held.isidentifier() else ""
    for item in call.items[:3]:
        if item.kind == "string" and _MODULE.fullmatch(item.text):
            reader.source.imports.append(Import(item.text, node.line, alias=alias))


def _record_assert(reader: Reader, node: Node) -> None:
    items = tuple(reader.value(child) for child in node.children)
    reader.add_call(node, "assert", Value("call", "assert", node.line, items, ("",) * len(items)))


def _record_assignment(reader: Reader, node: Node) -> None:
    children = [child for child in node.children if child.kind != "type"]
    if not children:
        return
    target = children[0]
    value = reader.value(children[-1]) if len(children) > 1 else reader.missing(node)
    while value.kind == "other" and len(children) > 1 and children[-1].kind == "assignment":
        children = children[-1].children  # a = b = value
        value = reader.value(children[-1])
    if target.kind in _SEQUENCES:
        _unpack(reader, node, target, children[-1], value)
        return
    annotation = node.first("type")
    reader.add_assignment(node, reader.dotted(target), value, reader.span(annotation.start, annotation.end) if annotation else "")
    record_assigned(reader, reader.dotted(target), value)


def _unpack(reader: Reader, node: Node, target: Node, source: Node, value: Value) -> None:
    pairwise = source.kind in _SEQUENCES and len(source.children) == len(target.children)
    for index, name in enumerate(target.children):
        reader.add_assignment(node, reader.dotted(name), reader.value(source.children[index]) if pairwise else value)


def _record_target(reader: Reader, node: Node) -> None:
    """`with x as name` and `name := x`; an exception's name says nothing."""
    if len(node.children) == 2:
        left, right = node.children
        if node.kind == "as_pattern":
            left, right = right, left
        if right.kind != "tuple":
            reader.add_assignment(node, reader.dotted(left), reader.value(right))


def _record_default(reader: Reader, node: Node) -> None:
    if len(node.children) > 1:
        annotation = node.first("type")
        text = reader.span(annotation.start, annotation.end) if annotation else ""
        reader.add_assignment(node, first_word(reader, node), reader.value(node.children[-1]), text)


def _decorators(reader: Reader, node: Node) -> list[str]:
    parent = node.parent
    if parent is None or parent.kind != "decorated_definition":
        return []
    decorators = [child.children[0] for child in parent.children if child.kind == "decorator" and child.children]
    return [reader.dotted(decorator) for decorator in decorators]


def _record_function(reader: Reader, node: Node) -> None:
    parameters = node.first("parameters")
    name = _DEFINED.match(reader.text, node.start, node.end)
    words = [first_word(reader, child) for child in parameters.children] if parameters is not None else []
    reader.add_function(node, name[1] if name else "", [word for word in words if word], _decorators(reader, node))


def _record_lambda(reader: Reader, node: Node) -> None:
    parameters = node.first("lambda_parameters")
    reader.add_function(node, "", [first_word(reader, child) for child in parameters.children] if parameters is not None else [], owner="")


def _record_class(reader: Reader, node: Node) -> None:
    name = _DEFINED.match(reader.text, node.start, node.end)
    arguments = node.first("argument_list")
    bases = [reader.dotted(child) for child in arguments.children if child.kind != "keyword_argument"] if arguments is not None else []
    reader.add_class(node, name[1] if name else "", bases, _decorators(reader, node))


def _record_comparison(reader: Reader, node: Node) -> None:
    left: tuple[int, int] | None = None
    operator = ""
    for child in node.syntax.children():
        kind = child.kind()
        if not child.is_named() or kind in ("not in", "is not"):
            operator = kind
            continue
        place = child.range()
        right = (place.start.index, place.end.index)
        if left is not None and kind != "comment":
            reader.add_comparison(node, operator, left, right)
        left = right


def _record_loop(reader: Reader, node: Node) -> None:
    iterable = node.syntax.field("condition" if node.kind == "while_statement" else "right")
    if iterable is not None:
        place = iterable.range()
        whole = node.parent if node.kind == "for_in_clause" and node.parent is not None else node
        reader.add_loop(whole, place.start.index, place.end.index)


def _record_import(reader: Reader, node: Node) -> None:
    text = _COMMENT.sub("", reader.text_of(node)).replace("\\\n", " ")
    line = node.line
    if node.kind == "import_statement":
        for module, alias in _ALIASED.findall(text[len("import") :]):
            reader.source.imports.append(Import(module, line, alias=alias))
            reader.imported[alias or module] = module
        return
    parsed = _FROM.match(text)
    if parsed is None:
        return
    module = "".join(parsed[1].split())
    names = tuple((name, alias or name) for name, alias in _ALIASED.findall(parsed[2]))
    reader.source.imports.append(Import(module, line, names))
    for name, local in names:
        reader.imported[local] = f"{module}.{name}"


def _dead(text: str, root: Any) -> list[tuple[int, int]]:
    if not any(hint in text for hint in _DEAD_HINTS):
        return []
    spans = []
    for statement in root.find_all(_DEAD_RULE):
        body = statement.field("body") if statement.kind() == "while_statement" else statement.field("consequence")
        if body is not None:
            spans.append((body.range().start.index, body.range().end.index))
    return spans


_HOLDERS = kinds(
    """
    argument_list keyword_argument assignment pair list tuple set interpolation boolean_operator conditional_expression list_splat
    dictionary_splat default_parameter typed_default_parameter parameters lambda_parameters pattern_list tuple_pattern
    list_pattern expression_list decorator augmented_assignment named_expression as_pattern as_pattern_target assert_statement
    binary_operator await parenthesized_expression
    """
)

PYTHON = Grammar(
    language="python",
    parser="python",
    values=VALUES,
    records={
        "string": _record_text,
        "concatenated_string": _record_text,
        "binary_operator": _record_sum,
        "call": _record_call,
        "subscript": record_subscript_read,
        "assert_statement": _record_assert,
        "assignment": _record_assignment,
        "augmented_assignment": _record_assignment,
        "named_expression": _record_target,
        "as_pattern": _record_target,
        "default_parameter": _record_default,
        "typed_default_parameter": _record_default,
        "function_definition": _record_function,
        "lambda": _record_lambda,
        "class_definition": _record_class,
        "comparison_operator": _record_comparison,
        "for_statement": _record_loop,
        "for_in_clause": _record_loop,
        "while_statement": _record_loop,
        "import_statement": _record_import,
        "import_from_statement": _record_import,
    },
    calls=frozenset({"call"}),
    arguments=frozenset({"argument_list", "generator_expression"}),
    members=frozenset({"attribute"}),
    names=frozenset({"identifier"}),
    wrappers=frozenset({"await", "parenthesized_expression", "list_splat", "dictionary_splat", "as_pattern_target"}),
    subscripts=frozenset({"subscript"}),
    structure=frozenset(
        kinds(
            """
            pair keyword_argument parameters lambda_parameters typed_parameter list_splat_pattern dictionary_splat_pattern
            decorator decorated_definition interpolation type not_operator list_comprehension dictionary_comprehension
            set_comprehension yield pattern_list tuple_pattern list_pattern slice
            """
        )
    ),
    inside={"identifier": _HOLDERS},
    outside={"attribute": ["attribute"], "string": ["expression_statement"], "concatenated_string": ["expression_statement"]},
    comment=HASH_COMMENT,
    dead=_dead,
)
