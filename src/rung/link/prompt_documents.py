"""Agents, commands and skills in files of their own, Markdown with front matter or data, where the application loads or ships them."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from rung.facts.fact import Fact
from rung.link.graph import Graph
from rung.link.project import Project
from rung.link.prompt_definitions import PromptDefinitions
from rung.regex import regex
from rung.repository import Role

FRONT = regex(r"\A\ufeff?---[^\S\n]*\n(.*?)\n---[^\S\n]*(?:\n|\Z)", re.DOTALL)
KEY = regex(r"^([A-Za-z][\w-]*)\s*:", re.MULTILINE)
VERSION = regex(r"^\s{0,4}version\s*:\s*[\"']?([^\s\"'#]+)", re.MULTILINE)
HIDDEN = regex(r"(?:^|/)(\.\w[\w-]*)/")
ELSEWHERE = regex(
    r"(?:^|/)(?:docs?|tests?|examples?|website|fixtures|\.github)/|(?:^|/)(?:blog|content|posts)/(?!(?:[\w.-]+/){0,3}prompts?/)|(?:^|/)README",
    re.IGNORECASE,
)
DATA = (".yaml", ".yml", ".json", ".toml")
LONGEST_FRONT = 4_000
# Data in folders of other names: what code has in quotes or in a path, files that configure tools, and what a prompt's definition says.
NAMED = regex(r"[\"'`/ :]([\w.-]{2,40})(?=[\"'`/*])")
SETTINGS = regex(
    r"(?:^|/)(?:package(?:-lock)?|tsconfig[\w.-]*|pyproject|Cargo|composer|appsettings[\w.-]*|docker-compose[\w.-]*|compose|mkdocs|openapi|swagger)\.\w+$"
    r"|(?:^|/)(?:i18n|locales?|lang|translations|migrations|node_modules|data|datasets?|\.[\w-]+)/",
    re.IGNORECASE,
)
JUDGES = regex(r"(?:^|/)(?:\w*(?<!ri)eval\w*|judges?|graders?|benchmarks?)/", re.IGNORECASE)
TOLD = regex(
    r"(?:^|[\s\"'\[])(?:system(?:_?[pP]rompt|Message)?|instructions|prompt(?:_template)?|template)[\"']?\]?\s?[:=\]]"
    r"|role[\"']?\s?[:=]\s?[\"']?(?:system|developer)",
    re.MULTILINE,
)
LONGEST_DEFINITION, MANY = 60_000, 60


class PromptDocuments:
    """Facts of kind `prompt`: a definition where the front matter declares more than a name, else a template."""

    def __init__(self, project: Project, graph: Graph, definitions: PromptDefinitions) -> None:
        self.project, self.graph, self.glance, self.definitions = project, graph, graph.glance, definitions
        words = project.vocabulary["prompts"]
        self.folders = regex(words["document_folders"], re.IGNORECASE)
        self.data_folders = regex(words["data_folders"], re.IGNORECASE)
        self.declares = frozenset(words["front_keys"])
        self.manifests = tuple(words["plugin_manifests"])
        self._loaded: dict[str, bool] = {}

    def facts(self) -> Iterator[Fact]:
        """A fact a prompt file."""
        yield from self._data()
        for path in self.project.paths:
            if not path.endswith(".md") or not self.folders.search(path) or not self._may_hold(path):
                continue
            front = FRONT.match((self.project.text(path) or "")[:LONGEST_FRONT])
            keys = set(KEY.findall(front.group(1))) if front else set()
            if front is None or not keys & (self.declares | {"name", "description"}) or not self._is_delivered(path):
                continue
            declared, version = bool(keys & self.declares), VERSION.search(front.group(1))
            yield self.project.fact(
                "prompt",
                path,
                1,
                form="definition" if declared else "template",
                structured=declared,
                version=version.group(1) if version else "",
            )

    def _data(self) -> Iterator[Fact]:
        """Agents and the like as data: a text that instructs beside the model, its parameters or tools, in a folder that code reads."""
        for path in self.project.paths:
            if not path.endswith(DATA) or not (folder := self.data_folders.search(path)) or not self._may_hold(path):
                continue
            names = [n for n in (folder.group(1), posixpath.basename(path)) if n]
            if self.project.role(path) is Role.APPLICATION and any(self._is_named(n) for n in names):
                entry = self.definitions.best(self.project.data(path))
                if entry and entry.structured:
                    yield self.project.fact("prompt", path, 1, form="definition", structured=True, version=entry.version)
        for path in self._elsewhere():
            if entry := self.definitions.declared(self.project.data(path)):
                yield self.project.fact("prompt", path, 1, form="definition", structured=True, version=entry.version)

    def _elsewhere(self) -> Iterator[str]:
        """Data in any other folder, or file, that code beside the model names, and that holds the words of a prompt's definition."""
        seen: Counter[str] = Counter()
        for path in self.project.paths:
            if not path.endswith(DATA) or SETTINGS.search(path) or self.data_folders.search(path) or not self._may_hold(path):
                continue
            folder, name = posixpath.split(path)
            names = {posixpath.basename(folder), posixpath.basename(posixpath.dirname(folder)), name}
            if self.project.role(path) is not Role.APPLICATION or JUDGES.search(path) or self._named.isdisjoint(names):
                continue
            seen[folder] += 1
            text = self.project.text(path) or "" if seen[folder] <= MANY else ""
            if len(text) < LONGEST_DEFINITION and TOLD.search(text):
                yield path

    @cached_property
    def _named(self) -> frozenset[str]:
        """What code that may ask a model, and what such code uses, has in quotes or in a path."""
        near = {p for p in self.graph.near if self.project.is_application(p)}
        near |= {t for p in near for t in self.graph.glanced(p) if self.project.is_application(t)}
        found = {m for p in sorted(near) for m in NAMED.findall(self.project.text(p) or "")}
        return frozenset(found - {"", ".", ".."})

    def _is_named(self, name: str) -> bool:
        word = re.compile(rf"[\"'`/]{re.escape(name)}[\"'`/*]")
        texts = (self.project.text(p) or "" for p in self.project.code if p in self.graph.near and self.project.is_application(p))
        return any(name in text and word.search(text) for text in texts)

    def _may_hold(self, path: str) -> bool:
        role = self.project.role(path)
        return self.project.repository.in_scope(path) and role not in (Role.TEST, Role.EXAMPLE) and not ELSEWHERE.search(path)

    def _is_delivered(self, path: str) -> bool:
        """Whether the application reads or ships the file: those that only steer the team's own assistant are none of its prompts."""
        hidden = HIDDEN.search(path)
        folder = self.folders.search(path)
        name = folder.group(1) if folder and folder.group(1) else posixpath.basename(path)
        if hidden is None and self._is_read(name):
            return True
        if any(not path[: -len(name)].startswith(".") and path.startswith(root) for root in self._plugins if hidden is None):
            return True
        return hidden is not None and hidden.group(1) in self._packed

    def _is_read(self, name: str) -> bool:
        """Whether code that reads front matter or Markdown names the folder (or the file)."""
        if name not in self._loaded:
            word = re.compile(rf"[\"'`/]{re.escape(name)}[\"'`/*]")
            self._loaded[name] = any(word.search(text) for text in self._readers if name in text)
        return self._loaded[name]

    @cached_property
    def _readers(self) -> tuple[str, ...]:
        paths = (p for p in self.project.code if self.project.is_application(p) and self.glance.holds(p, "front-matter"))
        return tuple(self.project.text(p) or "" for p in paths)

    @cached_property
    def _plugins(self) -> tuple[str, ...]:
        """Folders of plugins for an assistant, which are what such a repository delivers."""
        return tuple(p[: -len(m)] for p in self.project.repository.files for m in self.manifests if p == m or p.endswith(f"/{m}"))

    @cached_property
    def _packed(self) -> frozenset[str]:
        """Hidden folders that a package of the repository takes with it."""
        found: set[str] = set()
        for path in self.project.paths:
            name = posixpath.basename(path)
            text = self.project.text(path) or "" if name in ("package.json", "MANIFEST.in") else ""
            if name == "package.json" and '"files"' in text:
                data = self.project.data(path)
                listed = data.get("files") if isinstance(data, dict) else None
                found |= (
                    {h for entry in listed or () if isinstance(entry, str) and (h := _top(entry))} if isinstance(listed, list) else set()
                )
            elif name == "MANIFEST.in":
                found |= {
                    h
                    for line in text.splitlines()
                    if re.match(r"(?:graft|(?:recursive-)?include)\b", line)
                    for w in line.split()[1:]
                    if (h := _top(w))
                }
        return frozenset(found)


def _top(path: str) -> str:
    """The hidden folder that a path of a package's list leads into; empty for none."""
    return next((p for p in path.split("/") if re.fullmatch(r"\.\w[\w-]*", p)), "")
