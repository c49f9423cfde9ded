"""Loads the rules, tools, vocabulary and model from YAML: the shipped ones, and packs that a person adds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from rung.cache import Cache, digest, open_cache
from rung.errors import UserError
from rung.facts.catalogue import Catalogue, Tool
from rung.knowledge import data_folder, is_bounded, parse_yaml_once, read_text, validate
from rung.repository import Repository

NOT_RULES = ("model.yaml", "vocabulary.yaml")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: an observation about the repository, with why it matters and what to do when it does not hold.

    `misses` are leaves of a condition that find what comes close to it, nearest first, each with a template of a sentence (`reason`).
    """

    id: str
    title: str
    when: Mapping[str, Any]
    why: str
    fix: str
    needs: tuple[str, ...] = ()
    misses: tuple[Mapping[str, Any], ...] = ()
    examples: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything that rules/ says: the catalogue of tools with the vocabulary, the rules by id, and the model's document."""

    catalogue: Catalogue
    rules: Mapping[str, Rule]
    model: Mapping[str, Any]
    digest: bytes = b""  # of all texts that it was read from


@dataclass(frozen=True, slots=True)
class Pack:
    """A folder of rules in a repository (a path from its top), read wherever the repository is: in the work tree or at a ref."""

    repository: Repository
    folder: str

    def files(self, subfolder: str) -> Iterator[tuple[str, str]]:
        """Names and texts of the YAML files directly in the folder's subfolder; raises UserError for one that can't be read."""
        prefix = "".join(f"{part}/" for part in (self.folder, subfolder) if part)
        for path in self.repository.files:
            if path.startswith(prefix) and path.endswith(".yaml") and "/" not in path[len(prefix) :]:
                text = self.repository.text(path)
                if text is None:
                    raise UserError(f"{path}: can't be read as text; put a file of rules or tools in its place")
                yield path, text


@dataclass(frozen=True, slots=True)
class _DiskPack:
    """A folder of rules on disk."""

    folder: Path

    def files(self, subfolder: str) -> Iterator[tuple[str, str]]:
        """Names and texts of the YAML files directly in the folder's subfolder; raises UserError for one that can't be read."""
        for path in sorted((self.folder / subfolder).glob("*.yaml")):
            yield str(path), read_text(path)


def load_knowledge(packs: Sequence[str | Path | Pack] = (), cache: Cache | None = None) -> Knowledge:
    """Loads the shipped knowledge and the packs (folders like rules/, on disk or in a repository) over it.

    A pack's rule or tool replaces one of the same id. Raises UserError for a pack that is missing, not valid YAML, or against the
    schema. The shipped files are validated by the tests.
    """
    reader = _Reader(open_cache(enabled=False) if cache is None else cache)
    base = data_folder("rules")
    reader.add(_DiskPack(base), checked=False)
    for pack in packs:
        reader.add(_opened(pack), checked=True)
    vocabulary, model = (reader.parse(read_text(base / name), name) for name in ("vocabulary.yaml", "model.yaml"))
    return Knowledge(Catalogue(tuple(reader.tools.values()), vocabulary), reader.rules, model, digest(reader.texts))


def _opened(pack: str | Path | Pack) -> Pack | _DiskPack:
    if isinstance(pack, Pack):
        exists = not pack.folder or any(path.startswith(f"{pack.folder}/") for path in pack.repository.files)
        found: Pack | _DiskPack = pack
    else:
        exists = Path(pack).is_dir()
        found = _DiskPack(Path(pack))
    if not exists:
        name = pack.folder if isinstance(pack, Pack) else pack
        raise UserError(f"{name}: is no folder of rules; name a folder that holds *.yaml rules or tools/*.yaml")
    return found


class _Reader:
    """Collects tools and rules, and remembers the texts that they come from."""

    def __init__(self, cache: Cache) -> None:
        self.tools: dict[str, Tool] = {}
        self.rules: dict[str, Rule] = {}
        self.texts: list[bytes] = []
        self._cache = cache

    def add(self, pack: Pack | _DiskPack, *, checked: bool) -> None:
        """Adds a pack's tools and rules over those that are there."""
        for name, text in pack.files("tools"):
            for entry in self._entries(name, text, "tools", checked=checked):
                self.tools[entry["id"]] = Tool(entry["id"], entry["category"], entry)
        for name, text in pack.files(""):
            if PurePath(name).name not in NOT_RULES:
                for entry in self._entries(name, text, "rules", checked=checked):
                    self.rules[entry["id"]] = _rule(entry)

    def parse(self, text: str, name: str) -> Any:
        """The content of a YAML text."""
        self.texts.append(text.encode("utf-8"))
        return parse_yaml_once(text, name, self._cache)

    def _entries(self, name: str, text: str, schema: str, *, checked: bool) -> list[dict[str, Any]]:
        if checked and not is_bounded(text):
            raise UserError(f"{name}: is too large or too deeply nested to be read; correct it")
        content = self.parse(text, name)
        if checked:
            validate(content, schema, text, name)
        return content or []


def _rule(entry: Mapping[str, Any]) -> Rule:
    return Rule(
        entry["id"],
        entry["title"],
        entry["when"],
        entry["why"],
        entry["fix"],
        tuple(entry.get("needs", ())),
        tuple(entry.get("misses", ())),
        tuple(entry.get("examples", ())),
    )
