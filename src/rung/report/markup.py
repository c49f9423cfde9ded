"""Text of a scanned repository inside GitHub's Markdown: nothing of it may become a heading, a link, HTML, a mention or a reference."""

from __future__ import annotations

import re

from rung.regex import regex
from rung.report.safe import one_line

_SPECIAL = regex(r"[\\`*_\[\]<>|~$#!&{}^]")
# What GitHub makes a link of by itself: mentions, addresses, web addresses, references to issues and commits.
_LINKED = regex(r"@|://|(?i:\bwww\.)|#\d|(?i:\bGH-\d)|\b[0-9a-f]{7,40}\b|(?i:\bmailto:|\bxmpp:)")
_WORD = regex(r"\s+|\S+")
_LIST = regex(r"^(?:[-+=:]|\d+(?=[.)]))")
_TICKS = regex(r"`+")
# Sentences of rules and policies quote names in backticks, as in `make eval`.
_QUOTED = regex(r"(?<![\\`])`([^`]+)`(?!`)")


def code(text: str, most: int = 0) -> str:
    """The text as code, in which GitHub links nothing; cut to at most so many characters where a number is given."""
    text = one_line(text).strip()
    if most and len(text) > most:
        text = text[: most - 1] + "…"
    if not text:
        return ""
    longest = max((len(ticks) for ticks in _TICKS.findall(text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def prose(text: str, most: int = 0) -> str:
    """The text as a sentence: what stands in backticks as code, what GitHub would link as code too, everything else literally."""
    line = one_line(text).strip()
    if most and len(line) > most:
        line = line[: most - 1] + "…"
    parts: list[str] = []
    position = 0
    for quoted in _QUOTED.finditer(line):
        parts += [*_words(line[position : quoted.start()]), code(quoted[1])]
        position = quoted.end()
    parts += _words(line[position:])
    return _LIST.sub(_begin, _joined(parts))


def in_cell(text: str) -> str:
    """The text with broken bars for bars: a bar ends a table's cell even inside code."""
    return text.replace("|", "¦")


def link(text: str, address: str) -> str:
    """A link to a web address; the text alone where the address is none."""
    if not address.startswith(("https://", "http://")):
        return prose(text)
    safe = re.sub(r"[\s<>()\\\"'`\x00-\x1f]", lambda match: f"%{ord(match[0]):02X}", one_line(address))
    return f"[{prose(text)}]({safe})"


def _words(text: str) -> list[str]:
    return [code(word) if _LINKED.search(word) else _SPECIAL.sub(r"\\\g<0>", word) for word in _WORD.findall(text)]


def _joined(parts: list[str]) -> str:
    """Put together with a space between two pieces of code, whose fences would run into one another."""
    joined = ""
    for part in parts:
        joined += f" {part}" if joined.endswith("`") and part.startswith("`") else part
    return joined


def _begin(match: re.Match[str]) -> str:
    return f"{match[0]}\\" if match[0].isdigit() else f"\\{match[0]}"
