"""Masks keys and tokens in what is quoted of a repository. What they look like is data (`secrets` in rules/vocabulary.yaml)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rung.regex import regex

MASK = "***"
# A name, an assignment sign and a value: quoted, or the rest of a line as in an environment file.
_GIVEN = regex(r"([A-Za-z][\w-]*)[\"'\]]*\s*(?::=|=>|[:=])\s*(?:[\"']([^\"'\s]{12,})[\"']|([^\"'\s(){}<>,;]{16,})$)")
_PLAIN = regex(r"[\w+/=.~!@#%^&*-]+")


class Secrets:
    """Finds secrets by their own form, and by the name that they are given to."""

    def __init__(self, vocabulary: Mapping[str, Any]) -> None:
        words = vocabulary["secrets"]
        self._tokens = regex("|".join(f"(?:{pattern})" for pattern in words["tokens"]))
        self._names = regex(words["names"], re.IGNORECASE)
        self._known: dict[str, str] = {}  # the same workflow, job and step head many chains

    def masked(self, text: str) -> str:
        """The text with every secret replaced by `***`."""
        if text not in self._known:
            self._known[text] = self._masked(text)
        return self._known[text]

    def _masked(self, text: str) -> str:
        text = self._tokens.sub(MASK, text)
        for match in reversed(list(_GIVEN.finditer(text))):
            group = 2 if match[2] is not None else 3
            if self.is_named(match[1], match[group]):
                text = text[: match.start(group)] + MASK + text[match.end(group) :]
        return text

    def is_named(self, name: str, value: str) -> bool:
        """Whether a value that is given to a name is a secret: the name says so, and letters and digits mix in it."""
        return (
            self._names.search(name.replace("-", "_")) is not None
            and len(value) >= 12
            and _PLAIN.fullmatch(value) is not None
            and any(c.isdigit() for c in value)
            and any(c.isalpha() for c in value)
        )
