"""`use` declarations of Rust."""

from __future__ import annotations

import re

from rung.facts.code.reader import Reader
from rung.facts.code.source import Import
from rung.facts.code.tree import Node
from rung.regex import regex

_WORD = regex(r"[\w#]+|::|[{},*]")
_KEYWORD = regex(r"(?:pub(?:\([^)]*\))?\s+)?(?:use|extern\s+crate)\s+")
_COMMENT = regex(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def record_use(reader: Reader, node: Node) -> None:
    """One import for each module that a declaration takes names from."""
    text = _COMMENT.sub(" ", reader.text_of(node))
    head = _KEYWORD.match(text)
    modules: dict[str, list[tuple[str, str]]] = {}
    for path, alias in _paths(_WORD.findall(text[head.end() :] if head else "")):
        module, name = ("::".join(path[:-1]), path[-1]) if len(path) > 1 else (path[0], "")
        names = modules.setdefault(module, [])
        if name:
            names.append((name, alias or name))
    line = node.line
    reader.source.imports.extend(Import(module, line, tuple(names)) for module, names in modules.items())


def _paths(words: list[str]) -> list[tuple[list[str], str]]:
    """The full paths of a use tree, each with its alias."""
    found: list[tuple[list[str], str]] = []
    prefixes: list[list[str]] = [[]]
    path: list[str] = []
    alias = ""
    after_as = False
    for word in [*words, ","]:
        if word == "{":
            prefixes.append(path)
            path = list(path)
        elif word in (",", "}"):
            if len(path) > len(prefixes[-1]):
                found.append((path, alias))
            if word == "}" and len(prefixes) > 1:
                prefixes.pop()
            path, alias = list(prefixes[-1]), ""
        elif word == "as":
            after_as = True
        elif after_as:
            alias, after_as = word, False
        elif word == "self" and path:
            found.append((list(path), alias))
        elif word != "::":
            path = [*path, word]
    return found
