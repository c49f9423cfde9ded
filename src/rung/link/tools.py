"""Uses of tools all over a project: source files, settings, infrastructure, files, pipelines and wired-in dependencies."""

from __future__ import annotations

import fnmatch
import re
from collections import Counter
from collections.abc import Iterator

from rung.facts.catalogue import Tool
from rung.facts.fact import Fact
from rung.link.addresses import addresses
from rung.link.commands import allowed
from rung.link.dead import Dead, can_be_built
from rung.link.files import matching
from rung.link.glance import MODEL_CATEGORIES
from rung.link.idle import Idle
from rung.link.project import Project
from rung.link.unwired import Unwired
from rung.link.uses import Uses, hosts_of
from rung.regex import regex

ENOUGH = 12
# Categories of what must run in the service itself.
RUNNING = frozenset({"telemetry", "llm-observability", "user-feedback"})
# Scripts that try the application or make its parts, and the tools by which they do.
TRIAL = regex(
    r"(?:^|[/_.-])(?:evals?|evaluat\w*|\w*bench(?:mark\w*)?|optimi[sz]\w*|compile\w*|(?:fine_?)?tun(?:e|ing)|train\w*|experiments?|sweeps?)(?:[/_.-]|$)",
    re.IGNORECASE,
)
TRYING = frozenset({"evaluation", "prompt-optimization", "fine-tuning"})
# Formats of infrastructure code: an address of a model there names what is provisioned, and calls nothing.
INFRASTRUCTURE = frozenset({"arm", "bicep", "cloudformation", "terraform"})
PRIVATE_LINK = "privatelink."
# How many files from a model's client what asks by it may stand.
STEPS = 1


class ToolUses:
    """Facts of kind `use` for the whole project, with the way in which each tool shows itself (`via`)."""

    def __init__(self, project: Project, uses: Uses) -> None:
        self.project, self.uses = project, uses
        self.catalogue, self.unwired = project.catalogue, Unwired(project, uses.graph)
        self.dead, self.idle = Dead(project), Idle(project, self.unwired)

    def facts(self) -> list[Fact]:
        """All uses."""
        found = [
            *self._in_code(),
            *self._resources(),
            *self._files(),
            *self._declared(),
            *self._settings(),
            *self._commands(),
            *addresses(self.project, self.uses),
        ]
        used = {(str(f.fields["tool"]), str(f.fields["category"])) for f in found if f.fields["role"] != "test"}
        found = [f for f in found if self._has_company(f, used)]
        return [f for f in found if not _is_address(f)] if self._only_embeds(found) else found

    def _in_code(self) -> Iterator[Fact]:
        """Uses in source files; what is known to be used in enough files is not looked for in more."""
        known: Counter[tuple[str, str]] = Counter()
        for path in self.project.code:
            role = str(self.project.role(path))
            if all(known[tool, role] >= ENOUGH for tool in self.uses.mentioned(path)):
                continue
            for use in self.uses.in_source(path):
                if use.fields["category"] in RUNNING and (self.unwired.holds(path) or self._is_idle(use) or self._is_trial(path)):
                    continue
                if self.catalogue.by_id[str(use.fields["tool"])].entry.get("asks") and not self._serves_model(path):
                    continue
                known[str(use.fields["tool"]), role] += 1
                yield use

    def _is_idle(self, use: Fact) -> bool:
        """Whether a use stands in a file that can't run, or only in functions that nothing calls."""
        path = use.location.path
        if use.fields["role"] != "application" or path in self.uses.graph.leading:
            return False
        source = self.project.source(path)
        return bool(source and (self.dead.reason(source) or self.idle.is_unused(source, str(use.fields["tool"]))))

    def _is_trial(self, path: str) -> bool:
        """Whether a file is a script, as its name and tools say, that evaluates, optimizes or trains: what it records is no production."""
        if path.endswith(".ipynb") or not TRIAL.search(path):
            return False
        users = (u for u in self.uses.graph.used.get(path, ()) if self.project.is_application(u) and not TRIAL.search(u))
        return not any(users) and any(u.fields["category"] in TRYING for u in self.uses.in_source(path))

    def _only_embeds(self, found: list[Fact]) -> bool:
        """Whether nothing but addresses tells of a model, and the code has paths by which models embed, and none by which they generate."""
        model = [f for f in found if f.fields["category"] in MODEL_CATEGORIES and f.fields["role"] == "application"]
        if not model or not all(_is_address(f) for f in model):
            return False
        words = self.project.vocabulary["asking"]
        texts = [self.project.text(p) or "" for p in self.project.code if self.project.is_application(p)]
        return any(w in t for w in words["embedding_paths"] for t in texts) and not any(
            w in t for w in words["generating_paths"] for t in texts
        )

    def _has_company(self, fact: Fact, used: set[tuple[str, str]]) -> bool:
        """Whether a tool that only a variable or a keyword shows stands beside one that it needs."""
        own = self.catalogue.by_id[str(fact.fields["tool"])]
        required = own.strings("requires")
        if not required or (fact.fields["via"] != "environment" and ("imports" in own.entry or "calls" in own.entry)):
            return True
        return any(tool != own.id and (tool in required or category in required) for tool, category in used)

    def _resources(self) -> Iterator[Fact]:
        for resource in self.project.resources:
            for match in self.catalogue.resources.find(str(resource.fields["type"])):
                if self.project.is_application(resource.location.path):
                    yield self.uses.use(match.tool, resource.location.path, resource.location.line, "resource", resource.text)

    def _files(self) -> Iterator[Fact]:
        for signature, tool in self.catalogue.files:
            for path in matching(self.project, signature):
                if tool.category == "packaging" and not can_be_built(self.project, path):
                    continue
                if tool.entry.get("asks") and not self._beside_model(path):
                    continue
                platform = tool.category == "packaging" and "/" not in path  # settings at the head of a README
                if self.project.is_own(path) or ((platform or path.startswith(".")) and self.project.repository.in_scope(path)):
                    yield self.uses.use(tool, path, 1, "file")

    def _beside_model(self, path: str) -> bool:
        """Whether a source file asks a model, or one that does uses it."""
        graph = self.uses.graph
        return path in graph.near or any(user in graph.near for user in graph.used.get(path, ()))

    def _serves_model(self, path: str) -> bool:
        """Whether a source file asks a model, or one that does uses it, by a client or by what it takes from a file with a client."""
        leading = self.uses.graph.leading
        return any(leading.get(p, STEPS + 1) <= STEPS for p in (path, *self.uses.graph.used.get(path, ())))

    def _declared(self) -> Iterator[Fact]:
        """Dependencies that the platform wires in by itself."""
        wired = [t for t in self.catalogue.tools if t.text("declared") == "suffices"]
        for dependency in self.project.dependencies:
            if dependency.fields["scope"] != "runtime":
                continue
            for tool in wired:
                globs = tool.entry.get("dependencies", {}).get(str(dependency.fields["ecosystem"]), ())
                if any(fnmatch.fnmatchcase(str(dependency.fields["name"]).lower(), g.lower()) for g in globs):
                    yield self.uses.use(tool, dependency.location.path, dependency.location.line, "dependency")

    def _settings(self) -> Iterator[Fact]:
        for setting in self.project.settings:
            path, key, value = setting.location.path, str(setting.fields["key"]), str(setting.fields["value"])
            if not self.project.is_application(path):
                continue
            switched = [*self.catalogue.switched(str(setting.fields["name"]), value), *self.catalogue.switched(key, value)]
            for tool in dict.fromkeys(switched):
                yield self.uses.use(tool, path, setting.location.line, "environment")
            provisioned = setting.fields["format"] in INFRASTRUCTURE
            for host in hosts_of(value):
                for match in self.catalogue.hosts.find(host):
                    if not provisioned or not (host.startswith(PRIVATE_LINK) or match.tool.category in MODEL_CATEGORIES):
                        yield self.uses.use(match.tool, path, setting.location.line, "host")
            if setting.fields["name"] == "image":
                for match in self.catalogue.images.find(re.sub(r"[:@][^/]*$", "", value)):
                    yield self.uses.use(match.tool, path, setting.location.line, "image")

    def _commands(self) -> Iterator[Fact]:
        """Tools that the project's own scripts and targets call, whether or not a pipeline runs them."""
        for unit in self.project.units:
            if not self.project.is_own(unit.path):
                continue
            for command in unit.commands:
                yield from self._command(unit.path, command.words, command.line)

    def _command(self, path: str, words: tuple[str, ...], line: int) -> Iterator[Fact]:
        for start, word in enumerate(words[:6]):
            for rest, tool in self.catalogue.commands.get(word.rsplit("/", 1)[-1].split("@")[0], ()):
                plain = [w for w in words[start + 1 :] if not w.startswith("-")]
                if list(rest) == plain[: len(rest)] and _counts(tool) and allowed(tool, list(words), list(words)):
                    yield self.uses.use(tool, path, line, "command")


def _is_address(fact: Fact) -> bool:
    return fact.fields["via"] == "host" and fact.fields["category"] in MODEL_CATEGORIES


def _counts(tool: Tool) -> bool:
    """Tools of which a command in a script is a use by itself; delivery and tests count only where a pipeline runs them."""
    return tool.category not in ("deployment", "packaging", "local-cluster", "test-runner", "release-automation")
