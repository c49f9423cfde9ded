"""Variables of a Makefile and their expansion."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rung.regex import regex

_DEEPEST = 12
_LONGEST = 4000
_FUNCTION = regex(r"([a-z][a-z-]+)\s+(.*)", re.DOTALL)
_BUILT_IN = {"MAKE": "make", "CURDIR": ".", "RM": "rm -f", "SHELL": "/bin/sh", "PYTHON": "python", "PWD": "$PWD"}


class Variables:
    """Assigned values, unexpanded; an unknown `$(X)` becomes the shell's `${X}`, since make takes it from the environment."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given
        self.values: dict[str, str] = {}

    def with_own(self, own: Mapping[str, str]) -> Variables:
        """These variables and those of one target."""
        made = Variables(self.given)
        made.values = {**self.values, **own}
        return made

    def known(self, name: str) -> bool:
        """Whether the file or the caller says what the variable is."""
        return name in self.given or name in self.values

    def set(self, name: str, how: str, value: str) -> None:
        """Assign with one of make's operators."""
        if how == "?=" and name in self.values:
            return
        if how == "!=":
            value = f"$(shell {value})"
        elif how == "+=":
            value = f"{self.values.get(name, '')} {value}".strip()
        elif how in (":=", "::=", ":::=") and f"({name})" in value:
            value = self.expand(value)
        self.values[name] = value[:_LONGEST]

    def expand(self, text: str, depth: int = 0, arguments: tuple[str, ...] = ()) -> str:
        """The text with variables and the commonest functions expanded."""
        if "$" not in text or depth > _DEEPEST:
            return text
        parts: list[str] = []
        at, size = 0, 0
        while at < len(text) and size < 4 * _LONGEST:
            dollar = text.find("$", at)
            if dollar < 0 or dollar + 1 >= len(text):
                break
            parts.append(text[at:dollar])
            mark = text[dollar + 1]
            end = _closing(text, dollar + 1) if mark in "({" else dollar + 1
            if mark == "$":
                parts.append("$")
            elif mark in "({":
                parts.append(self._reference(text[dollar + 2 : end], depth + 1, arguments))
            else:
                parts.append(self._value(mark, depth + 1, arguments, f"${mark}"))
            size += len(parts[-1])
            at = end + 1
        return "".join(parts) + text[at:]

    def _reference(self, inner: str, depth: int, arguments: tuple[str, ...]) -> str:
        function = _FUNCTION.fullmatch(inner)
        if function:
            return self._call(function[1], function[2], depth, arguments)
        name, _, substitution = self.expand(inner, depth, arguments).partition(":")
        value = self._value(name.strip(), depth, arguments, "${" + name.strip() + "}")
        before, _, after = substitution.partition("=")
        if before:
            return " ".join(word.removesuffix(before) + after if word.endswith(before) else word for word in value.split())
        return value

    def _value(self, name: str, depth: int, arguments: tuple[str, ...], unknown: str) -> str:
        if name.isdecimal() and len(name) < 5:
            return arguments[int(name) - 1] if 0 < int(name) <= len(arguments) else "" if arguments else unknown
        if name in self.given:
            return self.given[name]
        if name in self.values:
            return self.expand(self.values[name], depth, arguments)
        return _BUILT_IN.get(name, unknown)

    def _call(self, function: str, rest: str, depth: int, arguments: tuple[str, ...]) -> str:
        words = [self.expand(part, depth, arguments) for part in _split(rest)]
        if function == "shell":
            return f"$({self.expand(rest, depth, arguments)})"
        if function == "call":
            return self.expand(self.values.get(words[0].strip(), ""), depth, tuple(word.strip() for word in words[1:]))
        if function in ("wildcard", "strip", "sort", "abspath", "realpath"):
            return words[0].strip()
        if function == "or":
            return next((word for word in words if word.strip()), "")
        if function == "if":
            known = words[0].strip() and not words[0].strip().startswith("${")
            return words[1] if known and len(words) > 1 else words[2] if len(words) > 2 else ""
        if function in ("addprefix", "addsuffix") and len(words) > 1:
            return " ".join(words[0] + word if function == "addprefix" else word + words[0] for word in words[1].split())
        return ""


def _closing(text: str, opening: int) -> int:
    """The index of the bracket that closes the one at `opening`."""
    left, depth = text[opening], 0
    right = ")" if left == "(" else "}"
    for at in range(opening, min(len(text), opening + _LONGEST)):
        depth += (text[at] == left) - (text[at] == right)
        if depth == 0:
            return at
    return len(text)


def _split(text: str) -> list[str]:
    """The arguments of a function: what commas outside brackets part."""
    parts, depth = [""], 0
    for mark in text:
        depth += (mark in "({") - (mark in ")}")
        if mark == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += mark
    return parts
