"""Update bots: which package managers and folders their configurations look after, and whether the LLM libraries are among them."""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rung.facts.code import language_of
from rung.facts.fact import Fact
from rung.link.glance import MODEL_CATEGORIES
from rung.link.project import Project

# Which of an update bot's managers looks after which ecosystem of packages.
ECOSYSTEMS = {
    "pypi": {"pip", "uv", "poetry", "pipenv", "pip_requirements", "pep621", "pip_setup", "setup-cfg", "pip-compile", "conda"},
    "npm": {"npm", "bun", "pnpm", "yarn"},
    "go": {"gomod"},
    "maven": {"maven", "gradle", "gradle-wrapper"},
    "nuget": {"nuget"},
    "gem": {"bundler"},
    "cargo": {"cargo"},
    "composer": {"composer"},
    "conda": {"conda", "pip"},
    "pub": {"pub"},
    "swift": {"swift"},
    "hex": {"mix"},
    "sbt": {"sbt"},
}
# Ecosystems of languages whose manifests aren't read, and what these are called, by the endings of source files.
UNREAD = {
    ".dart": ("pub", "pubspec.yaml"), ".swift": ("swift", "Package.swift"), ".ex": ("hex", "mix.exs"), ".exs": ("hex", "mix.exs"),
    ".scala": ("sbt", "build.sbt"),
}  # fmt: skip
LANGUAGES = {
    "python": frozenset({"pypi"}), "javascript": frozenset({"npm"}), "go": frozenset({"go"}), "java": frozenset({"maven"}),
    "kotlin": frozenset({"maven"}), "csharp": frozenset({"nuget"}), "ruby": frozenset({"gem"}), "rust": frozenset({"cargo"}),
    "php": frozenset({"composer"}),
}  # fmt: skip
# Programs by which a pipeline of the project's own updates packages.
PROGRAMS = {
    "uv": "pypi", "poetry": "pypi", "pdm": "pypi", "pip-compile": "pypi", "pip-compile-multi": "pypi", "pipenv": "pypi", "pur": "pypi",
    "npm": "npm", "pnpm": "npm", "yarn": "npm", "ncu": "npm", "npm-check-updates": "npm", "taze": "npm", "go": "go", "cargo": "cargo",
    "dotnet": "nuget", "bundle": "gem",
}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Library:
    """A declared LLM library: its ecosystem, its name, and the manifest."""

    ecosystem: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Manager:
    """What a part of a configuration looks after: a package manager (`*`: all), in a folder glob (None: everywhere), which names."""

    name: str
    folder: str | None = None
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


class Updates:
    """Facts of kind `update-config`."""

    def __init__(self, project: Project, uses: Sequence[Fact], runs: Sequence[Fact]) -> None:
        self.project, self.uses, self.runs = project, uses, runs

    def facts(self) -> Iterator[Fact]:
        """Configurations of update bots, and scheduled pipelines, that cover the LLM libraries' ecosystem."""
        bots = [use for use in self.uses if use.fields["category"] == "dependency-update" and use.fields["via"] != "command"]
        scheduled = [
            run
            for run in self.runs
            if run.kind == "run" and run.fields["category"] == "dependency-update" and "schedule" in run.fields["triggers"]
        ]
        wanted = sorted(self._llm_libraries()) if bots or scheduled else []
        for use in bots:
            path = use.location.path
            managers = _managers(self.project.data(path) if not path.endswith(".json5") else None, self.project.text(path) or "")
            for library in wanted:
                if any(self._covers(manager, library) for manager in managers):
                    yield Fact("update-config", use.location, use.text, {**use.fields, "ecosystem": library.ecosystem})
                    break
        for run in scheduled:
            ecosystem = next((PROGRAMS[w] for w in run.text.split() if w in PROGRAMS), "")
            if any(library.ecosystem == ecosystem for library in wanted):
                yield Fact("update-config", run.location, run.text, {**run.fields, "ecosystem": ecosystem}, run.reach)

    def _llm_libraries(self) -> set[Library]:
        globs = [
            (ecosystem, glob.lower())
            for tool in self.project.catalogue.tools
            if tool.category in MODEL_CATEGORIES
            for ecosystem, names in tool.entry.get("dependencies", {}).items()
            for glob in names
        ]
        found = set()
        for dependency in self.project.dependencies:
            ecosystem, name = str(dependency.fields["ecosystem"]), str(dependency.fields["name"]).lower()
            if any(e == ecosystem and fnmatch.fnmatchcase(name, g) for e, g in globs):
                found.add(Library(ecosystem, name, dependency.location.path))
        return found or self._of_callers()

    def _of_callers(self) -> set[Library]:
        """What the code is built with that asks a model over HTTP, where no library for that is declared."""
        callers = [u for u in self.uses if u.fields["category"] in MODEL_CATEGORIES and u.fields["role"] == "application"]
        wanted = {LANGUAGES.get(language_of(u.location.path) or "", frozenset()) for u in callers}
        return {
            Library(str(d.fields["ecosystem"]), str(d.fields["name"]).lower(), d.location.path)
            for d in self.project.dependencies
            if any(d.fields["ecosystem"] in ecosystems for ecosystems in wanted)
        } | {library for use in callers if (library := self._unread(use.location.path))}

    def _unread(self, path: str) -> Library | None:
        """What a source file is built with, told by the nearest manifest above it, for languages whose manifests aren't read."""
        ecosystem, name = UNREAD.get(posixpath.splitext(path)[1], ("", ""))
        while ecosystem and path:
            path = posixpath.dirname(path)
            if (manifest := posixpath.join(path, name)) in self.project.repository.files:
                return Library(ecosystem, "", manifest)
        return None

    def _covers(self, manager: Manager, library: Library) -> bool:
        if manager.name != "*" and manager.name not in ECOSYSTEMS.get(library.ecosystem, set()):
            return False
        if manager.name == "*" and ECOSYSTEMS.get(library.ecosystem, set()) & set(manager.never):
            return False
        if manager.name != "*" and any(fnmatch.fnmatchcase(library.name, n) for n in manager.never):
            return False
        if manager.only and not any(fnmatch.fnmatchcase(library.name, n) for n in manager.only):
            return False
        if manager.folder is None or manager.name == "*" or not manager.folder.strip("/."):
            return True  # the ecosystem of the whole repository is meant; a bot that finds nothing at the top does not say so
        wanted, folder = manager.folder.strip("/"), posixpath.dirname(library.path)
        return folder == wanted or fnmatch.fnmatchcase(folder, wanted)


def _managers(data: Any, text: str) -> list[Manager]:
    """What an update bot's configuration looks after."""
    if isinstance(data, dict) and isinstance(data.get("updates"), list):
        return [manager for update in data["updates"] if isinstance(update, dict) for manager in _updated(update)]
    if isinstance(data, dict):
        if data.get("enabled") is False:
            return []
        managers = data.get("enabledManagers")
        if isinstance(managers, list):
            return [Manager(str(m)) for m in managers]
        never = _switched_off(data)
        return [Manager("*", never=never)] if data and "*" not in never else []
    return [Manager("*")] if "enabledManagers" not in text and text.strip() else []


def _updated(update: dict[str, Any]) -> Iterator[Manager]:
    """One entry of a list of updates, once for each of its folders."""
    if update.get("open-pull-requests-limit") == 0:
        return
    ignored = tuple(name for name, rule in _rules(update.get("ignore")) if not rule.get("update-types") and not rule.get("versions"))
    allowed = _rules(update.get("allow"))
    only = tuple(name for name, rule in allowed if name) if all(name for name, _ in allowed) else ()
    folders = update.get("directories") or [update.get("directory", "/")]
    for folder in folders if isinstance(folders, list) else [folders]:
        yield Manager(str(update.get("package-ecosystem", "")), str(folder), only, tuple(n for n in ignored if n))


def _rules(node: Any) -> list[tuple[str, dict[str, Any]]]:
    return [(str(r.get("dependency-name") or "").lower(), r) for r in node if isinstance(r, dict)] if isinstance(node, list) else []


def _switched_off(data: dict[str, Any]) -> tuple[str, ...]:
    """The managers that a configuration switches off by name or by a rule for all of their packages; `*` for all managers."""
    found = [str(key) for key, value in data.items() if isinstance(value, dict) and value.get("enabled") is False]
    rules = data.get("packageRules")
    for rule in rules if isinstance(rules, list) else []:
        if not isinstance(rule, dict) or rule.get("enabled") is not False:
            continue
        named = [v for k, v in rule.items() if k.startswith(("matchPackage", "matchDep", "excludePackage", "matchFile", "matchUpdate"))]
        everything = all(v in (["*"], [".*"], "*") for v in named)
        managers = rule.get("matchManagers")
        if everything:
            found += [str(m) for m in managers] if isinstance(managers, list) else ["*"]
    return tuple(found)
