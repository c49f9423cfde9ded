"""The prompt files that an evaluation runs: those that it names, and those in the folders of flows that it hands on."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property

from rung.facts.code.source import Source
from rung.link.data_files import locate
from rung.link.files import matching
from rung.link.project import Project
from rung.regex import regex

NAMED = regex(r"prompt|\.prompty$|\.jinja2?$|\.j2$", re.IGNORECASE)
# How a tool is told which folder of prompts it is to run.
FLOWS = ("flow", "flow_path", "flow_dir", "flow_folder", "base_flow", "target_flow")
SCORED = ("run",)  # given with a flow that scores what another run answered
LOADS_FLOW = regex(r"(?:^|\.)load_flow$")
LONGEST = 120


class EvaluatedPrompts:
    """Finds the prompt files that the sources of evaluations run."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def of(self, source: Source) -> list[str]:
        """Paths of the prompt files that a source runs."""
        names = (t.value for t in source.texts if len(t.value) < LONGEST and "\n" not in t.value and NAMED.search(t.value))
        found = [target for name in names if (target := locate(self.project, source.path, name))]
        return [*found, *self._flows(source)]

    def _flows(self, source: Source) -> Iterator[str]:
        """Prompts in a declared format in the folders that a source hands on as what is to be run (`run(flow="../chat")`)."""
        handed = [v for c in source.calls if (v := c.argument(*FLOWS)) and c.argument(*SCORED) is None]
        handed += [v for c in source.calls if LOADS_FLOW.search(c.callee) for v in c.arguments.items[:1]]
        handed += [a.value for a in source.assignments if a.name.rsplit(".", 1)[-1] in FLOWS]
        folder = posixpath.dirname(source.path)
        named = {v.text for v in handed if v.kind == "name"}
        handed += [a.value for a in source.assignments if a.name in named]
        for name in dict.fromkeys(v.text for v in handed if v.kind == "string" and 0 < len(v.text) < LONGEST):
            for base in dict.fromkeys((folder, "")):
                path = posixpath.normpath(posixpath.join(base, name))
                yield from self._formatted.get(posixpath.dirname(path) if path in self.project.repository.files else path, ())

    @cached_property
    def _formatted(self) -> dict[str, list[str]]:
        """The application's prompt files in a declared format by their folder, without those that are evaluations themselves."""
        files, project = self.project.catalogue.files, self.project
        judging = {p for signature, tool in files if tool.category == "evaluation" for p in matching(project, signature)}
        found: dict[str, list[str]] = {}
        for signature, tool in files:
            for path in matching(project, signature) if tool.category == "prompt-format" else ():
                if path not in judging and project.is_application(path):
                    found.setdefault(posixpath.dirname(path), []).append(path)
        return found
