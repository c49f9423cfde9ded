"""What .gitattributes files declare about files: vendored, generated, documentation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rung.repository.patterns import compile_pattern

_NAMES = ("linguist-vendored", "linguist-generated", "linguist-documentation")
_FALSE = ("false", "0", "no", "off")


@dataclass(frozen=True, slots=True)
class _Rule:
    folder: str  # with a slash at its end, "" at the top
    pattern: re.Pattern[str]
    values: dict[str, bool | None]


class Attributes:
    """The declarations of all .gitattributes files of a tree, given as (path, text) pairs in any order."""

    def __init__(self, files: Iterable[tuple[str, str]]) -> None:
        rules = [rule for path, text in sorted(files, key=lambda pair: pair[0].count("/")) for rule in _parse(path, text)]
        self._rules = rules[::-1]  # the deepest file and the last line decide

    def get(self, path: str, name: str) -> bool | None:
        """What is declared for a path under `linguist-...`; None when nothing is."""
        for rule in self._rules:
            if name in rule.values and path.startswith(rule.folder) and rule.pattern.match(path[len(rule.folder) :]):
                return rule.values[name]
        return None


def _parse(path: str, text: str) -> list[_Rule]:
    folder = path[: -len(".gitattributes")]
    rules = []
    for line in text.splitlines():
        if "linguist-" not in line or line.lstrip().startswith(("#", "!", "[attr]")):
            continue
        pattern, *words = line.split()
        values = dict(filter(None, map(_declaration, words)))
        compiled = compile_pattern(pattern.strip('"'), folders=False)
        if compiled and values:
            rules.append(_Rule(folder, compiled, values))
    return rules


def _declaration(word: str) -> tuple[str, bool | None] | None:
    """`name`, `-name`, `!name` and `name=value` as a pair; None for other attributes."""
    name, _, value = word.lstrip("-!").partition("=")
    if name not in _NAMES:
        return None
    if word.startswith("!"):
        return name, None
    return name, not word.startswith("-") and value.lower() not in _FALSE
