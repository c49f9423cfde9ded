"""Interfaces and their implementations: who is given an interface calls what implements it, though no import says so."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator

from rung.facts.code import language_of
from rung.link.project import Project

# What a class derives from, as it is written.
DERIVES = {
    "python": re.compile(r"^[ \t]*class[ \t]+\w+[ \t]*\(([^)]*)\)", re.MULTILINE),
    "rust": re.compile(r"\bimpl(?:<[^>{]*>)?\s+(\w+)(?:<[^>{]*>)?\s+for\b"),
}
CLAUSE = re.compile(r"\bclass\s+\w+(?:<[^>{]*>)?\s*(?:\([^){]*\)\s*)?(?:extends|implements|:)\s*([^{\n]+)")
DECLARES = re.compile(r"\b(?:class|interface|trait|record|struct|type)\s+(\w+)")
WORD = re.compile(r"\w+")


class Ports:
    """Tells which files implement what other files declare, as far as they may ask a model."""

    def __init__(self, project: Project, asking: Iterable[str], uses: Callable[[str], Collection[str]]) -> None:
        """`asking` are the files that may ask a model, `uses` gives the files that a file seems to use by its text."""
        self.project = project
        self._implementers: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for path in asking:
            bases = self._bases(path) if project.is_application(path) else set()
            for target in sorted(uses(path)) if bases else ():
                declared = set(DECLARES.findall(project.text(target) or ""))
                self._implementers[target] += [(base, path) for base in sorted(bases & declared)]

    def behind(self, path: str, targets: Iterable[str]) -> Iterator[str]:
        """The files that implement what a file takes from its targets by name."""
        text = None
        for target in targets:
            for base, implementer in self._implementers.get(target, ()):
                text = (self.project.text(path) or "") if text is None else text
                if implementer != path and base in text and base not in self._bases(path):
                    yield implementer

    def _bases(self, path: str) -> set[str]:
        pattern = DERIVES.get(language_of(path) or "", CLAUSE)
        return {word for clause in pattern.findall(self.project.text(path) or "") for word in WORD.findall(clause)}
