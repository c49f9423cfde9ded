"""PHP."""

from __future__ import annotations

import posixpath
from typing import Any

from rung.facts.code.php_imports import INCLUDES, dotted, import_named, record_include, record_namespace, record_use
from rung.facts.code.php_text import only_php
from rung.facts.code.php_values import CALLS, FUNCTIONS, MEMBERS, NAMES, STRINGS, VALUES, WRAPPERS, call_value
from rung.facts.code.reader import CUT, Grammar, Reader
from rung.facts.code.shared import dead_conditions, default_beside, is_operand, operator_between, record_compared
from rung.facts.code.source import Assignment, Value
from rung.facts.code.tree import Node, kinds
from rung.regex import regex

_COMPARISONS = frozenset({"==", "!=", "===", "!==", "<>", "<", "<=", ">", ">="})
_CONTAINS = {"str_contains": (1, 0), "in_array": (0, 1)}  # the needle and the haystack among the arguments
_READS = frozenset({"getenv", "env", "Env.get"})
_TYPES = ("class_declaration", "interface_declaration", "trait_declaration", "enum_declaration")
_PARAMETERS = ("simple_parameter", "variadic_parameter", "property_promotion_parameter")
_ELEMENT = regex(r"(?:case\s+)?\$?([A-Za-z_]\w*)")
_DOC_MARKS = regex(r"@(test|dataProvider)\b")
_LONGEST_COMMENT = 4_000
_DEEPEST = 6
_RUNNERS = ("it", "test", "describe")  # functions to which tests are handed
_LONGEST_CHAIN = 10


# Strings, calls and comparisons


def _is_included(node: Node) -> bool:
    """Whether a text is part of the path of a file that is included."""
    parent = node.parent
    while parent is not None and parent.kind in ("binary_expression", *WRAPPERS):
        parent = parent.parent
    return parent is not None and parent.kind in INCLUDES


def _record_text(reader: Reader, node: Node) -> None:
    parent = node.parent
    part = parent is not None and parent.kind == "binary_expression" and operator_between(reader, parent) == "."
    if not part and not _is_included(node):
        reader.add_text(node)


def _record_binary(reader: Reader, node: Node) -> None:
    operator = operator_between(reader, node)
    if not operator:
        sign = node.syntax.field("operator")
        operator = sign.text() if sign is not None else ""
    if operator == "." and not is_operand(reader, node, "."):
        if not _is_included(node):
            reader.add_text(node)
    elif operator in _COMPARISONS:
        record_compared(reader, node, "!=" if operator == "<>" else operator)


def _record_call(reader: Reader, node: Node) -> None:
    value = reader.value(node)
    callee = value.text
    if not callee or callee.startswith("."):
        return
    if node.kind in ("scoped_call_expression", "object_creation_expression"):
        import_named(reader, node.line, reader.text[node.start : node.start + CUT])
    reader.add_call(node, callee, value)
    if callee in _READS and value.items:
        default = value.items[1] if len(value.items) > 1 else default_beside(reader, node, ("??", "?:"))
        reader.add_environment(node, value.items[0], default)
    elif callee == "define" and len(value.items) > 1 and value.items[0].kind == "string":
        reader.add_assignment(node, value.items[0].text, value.items[1])
    elif callee in _CONTAINS and len(value.items) > 1:
        sides = [child for child in (node.first("arguments") or node).children if child.kind == "argument"]
        needle, haystack = _CONTAINS[callee]
        if len(sides) > max(needle, haystack):
            left, right = sides[needle], sides[haystack]
            reader.add_comparison(node, "in", (left.start, left.end), (right.start, right.end))


def _record_exit(reader: Reader, node: Node) -> None:
    """`exit(1)`, which is a statement."""
    items = tuple([reader.value(child) for child in node.children[:1]])
    reader.add_call(node, "exit", Value("call", "exit", node.line, items, ("",) * len(items)))


def _record_subscript(reader: Reader, node: Node) -> None:
    parent = node.parent
    written = parent is not None and parent.kind == "assignment_expression" and parent.children[0] is node
    if not written and reader.text.startswith("$_ENV", node.start) and node.children:
        reader.add_environment(node, reader.value(node.children[-1]), default_beside(reader, node, ("??", "?:")))


# Declarations


def _record_assignment(reader: Reader, node: Node) -> None:
    if len(node.children) < 2:
        return
    target, value = node.children[0], reader.value(node.children[-1])
    if target.kind != "list_literal":
        reader.add_assignment(node, reader.dotted(target), value)
        return
    for index, name in enumerate(target.children):
        pairwise = value.kind == "list" and len(value.items) == len(target.children)
        reader.add_assignment(node, reader.dotted(name), value.items[index] if pairwise else value)


def _record_element(reader: Reader, node: Node) -> None:
    """A property, a constant or a case of an enum."""
    name = _ELEMENT.match(reader.text, node.start, node.end)
    if name is None:
        return
    values = [child for child in node.children if child.start >= name.end()]
    reader.add_assignment(node, name[1], reader.value(values[-1]) if values else reader.missing(node))


def _record_parameter(reader: Reader, node: Node) -> None:
    name, typed = node.syntax.field("name"), node.syntax.field("type")
    default = reader.child_at(node, node.syntax.field("default_value"))
    promoted = node.kind == "property_promotion_parameter"
    if name is None or (default is None and not promoted):
        return
    value = reader.value(default) if default is not None else reader.missing(node)
    scope = node.scope
    if promoted and scope[0] >= 0:
        made = reader.source.functions[scope[0]]
        scope = (made.parent, made.owner)
    reader.add_assignment(node, name.text().lstrip("&.$"), value, typed.text()[:200] if typed is not None else "", scope)


def _parameters(node: Node) -> list[str]:
    listed = node.first("formal_parameters")
    names = [child.syntax.field("name") for child in listed.children if child.kind in _PARAMETERS] if listed is not None else []
    return [name.text().lstrip("&.$") for name in names if name is not None]


def _decorators(reader: Reader, node: Node) -> list[str]:
    """Names of the attributes of a declaration, and the marks of its comment by which a test is one."""
    listed = [child for child in node.children if child.kind == "attribute"]
    names = [reader.words(child.start, child.children[0].start if child.children else child.end) for child in listed]
    before = reader.text[max(0, node.start - _LONGEST_COMMENT) : node.start].rstrip()
    if before.endswith("*/"):
        comment = before[before.rfind("/*") :]
        names += [mark[0].upper() + mark[1:] for mark in _DOC_MARKS.findall(comment)]
    return names


def _start(node: Node) -> int:
    name = node.syntax.field("name")
    return name.range().start.index if name is not None else node.start


def _record_function(reader: Reader, node: Node) -> None:
    name = node.syntax.field("name")
    reader.add_function(node, name.text() if name is not None else "", _parameters(node), _decorators(reader, node), start=_start(node))


def _record_attribute(reader: Reader, node: Node) -> None:
    if node.children and node.children[0].kind == "arguments":
        callee = reader.words(node.start, node.children[0].start)
        reader.add_call(node, callee, call_value(reader, node, callee))


def _record_closure(reader: Reader, node: Node) -> None:
    """A function without a name; it is named after the first text of the call that it is handed to."""
    parent = node.parent
    name = ""
    given: list[str] = []
    if parent is not None and parent.kind == "argument" and parent.parent is not None and parent.parent.parent is not None:
        listed, call = parent.parent, parent.parent.parent
        if call.kind in CALLS:
            values = [reader.value(child) for child in listed.children]
            name = next((value.text for value in values if value.kind == "string"), "")
            given = [reader.callee(call), *_followed(reader, call)]
    elif parent is not None and parent.kind == "assignment_expression" and parent.children[0] is not node:
        name = reader.dotted(parent.children[0])
    reader.add_function(node, name, _parameters(node), given, "")


def _followed(reader: Reader, call: Node) -> list[str]:
    """What is called on what a test's runner gives: `it(...)->skip()` is `it.skip`, and `it.skipIf` where it has a condition."""
    found: list[str] = []
    runs = reader.callee(call) in _RUNNERS
    while runs and len(found) < _LONGEST_CHAIN and call.parent is not None and call.parent.kind == "member_call_expression":
        call = call.parent
        items, callee = reader.value(call).items, reader.callee(call)
        conditional = bool(items) and items[0].kind not in ("string", "boolean")
        found.append(f"{callee}If" if conditional and callee.endswith(".skip") else callee)
    return found


def _record_class(reader: Reader, node: Node) -> None:
    """A type; its bases are its parent, its interfaces and its traits."""
    name = node.syntax.field("name")
    clauses = [child for child in node.syntax.children() if child.kind() in ("base_clause", "class_interface_clause")]
    body = node.syntax.field("body")
    clauses += [child for child in body.children() if child.kind() == "use_declaration"] if body is not None else []
    bases = [dotted(child.text()) for clause in clauses for child in clause.children() if child.kind() in ("name", "qualified_name")]
    for clause in clauses:
        for child in clause.children():
            if child.text().startswith("\\"):
                import_named(reader, node.line, child.text()[:CUT])
    decorators = _decorators(reader, node)
    reader.add_class(node, name.text() if name is not None else "", bases, decorators, _start(node))


def _record_loop(reader: Reader, node: Node) -> None:
    if node.kind == "foreach_statement":
        if node.children:
            reader.add_loop(node, node.children[0].start, node.children[0].end)
        return
    condition = node.syntax.field("condition")
    if condition is not None:
        place = condition.range()
        reader.add_loop(node, place.start.index, place.end.index)


def _record_return(reader: Reader, node: Node) -> None:
    """What a file gives to who includes it, by its name: the settings of a configuration file."""
    if node.scope == (-1, "") and node.children and node.children[0].kind == "array_creation_expression":
        name = posixpath.basename(reader.source.path).partition(".")[0]
        _add_settings(reader, reader.value(node.children[0]), f"{name}.", 0)


def _add_settings(reader: Reader, value: Value, above: str, depth: int) -> None:
    for key, item in zip(value.keys, value.items, strict=False):
        if not key:
            continue
        name = f"{above}{key}"
        reader.source.assignments.append(Assignment(name, item, item.line))
        if item.kind == "mapping" and depth < _DEEPEST:
            _add_settings(reader, item, f"{name}.", depth + 1)


def _dead(text: str, root: Any) -> list[tuple[int, int]]:
    return dead_conditions(text, root, ("if (false", "if(false", "if (0", "if(0"), r"\(\s*(?:false|0)\s*\)", body="body")


_HOLDERS = kinds(
    """
    argument array_element_initializer assignment_expression augmented_assignment_expression binary_expression
    conditional_expression subscript_expression property_element const_element simple_parameter property_promotion_parameter
    match_conditional_expression match_default_expression parenthesized_expression cast_expression encapsed_string heredoc_body
    foreach_statement list_literal return_statement exit_statement unary_op_expression enum_case
    """
)

PHP = Grammar(
    language="php",
    parser="php",
    values=VALUES,
    records={
        **dict.fromkeys(STRINGS, _record_text),
        "binary_expression": _record_binary,
        **dict.fromkeys(CALLS, _record_call),
        "exit_statement": _record_exit,
        "subscript_expression": _record_subscript,
        **dict.fromkeys(("assignment_expression", "augmented_assignment_expression"), _record_assignment),
        **dict.fromkeys(("property_element", "const_element", "enum_case"), _record_element),
        **dict.fromkeys(_PARAMETERS, _record_parameter),
        **dict.fromkeys(("method_declaration", "function_definition"), _record_function),
        "attribute": _record_attribute,
        **dict.fromkeys(FUNCTIONS, _record_closure),
        **dict.fromkeys((*_TYPES, "anonymous_class"), _record_class),
        **dict.fromkeys(("foreach_statement", "for_statement", "while_statement", "do_statement"), _record_loop),
        "return_statement": _record_return,
        "namespace_use_declaration": record_use,
        "namespace_definition": record_namespace,
        **dict.fromkeys(INCLUDES, record_include),
    },
    calls=frozenset(CALLS),
    arguments=frozenset({"arguments"}),
    members=frozenset(MEMBERS),
    names=frozenset(NAMES),
    wrappers=frozenset(WRAPPERS),
    subscripts=frozenset({"subscript_expression"}),
    structure=frozenset(
        {
            "argument",
            "arguments",
            "array_element_initializer",
            "formal_parameters",
            "match_conditional_expression",
            "match_default_expression",
        }
    ),
    inside={
        "name": _HOLDERS,
        "qualified_name": _HOLDERS,
        "relative_scope": _HOLDERS,
    },
    sigil="$",
    prepare=only_php,
    dead=_dead,
)
