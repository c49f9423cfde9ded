"""Which files of a repository belong to what is assessed: `include` and `exclude` patterns in gitignore's language."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rung.errors import UserError
from rung.repository.patterns import compile_pattern


class Boundary:
    """A list of patterns; the last one that matches a path decides, and one that begins with `!` takes the path out again."""

    def __init__(self, patterns: Sequence[str]) -> None:
        """Raises UserError for a malformed pattern."""
        self.patterns = "\0".join(patterns)
        self._rules = [(not pattern.startswith("!"), _compile(pattern)) for pattern in patterns][::-1]

    def holds(self, path: str) -> bool:
        """Whether the patterns name a path."""
        return next((named for named, rule in self._rules if rule.match(path)), False)


def is_pattern(text: str) -> bool:
    """Whether a text can be used as a pattern."""
    return _try(text) is not None


def _compile(text: str) -> re.Pattern[str]:
    rule = _try(text)
    if rule is None:
        raise UserError(f"{text!r} is no pattern of files; write one such as 'src/**' or '*.md'")
    return rule


def _try(text: str) -> re.Pattern[str] | None:
    pattern = text.removeprefix("!")
    anchored = pattern.startswith("./")
    pattern = "/" + pattern[2:] if anchored else pattern
    if ".." in pattern.split("/"):
        return None
    if "/" in pattern and pattern.endswith("/*"):  # in gitignore's language that takes folders as well, with all that is in them
        pattern += "*"
    return compile_pattern(pattern, folders=True)
