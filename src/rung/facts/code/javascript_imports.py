"""Imports of JavaScript and TypeScript."""

from __future__ import annotations

import re

from rung.facts.code.reader import Reader
from rung.facts.code.source import Import, Value
from rung.facts.code.tree import Node
from rung.regex import regex

_COMMENT = regex(r"(['\"])(?:\\.|(?!\1)[^\\])*+\1|/\*.*?\*/|//[^\n]*", re.DOTALL)
_FROM = regex(r"(?:import|export)\s*+(type\b(?!\s*(?:from\b|,)))?(.*?)\bfrom\s*+(['\"])(.+?)\3", re.DOTALL)
_BARE = regex(r"import\s*(['\"])(.+?)\1")
_EQUALS = regex(r"import\s+([\w$]+)\s*=\s*require\(\s*(['\"])(.+?)\2")
_NAMED = regex(r"\{(.*)\}", re.DOTALL)
_NAMESPACE = regex(r"\*\s*as\s+([\w$]+)")
_NAME = regex(r"^(type\s+(?!as\b))?([\w$]+|['\"].*['\"])(?:\s+as\s+([\w$]+))?$")


def _blank(match: re.Match[str]) -> str:
    """A comment as a blank; a string, which may look as if it held one, as it is."""
    return match[0] if match[1] else " "


def record_import(reader: Reader, node: Node) -> None:
    """An `import` statement; type-only names are left out, and the whole import where nothing else is left."""
    text = _COMMENT.sub(_blank, reader.text_of(node))
    line = node.line
    bare = _BARE.match(text)
    if bare is not None:
        reader.source.imports.append(Import(bare[2], line))
        return
    equals = _EQUALS.match(text)
    if equals is not None:
        reader.source.imports.append(Import(equals[3], line, alias=equals[1]))
        return
    _record_from(reader, text, line)


def record_export(reader: Reader, node: Node) -> None:
    """`export ... from "module"`."""
    head = reader.text[node.start : node.start + 40]
    if re.match(r"export\s*(?:type\s*)?[*{]", head):
        _record_from(reader, _COMMENT.sub(_blank, reader.text_of(node)), node.line)


def _record_from(reader: Reader, text: str, line: int) -> None:
    parsed = _FROM.match(text)
    if parsed is None or parsed[1]:
        return
    clause, module = parsed[2].rstrip(), parsed[4]
    names: list[tuple[str, str]] = []
    types = 0
    named = _NAMED.search(clause)
    for part in named[1].split(",") if named else ():
        name = _NAME.match(part.strip())
        if name is not None and name[1]:
            types += 1
        elif name is not None:
            names.append((name[2].strip("'\""), name[3] or name[2]))
    namespace = _NAMESPACE.search(clause)
    default = clause.partition(",")[0].strip() if not clause.lstrip().startswith(("{", "*")) else ""
    if default:
        names.insert(0, ("default", default))
    if types and not names and namespace is None:
        return
    reader.source.imports.append(Import(module, line, tuple(names), namespace[1] if namespace else ""))


def record_call_import(reader: Reader, node: Node, call: Value) -> None:
    """`require("module")` and `import("module")`, with the names that the result is taken apart into."""
    from rung.facts.code.javascript_records import bound_names

    if not call.items or call.items[0].kind != "string":
        return
    parent = node.parent
    while parent is not None and parent.kind in reader.grammar.wrappers:
        parent = parent.parent
    names: tuple[tuple[str, str], ...] = ()
    alias = ""
    if parent is not None and parent.kind == "variable_declarator":
        target = parent.children[0]
        if target.kind == "identifier":
            alias = reader.text_of(target)
        else:
            names = tuple(bound_names(reader, target))
    reader.source.imports.append(Import(call.items[0].text, node.line, names, alias))
