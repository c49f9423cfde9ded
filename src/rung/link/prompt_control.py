"""What controls a change of a prompt: versions, owners, and tests or evaluations of the application's own prompts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.checks import assertions, test_units
from rung.link.evaluation import Evaluation
from rung.link.graph import Graph
from rung.link.project import Project
from rung.link.prompt_variants import PromptVariants
from rung.repository import Role

RENDERED = re.compile(r"prompt|template|instruction|render", re.IGNORECASE)
FORMAL = re.compile(r"assert_called|called_with|is not None|isinstance|err\b|Err")


class PromptControl:
    """Facts of kind `prompt-control`: version, owner or test."""

    def __init__(self, project: Project, graph: Graph, asking: Asking, prompts: list[Fact], evaluations: list[Evaluation]) -> None:
        self.project, self.graph, self.asking, self.prompts = project, graph, asking, prompts
        self.evaluations = [e for e in evaluations if not e.dead]
        words = project.vocabulary["prompts"]
        self.variants = PromptVariants(project, graph)
        self.modules = re.compile(words["modules"], re.IGNORECASE)

    def facts(self) -> list[Fact]:
        """At most one fact a control."""
        return [*self._versions(self.prompts), *self._owned(self.prompts), *self._tested(self.prompts)]

    def _versions(self, prompts: list[Fact]) -> Iterator[Fact]:
        """(a) explicit versions or variants: in names, fields, or a registry with labels."""
        found, is_version = next(self.variants.among(prompts), (None, False))
        if not is_version:
            for path, line in self.variants.in_code(prompts):
                yield self.project.fact("prompt-control", path, line, control="version", variant=False)
                return
        if found:
            fields = {"role": "application", "control": "version", "variant": not is_version}
            yield Fact("prompt-control", found.location, found.text, fields)

    def _owned(self, prompts: list[Fact]) -> Iterator[Fact]:
        """(b) code owners whose patterns cover the prompt files."""
        repository = self.project.repository
        places = [p.location.path for p in prompts] or [p for p in self.project.code if self.asking.direct(p)][:1]
        for path in places:
            if repository.owners(path):
                rule = repository.owner_rule(path)
                if rule:
                    yield self.project.fact("prompt-control", rule[0], rule[1], control="owner", covers=path)
                    return

    def _tested(self, prompts: list[Fact]) -> Iterator[Fact]:
        """(c) tests or evaluations that exercise the application's own prompts."""
        files = {p.location.path for p in prompts}
        for evaluation in self.evaluations:
            if evaluation.own_prompts or files & set(evaluation.prompts):
                yield self.project.fact("prompt-control", evaluation.path, evaluation.line, control="test")
                return
        for path in self.project.code:
            if self.project.role(path) is Role.TEST:
                line = self._renders(path, files)
                if line:
                    yield self.project.fact("prompt-control", path, line, control="test")
                    return

    def _may_touch(self, path: str, files: set[str]) -> bool:
        return any(t in files or self.modules.search(t) for t in self.graph.glanced(path))

    def _renders(self, path: str, files: set[str]) -> int:
        """The line of an assertion on a rendered prompt in a test; 0 when there is none."""
        if not self.asking.uses.glance.holds(path, "prompt") or not self._may_touch(path, files):
            return 0
        source = self.project.source(path)
        if source is None:
            return 0
        touched = {t for t in self.graph.touches(path) if t in files}
        near = [t for t in self.graph.touches(path) if self.modules.search(t)]
        if not touched and not near:
            return 0
        taken = {n for t in (*touched, *near) for n in (self.graph.touches(path)[t] or ())}
        for unit in test_units(source):
            for call in assertions(source, unit.functions):
                text = " ".join(source.lines[call.line - 1 : call.end_line])
                inside = " ".join(source.lines[unit.line - 1 : unit.end_line])
                named = not taken or any(n in inside for n in taken)
                if named and RENDERED.search(text) and not FORMAL.search(text):
                    return call.line
        return 0
