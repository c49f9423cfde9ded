"""Patterns of CODEOWNERS and .gitattributes files: gitignore's language, as regular expressions that can't run away."""

from __future__ import annotations

import re

from rung.regex import regex

_LIMIT = 3  # `**` between other parts, each of which multiplies the ways to match
_SPECIAL = regex(r"[\\\[&~|^]")


def compile_pattern(pattern: str, *, folders: bool) -> re.Pattern[str] | None:
    """A regular expression to `match` repository paths with; None for a pattern that is malformed.

    A pattern with a slash before its end is anchored at the top, another one matches at any depth. With `folders`, a pattern that
    matches a folder matches everything in it, save that `x/*` means the files directly in `x`.
    """
    anchored = "/" in pattern.rstrip("/")
    parts = [part for part in pattern.split("/") if part]
    if not parts or parts[1:-1].count("**") > _LIMIT:
        return None
    try:
        body = "".join(_part(part, last=number == len(parts) - 1) for number, part in enumerate(parts))
        return re.compile(("" if anchored else "(?:.*/)?") + body + _end(pattern, parts[-1], folders))
    except (re.error, ValueError):
        return None


def _end(pattern: str, last: str, folders: bool) -> str:
    if not folders:
        return r"\Z"
    if pattern.endswith("/"):
        return "/"
    return r"\Z" if last == "*" and "/" in pattern else r"(?:/|\Z)"


def _part(part: str, *, last: bool) -> str:
    if part == "**":
        return ".+" if last else "(?:[^/]+/)*"
    return _segment(part) + ("" if last else "/")


def _segment(text: str) -> str:
    """One path segment. What stands between two stars is matched at its first place for good, which is always right."""
    pieces = [""]
    position = 0
    while position < len(text):
        character = text[position]
        position += 1
        if character == "*":
            pieces.append("")
        elif character == "?":
            pieces[-1] += "[^/]"
        elif character == "[":
            end = text.index("]", position + 1)  # ValueError: unterminated
            pieces[-1] += _class(text[position:end])
            position = end + 1
        elif character == "\\" and position < len(text):
            pieces[-1] += re.escape(text[position])
            position += 1
        else:
            pieces[-1] += re.escape(character)
    if len(pieces) == 1:
        return pieces[0]
    middle = "".join(f"(?>[^/]*?{piece})" for piece in pieces[1:-1] if piece)
    return f"{pieces[0]}{middle}[^/]*{pieces[-1]}"


def _class(text: str) -> str:
    negated = text[0] in "!^"
    members = _SPECIAL.sub(r"\\\g<0>", text[negated:])
    return f"[{'^/' if negated else ''}{members}]"
