"""Bicep's tokens; comments, directives and blanks are dropped."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rung.regex import regex

_TOKEN = regex(
    r"(?P<space>[ \t\r]+|//[^\n]*|#[^\n]*)|(?P<comment>/\*)|(?P<newline>\n)|(?P<long>'''|')|(?P<name>[A-Za-z_]\w*)|(?P<number>\d[\w.]*)"
    r"|(?P<mark>\?\?|&&|\|\||==|!=|=~|!~|<=|>=|=>|\.\?|::|\.\.\.|.)",
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token: newline, name, number, mark, string (a literal) or template (with holes); `text` is without quotes."""

    kind: str
    text: str
    line: int
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """The tokens of a Bicep text, up to where a string or comment has no end."""
    tokens: list[Token] = []
    at, line = 0, 1
    while found := _TOKEN.match(text, at):
        kind, start = str(found.lastgroup), at
        at = found.end()
        if kind == "comment":
            at = text.find("*/", at) + 2
            if at < 2:
                break
        elif kind == "long":
            quotes = found.group()
            at = text.find("'''", at) + 3 if quotes == "'''" else _end_of_string(text, at)
            if at <= start + len(quotes):
                break
            body = text[start + len(quotes) : at - len(quotes)]
            hole = quotes == "'" and "${" in body.replace("\\${", "")
            tokens.append(Token("template" if hole else "string", body if hole else _unescape(body), line, start, at))
        elif kind != "space":
            tokens.append(Token(kind, found.group(), line, start, at))
        line += text.count("\n", start, at)
    return tokens


def _unescape(body: str) -> str:
    return re.sub(r"\\(['$\\])", r"\1", body) if "\\" in body else body


def _end_of_string(text: str, at: int) -> int:
    """Where a string that opens before `at` ends; strings stand in the holes of strings to any depth."""
    depths = [0]  # open braces of each hole that we are in; an even position is a string, an odd one a hole
    while at < len(text):
        char = text[at]
        if len(depths) % 2:
            if char == "\\":
                at += 1
            elif char == "'":
                depths.pop()
                if not depths:
                    return at + 1
            elif char == "$" and text[at + 1 : at + 2] == "{":
                depths.append(1)
                at += 1
            elif char == "\n":
                return -1
        elif char == "'":
            depths.append(0)
        elif char in "{}":
            depths[-1] += 1 if char == "{" else -1
            if not depths[-1]:
                depths.pop()
        at += 1
    return -1
