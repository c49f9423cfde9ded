"""Expressions that are looked for in the whole texts of many files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from ahocorasick_rs import AhoCorasick

from rung.link.literals import is_folded, required_literals
from rung.regex import regex

ENOUGH = 200_000  # characters: in less than that, looking for the literals would not save what it takes to work them out
# Letters that stand for another one where capitals are taken for small letters, and are not made that by `lower`.
_ODD = regex(r"[\u0130\u0131\u017f\u212a]")


class Expression:
    """A regular expression that passes over texts without a literal that it needs; it finds what `re` finds."""

    def __init__(self, pattern: str, flags: int = 0) -> None:
        """Raises `re.error` as `re.compile` does."""
        self._pattern = regex(pattern, flags)
        self._searched = 0

    def search(self, text: str) -> re.Match[str] | None:
        """The first match in a text."""
        return self._pattern.search(text) if self._may_match(text) else None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """All matches in a text."""
        return self._pattern.finditer(text) if self._may_match(text) else iter(())

    def _may_match(self, text: str) -> bool:
        self._searched += len(text)
        return self._searched <= ENOUGH or self._literals is None or self._holds_literal(self._literals, text)

    def _holds_literal(self, literals: AhoCorasick, text: str) -> bool:
        if self._folded:
            if not text.isascii() and _ODD.search(text):
                return True
            text = text.lower()
        return bool(literals.find_matches_as_indexes(text))

    @cached_property
    def _folded(self) -> bool:
        return is_folded(self._pattern)

    @cached_property
    def _literals(self) -> AhoCorasick | None:
        found = required_literals(self._pattern.pattern, folded=self._folded)
        return AhoCorasick(found) if found else None
