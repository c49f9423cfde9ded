"""Tells generated and minified sources by their content."""

from __future__ import annotations

import re

from rung.regex import regex
from rung.repository.names import words
from rung.repository.role import suffix

# Sources whose head may say that a program wrote them. Not YAML: a generated pipeline runs like any other.
_MARKED = words("py pyi js jsx mjs cjs ts tsx mts cts go java kt kts cs rb php rs swift scala dart c cc cpp h hpp")
_SCRIPTS = words("js mjs cjs")
_HEAD = 4096
_SAMPLE = 65536
_MINIFIED_SIZE = 2048
_MINIFIED_LINE = 200  # characters a line on average; people write 20 to 50

_COMMENT = regex(r"\s*(?:#|//|/\*|\*|--|<!--|;|\"\"\"|'''|$)")
_MARKER = regex(
    r"""code\ generated\ .{0,200}\bdo\ not\ edit
    | @generated\b
    | <auto-?generated
    | \bauto(?:matically)?[ -]?generated\ (?:by|from|file|code|using|with)\b
    | \b(?:file|code|class|module|client|source)\b.{0,40}\b(?:is|was|has\ been)\ auto(?:matically)?[ -]?generated\b""",
    re.IGNORECASE | re.VERBOSE,
)
_GENERATED = regex(r"\bgenerated\b", re.IGNORECASE)
_HANDS_OFF = regex(r"\bdo(?: not|n't) (?:manually )?(?:edit|modify|change|touch)\b", re.IGNORECASE)


def is_marked(path: str) -> bool:
    """Whether files of this kind are looked into at all."""
    return suffix(path) in _MARKED


def is_generated(path: str, text: str) -> bool:
    """Whether a source says in its leading comment that a program wrote it, or is a minified script."""
    if "generated" in text[:_HEAD].lower():
        head = _leading_comment(text)
        if _MARKER.search(head) or (_GENERATED.search(head) and _HANDS_OFF.search(head)):
            return True
    return suffix(path) in _SCRIPTS and _is_minified(text)


def _leading_comment(text: str) -> str:
    """The comment lines before the first line of code; a marker further down speaks of something else."""
    lines = []
    block = False
    for line in text[:_HEAD].splitlines():
        if not block and not _COMMENT.match(line):
            break
        lines.append(line)
        opened, closed = line.rfind("/*"), line.rfind("*/")
        if opened > closed:
            block = True
        elif closed >= 0:
            block = False
    return "\n".join(lines)


def _is_minified(text: str) -> bool:
    sample = text[:_SAMPLE]
    return len(sample) >= _MINIFIED_SIZE and len(sample) > _MINIFIED_LINE * (sample.count("\n") + 1)
