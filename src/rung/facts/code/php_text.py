"""The PHP in a file: what stands between its tags."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator

from rung.regex import regex

# What a closing tag is none in, and the tag; a comment of one line ends at a closing tag too.
_PARTS = regex(
    r"'(?:[^'\\]|\\.)*+'?|\"(?:[^\"\\]|\\.)*+\"?|/\*(?:[^*]|\*(?!/))*+(?:\*/)?|(?://|\#(?!\[))(?:[^\n?]|\?(?!>))*+|(?P<end>\?>)"
    r"|<<<[ \t]*(?P<quote>[\"']?)(?P<marker>[A-Za-z_]\w*)(?P=quote)[^\n]*",
    re.DOTALL,
)
_OPENING = regex(r"<\?(?:php\b|=)", re.IGNORECASE)
_CLOSING = regex(r"^[ \t]*([A-Za-z_]\w*)", re.MULTILINE)
_REST = regex(r"[^\n]")


def only_php(text: str) -> str:
    """The text with everything but its PHP blanked: nothing moves, and a closing tag ends a statement."""
    pieces: list[str] = []
    position = 0
    for start, end in _stretches(text):
        pieces += [_REST.sub(" ", text[position:start]), text[start:end], ";" if end < len(text) else ""]
        position = min(end + 1, len(text))
    return "".join([*pieces, _REST.sub(" ", text[position:])])


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Where each stretch of PHP begins, and where its closing tag stands."""
    lines: dict[str, list[int]] = defaultdict(list)
    if "<<<" in text and "?>" in text:
        for line in _CLOSING.finditer(text):
            lines[line[1]].append(line.end())
    opening, last = _OPENING.search(text), text.rfind("?>")
    while opening is not None:
        start = position = opening.end()
        end = len(text)
        while part := _PARTS.search(text, position) if position <= last else None:
            position = part.end()
            if part["end"]:
                end = part.start()
                break
            if part["marker"]:
                found = lines.get(part["marker"], [])
                index = bisect_left(found, position)
                position = found[index] if index < len(found) else position
        yield start, end
        opening = _OPENING.search(text, position) if end < len(text) else None
