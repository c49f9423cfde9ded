"""A glance at source files before they are parsed: what they import, and which telling literals they hold.

It may over-estimate, never under-estimate: parsing decides. One pass over the text for all literals, one pattern for import lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from ahocorasick_rs import AhoCorasick

from rung.facts.catalogue import Tool
from rung.facts.code import language_of
from rung.link.agents import Agents
from rung.link.namespaces import named
from rung.link.project import Project
from rung.regex import regex

MODEL_CATEGORIES = frozenset({"model-provider", "framework", "local-model"})
IMPORTS = {
    "python": regex(r"^[ \t\">]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]+(\([^)]*|[^#\n]*)|import[ \t]+([\w., \t]+))", re.MULTILINE),
    "javascript": regex(r"(?:\bfrom|\bimport|\brequire)[ \t]*\(?[ \t]*[\"']([^\"'\n]+)[\"']"),
    "go": regex(r"^[ \t]*(?:import[ \t]+)?(?:[\w.]+[ \t]+)?\"([\w./-]+)\"", re.MULTILINE),
    "java": regex(r"^[ \t]*import[ \t]+(?:static[ \t]+)?([\w.]+)", re.MULTILINE),
    "csharp": regex(r"^[ \t]*(?:global[ \t]+)?using[ \t]+(?:static[ \t]+)?(?:\w+[ \t]*=[ \t]*)?([\w.]+)", re.MULTILINE),
    "ruby": regex(r"^[ \t]*require(?:_relative)?[ \t(]+[\"']([^\"'\n]+)[\"']", re.MULTILINE),
    "rust": regex(r"^[ \t]*(?:pub[ \t]+)?(?:use|extern[ \t]+crate|mod)[ \t]+([\w:]+)", re.MULTILINE),
}
# Python's imports by a name that is a text: any quoted name behind a call that may be one, where one of the words stands.
LAZY_WORDS = ("import_module(", "__import__(", "azy")
LAZY = regex(r"(?:import_module|__import__|[Ll]azy\w{0,40}(?:\.\w{1,20})?)\(([^\n]{0,160}|\s{1,40}[^\n]{0,160})")
QUOTED_MODULE = regex(r"[\"']([A-Za-z_][\w.]*)[\"']")
# What stands before the name of a host or model that code can mean: a string constant without a blank, or the rest of an identifier.
_NAMING = regex(r"(?:[\"'`]\S*|[\w.])\Z")
_LONGEST_NAME = 200
_NAME = regex(r"[\w*?]+")
METHOD = regex(r"(?=.{12,})[A-Z][a-z]+[A-Z][A-Za-z]+")
# Languages in which a library's constants are named without a line that imports it.
CONSTANT = regex(r"(?<![\w.:])(\w+)(?=::|\.)")
BY_CONSTANT = ("csharp", "ruby", "rust")


class Glance:
    """Quick looks at a project's source files; answers are remembered."""

    def __init__(self, project: Project) -> None:
        self.project, self.agents = project, Agents(project)
        self._tools: dict[str, frozenset[str]] = {}
        self._held: dict[str, frozenset[str]] = {}
        self._modules: dict[str, tuple[tuple[str, str], ...]] = {}

    def modules(self, path: str) -> tuple[tuple[str, str], ...]:
        """(module, imported names as written) of the lines of a file that look like imports."""
        known = self._modules.get(path)
        if known is None:
            pattern = IMPORTS.get(language_of(path) or "")
            text = self.project.text(path) or ""
            found = [m.groups() for m in pattern.finditer(text)] if pattern else []
            by_name = named(text) if language_of(path) == "php" else ()
            known = self._modules[path] = (*(m for g in found for m in _imported_modules(g)), *_lazily(path, text), *by_name)
        return known

    def tools(self, path: str) -> frozenset[str]:
        """Ids of the tools that a file may use."""
        known = self._tools.get(path)
        if known is None:
            known = self._tools[path] = (
                frozenset(i for i in self._imported(path) if self.speaks_of(path, i))
                | frozenset(self._by_constant(path))
                | frozenset(i for i in self._hits(path) & self.project.catalogue.by_id.keys() if self.speaks_of(path, i))
            )
        return known

    def speaks_of(self, path: str, tool: str) -> bool:
        """Whether a file holds a word of a tool's that asks for some where its paths are others' too."""
        words = self.project.catalogue.by_id[tool].strings("words")
        text = (self.project.text(path) or "").lower() if words else ""
        return not words or any(word.lower() in text for word in words)

    def typed(self, path: str) -> frozenset[str]:
        """Ids of the tools that a file imports, if it may import some for its types alone: it is handed their objects."""
        text = self.project.text(path) or ""
        return frozenset(self._imported(path)) if "TYPE_CHECKING" in text or "import type" in text else frozenset()

    def names_model(self, path: str) -> bool:
        """Whether a file may name a language model."""
        return self.holds(path, "model")

    def holds(self, path: str, group: str) -> bool:
        """Whether a file holds one of a group's words (`model`, or a group of the vocabulary), in one of the usual spellings."""
        return group in self._hits(path)

    def may_ask(self, path: str) -> bool:
        """Whether a file may ask a model itself."""
        by_id = self.project.catalogue.by_id
        return any(by_id[t].category in MODEL_CATEGORIES for t in self.tools(path)) or self.drives(path)

    def drives(self, path: str) -> bool:
        """Whether a file starts an agent's command line; parses the few that name one and start processes."""
        return self.holds(path, "agent") and self.holds(path, "process") and bool(self.agents.calls(path))

    def _imported(self, path: str) -> Iterable[str]:
        language = language_of(path) or ""
        modules = self.project.catalogue.imports.get(language)
        if modules is None:
            return
        joint = "." if language in ("python", "php") else "/"
        for module, names in self.modules(path):
            for tool in modules.find(module):
                yield tool.id
            for name in re.findall(r"\w+", names)[:40]:
                for tool in modules.find(f"{module}{joint}{name}"):
                    yield tool.id

    def _by_constant(self, path: str) -> Iterable[str]:
        """Tools whose top-level constant or crate a file names, in languages that need no import for that."""
        language = language_of(path) or ""
        modules = self.project.catalogue.imports.get(language) if language in BY_CONSTANT else None
        if modules is not None:
            for head in sorted(set(CONSTANT.findall(self.project.text(path) or ""))):
                for tool in modules.find(head):
                    yield tool.id

    def _hits(self, path: str) -> frozenset[str]:
        """Ids of tools and names of groups of which a file holds a literal."""
        known = self._held.get(path)
        if known is None:
            text = self.project.text(path) or ""
            words, names, automaton = self._automaton
            found = automaton.find_matches_as_indexes(text, overlapping=True)
            if path.endswith(".ipynb"):  # whose outputs are prose that is looked at
                hits = {hit for hit, _, _ in found}
            else:
                hits = {hit for hit, start, _ in found if hit not in names or _NAMING.search(text, max(0, start - _LONGEST_NAME), start)}
            known = self._held[path] = frozenset(i for hit in hits for i in words[hit])
        return known

    @cached_property
    def _automaton(self) -> tuple[list[tuple[str, ...]], frozenset[int], AhoCorasick]:
        """An automaton over the literals of tools and groups, the ids behind each literal, and which are only names of hosts or models."""
        found: dict[str, set[str]] = {}
        others: set[str] = set()
        for tool in self.project.catalogue.tools:
            for word in _hosts(tool):
                found.setdefault(word, set()).add(tool.id)
            for word in _literals(tool):
                found.setdefault(word, set()).add(tool.id)
                others.add(word)
        groups = {**self.project.vocabulary["glances"], "model": self.project.vocabulary["models"]["words"]}
        for group, listed in groups.items():
            for form in (f for word in listed for f in (word, word.upper(), word.capitalize())):
                found.setdefault(form, set()).add(group)
                if group != "model":
                    others.add(form)
        for literal in self.agents.literals():
            found.setdefault(literal, set()).add("agent")
            others.add(literal)
        for tool in self.project.catalogue.tools:
            for word in _methods(tool) if tool.category in MODEL_CATEGORIES else ():
                found.setdefault(word, set()).add("generates")
                others.add(word)
        words = sorted(found)
        names = frozenset(i for i, w in enumerate(words) if w not in others)
        return [tuple(sorted(found[w])) for w in words], names, AhoCorasick(words)


def _hosts(tool: Tool) -> Iterable[str]:
    """Literals of which a string constant holds one if it is an address of the tool's API."""
    yield from (w for g in tool.strings("hosts") if (w := _longest(g, whole=True)))


def _imported_modules(groups: tuple[str | None, ...]) -> Iterable[tuple[str, str]]:
    """(module, names) of an import line; Python's `import a, b as c` names several modules."""
    if len(groups) == 3 and groups[2]:
        return [(part.split()[0], "") for part in groups[2].split(",") if part.strip()]
    return [(groups[0] or "", (groups[1] or "") if len(groups) == 3 else "")]


def _lazily(path: str, text: str) -> Iterable[tuple[str, str]]:
    """Modules that a Python file may import when they are first needed."""
    if path.endswith((".py", ".ipynb")) and any(word in text for word in LAZY_WORDS):
        for call in LAZY.finditer(text):
            yield from ((module, "") for module in QUOTED_MODULE.findall(call[1]))


def _literals(tool: Tool) -> Iterable[str]:
    """Literals of which a text holds at least one if it uses the tool without an import or an address."""
    yield from (w for g in tool.strings("paths") if (w := _longest(g, whole=True)))
    # of resource types, only those can be called that are plain names
    yield from (w for g in tool.strings("resources") if _NAME.fullmatch(g) and (w := _longest(g)))
    yield from (w for name in tool.entry.get("environment", {}) if (w := _longest(name)))
    if "imports" not in tool.entry:
        calls = [w for g in tool.strings("calls") if (w := _longest(g, whole=True))]
        yield from (tool.strings("words") or calls) if calls else tool.strings("keywords")
    for glob in tool.strings("generates"):
        literal = _longest(glob, whole=True)
        if literal.count(".") >= 1:
            yield literal


def _methods(tool: Tool) -> Iterable[str]:
    """Methods of a tool's client that are called like nothing else (`CreateChatCompletion`)."""
    return (tail for g in tool.strings("generates") if METHOD.fullmatch(tail := g.rpartition(".")[2].rstrip("*")))


def _longest(glob: str, *, whole: bool = False) -> str:
    """The longest literal part of a glob, cut at dots too unless `whole`; empty where it is too short to tell anything."""
    parts = re.split(r"[*?\[\]]+" if whole else r"[*?\[\]/:]+", glob)
    best = max(parts, key=len).strip(".")
    return best if len(best) >= 4 else ""
