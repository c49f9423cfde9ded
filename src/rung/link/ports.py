"""Interfaces and their implementations: who is given an interface calls what implements it, though no import says so."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator

from rung.facts.code import language_of
from rung.link.project import Project
from rung.regex import regex

# What a class derives from, as it is written.
DERIVES = {
    "python": regex(r"^[ \t]*class[ \t]+\w+[ \t]*\(([^)]*)\)", re.MULTILINE),
    "rust": regex(r"\bimpl(?:<[^>{]*>)?\s+(\w+)(?:<[^>{]*>)?\s+for\b"),
}
CLAUSE = regex(r"\bclass\s+\w+(?:<[^>{]*>)?\s*(?:\([^){]*\)\s*)?(?:extends|implements|:)\s*([^{\n]+)")
DECLARES = regex(r"\b(?:class|interface|trait|record|struct|type)\s+(\w+)")
# Go's types implement an interface by having its methods.
INTERFACE = regex(r"^type\s+(\w{1,80})\s+interface\s*\{\s*\n((?:[^}\n]{0,400}\n){1,12}?)\}", re.MULTILINE)
REQUIRED = regex(r"^\s*(\w+)\(", re.MULTILINE)
METHOD = regex(r"^func\s+\(\w*\s*\*?\w+(?:\[\w+\])?\)\s+(\w+)\(", re.MULTILINE)
# Methods of all kinds of types.
USUAL = frozenset(
    {"Close", "Error", "String", "Name", "ID", "Get", "Set", "Read", "Write", "Len", "Do", "Start", "Stop", "ServeHTTP", "Ping", "Init"}
)
# Python's classes implement a protocol by having its methods.
PROTOCOL = regex(
    r"^class[ \t]+(\w{1,80})\((?:[\w.]{1,80},[ \t]*){0,3}(?:\w{1,40}\.)?Protocol(?:\[[\w, ]{1,80}\])?\)[ \t]*:[^\n]{0,200}\n"
    r"((?:[ \t]+\S[^\n]{0,400}\n|[ \t]*\n){1,80})",
    re.MULTILINE,
)
DEFINES = regex(r"^[ \t]+(?:async[ \t]+)?def[ \t]+([A-Za-z]\w{0,80}|__call__)\(", re.MULTILINE)
# TypeScript's objects implement an interface by having its methods, where a function or constant says that it gives one.
SHAPE = regex(r"\b(?:interface|type)\s{1,4}(\w{1,80})[^{;\n]{0,80}\{([^}]{1,2000})\}")
SHAPED = regex(r"^[ \t]{1,12}(?:readonly\s)?(\w{1,60})\??(?:<[^>\n]{1,60}>)?(?:\(|:[ \t]{0,4}(?:<[^>\n]{1,60}>)?\()", re.MULTILINE)
GIVES = regex(r"[\w)][ \t]{0,2}:[ \t]{0,2}(?:Promise<)?([A-Z]\w{1,80})>?\s{1,4}(?:=>|=(?![=>])|\{)|\b(?:satisfies|as)\s([A-Z]\w{1,80})")
WORD = regex(r"\w+")


class Ports:
    """Tells which files implement what other files declare, as far as they may ask a model."""

    def __init__(self, project: Project, asking: Iterable[str], uses: Callable[[str], Collection[str]]) -> None:
        """`asking` are the files that may ask a model, `uses` gives the files that a file seems to use by its text."""
        self.project = project
        asking = list(asking)
        self._taken: dict[str, list[str]] = defaultdict(list)
        self._implementers: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for path in asking:
            bases = self._bases(path) if project.is_application(path) else set()
            for target in sorted(uses(path)) if bases else ():
                declared = set(DECLARES.findall(project.text(target) or ""))
                self._implementers[target] += [(base, path) for base in sorted(bases & declared)]
        self._structural([p for p in asking if p.endswith(".go") and project.is_application(p)], uses)
        self._shapes([p for p in asking if p.endswith((".ts", ".tsx", ".mts")) and project.is_application(p)], uses)
        self._protocols([p for p in asking if p.endswith(".py") and project.is_application(p)], uses)

    def _protocols(self, asking: list[str], uses: Callable[[str], Collection[str]]) -> None:
        """Python: files with the methods of a protocol implement it, where they or what brings the two together use its file."""
        methods = {p: set(DEFINES.findall(self.project.text(p) or "")) for p in asking}
        files = [p for p in self.project.code if p.endswith(".py")] if asking else []
        for path in files:
            text = self.project.text(path) or ""
            for name, body in PROTOCOL.findall(f"{text}\n") if "Protocol)" in text or "Protocol[" in text else ():
                required = set(DEFINES.findall(body)) - USUAL
                for having in [p for p in asking if p != path and required and required <= methods[p]]:
                    if path in uses(having) or any({path, having} <= set(uses(other)) for other in files):
                        self._implementers[path].append((name, having))

    def _shapes(self, asking: list[str], uses: Callable[[str], Collection[str]]) -> None:
        """TypeScript: files that give an object with the methods of an interface of another file, by that name, implement it."""
        for path in asking:
            text = self.project.text(path) or ""
            given = {one or other for one, other in GIVES.findall(text)}
            for target in sorted(uses(path)) if given else ():
                for name, body in SHAPE.findall(self.project.text(target) or ""):
                    required = set(SHAPED.findall(body)) - USUAL if name in given else set()
                    if required and all(re.search(rf"\b{re.escape(m)}\s?[(:=<]", text) for m in sorted(required)):
                        self._implementers[target].append((name, path))

    def _structural(self, asking: list[str], uses: Callable[[str], Collection[str]]) -> None:
        """Go: what declares an interface that a file of another package satisfies, where a test brings the two together, uses that file."""
        methods = {p: set(METHOD.findall(self.project.text(p) or "")) - USUAL for p in asking}
        files = [p for p in self.project.paths if p.endswith(".go")] if any(methods.values()) else []
        met = self._brought_together([p for p in files if p.endswith("_test.go")], methods, uses)
        for path in files if met else ():
            folder, text = posixpath.dirname(path), self.project.text(path) or ""
            for name, body in INTERFACE.findall(text) if " interface" in text else ():
                required = set(REQUIRED.findall(body)) - USUAL
                having = [p for p in sorted(met.get(folder, ())) if required and required <= methods[p]]
                for other in files if having else ():
                    if posixpath.dirname(other) == folder and name in (self.project.text(other) or ""):
                        self._taken[other] += having

    def _brought_together(
        self, tests: list[str], methods: dict[str, set[str]], uses: Callable[[str], Collection[str]]
    ) -> dict[str, set[str]]:
        """For each folder of a Go package the files of other packages with such methods that a test imports along with it."""
        found: dict[str, set[str]] = defaultdict(set)
        for test in tests:
            named = uses(test)
            folders = {posixpath.dirname(p) for p in named}
            own = posixpath.dirname(test)
            for implementer in (p for p in named if methods.get(p) and posixpath.dirname(p) != own):
                for folder in folders - {posixpath.dirname(implementer)}:
                    found[folder].add(implementer)
        return found

    def behind(self, path: str, targets: Iterable[str]) -> Iterator[str]:
        """The files that implement what a file takes from its targets by name."""
        text = None
        yield from self._taken.get(path, ())
        for target in targets:
            for base, implementer in self._implementers.get(target, ()):
                text = (self.project.text(path) or "") if text is None else text
                if implementer != path and base in text and base not in self._bases(path):
                    yield implementer

    def _bases(self, path: str) -> set[str]:
        pattern = DERIVES.get(language_of(path) or "", CLAUSE)
        return {word for clause in pattern.findall(self.project.text(path) or "") for word in WORD.findall(clause)}
