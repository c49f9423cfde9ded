"""Code owners, by the rules of the services that read CODEOWNERS files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rung.regex import regex
from rung.repository.patterns import compile_pattern

# The first of these that exists counts, also when it is empty.
PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")

_OWNER = regex(r"@@?\w[\w.-]*(?:/[\w.-]+)*|[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
_SECTION = regex(r"\^?\[[^\]]+\](?:\[\d+\])?(?P<owners>(?:\s+\S+)*)")
_SPACE = regex(r"(?<!\\)\s+")


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    owners: tuple[str, ...]
    line: int


@dataclass(slots=True)
class _Section:
    """Lines that are judged together; GitLab's files have several, and every one names owners of its own."""

    owners: tuple[str, ...] = ()
    rules: list[_Rule] = field(default_factory=list)
    exceptions: list[re.Pattern[str]] = field(default_factory=list)

    def deciding(self, path: str) -> _Rule | None:
        """The last rule that matches, unless the path is excepted."""
        if any(pattern.match(path) for pattern in self.exceptions):
            return None
        return next((rule for rule in reversed(self.rules) if rule.pattern.match(path)), None)


class CodeOwners:
    """One CODEOWNERS file. Lines that are malformed, or whose owners all are, count as absent."""

    def __init__(self, path: str = "", text: str = "") -> None:
        self.path = path
        self._sections = [_Section()]
        lines = [line.strip() for line in text.splitlines()]
        headings = [_SECTION.fullmatch(line) for line in lines]
        self._gitlab = path.startswith(".gitlab/") or (not path.startswith(".github/") and any(headings))
        for number, (line, heading) in enumerate(zip(lines, headings, strict=True), start=1):
            if heading and self._gitlab:
                self._sections.append(_Section(_valid(heading["owners"].split())))
            elif line and not line.startswith("#"):
                self._add(line, number)

    def owners(self, path: str) -> tuple[str, ...]:
        """The owners of a path, in the file's order; empty when nobody owns it."""
        return tuple(dict.fromkeys(owner for rule in self._deciding(path) for owner in rule.owners))

    def rule(self, path: str) -> tuple[str, int] | None:
        """The file and line that give a path its owners; None when nobody owns it."""
        owning = [rule for rule in self._deciding(path) if rule.owners]
        return (self.path, owning[-1].line) if owning else None

    def _deciding(self, path: str) -> list[_Rule]:
        return [rule for rule in (section.deciding(path) for section in self._sections) if rule]

    def _add(self, line: str, number: int) -> None:
        pattern, *words = _SPACE.split(line)
        section = self._sections[-1]
        if not self._gitlab:
            comment = next((place for place, word in enumerate(words) if word.startswith("#")), len(words))
            words = words[:comment]
        owners = _valid(words)
        compiled = self._compile(pattern.removeprefix("!") if self._gitlab else pattern)
        if compiled is None or (words and not owners):
            return
        if self._gitlab and pattern.startswith("!"):
            section.exceptions.append(compiled)
        else:
            section.rules.append(_Rule(compiled, owners or section.owners, number))

    def _compile(self, pattern: str) -> re.Pattern[str] | None:
        if self._gitlab:  # a path without a leading slash matches at any depth
            return compile_pattern(pattern if pattern.startswith("/") else f"**/{pattern}", folders=True)
        if pattern.startswith(("!", "\\#")) or "[" in pattern or "***" in pattern:
            return None
        return compile_pattern(pattern, folders=True)


def _valid(words: list[str]) -> tuple[str, ...]:
    return tuple(word for word in words if _OWNER.fullmatch(word))
