"""What a PHP file imports: names of namespaces, and files that it includes."""

from __future__ import annotations

import re

from rung.facts.code.reader import Reader
from rung.facts.code.source import Import
from rung.facts.code.tree import Node
from rung.regex import regex

INCLUDES = ("require_expression", "require_once_expression", "include_expression", "include_once_expression")
_USED = regex(r"(?:function\s+|const\s+)?([\w\\]+)(?:\s+as\s+(\w+))?\s*\Z")
_FOLDER = regex(r"(?:__DIR__|dirname\(\s*__FILE__\s*\))\s*\.\s*\Z")
_ABOVE = regex(r"dirname\(\s*__DIR__\s*(?:,\s*(\d)\s*)?\)\s*\.\s*\Z")
_NAMED = regex(r"(?:new\s+)?(\\?[A-Z]\w*(?:\\\w+)*)")
_OWN = ""  # among the imported names: the file has a namespace of its own


def dotted(name: str) -> str:
    return name.strip("\\").replace("\\", ".")


def record_use(reader: Reader, node: Node) -> None:
    """`use A\\B\\C as D;`, `use A, B;` and `use A\\{B, C as D};`."""
    text = reader.text_of(node).strip().rstrip(";")
    head, group, listed = text.partition("{")
    base = ""
    if group:
        base = dotted(re.sub(r"^use\s+(?:function\s+|const\s+)?", "", head.strip()))
    for part in (listed.rstrip("} \t\r\n") if group else re.sub(r"^use\s+", "", text)).split(","):
        used = _USED.match(reader.grammar.comment.sub(" ", part).strip())
        if used is None:
            continue
        path = ".".join(p for p in (base, dotted(used[1])) if p)
        module, _, name = path.rpartition(".")
        if module:
            reader.source.imports.append(Import(module, node.line, ((name, used[2] or name),)))
        else:
            reader.source.imports.append(Import(name, node.line, (), used[2] or ""))
        reader.imported[used[2] or name] = path


def record_namespace(reader: Reader, _node: Node) -> None:
    reader.imported[_OWN] = ""


def record_include(reader: Reader, node: Node) -> None:
    """`require 'a.php'` and `require __DIR__ . '/a.php'`: a path from the file's folder."""
    literals = [found for found in _below(node, 3) if found.kind == "string"]
    if len(literals) != 1:
        return
    before = reader.text[node.start : literals[0].start]
    path = reader.value(literals[0]).text.lstrip("/")
    if above := _ABOVE.search(before):
        path = "../" * int(above[1] or 1) + path
    elif "." in before and not _FOLDER.search(before):
        return
    reader.source.imports.append(Import(f"./{path}", node.line))


def _below(node: Node, depth: int) -> list[Node]:
    found = list(node.children)
    return [*found, *(n for child in found for n in _below(child, depth - 1))] if depth else []


def import_named(reader: Reader, node_line: int, text: str) -> None:
    """A class that is named in full, or in a file without a namespace, is imported where it is named."""
    named = _NAMED.match(text)
    if named is None:
        return
    path = dotted(named[1])
    in_full = named[1].startswith("\\")
    if path in reader.imported or (not in_full and (_OWN in reader.imported or path.partition(".")[0] in reader.imported)):
        return
    reader.imported[path] = path
    module, _, name = path.rpartition(".")
    reader.source.imports.append(Import(module, node_line, ((name, name),)) if module else Import(name, node_line))
