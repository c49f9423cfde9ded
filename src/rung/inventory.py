"""What an application is made of as far as AI goes: models, data, libraries and services, each with the places that say so."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from rung.facts.catalogue import Catalogue, Tool
from rung.facts.code import language_of
from rung.facts.fact import Fact
from rung.facts.manifests.locks import LOCKS, plain_name, read_lock
from rung.regex import regex
from rung.repository import Repository
from rung.rules.match import Facts

OWN = ("application", "test")
# What a pipeline does with the application is no part of it.
NO_PART = frozenset(
    {
        "packaging",
        "deployment",
        "delivery-pipeline",
        "local-cluster",
        "rollback",
        "test-runner",
        "release-automation",
        "dependency-update",
        "dashboard",
        "alert",
        "service-level",
    }
)
SERVICES = frozenset({"model-provider", "gateway"})
DATED = regex(r"\d{4}-\d{2}-\d{2}|(?<!\d)\d{8}(?!\d)")
NUMBERED = regex(r"(?<=-)\d{3,4}$|(?<=:)\d[\w.]*$|v\d+(?::\d+)?$")
QUOTED = regex(r"[\"']([^\"']{3,120})[\"']")
EXACT = regex(r"(?:===?\s*)?v?(\d[\w.+!-]*)")
EXACT_ONLY_BY_SIGN = frozenset({"pypi", "cargo", "gem", "composer"})  # where a bare version is a range, or can't be written


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is used: a path from the repository's top, a line (0: the file), and that line."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Model:
    """A model by the name that the application asks for; `version` is empty unless the name pins one."""

    name: str
    version: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Data:
    """A file of prompts or of an evaluation's cases: `kind` is `prompt` or `dataset`; the digest is SHA-256, empty for part of a file."""

    kind: str
    name: str
    version: str
    digest: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """A declared dependency that is a tool of the catalogue.

    `version` is the one that the manifest pins, else the one that the file `lock` resolved; empty where only a range is known, which
    `wanted` has.
    """

    ecosystem: str
    name: str
    version: str
    wanted: str
    lock: str
    tool: str
    category: str
    url: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """A provider's API that the application uses."""

    id: str
    name: str
    url: str
    hosts: tuple[str, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Inventory:
    """All of it, sorted; `name` is the application's, `commit` the one that was read."""

    name: str
    commit: str
    models: tuple[Model, ...]
    data: tuple[Data, ...]
    libraries: tuple[Library, ...]
    services: tuple[Service, ...]


def take_inventory(repository: Repository, facts: Facts, catalogue: Catalogue) -> Inventory:
    """The inventory of a repository's application by its facts."""
    name = posixpath.basename(repository.scope) or _remote_name(repository.remote) or repository.top.name
    return Inventory(
        name or "application",
        repository.commit or "",
        tuple(_models(facts, catalogue)),
        tuple(_data(repository, facts)),
        tuple(_libraries(repository, facts, catalogue)),
        tuple(_services(facts, catalogue)),
    )


def _remote_name(remote: str) -> str:
    return re.split(r"[/:\\]", remote.rstrip("/").removesuffix(".git"))[-1]


def _own(facts: Facts, kind: str) -> list[Fact]:
    return [fact for fact in facts.get(kind, ()) if fact.fields.get("role", "application") in OWN]


def _places(facts: Iterable[Fact]) -> tuple[Place, ...]:
    found = {(f.location.path, f.location.line): f for f in facts}
    return tuple(Place(path, line, found[path, line].text) for path, line in sorted(found))


def _grouped(facts: Iterable[Fact], key: str) -> Mapping[str, list[Fact]]:
    groups: dict[str, list[Fact]] = {}
    for fact in facts:
        groups.setdefault(str(fact.fields[key]), []).append(fact)
    return dict(sorted(groups.items()))


def _models(facts: Facts, catalogue: Catalogue) -> Iterable[Model]:
    # Infrastructure gives a deployment's version apart from its name: alone it names no model.
    words = catalogue.vocabulary["models"]
    version = re.compile(words["version"])
    family, other = (re.compile(words[key], re.IGNORECASE) for key in ("families", "not_generative"))
    named: dict[str, list[Fact]] = {}
    for fact in _own(facts, "model-choice"):
        name = str(fact.fields.get("model") or "")
        beside = QUOTED.findall(fact.text) if fact.fields["how"] == "table" else []  # a table's fact has the first of its models
        for one in dict.fromkeys([name, *(text for text in beside if family.search(text) and not other.search(text) and " " not in text)]):
            if one and not version.fullmatch(one):
                named.setdefault(one, []).append(fact)
    for name, group in sorted(named.items()):
        dated = DATED.search(name) or (NUMBERED.search(name) if any(fact.fields.get("pinned") for fact in group) else None)
        yield Model(name, dated[0] if dated else "", _places(group))


def _data(repository: Repository, facts: Facts) -> Iterable[Data]:
    prompts = [f for f in _own(facts, "prompt") if f.location.path in repository.files]
    files: dict[tuple[str, str], list[Fact]] = {}
    for kind, found in (("prompt", prompts), ("dataset", _own(facts, "evaluation-data"))):
        for fact in found:
            files.setdefault((kind, fact.location.path), []).append(fact)
    for (kind, path), group in sorted(files.items()):
        data = None if language_of(path) else repository.read(path)
        version = next((str(f.fields["version"]) for f in group if f.fields.get("version")), "")
        yield Data(kind, path, version if len(group) == 1 else "", "" if data is None else sha256(data).hexdigest(), _places(group))


def _libraries(repository: Repository, facts: Facts, catalogue: Catalogue) -> Iterable[Library]:
    used = _grouped(_own(facts, "use"), "tool")
    globs = [
        (ecosystem, glob.lower(), tool)
        for tool in catalogue.tools
        if tool.category not in NO_PART
        for ecosystem, names in tool.entry.get("dependencies", {}).items()
        for glob in names
    ]
    found: dict[tuple[str, str, str], tuple[Fact, Tool]] = {}
    for fact in facts.get("dependency", ()):
        ecosystem, name = str(fact.fields["ecosystem"]), str(fact.fields["name"])
        tools = [tool for e, glob, tool in globs if e == ecosystem and fnmatch.fnmatchcase(name.lower(), glob)]
        if tools and "test" not in str(fact.fields.get("scope", "")):
            best = min(tools, key=lambda tool: (tool.id not in used, tool.id))
            found.setdefault((ecosystem, name, str(fact.fields.get("version") or "")), (fact, best))
    locks = _Locks(repository)
    for (ecosystem, name, wanted), (fact, tool) in sorted(found.items()):
        # An import says where a library is used; without one, the manifest does.
        uses = [use for use in used.get(tool.id, ()) if use.fields["via"] in ("import", "call")]
        url = tool.text("url")
        pinned = _exact(ecosystem, wanted)
        lock, version = ("", pinned) if pinned else locks.resolved(ecosystem, name, fact.location.path)
        yield Library(ecosystem, name, version, wanted, lock, tool.id, tool.category, url, _places([fact, *uses]))


class _Locks:
    """The lock files of a repository, each read once."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._known: dict[str, Mapping[str, str]] = {}

    def resolved(self, ecosystem: str, name: str, manifest: str) -> tuple[str, str]:
        """The lock file beside or above a manifest, and the version of a package in it; both empty where neither is known."""
        folder = posixpath.dirname(manifest)
        while True:
            for lock in (posixpath.join(folder, own) for own in LOCKS.get(ecosystem, ())):
                if lock in self._repository.files:
                    if lock not in self._known:
                        self._known[lock] = read_lock(lock, self._repository.text(lock) or "")
                    version = self._known[lock].get(plain_name(lock, name), "")
                    return (lock, version) if version else ("", "")
            if not folder:
                return "", ""
            folder = posixpath.dirname(folder)


def _exact(ecosystem: str, wanted: str) -> str:
    """The version that a declaration pins; empty for a range."""
    match = EXACT.fullmatch(wanted.strip())
    if match is None or ("*" in wanted or re.search(r"\.x\b", wanted)):
        return ""
    return "" if ecosystem in EXACT_ONLY_BY_SIGN and not wanted.strip().startswith("=") else match[1]


def _services(facts: Facts, catalogue: Catalogue) -> Iterable[Service]:
    uses = [
        f for f in _own(facts, "use") if f.fields["category"] in SERVICES and f.fields["via"] in ("import", "call", "host", "environment")
    ]
    for identifier, group in _grouped(uses, "tool").items():
        tool = catalogue.by_id[identifier]
        yield Service(identifier, tool.name, tool.text("url"), _hosts(tool.strings("hosts")), _places(group))


def _hosts(globs: Sequence[str]) -> tuple[str, ...]:
    """The hosts that are names and no patterns: the first stands for all regions."""
    return tuple(host for host in globs if not re.search(r"[*?\[]", host))[:1]
