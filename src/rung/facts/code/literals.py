"""What string literals say."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rung.facts.code.source import Value
from rung.regex import regex

_ESCAPE = regex(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|U([0-9a-fA-F]{8})|\r?\n|(.))", re.DOTALL)
_CONTROL = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "s": " "}
_HIGHEST = 0x10FFFF


def unescape(text: str) -> str:
    """The text with the backslash escapes that languages share resolved; an unknown escape gives its character."""
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3] or match[4]
    if code:
        number = int(code, 16)
        return chr(number) if number <= _HIGHEST and not 0xD800 <= number <= 0xDFFF else match[0]
    letter: str | None = match[5]
    if letter is None:
        return ""  # a line continued
    return _CONTROL.get(letter, letter)


def quoted(text: str, quote: str) -> str:
    """What stands between a pair of quotes; the closing one may be missing in broken code."""
    text = text[len(quote) :]
    return text.removesuffix(quote)


def joined(parts: Iterable[Value], line: int) -> Value:
    """Parts one after the other as one string, or as a template when some part is not a literal string."""
    texts: list[str] = []
    holes: list[Value] = []
    template = False
    for part in parts:
        if part.kind in ("string", "template"):
            texts.append(part.text)
            holes.extend(part.items)
            template = template or part.kind == "template"
        else:
            texts.append("{}")
            holes.append(part)
            template = True
    return Value("template" if template else "string", "".join(texts), line, tuple(holes))


def dedented(text: str) -> str:
    """A text block of a language that takes the common indentation off: without it, and without the first line break."""
    from textwrap import dedent

    text = text[text.index("\n") + 1 :] if text.lstrip(" \t\r").startswith("\n") else text
    return dedent(text)
