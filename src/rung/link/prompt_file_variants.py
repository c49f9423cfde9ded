"""Explicit versions and variants of prompts that are files: in names, formats and tables, and in paths that code puts together."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from itertools import combinations

from rung.facts.fact import Fact
from rung.link.expression import Expression
from rung.link.graph import Graph
from rung.link.project import Project
from rung.regex import regex

VERSION_FOLDER = regex(r"prompts?/(?:.*/)?v\d+/|prompts?/(?:.*/)?variants?/[^/]+")
# A path of prompts in which code fills in the variant: `prompts/answer.${variant}.txt`, `f"{name}_{prompt_version}.md"`.
FILLED = Expression(
    r"(?<![\w{}$#./-])((?:[\w./-]|[$#]?\{[\w.]{1,40}\}){0,100}?)[$#]?\{(?:\w{1,30}\.)?(?:prompt_?)?(?:variant|version|revision)(?:_?(?:id|name|key))?\}"
    r"((?:[\w./-]|[$#]?\{[\w.]{1,40}\}){0,60}\.(?:txt|md|j2|jinja2?|ya?ml|json|toml|prompt|prompty|hbs|mustache|liquid|tmpl|erb))\b",
    re.IGNORECASE,
)
# Takes a prompt from whatever a file was read into, by its variant.
TAKEN_BY = regex(
    r"[\])\w]\[(?:\w{1,30}\.)?(?:prompt_?)?[vV]ariant(?:_?(?:id|name|key))?\]|\.(?:get|fetch|dig)\((?:\w{1,30}\.)?(?:prompt_?)?variant\b"
)
# How the one is called from which variants differ.
PLAIN = regex(r"baseline|base|control|plain|standard|react|chain_?of_?thought|one_?shot|treatment|v\d+", re.IGNORECASE)
DATA = (".yaml", ".yml", ".json", ".toml")
MANY = 50
HOLE = regex(r"[$#]?\{[\w.]{1,40}\}")
PROMPT_LENGTH = 40
LONG_NAME = 5
PARTS_OF_ONE = ("system", "user", "assistant", "schema", "input", "output", "test", "tests", "example")
FORMS = ("template", "definition", "module")


class PromptFileVariants:
    """Finds the prompts among an application's files that carry a version, or are variants of each other."""

    def __init__(self, project: Project, graph: Graph) -> None:
        self.project, self.graph = project, graph
        words = project.vocabulary["prompts"]
        self.versioned = regex(words["versioned_name"], re.IGNORECASE)
        self.dated = regex(words["dated_name"])
        self.variant = regex(words["variant_suffixes"], re.IGNORECASE)
        self.variant_endings = frozenset(words["variant_endings"])
        self.families = regex(words["family_names"], re.IGNORECASE)

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
        filled = self._filled_in(p.location.path for p in kept if p.fields["form"] in ("template", "definition"))
        for prompt in kept:
            if prompt.location.path in filled:
                yield prompt, False
        tables = self._in_one_file(p.location.path for p in kept if p.fields["form"] in ("template", "definition"))
        for prompt in kept:
            if prompt.location.path in tables:
                yield prompt, False
        alike = _alike(p.location.path for p in kept if p.fields["form"] == "definition")
        alike |= self._by_ending(dict.fromkeys(p.location.path for p in kept if p.fields["form"] in FORMS))
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

    def _filled_in(self, paths: Iterable[str]) -> frozenset[str]:
        """Prompts whose path code puts together with the name of a variant, of two or more that it may be."""
        own = sorted(set(paths))
        found: set[str] = set()
        for path in sorted(self.graph.near) if len(own) > 1 else ():
            text = self.project.text(path) or ""
            for filled in FILLED.finditer(text):
                head, tail = filled.groups()
                parts = [re.escape(p) for p in HOLE.split(head.lstrip("./"))], [re.escape(p) for p in HOLE.split(tail)]
                word = r"[\w-]{1,60}"
                named = re.compile(rf"(?:^|/){word.join(parts[0])}{word}{word.join(parts[1])}$")
                fitting = [p for p in own if named.search(p)]
                found |= set(fitting) if len(fitting) > 1 else set()
        return frozenset(found)

    def _in_one_file(self, paths: Iterable[str]) -> frozenset[str]:
        """Data files in which one prompt stands under the names of its variants (`zero_shot`, `few_shot`), or is taken by its variant."""
        found: set[str] = set()
        for path in dict.fromkeys(paths):
            data = self.project.data(path) if path.endswith(DATA) else None
            tables = [data, *data.values()] if isinstance(data, dict) else []
            names = [sorted(_texts_by_name(table)) for table in tables[:MANY]]
            if any(self._are_variants(group) or (len(group) > 1 and self._takes_from(path)) for group in names):
                found.add(path)
        return frozenset(found)

    def _are_variants(self, names: Iterable[str]) -> bool:
        """Whether these are, but for a default, names that say nothing but how variants of one thing differ."""
        told = list(names)
        return sum(self.variant.fullmatch(f"_{n}") is not None for n in told) >= 2 and all(
            self.variant.fullmatch(f"_{n}") or PLAIN.fullmatch(n) for n in told
        )

    def _takes_from(self, path: str) -> bool:
        """Whether code that reads a file of prompts, by its name or folder, takes one of them by the variant."""
        stem, folder = posixpath.splitext(posixpath.basename(path))[0], posixpath.basename(posixpath.dirname(path))
        named = re.compile(rf"[\"'`/](?:{re.escape(stem)}|{re.escape(folder or stem)})[\"'`/.]")
        near = (self.project.text(p) or "" for p in self.project.code if self.project.is_application(p))
        return any("ariant" in text and TAKEN_BY.search(text) and named.search(text) for text in near)

    def _by_ending(self, paths: Iterable[str]) -> frozenset[str]:
        """Files of a format that puts a variant behind the name (`reply.formal.prompt` beside `reply.prompt` or another variant)."""
        groups: dict[str, set[str]] = {}
        for path in paths:
            stem, ending = posixpath.splitext(path)
            folder, name = posixpath.split(stem)
            plain, _, variant = name.partition(".")
            if ending in self.variant_endings and variant not in PARTS_OF_ONE and not name.startswith("_"):
                groups.setdefault(posixpath.join(folder, plain) + ending, set()).add(path)
        return frozenset(p for plain, group in groups.items() if len(group) > 1 for p in group if p != plain)


def _texts_by_name(table: object) -> dict[str, object]:
    """The entries of a table of data that hold texts as long as prompts; none where one has other entries than the others."""
    entries = {str(k): v for k, v in table.items() if _told(v)} if isinstance(table, dict) else {}
    shapes = {frozenset(map(str, v)) if isinstance(v, dict) else frozenset() for v in entries.values()}
    return entries if len(shapes) == 1 else {}


def _told(value: object) -> bool:
    texts = value.values() if isinstance(value, dict) else [value]
    return any(isinstance(t, str) and len(t) >= PROMPT_LENGTH and " " in t for t in texts)


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
