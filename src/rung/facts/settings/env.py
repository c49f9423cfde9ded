"""Environment files and the `ENV` and `ARG` instructions of a Dockerfile."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.settings.entries import Entry
from rung.regex import regex

_PAIR = regex(r"\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*)$")
_COMMENT = regex(r"(?:^|\s)#.*$")
_INSTRUCTION = regex(r"\s*(ENV|ARG)\s+(.*)$", re.IGNORECASE)
_MAXIMUM_LINE = 10_000
_WORD = regex(r"""([A-Za-z_][\w.-]*)=("(?:[^"\\]|\\.)*"|'[^']*'|(?:[^\s"'\\]|\\.)*)""")


def read_env(text: str) -> Iterator[Entry]:
    """Yield the variables of an environment file; a quoted value may run over several lines."""
    quote = ""
    for number, line in enumerate(text.split("\n"), 1):
        if quote:
            quote = "" if quote in line else quote
            continue
        found = _PAIR.match(line.rstrip("\r"))
        if found is None:
            continue
        value = found[2]
        if value[:1] in ("'", '"', "`"):
            end = value.find(value[0], 1)
            quote = value[0] if end < 0 else ""
            value = value[1:end] if end > 0 else value[1:]
        else:
            value = _COMMENT.sub("", value).strip()
        yield Entry((found[1],), value, number)


def read_dockerfile(text: str) -> Iterator[Entry]:
    """Yield the variables and the defaults of arguments that a Dockerfile sets; an argument without default is none."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        first = number
        found = _INSTRUCTION.match(lines[number])
        number += 1
        if found is None:
            continue
        body = found[2].rstrip()
        parts = [(first, body)]
        while body.endswith("\\") and number < len(lines):
            body = lines[number].strip()
            if not body.startswith("#"):
                parts.append((number, body))
            else:
                body = "\\"
            number += 1
        yield from _pairs(parts, found[1].upper() == "ENV")


def _pairs(parts: list[tuple[int, str]], spaced: bool) -> Iterator[Entry]:
    seen = False
    for number, part in parts:
        if len(part) > _MAXIMUM_LINE:
            continue
        for found in _WORD.finditer(part.rstrip("\\")):
            seen = True
            yield Entry((found[1],), found[2].strip("\"'"), number + 1)
    key, _, value = parts[0][1].partition(" ")
    if spaced and not seen and value and re.match(r"[A-Za-z_]\w*$", key):  # the old form without `=`
        yield Entry((key,), value.strip().strip("\"'"), parts[0][0] + 1)
