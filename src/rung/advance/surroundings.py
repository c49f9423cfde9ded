"""What the templates of steps may ask of a repository: its prompts, its commands, its libraries, where its pipelines take a step."""

from __future__ import annotations

import csv
import fnmatch
import io
import json
import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from rung.facts.catalogue import Catalogue
from rung.facts.code import language_of, read_source
from rung.facts.fact import Fact
from rung.facts.pipelines.types import Unit
from rung.facts.pipelines.units import is_unit_file, read_units
from rung.knowledge import LOADER
from rung.repository import Repository, Role
from rung.rules.match import Facts

FEW = 5
AZURE = ("azure-pipelines.yml", "azure-pipelines.yaml")
TOO_LARGE = 2_000_000
# What a setup has where the table says nothing; `installs` is no part of it, since no job must then install anything.
NO_SETUP: Mapping[str, Any] = {"folder": "", "image": "", "action": "", "with": {}, "bootstrap": "", "install": "", "prefix": ""}
KEY_NAME = re.compile(r"\b[A-Z][A-Z0-9_]*_API_KEY\b")
CALLABLE = re.compile(r"[^\W\d_]")  # a function that others may call
MODEL_CATEGORIES = frozenset({"model-provider", "framework", "local-model"})


class Surroundings:
    """A repository and its facts, as the templates of steps see them. `tables` is the data of `rules/steps`."""

    def __init__(self, repository: Repository, facts: Facts, catalogue: Catalogue, tables: Mapping[str, Any], owner: str = "") -> None:
        self.repository, self.facts, self.catalogue, self.tables = repository, facts, catalogue, tables
        self.owner = owner

    def of(self, kind: str, **wanted: str) -> list[Fact]:
        """The facts of a kind with these fields."""
        return [f for f in self.facts.get(kind, ()) if all(f.fields.get(name) == value for name, value in wanted.items())]

    @property
    def base(self) -> str:
        """What paths of new files of the application begin with: its folder, empty for the whole repository."""
        return f"{self.repository.scope}/" if self.repository.scope else ""

    @cached_property
    def system(self) -> str:
        """The host whose pipelines and files the repository has, else the one that it came from: github, gitlab or azure."""
        files = self.repository.files
        if any(path.startswith(".github/workflows/") for path in files):
            return "github"
        if ".gitlab-ci.yml" in files:
            return "gitlab"
        if any(path in files for path in AZURE):
            return "azure"
        remote = self.repository.remote.lower()
        return "gitlab" if "gitlab" in remote else "azure" if "dev.azure.com" in remote or "visualstudio.com" in remote else "github"

    @cached_property
    def prompt_files(self) -> list[str]:
        """The files that hold nothing but prompts."""
        forms = ("template", "definition", "settings")
        found = (f.location.path for f in self.of("prompt") if f.fields["form"] in forms and f.fields.get("role") == "application")
        found = (path for path in found if language_of(path) is None)
        return list(dict.fromkeys(found))

    @cached_property
    def prompt_paths(self) -> list[str]:
        """All files that hold prompts, those set apart and modules of code."""
        return list(dict.fromkeys(f.location.path for f in self.of("prompt") if f.fields.get("role") == "application"))

    @cached_property
    def prompt_folders(self) -> list[str]:
        """The folders of prompts where they stand in one, the files themselves otherwise: as few patterns as cover them."""
        named = re.compile(self.catalogue.vocabulary["prompts"]["paths"], re.IGNORECASE)
        found = []
        for path in self.prompt_paths:
            folder = posixpath.dirname(path)
            found.append(f"/{folder}/" if folder and named.search(f"{folder}/x.txt") else f"/{path}")
        return list(dict.fromkeys(found))

    @cached_property
    def literals(self) -> list[Fact]:
        """Calls of a model by the application in files that hold no prompt of their own set apart."""
        kept = set(self.prompt_paths)
        calls = [f for f in self.of("model-call", role="application") if f.location.path not in kept]
        return list({f.location.path: f for f in reversed(calls)}.values())[::-1]

    @cached_property
    def model(self) -> str:
        """The model that the application names first; empty where it names none."""
        named = [f for f in self.of("model-choice", role="application") if f.fields.get("model")]
        return str(min(named, key=lambda f: (f.fields["how"] == "literal", f.sort_key())).fields["model"]) if named else ""

    @cached_property
    def providers(self) -> list[str]:
        """The tools that generate language here, by id; the most used first."""
        count: dict[str, int] = {}
        for fact in self.of("use", role="application"):
            if fact.fields["category"] == "model-provider":
                count[str(fact.fields["tool"])] = count.get(str(fact.fields["tool"]), 0) + 1
        return sorted(count, key=lambda tool: (-count[tool], tool))

    @property
    def provider(self) -> str:
        """The model as the evaluation tool of the skeleton calls it."""
        return next((self.tables["providers"][tool] for tool in self.providers if tool in self.tables["providers"]), "") + self.model

    @cached_property
    def secrets(self) -> list[str]:
        """The environment variables that hold the keys of the models' providers, as the repository calls them."""
        usual = [self.tables["keys"][tool] for tool in self.providers if tool in self.tables["keys"]]
        paths = [*(f.location.path for f in self.of("model-call")), *(f.location.path for f in self.of("model-choice"))]
        settings = [str(f.fields["name"]) for f in self.of("setting") if KEY_NAME.fullmatch(str(f.fields["name"]))]
        read = [name for path in dict.fromkeys(paths) for name in KEY_NAME.findall(self.text(path))]
        named = list(dict.fromkeys([*read, *settings]))
        return [name for name in usual if name in named] or usual[:1] or named[:1]

    def text(self, path: str) -> str:
        """A file's text, empty where it has none."""
        return (self.repository.text(path) or "") if path in self.repository.files else ""

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self.repository.files

    def cases(self, evaluation: str) -> int:
        """How many cases the data set of an evaluation has; 0 where that can't be told."""
        for fact in self.of("evaluation-data"):
            if evaluation in (fact.fields.get("evaluation"), fact.location.path):
                count = _count(fact.location.path, self.text(fact.location.path))
                if count > 1:
                    return count
        return 0

    def setup(self, path: str) -> Mapping[str, Any]:
        """How a pipeline makes the code of a file ready: an entry of the table, with its `folder`; one that does nothing without one."""
        suffix = posixpath.splitext(path)[1].lower()
        folder = posixpath.dirname(path)
        while True:
            for row in self.tables["setups"]:
                if suffix in row["suffixes"] and any(self._beside(folder, name) for name in row["files"]):
                    return {**NO_SETUP, **row, "folder": folder, "install": self._install(row, folder)}
            if not folder:
                return NO_SETUP
            folder = posixpath.dirname(folder)

    def _install(self, row: Mapping[str, Any], folder: str) -> str:
        """The command that installs, with the extras that a manifest has for developers."""
        scopes = {str(f.fields.get("scope")) for f in self.of("dependency") if posixpath.dirname(f.location.path) == folder}
        extras = [name for name in row.get("extras", {}).get("names", ()) if f"optional:{name}" in scopes]
        return str(row["extras"]["install"]).format(extras=",".join(extras)) if extras else str(row.get("install", ""))

    def _beside(self, folder: str, name: str) -> bool:
        return posixpath.join(folder, name) in self.repository.files

    def command(self, path: str, tools: Sequence[str] = ()) -> str:
        """The command that runs a file from its project's folder: a target that does so, what its tool says, or what its language does."""
        setup = self.setup(path)
        unit = self._unit_for(path, str(setup["folder"]))
        if unit:
            return unit
        relative = posixpath.relpath(path, setup["folder"] or ".")
        rows = self.tables["runs"]
        row = next((r for r in rows if set(r.get("tools", ())) & set(tools)), None)
        row = row or next(
            (r for r in rows if any(fnmatch.fnmatchcase(posixpath.basename(path), glob) for glob in r.get("files", ()))), None
        )
        if row is None:
            return ""
        known = {"path": shlex.quote(relative), "folder": shlex.quote(posixpath.dirname(relative) or "."), "module": _module(relative)}
        own = "" if row.get("own") else str(setup.get("prefix", ""))
        return own + str(row["command"]).format_map(known)

    def _unit_for(self, path: str, folder: str) -> str:
        """The command of a target in that folder that names the file."""
        words = (path, posixpath.relpath(path, folder or "."), _module(posixpath.relpath(path, folder or ".")))
        for unit in self._units:
            form = self.tables["units"].get(unit.kind)
            if form and posixpath.dirname(unit.path) == folder and re.fullmatch(r"[\w:.-]+", unit.name):
                said = [word for command in unit.commands for word in command.words]
                if any(word in said for word in words):
                    return str(form).format(name=unit.name)
        return ""

    @cached_property
    def _units(self) -> list[Unit]:
        paths = [p for p in self.repository.files if is_unit_file(p) and self.repository.role(p) is not Role.VENDORED]
        return [unit for path in paths for unit in read_units(path, self.text(path))]

    @cached_property
    def tests(self) -> list[str]:
        """The files of tests."""
        found = [p for p in self.repository.files if self.repository.in_scope(p) and self.repository.role(p) is Role.TEST]
        globs = [glob for row in self.tables["tests"] for glob in row["files"]]
        return [p for p in found if any(fnmatch.fnmatchcase(posixpath.basename(p), glob) for glob in globs)]

    def test_command(self, path: str) -> str:
        """The command that runs the tests of the project that a test belongs to; empty where none is known."""
        setup = self.setup(path)
        for unit in self._units:
            form = self.tables["units"].get(unit.kind)
            if form and unit.name == "test" and posixpath.dirname(unit.path) == setup["folder"] and unit.commands:
                return str(form).format(name=unit.name)
        named = posixpath.basename(path)
        row = next((r for r in self.tables["tests"] if any(fnmatch.fnmatchcase(named, glob) for glob in r["files"])), None)
        return "" if row is None else ("" if row.get("own") else str(setup.get("prefix", ""))) + str(row["command"])

    @cached_property
    def ecosystems(self) -> list[dict[str, str]]:
        """The package managers of the LLM libraries, as an update bot calls them, with the folder of each manifest."""
        globs = [
            (ecosystem, glob.lower())
            for tool in self.catalogue.tools
            if tool.category in MODEL_CATEGORIES
            for ecosystem, names in tool.entry.get("dependencies", {}).items()
            for glob in names
        ]
        found: dict[tuple[str, str], None] = {}
        for fact in self.of("dependency"):
            ecosystem, name, folder = str(fact.fields["ecosystem"]), str(fact.fields["name"]).lower(), posixpath.dirname(fact.location.path)
            updates = self.tables["updates"].get(ecosystem)
            if updates and any(e == ecosystem and fnmatch.fnmatchcase(name, glob) for e, glob in globs):
                locked = next(
                    (manager for lock, manager in updates.get("locks", {}).items() if self._beside(folder, lock)), updates["name"]
                )
                found[locked, folder] = None
        return [{"name": name, "folder": f"/{folder}"} for name, folder in sorted(found)][:FEW]

    @cached_property
    def caller(self) -> dict[str, str]:
        """The function that asks the model, with its module, where the application is written in Python; else empty."""
        for fact in self.of("model-call", role="application"):
            path = fact.location.path
            source = read_source(path, self.text(path)) if path.endswith(".py") else None
            for function in source.functions if source else ():
                if (
                    function.line <= fact.location.line <= function.end_line
                    and function.parent < 0
                    and not function.owner
                    and CALLABLE.match(function.name)
                ):
                    folder = str(self.setup(path)["folder"])
                    return {
                        "name": function.name,
                        "module": _module(posixpath.relpath(path, folder or ".")),
                        "path": path,
                        "folder": folder,
                    }
        return {}

    @cached_property
    def branch(self) -> str:
        """The name of the default branch, as the pipelines' triggers have it; `main` where they name none."""
        texts = [self.text(p) for p in self.repository.files if p.startswith(".github/workflows/")]
        return "master" if any(re.search(r"branches:[^\n]*\n?[^\n]*\bmaster\b", text) for text in texts) else "main"


def _module(path: str) -> str:
    return re.sub(r"^src\.", "", posixpath.splitext(path)[0].replace("/", "."))


def _count(path: str, text: str) -> int:
    """How many records a data file holds."""
    suffix = posixpath.splitext(path)[1].lower()
    if not text or len(text) > TOO_LARGE:
        return 0
    try:
        if suffix in (".jsonl", ".ndjson"):
            return sum(bool(line.strip()) for line in text.splitlines())
        if suffix in (".csv", ".tsv"):
            return max(sum(1 for row in csv.reader(io.StringIO(text), delimiter="\t" if suffix == ".tsv" else ",") if row) - 1, 0)
        if suffix == ".json":
            return max(_lists(json.loads(text)), default=0)
        if suffix in (".yaml", ".yml"):
            import yaml

            return max(_lists(yaml.load(text, LOADER)), default=0)  # noqa: S506 - a safe loader
    except Exception:  # noqa: BLE001 - data of any shape
        return 0
    return 0


def _lists(data: Any) -> Iterator[int]:
    """The lengths of the lists of records at the top of a document."""
    for value in (data, *(data.values() if isinstance(data, dict) else ())):
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            yield len(value)
