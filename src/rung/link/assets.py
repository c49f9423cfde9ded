"""Versions, releases and upkeep: tags, release automation, versioned AI assets, ways back, dependency updates."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterator
from typing import Any

from rung.facts.fact import Fact, Location
from rung.link.glance import MODEL_CATEGORIES
from rung.link.project import Project

VERSION_TAG = re.compile(r"(?:^|[/@_-])v?\d+(?:\.\d+)+(?:[-+.]?\w+)*$|^v\d+$|^release[-/]\d|^\d{4}[.-]\d{2}", re.IGNORECASE)
UNDO = re.compile(r"\brollout\s+undo\b|\bhelm\s+rollback\b|\broll-?_?back\b|\bdeployments?\s+rollback\b|\brevert-?deploy\b", re.IGNORECASE)
DATA_CATEGORIES = frozenset({"data-versioning", "model-registry"})
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
}


class Assets:
    """Facts of kind `tag`, `release-run`, `asset-version`, `rollback` and `update-config`."""

    def __init__(self, project: Project, uses: list[Fact], runs: list[Fact], others: list[Fact]) -> None:
        self.project, self.uses, self.runs, self.others = project, uses, runs, others

    def facts(self) -> list[Fact]:
        """All facts of this room."""
        return [*self._tags(), *self._releases(), *self._versions(), *self._rollbacks(), *self._updates()]

    def _tags(self) -> Iterator[Fact]:
        tags = [t for t in self.project.repository.tags or () if VERSION_TAG.search(t)]
        if tags:
            shown = f"{len(tags)} version tags, among them {tags[-1]}" if len(tags) > 1 else f"version tag {tags[0]}"
            yield Fact("tag", Location("git tag", 0), shown, {"role": "application", "count": len(tags)})

    def _releases(self) -> Iterator[Fact]:
        """Automation that makes the releases, or publishes what a version tag or release names."""
        for run in self.runs:
            if run.kind != "run":
                continue
            category, triggers = run.fields["category"], set(run.fields["triggers"])
            publishes = run.fields.get("artifact") == "publishes"
            if category == "release-automation" or (publishes and triggers & {"tag", "release"}):
                yield Fact("release-run", run.location, run.text, dict(run.fields), run.reach)

    def _versions(self) -> Iterator[Fact]:
        """AI assets that carry versions: prompts, data sets, fine-tuned models, indexes."""
        for fact in self.others:
            if fact.kind == "prompt-control" and fact.fields["control"] == "version" and not fact.fields["variant"]:
                yield Fact("asset-version", fact.location, fact.text, {"role": "application", "asset": "prompt"})
        for use in self.uses:
            if use.fields["category"] in DATA_CATEGORIES and use.fields["role"] == "application":
                yield Fact("asset-version", use.location, use.text, {"role": "application", "asset": use.fields["category"]})

    def _rollbacks(self) -> Iterator[Fact]:
        for fact in self.others:
            if fact.kind == "document" and fact.fields["about"] == "rollback":
                yield Fact("rollback", fact.location, fact.text, dict(fact.fields))
        for unit in self.project.units:
            if not self.project.repository.in_scope(unit.path) or not self.project.is_own(unit.path):
                continue
            for command in unit.commands:
                if UNDO.search(command.text) and not re.match(r"\s*(?:@?echo|printf|#)", command.text):
                    yield self.project.fact("rollback", unit.path, command.line, command.text)
            if UNDO.search(unit.name.rsplit("/", 1)[-1]) and unit.commands:
                yield self.project.fact("rollback", unit.path, unit.line, unit.name)
        for pipeline in self.project.pipelines:
            if UNDO.search(pipeline.name) or any(UNDO.search(j.name) and j.live for j in pipeline.jobs):
                yield self.project.fact("rollback", pipeline.path, pipeline.line, pipeline.name)
        for run in self.project.runs:
            if UNDO.search(" ".join((run.program, *run.arguments))) and run.program not in ("echo", "printf"):
                yield Fact("rollback", run.location, run.text[:200], {"role": "application"}, run.reach)

    def _updates(self) -> Iterator[Fact]:
        """Configurations of update bots that cover the LLM libraries' ecosystem."""
        bots = [use for use in self.uses if use.fields["category"] == "dependency-update"]
        wanted = self._llm_ecosystems() if bots else set()
        for use in bots:
            path = use.location.path
            covered = _managers(self.project.data(path) if not path.endswith(".json5") else None, self.project.text(path) or "")
            for ecosystem, folder in sorted(wanted):
                if any(_covers(manager, where, ecosystem, folder) for manager, where in covered):
                    yield Fact("update-config", use.location, use.text, {**use.fields, "ecosystem": ecosystem})
                    break

    def _llm_ecosystems(self) -> set[tuple[str, str]]:
        """(ecosystem, folder of the manifest) of the declared LLM libraries."""
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
                found.add((ecosystem, posixpath.dirname(dependency.location.path)))
        return found


def _managers(data: Any, text: str) -> list[tuple[str, str | None]]:
    """(package manager, folder glob or None for everywhere) that an update bot's configuration looks after; `*` is all managers."""
    if isinstance(data, dict) and isinstance(data.get("updates"), list):
        found: list[tuple[str, str | None]] = []
        for update in data["updates"]:
            if not isinstance(update, dict) or update.get("open-pull-requests-limit") == 0:
                continue
            folders = update.get("directories") or [update.get("directory", "/")]
            found += [(str(update.get("package-ecosystem", "")), str(f)) for f in (folders if isinstance(folders, list) else [folders])]
        return found
    if isinstance(data, dict):
        if data.get("enabled") is False:
            return []
        managers = data.get("enabledManagers")
        if isinstance(managers, list):
            return [(str(m), None) for m in managers]
        return [("*", None)] if data else []
    return [("*", None)] if "enabledManagers" not in text and text.strip() else []


def _covers(manager: str, where: str | None, ecosystem: str, folder: str) -> bool:
    if manager != "*" and manager not in ECOSYSTEMS.get(ecosystem, set()):
        return False
    if where is None or manager == "*":
        return True
    wanted = where.strip("/")
    if fnmatch.fnmatchcase(folder, wanted) or folder == wanted:
        return True
    # a manifest at the top may include the one that is further down (requirements, workspaces)
    return wanted == "" and ecosystem in ("pypi", "npm", "cargo", "maven", "nuget")
