"""The catalogue of tools: how each shows itself in a repository, and quick look-ups from what is read to the tool.

The tools themselves are data (`rules/tools/*.yaml`); nothing here knows any of them by name.
"""

from __future__ import annotations

import fnmatch
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from rung.regex import regex


@cache
def glob_pattern(glob: str) -> re.Pattern[str]:
    """A compiled pattern for a glob over names or dotted callees, in which `*` matches anything."""
    return re.compile(fnmatch.translate(glob))


def glob_matches(glob: str, name: str) -> bool:
    """Whether a glob matches a whole name. Most globs have one star at an end: no pattern is compiled for those."""
    inner = glob[1:-1]
    if "*" in inner or "?" in glob or "[" in glob:
        return glob_pattern(glob).match(name) is not None
    if glob.startswith("*"):
        return inner in name if glob.endswith("*") and len(glob) > 1 else name.endswith(glob[1:])
    return name.startswith(glob[:-1]) if glob.endswith("*") else name == glob


PARTS = regex(r"[.:]")
WILD = regex(r"[*?\[]")


@dataclass(frozen=True, slots=True, eq=False)
class Tool:
    """One entry of the catalogue; the fields are those of `schemas/tools.schema.json`."""

    id: str
    category: str
    entry: Mapping[str, Any] = field(repr=False)

    def strings(self, key: str) -> tuple[str, ...]:
        """The strings under a list-valued key of the entry; empty where it has none."""
        return tuple(self.entry.get(key, ()))

    def text(self, key: str) -> str:
        """The string under a key of the entry; empty where it has none."""
        return str(self.entry.get(key, ""))

    @property
    def name(self) -> str:
        """How people write the tool's name."""
        return str(self.entry.get("name") or self.id)


@dataclass(frozen=True, slots=True)
class Match:
    """A tool with the glob of it that matched."""

    tool: Tool
    glob: str

    @property
    def distinctive(self) -> bool:
        """Whether the glob names two segments or more, so that it is hardly anybody else's."""
        return len([part for part in re.split(r"[.:]+", self.glob) if part.strip("*?")]) >= 2


class Names:
    """Finds the tools whose globs match a name, through an index by a literal part of each glob; answers are remembered."""

    def __init__(self, pairs: Iterable[tuple[str, Tool]]) -> None:
        self._index: dict[tuple[str, str], list[Match]] = defaultdict(list)
        self._others: list[Match] = []
        self._known: dict[str, tuple[Match, ...]] = {}
        for glob, tool in pairs:
            key = _key(glob)
            (self._index[key] if key else self._others).append(Match(tool, glob))

    def find(self, name: str) -> tuple[Match, ...]:
        """All tools with a glob that matches the whole name; a glob `*.x` matches a bare `x` too."""
        known = self._known.get(name)
        if known is None:
            dotted, parts = "." + name, PARTS.split(name)
            heads = dict.fromkeys(part[:4] for part in parts)
            keys = [
                ("tail", parts[-1]),
                ("end", name[-4:]),
                ("end", name[-3:]),
                *(("head", h) for h in heads),
                *(("part", part) for part in dict.fromkeys(parts)),
            ]
            candidates = [m for key in keys for m in self._index.get(key, ())] + self._others
            found = [m for m in candidates if glob_matches(m.glob, name) or (m.glob.startswith("*.") and glob_matches(m.glob, dotted))]
            known = self._known[name] = tuple(dict.fromkeys(found))
        return known


def _key(glob: str) -> tuple[str, str] | None:
    """What a name must have for the glob to match: its last part, the beginning of a part, its end, or some whole part."""
    parts = PARTS.split(glob)
    tail = parts[-1]
    if "?" in tail and not WILD.search(tail.rsplit("?", 1)[-1]):  # `*agent?run`: the question mark stands for a dot
        tail = tail.rsplit("?", 1)[-1]
        return ("end", tail[-4:]) if len(tail) >= 3 else None
    literal = WILD.split(tail)[0]
    if literal == tail:
        return ("tail", tail)
    if len(literal) >= 4:
        return ("head", literal[:4])
    end = WILD.split(glob)[-1]
    if len(end) >= 4:
        return ("end", end[-4:])
    return next((("part", p) for p in sorted(parts, key=len, reverse=True) if p and not WILD.search(p)), None)


class Modules:
    """Finds the tools that an imported module belongs to: the module itself, one above it, or a glob."""

    def __init__(self, pairs: Iterable[tuple[str, Tool]]) -> None:
        self._literal: dict[str, list[Tool]] = defaultdict(list)
        self._globs: list[tuple[str, Tool]] = []
        self._known: dict[str, tuple[Tool, ...]] = {}
        for module, tool in pairs:
            if WILD.search(module):
                self._globs.append((module, tool))
            else:
                self._literal[module].append(tool)

    def find(self, module: str) -> tuple[Tool, ...]:
        """All tools that this module belongs to."""
        known = self._known.get(module)
        if known is None:
            found: list[Tool] = []
            for prefix in _prefixes(module):
                found += self._literal.get(prefix, ())
                found += [t for g, t in self._globs if glob_matches(g, prefix)]
            known = self._known[module] = tuple(dict.fromkeys(found))
        return known


def _prefixes(module: str) -> Iterable[str]:
    yield module
    for match in reversed(list(re.finditer(r"::|[./]", module))):
        if match.start():
            yield module[: match.start()]


@dataclass
class Catalogue:
    """All tools, with an index for each way in which they show themselves."""

    tools: tuple[Tool, ...]
    vocabulary: Mapping[str, Any]

    @cached_property
    def by_id(self) -> Mapping[str, Tool]:
        """Tools by id."""
        return {t.id: t for t in self.tools}

    @cached_property
    def imports(self) -> Mapping[str, Modules]:
        """Importable modules by language."""
        pairs: dict[str, list[tuple[str, Tool]]] = defaultdict(list)
        for tool in self.tools:
            for language, modules in tool.entry.get("imports", {}).items():
                pairs[language] += [(m, tool) for m in modules]
        return {language: Modules(p) for language, p in pairs.items()}

    def _names(self, key: str) -> Names:
        return Names((glob, tool) for tool in self.tools for glob in tool.strings(key))

    @cached_property
    def calls(self) -> Names:
        """Callees that are a use of a tool."""
        return self._names("calls")

    @cached_property
    def generates(self) -> Names:
        """Callees that have a model generate language."""
        return self._names("generates")

    @cached_property
    def positions(self) -> Names:
        """Callees whose first positional argument names the model."""
        return self._names("model_position")

    @cached_property
    def hosts(self) -> Names:
        """Hosts of URLs."""
        return self._names("hosts")

    @cached_property
    def paths(self) -> Names:
        """Addresses and paths of HTTP APIs."""
        return self._names("paths")

    @cached_property
    def actions(self) -> Names:
        """GitHub actions, tasks and orbs, lower case."""
        return Names((glob.lower(), tool) for tool in self.tools for glob in tool.strings("actions"))

    @cached_property
    def images(self) -> Names:
        """Container images without tag."""
        return self._names("images")

    @cached_property
    def resources(self) -> Names:
        """Infrastructure resource types."""
        return self._names("resources")

    @cached_property
    def keywords(self) -> Mapping[str, tuple[Tool, ...]]:
        """Keywords of calls that are a use by themselves."""
        found: dict[str, list[Tool]] = defaultdict(list)
        for tool in self.tools:
            for keyword in tool.strings("keywords"):
                found[keyword].append(tool)
        return {k: tuple(v) for k, v in found.items()}

    @cached_property
    def commands(self) -> Mapping[str, tuple[tuple[tuple[str, ...], Tool], ...]]:
        """Commands by program: the words that must follow it, and the tool."""
        found: dict[str, list[tuple[tuple[str, ...], Tool]]] = defaultdict(list)
        for tool in self.tools:
            for command in tool.strings("commands"):
                words = command.split()
                found[words[0]].append((tuple(words[1:]), tool))
        return {k: tuple(v) for k, v in found.items()}

    def switched(self, name: str, value: str) -> Iterator[Tool]:
        """The tools that an environment variable or setting of that name switches on by that value."""
        name, value = name.lower(), value.lower()
        literal, globs = self._switches
        for glob, tool in literal.get(name, ()):
            if glob_matches(glob, value):
                yield tool
        for pattern, glob, tool in globs:
            if glob_matches(pattern, name) and glob_matches(glob, value):
                yield tool

    @cached_property
    def _switches(self) -> tuple[Mapping[str, list[tuple[str, Tool]]], list[tuple[str, str, Tool]]]:
        literal: dict[str, list[tuple[str, Tool]]] = defaultdict(list)
        globs = []
        for tool in self.tools:
            for name, value in tool.entry.get("environment", {}).items():
                if WILD.search(name):
                    globs.append((name.lower(), value.lower(), tool))
                else:
                    literal[name.lower()].append((value.lower(), tool))
        return literal, globs

    @cached_property
    def files(self) -> tuple[tuple[Mapping[str, Any], Tool], ...]:
        """File signatures and their tools."""
        return tuple((signature, tool) for tool in self.tools for signature in tool.entry.get("files", ()))
