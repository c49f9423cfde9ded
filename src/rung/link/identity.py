"""What a project calls itself, and whether a document is called after it or after another project that it was copied from."""

from __future__ import annotations

import posixpath
import re
from functools import cache

from rung.link.project import Project
from rung.regex import regex

MANIFESTS = (
    "package.json", "pyproject.toml", "Cargo.toml", "composer.json", "setup.cfg", "setup.py", "go.mod", "pom.xml",
    "settings.gradle", "settings.gradle.kts", "deno.json", "mix.exs", "pubspec.yaml",
)  # fmt: skip
NAMED = regex(
    r"(?:^|[{,])\s{0,8}\"(?:name|homepage|url|repository|displayName|title)\"\s?:\s?\"([^\"\n]{1,200})\""
    r"|^\s{0,8}(?:name|title)\s?[=:]\s?[\"']?([\w@/. -]{1,100})"
    r"|rootProject\.name\s?=\s?[\"']([^\"'\n]{1,100})|^module (\S{1,200})|<(?:artifactId|name)>([^<\n]{1,100})<",
    re.MULTILINE,
)
HEADING = regex(r"^(?:#\s+([^\n]{1,120})|([^\n]{1,120})\n[=]{3,}\s*$)", re.MULTILINE)
# What the title of a changelog says beside the project's name.
COMMON = regex(
    r"\b(?:change ?log|changes|release notes?|releases?|release|history|versions?|version history|what.?s new|news|notable|all|updates?"
    r"|of|for|to|in|the|and|this|project|our|app|package|unreleased)\b|\bv?\d+(?:\.\d+)*\b|\d{4}-\d\d-\d\d",
    re.IGNORECASE,
)
PACKAGE = regex(r"@?[a-z\d][a-z\d._]*(?:[-/][a-z\d._]+)+")
WORD = regex(r"[^\W\d_]{3,}")


class Identity:
    """Looks up the names in manifests and READMEs."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._of = cache(self._told)

    def names(self, path: str) -> frozenset[str]:
        """The words of all names that the project goes by, at the top and beside a file; none where no manifest gives it a name."""
        return self._of("") | self._of(posixpath.dirname(path))

    def title(self, text: str) -> str:
        """The package that a changelog's title names, or that stands beside the word for a changelog in it; empty where it names none."""
        heading = HEADING.search(text)
        told = (heading[1] or heading[2]).strip(" #`*_[]") if heading else ""
        rest = COMMON.sub(" ", told).strip(" -:|`*_[]()")
        return rest if PACKAGE.fullmatch(rest) or (rest != told and 0 < len(rest.split()) <= 3 and rest.isascii()) else ""

    def is_own(self, title: str, names: frozenset[str]) -> bool:
        """Whether a title shares a word with a name of the project's, or stands in the README."""
        words = {w.lower() for w in WORD.findall(title)}
        readme = "".join(self.project.text(p) or "" for p in self.project.paths if "/" not in p and p.lower().startswith("readme"))
        return not words or not words.isdisjoint(names) or _squashed(title) in _squashed(readme + " ".join(sorted(names)))

    def _told(self, folder: str) -> frozenset[str]:
        found: set[str] = set()
        for name in MANIFESTS:
            text = self.project.text(posixpath.join(folder, name))
            for match in NAMED.finditer(text[:20_000]) if text else ():
                found |= {w.lower() for w in WORD.findall(next(g for g in match.groups() if g))}
        if found and folder:
            found |= {w.lower() for w in WORD.findall(folder)}
        return frozenset(found)


def _squashed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())
