"""INI files, Java properties and the many `key = value` formats like them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.settings.entries.entry import Entry
from rung.regex import regex

_SECTION = regex(r"\[([^\]]+)\]\s*(?:[#;].*)?$")
_PAIR = regex(r"([^\s=:#;!][^=:]*)[=:](.*)$")
_PROPERTY = regex(r"((?:[^\s=:\\]|\\.)+)(?:\s*[=:]\s*|\s+|$)(.*)$", re.DOTALL)
_COMMENT = regex(r"\s[#;].*$")


def read_ini(text: str) -> Iterator[Entry]:
    """Yield `key = value` pairs under their section's name; an indented line goes on with the value above it."""
    section: tuple[str, ...] = ()
    last: Entry | None = None
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if not stripped or stripped[0] in "#;":
            continue
        if last is not None and line[0] in " \t" and (not last.value or not _PAIR.match(stripped)):
            last = Entry(last.path, f"{last.value}\n{stripped}".strip(), last.line)
            continue
        if last is not None:
            yield last
            last = None
        if found := _SECTION.match(stripped):
            section = (found[1].strip(),)
        elif found := _PAIR.match(stripped):
            last = Entry((*section, found[1].strip()), _unquote(found[2].strip()), number)
    if last is not None:
        yield last


def _unquote(value: str) -> str:
    if len(value) > 1 and value[0] in "\"'" and value.find(value[0], 1) > 0:
        return value[1 : value.find(value[0], 1)]
    return _COMMENT.sub("", value)


def read_properties(text: str) -> Iterator[Entry]:
    """Yield the pairs of a Java properties file; a backslash at the end of a line joins the next to it."""
    first, joined = 0, ""
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if not joined:
            if not stripped or stripped[0] in "#!":
                continue
            first = number
        joined += stripped
        if joined.endswith("\\") and not joined.endswith("\\\\"):
            joined = joined[:-1]
            continue
        if found := _PROPERTY.match(joined):
            yield Entry((found[1].replace("\\", ""),), found[2].strip(), first)
        joined = ""
