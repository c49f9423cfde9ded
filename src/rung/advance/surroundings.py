"""What the templates of steps may ask of a repository: its prompts, its commands, its libraries, where its pipelines take a step."""

from __future__ import annotations

import csv
import fnmatch
import io
import json
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from rung.advance.commands import Commands, module_of
from rung.facts.catalogue import Catalogue
from rung.facts.code import language_of, read_source
from rung.facts.code.source import Function
from rung.facts.fact import Fact
from rung.knowledge import LOADER
from rung.regex import regex
from rung.repository import Repository, Role
from rung.rules.match import Facts

AZURE = ("azure-pipelines.yml", "azure-pipelines.yaml")
TOO_LARGE = 2_000_000
KEY_NAME = regex(r"\b[A-Z][A-Z0-9_]*_API_KEY\b")
AMONG_OTHERS = (".json", ".yaml", ".yml", ".toml")  # formats in which a prompt is one thing among others
FEW_ALIKE = 2
CALLABLE = regex(r"[^\W\d_]")  # a function that others may call
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
        """The files that hold nothing but a prompt: templates and definitions, not settings, data or code."""
        found = (f.location.path for f in self.of("prompt", role="application") if f.fields["form"] in ("template", "definition"))
        return list(dict.fromkeys(path for path in found if language_of(path) is None and not path.endswith(AMONG_OTHERS)))

    @cached_property
    def prompt_paths(self) -> list[str]:
        """All files that hold prompts, those set apart and modules of code."""
        return list(dict.fromkeys(f.location.path for f in self.of("prompt") if f.fields.get("role") == "application"))

    @cached_property
    def prompt_patterns(self) -> list[str]:
        """Patterns of code owners that cover the prompts: folders of prompts, names that several files share, else the files themselves."""
        named = re.compile(self.catalogue.vocabulary["prompts"]["paths"], re.IGNORECASE)
        alike: dict[str, list[str]] = {}
        found: dict[str, None] = {}
        for path in self.prompt_paths:
            folder, name = posixpath.split(path)
            ending = re.search(r"[_.-]prompts?\.\w+$", name)
            if ending:
                alike.setdefault(f"/{_pattern(folder)}/*{ending[0]}".replace("//", "/"), []).append(path)
            found[f"/{_pattern(folder)}/" if folder and named.search(f"{folder}/x.txt") else f"/{_pattern(path)}"] = None
        for pattern, paths in alike.items():
            own = [f"/{_pattern(path)}" for path in paths]
            if len(paths) > FEW_ALIKE and all(one in found for one in own):
                found = dict.fromkeys(pattern if one == own[0] else one for one in found if one not in own[1:])
        return list(found)

    @cached_property
    def literals(self) -> list[Fact]:
        """Calls of a model by the application in files that hold no prompt of their own set apart."""
        kept = set(self.prompt_paths)
        calls = [f for f in self.of("model-call", role="application") if f.location.path not in kept]
        return list({f.location.path: f for f in reversed(calls)}.values())[::-1]

    @cached_property
    def model(self) -> str:
        """The model that the application names first, of a known family; empty where it names none."""
        named = [f for f in self.of("model-choice", role="application") if self.is_known(str(f.fields.get("model") or ""))]
        return str(min(named, key=lambda f: (f.fields["how"] == "literal", f.sort_key())).fields["model"]) if named else ""

    def is_known(self, model: str) -> bool:
        """Whether a model's name is of a family that the vocabulary knows."""
        return re.search(self.catalogue.vocabulary["models"]["families"], model, re.IGNORECASE) is not None

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
        told = re.split(r"[:/]", self.model)[0]  # some names of models begin with their provider's
        usual = [self.tables["keys"][tool] for tool in (*self.providers, told) if tool in self.tables["keys"]]
        usual = list(dict.fromkeys(usual))
        paths = [*(f.location.path for f in self.of("model-call")), *(f.location.path for f in self.of("model-choice"))]
        settings = [str(f.fields["name"]) for f in self.of("setting") if KEY_NAME.fullmatch(str(f.fields["name"]))]
        read = [name for path in dict.fromkeys(paths) for name in KEY_NAME.findall(self.text(path))]
        named = list(dict.fromkeys([*read, *settings]))
        known = [name for name in named if self._is_key(name)]
        return [name for name in usual if name in named] or usual[:1] or known[:1]

    def _is_key(self, name: str) -> bool:
        """Whether an environment variable is named for a provider of models."""
        stem = name.removesuffix("_API_KEY").lower().replace("_", "-")
        tools = (tool for tool in self.catalogue.tools if tool.category in MODEL_CATEGORIES)
        return name in self.tables["keys"].values() or any(tool.id == stem or tool.id.startswith(f"{stem}-") for tool in tools)

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

    @cached_property
    def tests(self) -> list[str]:
        """The files of tests."""
        found = [p for p in self.repository.files if self.repository.in_scope(p) and self.repository.role(p) is Role.TEST]
        globs = [glob for row in self.tables["tests"] for glob in row["files"]]
        return [p for p in found if any(fnmatch.fnmatchcase(posixpath.basename(p), glob) for glob in globs)]

    def setup(self, path: str) -> Mapping[str, Any]:
        """How a pipeline makes the code of a file ready: an entry of the table, with its `folder`; one that does nothing without one."""
        return self.commands.setup(path)

    def command(self, path: str, tools: Sequence[str] = ()) -> str:
        """The command that runs a file from its project's folder; empty where none is known."""
        return self.commands.of(path, tools)

    def test_command(self, path: str) -> str:
        """The command that runs the tests of the project that a test belongs to; empty where none is known."""
        return self.commands.of_tests(path)

    @cached_property
    def commands(self) -> Commands:
        """What is known of how the code is run."""
        return Commands(self.repository, self.tables, self.of("dependency"))

    @cached_property
    def ecosystems(self) -> list[dict[str, Any]]:
        """The package managers of the LLM libraries, as an update bot calls them, with the folders of their manifests."""
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
                    (manager for lock, manager in updates.get("locks", {}).items() if self.commands.beside(folder, lock)), updates["name"]
                )
                found[locked, folder] = None
        managers = dict.fromkeys(name for name, _ in sorted(found))
        return [{"name": name, "folders": [f"/{folder}" for own, folder in sorted(found) if own == name]} for name in managers]

    @cached_property
    def caller(self) -> dict[str, str]:
        """The function that asks the model, with its module, where the application is written in Python.

        It is one that is handed something like a question, or is named for what it does with one; empty where there is none.
        """
        found = [(-self._likely(function), number, path, function.name) for number, (path, function) in enumerate(self._callers())]
        if not found or min(found)[0] >= 0:
            return {}
        *_, path, name = min(found)
        folder = str(self.setup(path)["folder"])
        return {"name": name, "module": module_of(posixpath.relpath(path, folder or ".")), "path": path, "folder": folder}

    def _likely(self, function: Function) -> int:
        """How likely it is that a function answers a question, rather than preparing something."""
        does = self.is_said("does", function.name)
        return (
            any(self.is_said("handed", name) for name in function.parameters)
            + does
            - 2 * (not does and self.is_said("prepares", function.name))
        )

    def is_said(self, kind: str, name: str) -> bool:
        """Whether one of the table's words of that kind stands in a name."""
        return re.search(self.tables["words"][kind], name, re.IGNORECASE) is not None

    def _callers(self) -> Iterator[tuple[str, Function]]:
        for fact in self.of("model-call", role="application"):
            path = fact.location.path
            source = read_source(path, self.text(path)) if path.endswith(".py") else None
            for function in source.functions if source else ():
                inside = function.line <= fact.location.line <= function.end_line
                if inside and function.parent < 0 and not function.owner and CALLABLE.match(function.name):
                    yield path, function

    @cached_property
    def branch(self) -> str:
        """The name of the default branch, as the pipelines' triggers have it; `main` where they name none."""
        texts = [self.text(p) for p in self.repository.files if p.startswith(".github/workflows/")]
        return "master" if any(re.search(r"branches:[^\n]*\n?[^\n]*\bmaster\b", text) for text in texts) else "main"


def _pattern(path: str) -> str:
    """A path as a pattern of code owners."""
    return re.sub(r"([\s#\[\]*?!\\])", r"\\\1", path)


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
