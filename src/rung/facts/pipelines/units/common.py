"""What the readers of units share: reading JSON and TOML, finding lines, and making commands."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping, Sequence
from typing import Any

from rung.facts.pipelines.types import Command
from rung.regex import regex

_COMMENT = regex(r'("(?:[^"\\\n]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING_COMMA = regex(r",(?=\s*[}\]])")
_LONGEST = 2_000_000


def folder_of(path: str) -> str:
    """The repository-relative folder of a file; "" at the top."""
    return posixpath.dirname(path)


def folder_in(folder: str, inner: object) -> str:
    """A folder below (or beside) another, as a configuration file names it; the folder itself for anything but text."""
    joined = posixpath.normpath(posixpath.join(folder, inner)) if isinstance(inner, str) and inner and not inner.startswith("/") else folder
    return "" if joined == "." else joined


def load_json(text: str) -> dict[str, Any]:
    """The top mapping of a JSON text (comments and trailing commas allowed); {} for anything else."""
    if len(text) > _LONGEST:
        return {}
    try:
        value = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        try:
            value = json.loads(_TRAILING_COMMA.sub("", _COMMENT.sub(lambda found: found[1] or "", text)))
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}


def load_toml(text: str) -> dict[str, Any]:
    """The tables of a TOML text; {} when it is none."""
    import tomllib

    if len(text) > _LONGEST:
        return {}
    try:
        return tomllib.loads(text.lstrip("\ufeff").replace("\r\n", "\n"))
    except (ValueError, RecursionError):
        return {}


def table(value: Any, *names: str) -> dict[str, Any]:
    """The mapping at a path of names; {} where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def strings(value: Any) -> list[str]:
    """The texts of a list, a lone text as a list of one, [] for anything else."""
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


class Lines:
    """Finds the lines of keys in a text whose parser tells none."""

    def __init__(self, text: str) -> None:
        self.text = text

    def at(self, offset: int) -> int:
        """The line of an offset."""
        return self.text.count("\n", 0, offset) + 1

    def toml(self, section: str, key: str) -> int:
        """The line of `key` below `[section]`, or that of `[section.key]`; 1 where neither is written so."""
        quoted = rf"[\"']?{re.escape(key)}[\"']?"
        deeper = re.search(rf"^\s*\[+\s*{re.escape(section)}\.{quoted}(?=[\].])", self.text, re.MULTILINE)
        header = re.search(rf"^\s*\[\s*{re.escape(section)}\s*\]", self.text, re.MULTILINE)
        if header:
            following = re.compile(r"^\s*\[", re.MULTILINE).search(self.text, header.end())
            end = following.start() if following else len(self.text)
            found = re.compile(rf"^\s*{quoted}\s*[.=]", re.MULTILINE).search(self.text, header.end(), end)
            if found:
                return self.at(found.end() - 1)
        return self.at(deeper.end()) if deeper else self.at(header.end()) if header else 1

    def json(self, section: str, key: str) -> int:
        """The line of `"key":` after `"section":`; 1 where it is not found."""
        start = re.search(rf'"{re.escape(section)}"\s*:', self.text)
        found = re.compile(re.escape(json.dumps(key, ensure_ascii=False)) + r"\s*:").search(self.text, start.end() if start else 0)
        return self.at(found.start()) if found else 1


def command(words: Sequence[str], line: int, environment: Mapping[str, str] | None = None, folder: str = "") -> Command:
    """A command of words that are known already, not of a shell text."""
    text = " ".join(" ".join(words).split())[:200]
    return Command(tuple(words), line, text, folder, environment or {})
