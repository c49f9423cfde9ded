"""Text of a scanned repository, made harmless: on one line, and without what could drive or deceive a terminal or a workflow's log."""

from __future__ import annotations

import re

from rung.regex import regex

# Control characters (ANSI escapes begin with one), line and paragraph separators, lone surrogates, noncharacters that XML forbids, and
# invisible characters that reorder or hide text (bidirectional overrides, zero-width space, word joiner, tags). The joiners that
# scripts and emoji need stay.
_UNSAFE = regex(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
_COMMAND = regex(r"##(?=\w*\[)")  # anywhere in a line of its log, GitHub's and Azure's runners take what follows for a command
_SPACE = regex(r"[\t\r\n\v\f]+")


def one_line(text: str) -> str:
    """The text on one line, with every character that could drive or deceive a terminal shown as its escape (`\\x1b`)."""
    safe = _UNSAFE.sub(_escape, _SPACE.sub(" ", text))
    return _COMMAND.sub(r"\\x23#", safe) if "##" in safe else safe


def valid_text(text: str) -> str:
    """The text with `?` for what stands for bytes that are not UTF-8, as in a file's name: it is no valid text of a document."""
    return text.encode("utf-8", "replace").decode("utf-8")


def safe_json(document: str) -> str:
    """A JSON document, in whose strings no command for a workflow's runner is left."""
    return _COMMAND.sub(r"\\u0023#", document)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
