"""JSON as people write it in configuration: with comments and trailing commas."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from rung.facts.settings.entries.entry import MAXIMUM_DEPTH, Entry
from rung.regex import regex

_TOKEN = regex(
    r"""(?P<space>\s+|//[^\n]*)|(?P<comment>/\*)|(?P<string>"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+')|(?P<open>["'])"""
    r"""|(?P<mark>[{}\[\]:,])|(?P<bare>[^\s{}\[\]:,"'/]+|.)""",
    re.DOTALL,
)


def read_json(text: str) -> Iterator[Entry]:
    """Yield the scalars of JSON or JSONC in file order; null is an empty value, booleans and numbers are as written."""
    stack: list[str | int | None] = []  # the current key or position of each open container; None: an object's key is due
    objects: list[bool] = []
    line, counted = 1, 0
    for kind, value, start in _tokens(text):
        if kind != "mark":
            line += text.count("\n", counted, start)
            counted = start
            if objects and objects[-1] and stack[-1] is None:
                stack[-1] = value
            else:
                path = tuple(part for part in stack if part is not None)
                if path:
                    yield Entry(path, "" if kind == "bare" and value == "null" else value, line)
        elif value in "{[":
            if len(stack) >= MAXIMUM_DEPTH:
                return
            objects.append(value == "{")
            stack.append(None if value == "{" else 0)
        elif value in "}]":
            if not stack:
                return
            stack.pop()
            objects.pop()
        elif value == "," and stack:
            position = stack[-1]
            stack[-1] = position + 1 if isinstance(position, int) else None


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    at = 1 if text.startswith("\ufeff") else 0
    while found := _TOKEN.match(text, at):
        kind = str(found.lastgroup)
        at = found.end()
        if kind == "comment":
            at = text.find("*/", at) + 2
            if at < 2:
                return
        elif kind == "open":  # a string without end: what follows would be read inside out
            return
        elif kind == "string":
            yield kind, _unquote(found.group()), found.start()
        elif kind != "space":
            yield kind, found.group(), found.start()


def _unquote(token: str) -> str:
    if "\\" in token and token[0] == '"':
        try:
            return str(json.loads(token, strict=False))
        except ValueError:
            pass
    return token[1:-1]
