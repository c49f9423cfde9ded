"""Modules that a project ships under another name, for its users to copy: `config.py.example`, `settings.sample.ts`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection

from rung.regex import regex

MARKS = r"(?:example|sample|template|dist|default)"
# A mark behind a file's own name, or before its ending.
SHIPPED = regex(rf"^(?P<a>.+\.\w{{1,10}})\.{MARKS}$|^(?P<b>[\w.-]+?)[._-]{MARKS}(?P<c>\.\w{{1,10}})$", re.IGNORECASE)
BEHIND = regex(rf"\.{MARKS}$", re.IGNORECASE)


def copied_to(path: str, files: Collection[str]) -> str:
    """The path that a shipped file is copied to, "" for any other file and where that one is there."""
    folder, name = posixpath.split(path)
    found = SHIPPED.match(name)
    plain = posixpath.join(folder, found["a"] or f"{found['b']}{found['c']}") if found else ""
    return plain if plain not in files else ""
