"""Code inside other files: the code cells of notebooks, the script blocks of components."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rung.regex import regex

_TOKEN = regex(r'"(?:[^"\\]|\\(?s:.))*+(?:"|\Z)|\n')
_MAGIC = regex(r"(\s*)(?:[%!?]|[\w.]+\?+\s*$|[\w, ]+=\s*[%!](?!=))")
# Magics of a whole cell that leave it Python: it is timed, its output kept, or it is written to a module.
_PYTHON = regex(r"\s*%%(?:(?:time|timeit|capture)\b|writefile\s.*\.py\s*$)")
_SCRIPT = regex(r"<script\b([^>]*)>(.*?)(?:</script\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_DATA = regex(r"\btype\s*=\s*[\"'](?!module|text/(?:java|type)script|text/babel|application/javascript)", re.IGNORECASE)
_FRONTMATTER = regex(r"\s*---[^\n]*\n(.*?)^---", re.DOTALL | re.MULTILINE)
_NOT_A_BREAK = regex(r"[^\n]")


@dataclass(frozen=True)
class Block:
    """Code, and the number that each of its lines has in the file (None: its own)."""

    code: str
    lines: list[int] | None = None


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with its members in order, repeated ones too."""


def notebook(text: str) -> Block | None:
    """The code cells of a Jupyter notebook in Python, without magics; None when it is broken or in another language."""
    try:
        data = json.loads(text, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, _Pairs) or _kernel(data) not in ("", "python"):
        return None
    code: list[str] = []
    numbers: list[int] = []
    tokens = _string_lines(text)
    try:
        _collect(data, tokens, code, numbers)
    except RecursionError:
        return None
    return Block("\n".join(code), numbers or [1])


def _kernel(data: _Pairs) -> str:
    metadata = _member(data, "metadata")
    language = _member(_member(metadata, "language_info"), "name") or _member(_member(metadata, "kernelspec"), "language")
    return language.lower().rstrip("23") if isinstance(language, str) else ""


def _member(data: Any, name: str) -> Any:
    if isinstance(data, _Pairs):
        for key, value in data:
            if key == name:
                return value
    return None


def _string_lines(text: str) -> Iterator[int]:
    """The line of each string of a JSON text, in order."""
    line = 1
    for token in _TOKEN.finditer(text):
        if token[0] == "\n":
            line += 1
        else:
            yield line


def _collect(data: Any, lines: Iterator[int], code: list[str], numbers: list[int]) -> None:
    """Walk over a JSON value in the order of its text, taking one of `lines` for each string that it passes."""
    if isinstance(data, str):
        next(lines)
    elif isinstance(data, _Pairs):
        is_code = _member(data, "cell_type") == "code"
        for key, value in data:
            next(lines)
            if is_code and key in ("source", "input"):
                _add_cell(value, lines, code, numbers)
            else:
                _collect(value, lines, code, numbers)
    elif isinstance(data, list):
        for item in data:
            _collect(item, lines, code, numbers)


def _add_cell(value: Any, lines: Iterator[int], code: list[str], numbers: list[int]) -> None:
    parts = value if isinstance(value, list) else [value]
    text = ""
    places: list[int] = []
    for part in parts:
        if not isinstance(part, str):
            _collect(part, lines, [], [])
            continue
        line = next(lines)
        if not text or text.endswith("\n"):
            places.append(line)
        places.extend([line] * part.removesuffix("\n").count("\n"))
        text += part
    rows = text.removesuffix("\n").split("\n")
    if rows[0].lstrip().startswith("%%") and not _PYTHON.match(rows[0]):
        return
    for row, line in zip(rows, places, strict=False):
        magic = _MAGIC.match(row)
        code.append(f"{magic[1]}pass" if magic else row)
        numbers.append(line)


def scripts(text: str) -> Block:
    """The script blocks of a component file, everything else blanked, so that places stay the same."""
    spans = [match.span(2) for match in _SCRIPT.finditer(text) if not _DATA.search(match[1])]
    return Block(_blanked(text, spans))


def frontmatter(text: str) -> Block:
    """The code between the leading `---` lines of a component file, and its script blocks."""
    spans = [match.span(2) for match in _SCRIPT.finditer(text) if not _DATA.search(match[1])]
    head = _FRONTMATTER.match(text)
    if head is not None:
        spans = [head.span(1), *(span for span in spans if span[0] >= head.end())]
    return Block(_blanked(text, spans))


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    position = 0
    for start, end in spans:
        parts += [_NOT_A_BREAK.sub(" ", text[position:start]), text[start:end]]
        position = end
    return "".join(parts)
