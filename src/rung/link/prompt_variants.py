"""Explicit versions and variants of prompts: in the names of files and constants, in tables, and in what selects one by name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from itertools import combinations

from rung.facts.code.source import Source, Value
from rung.facts.fact import Fact
from rung.link.graph import Graph
from rung.link.project import Project

# Selects a prompt by the name of its version.
SELECTOR = re.compile(r"prompt_?(?:version|variant|revision)(?:_?(?:id|name))?$", re.IGNORECASE)
SELECTOR_HINT = re.compile(r"prompt_?(?:version|variant|revision)", re.IGNORECASE)
QUOTED = re.compile(r"^[\"'`]([\w.-]{1,60})[\"'`]$")
NUMBERED = re.compile(r"(?:^|[-_.])v\d+[a-z]?(?:[._]\d+)*$", re.IGNORECASE)
VERSION_FOLDER = re.compile(r"prompts?/(?:.*/)?v\d+/|prompts?/(?:.*/)?variants?/[^/]+")
# The name of what says which version of the prompts this is, and the least length of a text that is one.
VERSION_NAME = re.compile(r"(?:^|_|[a-z](?=[A-Z]))prompts?_?(?:template_?)?version$", re.IGNORECASE)
PROMPT_LENGTH = 40
# Parts of a name that says what kind of a prompt a file holds, with what settings.
LONG_NAME = 5
FORMS = ("template", "definition", "module")


class PromptVariants:
    """Finds the places that show versions or variants of the application's prompts."""

    def __init__(self, project: Project, graph: Graph) -> None:
        self.project, self.graph = project, graph
        words = project.vocabulary["prompts"]
        self.versioned = re.compile(words["versioned_name"], re.IGNORECASE)
        self.dated = re.compile(words["dated_name"])
        self.variant = re.compile(words["variant_suffixes"], re.IGNORECASE)
        self.constants = re.compile(words["constants"])
        self.modules = re.compile(words["modules"], re.IGNORECASE)
        self.families = re.compile(words["family_names"], re.IGNORECASE)

    def among(self, prompts: list[Fact]) -> Iterator[tuple[Fact, bool]]:
        """The facts of prompts that carry a version or variant, and whether it is a version; versions come first."""
        kept = [p for p in prompts if p.fields["form"] != "literal"]
        siblings = _siblings(p.location.path for p in kept if p.fields["form"] in FORMS)
        for prompt in kept:
            if prompt.fields["version"] or (prompt.fields["form"] in FORMS and self._is_version(prompt.location.path)):
                yield prompt, True
        families = self._per_family(p.location.path for p in kept if p.fields["form"] in FORMS)
        for prompt in kept:
            if prompt.location.path in families:
                yield prompt, False
        alike = _alike(p.location.path for p in kept if p.fields["form"] == "definition")
        for prompt in kept:
            path = prompt.location.path
            if prompt.fields["form"] in ("template", "definition") and (path in alike or self._is_variant(path, siblings)):
                yield prompt, False

    def _is_version(self, path: str) -> bool:
        stem = posixpath.splitext(posixpath.basename(path))[0]
        return bool(self.versioned.search(stem) or self.dated.search(stem) or VERSION_FOLDER.search(path))

    def _is_variant(self, path: str, siblings: frozenset[str]) -> bool:
        """Whether a prompt is named after another one beside it, with a word for how it differs (`bill` and `bill_short`)."""
        own = _plain(path)
        found = self.variant.search(own)
        return found is not None and own[: found.start()] in siblings

    def _per_family(self, paths: Iterable[str]) -> frozenset[str]:
        """Prompts that differ only by the model's family that their files are named after (`answer_claude.txt`, `answer_gpt.txt`)."""
        groups: dict[tuple[str, str], list[str]] = {}
        for path in dict.fromkeys(paths):
            folder, name = posixpath.split(path)
            stem = posixpath.splitext(name)[0]
            found = self.families.search(stem)
            if found:
                groups.setdefault((folder, stem[: found.start()] + stem[found.end() :]), []).append(path)
        return frozenset(p for group in groups.values() if len(group) > 1 for p in group)

    def in_code(self, prompts: list[Fact]) -> Iterator[tuple[str, int]]:
        """Path and line of tables of versions, and of what selects a prompt by the name of its version."""
        holding = {p.location.path for p in prompts}
        for path in self.project.code:
            if not self.project.is_application(path) or not (path in holding or path in self.graph.near or self.modules.search(path)):
                continue
            if self._is_versioned_module(path):
                yield path, 1
            text = self.project.text(path) or ""
            if not SELECTOR_HINT.search(text) and not (path in holding or self.modules.search(path)):
                continue
            source = self.project.source(path)
            line = self._in_source(source) if source else 0
            if line:
                yield path, line

    def _is_versioned_module(self, path: str) -> bool:
        """Whether a module in use, one that builds a prompt of others' texts, is named after the prompt and its version."""
        stem = posixpath.splitext(posixpath.basename(path))[0]
        return (
            "prompt" in stem.lower() and bool(self.versioned.search(stem)) and path in self.graph.used and bool(self.modules.search(path))
        )

    def _in_source(self, source: Source) -> int:
        compared: dict[str, int] = {}
        for comparison in source.comparisons:
            for side, other in ((comparison.left, comparison.right), (comparison.right, comparison.left)):
                value = QUOTED.match(other.strip())
                if value and SELECTOR.search(re.sub(r"[?!]|\W+$", "", side).rsplit(".", 1)[-1]):
                    compared.setdefault(value.group(1), comparison.line)
        if len(compared) >= 2:
            return min(compared.values())
        if line := self._family_line(source):
            return line
        for assignment in source.assignments:
            name = assignment.name.rsplit(".", 1)[-1]
            if self.constants.search(name) and (_is_version_table(assignment.value) or self._is_family_table(assignment.value)):
                return assignment.line
            if VERSION_NAME.search(name) and assignment.value.kind == "string" and assignment.value.text:
                return assignment.line
            if self.constants.search(name) or self.modules.search(source.path):
                line = _versioned(assignment.value)
                if line:
                    return line or assignment.line
        return 0

    def _family_line(self, source: Source) -> int:
        """The line of a constant that is the variant of another prompt of the file for a family of models (`CLAUDE_ANSWER_PROMPT`)."""
        texts = [a for a in source.assignments if a.function < 0 and self.constants.search(a.name) and _holds_text(a.value)]
        names = {a.name.lower() for a in texts}
        for assignment in texts:
            parts = assignment.name.lower().split("_")
            if any(self.families.fullmatch(p) and "_".join(parts[:i] + parts[i + 1 :]) in names for i, p in enumerate(parts)):
                return assignment.line
        return 0

    def _is_family_table(self, value: Value) -> bool:
        """Whether prompts stand in a mapping by the family of the model that each is for."""
        if value.kind != "mapping":
            return False
        texts = [k for k, v in zip(value.keys, value.items, strict=False) if self.families.match(k) and _holds_text(v)]
        return len(texts) >= 2 and len(texts) * 2 >= len(value.keys)


def _is_version_table(value: Value) -> bool:
    keys = [k for k in value.keys if NUMBERED.search(k)] if value.kind == "mapping" else []
    return len(keys) >= 2 and len(keys) * 2 >= len(value.keys)


def _holds_text(value: Value) -> bool:
    own = value.kind in ("string", "template") and len(value.text) >= PROMPT_LENGTH
    return own or (value.kind in ("call", "mapping", "list") and any(_holds_text(v) for v in value.items))


def _versioned(value: Value, depth: int = 3) -> int:
    """The line of an object or a call that holds a prompt's text beside its version; 0 where there is none."""
    if value.kind not in ("mapping", "call", "list") or not depth:
        return 0
    version = value.get("version") if value.kind != "list" else None
    if version is not None and version.kind in ("string", "number") and any(_holds_text(v) for v in value.items):
        return version.line
    return next((line for v in value.items if (line := _versioned(v, depth - 1))), 0)


def _plain(path: str) -> str:
    """A prompt's path without its ending, its folder standing for it where one folder holds one prompt (`bill/system.md`)."""
    stem = posixpath.splitext(path)[0]
    return posixpath.dirname(stem) if posixpath.basename(stem) in ("system", "user", "prompt", "template") else stem


def _siblings(paths: Iterable[str]) -> frozenset[str]:
    return frozenset(_plain(p) for p in paths)


def _alike(paths: Iterable[str]) -> frozenset[str]:
    """Definitions of one folder whose long names differ in one or two parts (`review_window100_demos1`, `review_window200_demos1`)."""
    parts = {p: re.split(r"[-_.]", posixpath.splitext(posixpath.basename(p))[0]) for p in dict.fromkeys(paths)}
    found: set[str] = set()
    for (one, left), (other, right) in combinations(sorted(parts.items()), 2):
        if len(left) != len(right) or len(left) < LONG_NAME or posixpath.dirname(one) != posixpath.dirname(other):
            continue
        if sum(a != b for a, b in zip(left, right, strict=True)) <= 2:
            found |= {one, other}
    return frozenset(found)
