"""What was read of a repository, for the linkers: sources parsed on demand, and the flat facts of all other files."""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from rung.facts.catalogue import Catalogue
from rung.facts.code import language_of
from rung.facts.code.source import Source
from rung.facts.fact import Fact, Location
from rung.facts.pipelines.types import Pipeline, Run, Unit
from rung.knowledge import DEEPEST, LOADER, is_bounded
from rung.link.globs import path_pattern
from rung.link.shipped import BEHIND, copied_to
from rung.link.sources import Sources
from rung.regex import regex
from rung.repository import Repository, Role

LONGEST = 2_000_000
# Formats of which a person should hear when they don't parse; templates of such files are no such files themselves.
STRICT = regex(r"\.(?:ya?ml|toml)$")
TEMPLATE = "{{"
TRANSLATIONS = regex(r"(?:^|/)(?:locales?|translations)/(?!.*prompt)[\w./-]+\.[mc]?[jt]s$")
OWN = (Role.APPLICATION, Role.TEST)
FOREIGN = (Role.VENDORED, Role.GENERATED, Role.ARCHIVED)


@dataclass
class Project:
    """A repository with everything that its files say; `application` below means what the project itself uses or runs."""

    repository: Repository
    catalogue: Catalogue
    samples: bool = False  # whether examples are the application, whatever the repository's layout says
    dependencies: list[Fact] = field(default_factory=list)
    settings: list[Fact] = field(default_factory=list)
    resources: list[Fact] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    pipelines: list[Pipeline] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    sources: Sources = field(default_factory=Sources, repr=False)
    _sources: dict[str, Source | None] = field(default_factory=dict, repr=False, init=False)
    _having: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, init=False)
    _texts: dict[str, str | None] = field(default_factory=dict, repr=False, init=False)
    _data: dict[str, Any] = field(default_factory=dict, repr=False, init=False)
    _roles: dict[str, Role] = field(default_factory=dict, repr=False, init=False)

    @cached_property
    def vocabulary(self) -> Any:
        """The words of the field (`rules/vocabulary.yaml`)."""
        return self.catalogue.vocabulary

    def role(self, path: str) -> Role:
        """The file's role; examples are the application where the whole repository is samples."""
        role = self._roles.get(path)
        if role is None:
            role = self.repository.role(path)
            if role is Role.EXAMPLE and (self.samples or self.repository.samples_are_application):
                role = Role.APPLICATION
            self._roles[path] = role
        return role

    def is_application(self, path: str) -> bool:
        """Whether the file is part of the application in scope (no test, example, document, vendored, generated or archived file)."""
        return self.repository.in_scope(path) and self.role(path) is Role.APPLICATION

    def is_own(self, path: str) -> bool:
        """Whether the file is the project's own work in scope: application or test."""
        return self.repository.in_scope(path) and self.role(path) in OWN

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """All paths that are neither vendored, generated nor laid aside."""
        return tuple(p for p in self.repository.files if self.role(p) not in FOREIGN)

    def having(self, glob: str) -> tuple[str, ...]:
        """The paths that match a glob. Most globs hold a literal that no path has: then nothing is compiled."""
        known = self._having.get(glob)
        if known is None:
            required = re.sub(r"\{[^}]*\}|\[[^\]]*\]", "*", glob)  # of alternatives none is required
            literal = max((part.strip("/") for part in re.split(r"[*?]+", required)), key=len)
            near = [p for p in self.paths if literal in p] if literal in self._joined else []
            pattern = path_pattern(glob) if near else None
            known = self._having[glob] = tuple(p for p in near if pattern and pattern.fullmatch(p))
        return known

    @cached_property
    def _joined(self) -> str:
        return "\n".join(self.paths)

    def text(self, path: str) -> str | None:
        """The text of a file; None when it is absent, binary or too large. Read once."""
        if path not in self._texts:
            self._texts[path] = self.repository.text(path) if path in self.repository.files else None
        return self._texts[path]

    def source(self, path: str) -> Source | None:
        """The parsed source file; None for what is no code or can't be read. Parsed once."""
        if path not in self._sources:
            text = self.text(path) if language_of(path) else None
            self._sources[path] = self.sources.of(path, text) if text else None
        return self._sources[path]

    def data(self, path: str) -> Any:
        """The parsed YAML, JSON, JSON Lines or TOML of a file; None when it is none or does not parse. Parsed once."""
        if path not in self._data:
            text = self.text(path)
            self._data[path] = _parse(path, text)
            if (
                self._data[path] is None
                and text
                and text.strip()
                and STRICT.search(path)
                and not (TEMPLATE in text and "/workflows/" not in path)
            ):
                self.repository.note_unparsed(path)
        return self._data[path]

    @cached_property
    def code(self) -> tuple[str, ...]:
        """Paths of own code files, without what only holds the interface's texts in some language."""
        found = tuple(p for p in self.paths if language_of(p) and self.is_own(p) and not TRANSLATIONS.search(p))
        behind = {p for p in found if BEHIND.search(p)}
        if not behind:
            return found
        texts = [self.text(p) or "" for p in found if p not in behind]
        return tuple(p for p in found if p not in behind or ((plain := self.shipped.get(p)) and _is_imported(plain, texts)))

    @cached_property
    def folders(self) -> frozenset[str]:
        """All folders that hold files of the repository, whatever their role."""
        found: set[str] = set()
        for path in self.repository.files:
            while (path := posixpath.dirname(path)) and path not in found:
                found.add(path)
        return frozenset(found)

    @cached_property
    def shipped(self) -> dict[str, str]:
        """Code files that a project ships for its users to copy, with the paths that these copy them to."""
        files = self.repository.files
        return {p: plain for p in self.paths if language_of(p) and self.is_own(p) and (plain := copied_to(p, files))}

    def evidence(self, path: str, line: int) -> str:
        """The line of a file as a person would quote it."""
        source = self._sources.get(path)
        lines = source.lines if source else (self.text(path) or "").splitlines()
        return lines[line - 1].strip()[:200] if 0 < line <= len(lines) else ""

    def fact(self, kind: str, path: str, line: int = 0, text: str | None = None, **fields: Any) -> Fact:
        """A fact at a line of a file, with that line as evidence and the file's role among the fields."""
        shown = self.evidence(path, line) if text is None else text[:200]
        return Fact(kind, Location(path, line), shown, {"role": str(self.role(path)), **fields})


def _is_imported(path: str, texts: list[str]) -> bool:
    """Whether a line that imports something names a module."""
    stem = posixpath.splitext(posixpath.basename(path))[0]
    importing = re.compile(rf"^[^\n#]*(?:\bimport\b|\bfrom\b|\brequire|\binclude)[^\n]{{0,200}}\b{re.escape(stem)}\b", re.MULTILINE)
    return any(stem in text and importing.search(text) for text in texts)


def _parse(path: str, text: str | None) -> Any:
    if text is None or len(text) > LONGEST:
        return None
    suffix = posixpath.splitext(path)[1].lower()
    try:
        if suffix in (".yaml", ".yml"):
            if not is_bounded(text):
                return None
            import yaml

            documents = list(yaml.load_all(text, _tolerant()))
            return documents[0] if len(documents) == 1 else documents
        data = _parse_plain(suffix, text)
    except Exception:  # noqa: BLE001 - data of any shape
        return None
    return None if _is_deep(data) else data


@cache
def _tolerant() -> Any:
    """A safe loader that takes what a tag of an application's own stands before (`!GetAtt`, `!reference`) for the plain value."""
    import yaml

    def plain(loader: Any, node: Any) -> Any:
        if isinstance(node, yaml.MappingNode):
            return loader.construct_mapping(node, deep=True)
        return loader.construct_sequence(node, deep=True) if isinstance(node, yaml.SequenceNode) else loader.construct_scalar(node)

    made: Any = type("Tolerant", (LOADER,), {})
    made.add_constructor(None, plain)
    return made


def _parse_plain(suffix: str, text: str) -> Any:
    if suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    if suffix == ".json":
        return json.loads(text)
    if suffix == ".toml":
        import tomllib

        return tomllib.loads(text)
    return None


def _is_deep(data: Any) -> bool:
    """Whether data without aliases is nested more deeply than those who walk over it may follow."""
    level = [data]
    for _ in range(DEEPEST):
        level = [child for item in level for child in _children(item) if isinstance(child, (dict, list))]
        if not level:
            return False
    return True


def _children(item: Any) -> Any:
    return item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
