"""Rust."""

from __future__ import annotations

import re
from typing import Any

from rung.facts.code.reader import Grammar, Reader
from rung.facts.code.rust_imports import record_use
from rung.facts.code.rust_values import STRINGS, VALUES, call, macro, prepared, record_sum
from rung.facts.code.shared import dead_conditions, operator_between, record_compared, record_string
from rung.facts.code.source import Value
from rung.facts.code.tree import Node, kinds
from rung.regex import regex

_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
_READS = frozenset({"env.var", "std.env.var", "env.var_os", "std.env.var_os", "env!", "option_env!", "dotenvy.var", "dotenv.var"})
_NAME = regex(r"\w+")
_PATTERN_NAME = regex(r"(?:(?:ref|mut)\s+)*([a-z_]\w*)")
_NEVER_BUILT = regex(r"#!?\[cfg\(\s*any\(\s*\)\s*\)\]")


def _record_text(reader: Reader, node: Node) -> None:
    """A literal; the one of `format!` is a template."""
    parent = node.parent
    call_node = parent.parent if parent is not None and parent.kind == "arguments" else None
    formatted = call_node is not None and call_node.children[0].kind == "identifier" and reader.value(call_node).kind == "template"
    if formatted and call_node is not None and reader.arguments(call_node) is parent and node.previous is None:
        reader.add_text(call_node)
    else:
        record_string(reader, node)


def _record_call(reader: Reader, node: Node) -> None:
    value = call(reader, node)
    if not value.text or (reader.value(node).kind != "call" and not value.text.endswith("!")):
        return
    reader.add_call(node, value.text, value)
    if value.text in _READS and value.items:
        reader.add_environment(node, value.items[0], _default(reader, node))


def _default(reader: Reader, node: Node) -> Value | None:
    """The default of `env::var("X").unwrap_or("d".into())`, also behind other steps of the chain."""
    current: Node | None = node
    while current is not None and (current is node or current.kind in ("call_expression", "field_expression", "generic_function")):
        arguments = reader.arguments(current) if current is not node and current.kind == "call_expression" else None
        last = reader.callee(current).rpartition(".")[2] if arguments is not None else ""
        if arguments is not None and arguments.children and last in ("unwrap_or", "unwrap_or_else"):
            given = arguments.children[0]
            return reader.value(given.children[-1]) if given.kind == "closure_expression" and given.children else reader.value(given)
        current = current.parent
    return None


def _record_macro(reader: Reader, node: Node) -> None:
    value = macro(reader, node)
    if node.kind == "attribute" and (not value.items or value.text == "derive"):
        return
    reader.add_call(node, value.text, value)
    variable = value.get("env") if node.kind == "attribute" else None
    if variable is not None:
        reader.add_environment(node, variable, value.get("default_value") or value.get("default_value_t"))


def _record_struct(reader: Reader, node: Node) -> None:
    value = reader.value(node)
    reader.add_call(node, value.text, value)


def _record_binary(reader: Reader, node: Node) -> None:
    operator = operator_between(reader, node)
    if not operator:
        sign = node.syntax.field("operator")
        operator = sign.text() if sign is not None else ""
    if operator == "+":
        record_sum(reader, node)
    elif operator in _COMPARISONS:
        record_compared(reader, node, operator)


def _record_declaration(reader: Reader, node: Node) -> None:
    """`let`, `const`, `static`, and the fields and variants of types."""
    name = node.syntax.field("pattern") or node.syntax.field("name")
    if name is None:
        return
    typed = node.syntax.field("type")
    found = reader.child_at(node, node.syntax.field("value"))
    value = reader.value(found) if found is not None else reader.missing(node)
    annotation = typed.text()[:200] if typed is not None else ""
    for pattern in [child for child in name.children() if child.is_named()] if name.kind() == "tuple_pattern" else [name]:
        plain = _NAME.search(pattern.text()) if node.kind != "let_declaration" else _PATTERN_NAME.match(pattern.text())
        if plain is not None and plain[0] != "_":
            reader.add_assignment(node, plain[plain.re.groups], value, annotation)


def _record_assignment(reader: Reader, node: Node) -> None:
    if len(node.children) == 2:
        reader.add_assignment(node, reader.dotted(node.children[0]), reader.value(node.children[1]))


def _decorators(reader: Reader, node: Node) -> list[str]:
    """The paths of the attributes that stand right before."""
    attributes = [item.children[0] for item in node.before("attribute_item") if item.children]
    return [reader.words(child.start, child.start + len(re.split(r"[(=]", reader.text_of(child), maxsplit=1)[0])) for child in attributes]


def _record_function(reader: Reader, node: Node) -> None:
    name, listed = node.syntax.field("name"), node.syntax.field("parameters")
    parameters = []
    for child in listed.children() if listed is not None else ():
        pattern = child.field("pattern") if child.kind() == "parameter" else child if child.kind() == "self_parameter" else None
        word = _NAME.search(pattern.text().replace("mut ", "")) if pattern is not None else None
        if word is not None:
            parameters.append(word[0])
    reader.add_function(node, name.text() if name is not None else "", parameters, _decorators(reader, node))


def _record_closure(reader: Reader, node: Node) -> None:
    parent = node.parent
    name = ""
    given: tuple[str, ...] = ()
    if parent is not None and parent.kind == "arguments" and parent.parent is not None:
        name = next((reader.value(child).text for child in parent.children if child.kind in STRINGS), "")
        given = (reader.dotted(parent.parent),)
    elif parent is not None and parent.kind == "let_declaration":
        pattern = parent.syntax.field("pattern")
        name = pattern.text() if pattern is not None else ""
    listed = node.syntax.field("parameters")
    parameters = re.findall(r"\w+(?=\s*[,|:])", listed.text()) if listed is not None else []
    reader.add_function(node, name, parameters, given, "")


def _record_class(reader: Reader, node: Node) -> None:
    name, bounds = node.syntax.field("name"), node.syntax.field("bounds")
    bases = [part.strip(" :").replace("::", ".") for part in bounds.text().split("+")] if bounds is not None else []
    reader.add_class(node, name.text() if name is not None else "", bases, _decorators(reader, node))


def _record_implementation(_: Reader, node: Node) -> None:
    """`impl X` makes no class: its functions have X as their owner."""
    owner = node.syntax.field("type")
    name = _NAME.search(owner.text().rpartition("::")[2]) if owner is not None else None
    node.inner = (node.scope[0], name[0] if name else "")


def _record_loop(reader: Reader, node: Node) -> None:
    iterable = node.syntax.field("value" if node.kind == "for_expression" else "condition")
    if iterable is not None:
        place = iterable.range()
        reader.add_loop(node, place.start.index, place.end.index)


def _dead(text: str, root: Any) -> list[tuple[int, int]]:
    spans = dead_conditions(text, root, ("if false",), "false", "if_expression")
    if not _NEVER_BUILT.search(text):
        return spans
    for attribute in root.find_all(kind="attribute_item"):
        if _NEVER_BUILT.fullmatch(attribute.text()):
            item = attribute.next()
            if item is not None:
                spans.append((attribute.range().start.index, item.range().end.index))
    return spans


_HOLDERS = kinds(
    """
    arguments token_tree binary_expression unary_expression reference_expression try_expression await_expression
    parenthesized_expression type_cast_expression array_expression tuple_expression field_initializer base_field_initializer
    assignment_expression compound_assignment_expr let_declaration const_item static_item index_expression closure_expression
    block
    """
)
_DECLARATIONS = ("let_declaration", "const_item", "static_item", "field_declaration", "enum_variant")

RUST = Grammar(
    language="rust",
    parser="rust",
    values=VALUES,
    records={
        **dict.fromkeys(STRINGS, _record_text),
        "binary_expression": _record_binary,
        "call_expression": _record_call,
        **dict.fromkeys(("macro_invocation", "attribute"), _record_macro),
        "struct_expression": _record_struct,
        **dict.fromkeys(_DECLARATIONS, _record_declaration),
        **dict.fromkeys(("assignment_expression", "compound_assignment_expr"), _record_assignment),
        **dict.fromkeys(("function_item", "function_signature_item"), _record_function),
        "closure_expression": _record_closure,
        **dict.fromkeys(("struct_item", "enum_item", "trait_item", "union_item"), _record_class),
        "impl_item": _record_implementation,
        **dict.fromkeys(("for_expression", "while_expression"), _record_loop),
        **dict.fromkeys(("use_declaration", "extern_crate_declaration"), record_use),
    },
    calls=frozenset({"call_expression", "struct_expression"}),
    arguments=frozenset({"arguments", "field_initializer_list"}),
    members=frozenset({"field_expression", "scoped_identifier", "generic_function"}),
    names=frozenset({"identifier", "self"}),
    wrappers=frozenset(["reference_expression", "try_expression", "await_expression", "parenthesized_expression", "type_cast_expression"]),
    subscripts=frozenset({"index_expression"}),
    structure=frozenset({"attribute_item", "match_expression", "mod_item"}),
    skipped=frozenset({"macro_definition"}),
    inside=dict.fromkeys(("identifier", "self"), _HOLDERS),
    outside={
        "scoped_identifier": ["scoped_identifier", "use_declaration", "scoped_use_list", "use_as_clause", "use_list", "attribute"],
        "field_expression": ["field_expression"],
    },
    prepare=prepared,
    dead=_dead,
)
