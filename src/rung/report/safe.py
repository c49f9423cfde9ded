"""Text of a scanned repository, made harmless for a terminal."""

from __future__ import annotations

import re

# Control characters (ANSI escapes begin with one), line and paragraph separators, lone surrogates, and invisible characters that
# reorder or hide text (bidirectional overrides, zero-width space, word joiner, tags). The joiners that scripts and emoji need stay.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_SPACE = re.compile(r"[\t\r\n\v\f]+")


def one_line(text: str) -> str:
    """The text on one line, with every character that could drive or deceive a terminal shown as its escape (`\\x1b`)."""
    return _UNSAFE.sub(_escape, _SPACE.sub(" ", text))


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
