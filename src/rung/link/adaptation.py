"""How the application is fitted to its needs: generation parameters, few-shot examples, experiments that compare variants."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Call
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.evaluation import Evaluation
from rung.link.experiments import Experiments
from rung.link.glance import MODEL_CATEGORIES
from rung.link.models import Models
from rung.link.project import Project
from rung.link.uses import Uses

LOADED = re.compile(r"\.(?:load|read|get)", re.IGNORECASE)


class Adaptation:
    """Facts of kind `parameter`, `few-shot` and `experiment`."""

    def __init__(
        self, project: Project, uses: Uses, asking: Asking, models: Models, evaluations: list[Evaluation], prompts: list[Fact]
    ) -> None:
        self.project, self.uses, self.asking, self.models = project, uses, asking, models
        self.evaluations = [e for e in evaluations if not e.dead]
        self.parameters = tuple(project.vocabulary["parameters"]["generation"])
        self.prompts = prompts
        names = "|".join(self.parameters)
        self.declared = re.compile(rf"^[ \t]*[\"']?(?:{names})[\"']?[ \t]*[:=][ \t]*[\"']?-?[\d.]+[\"']?,?[ \t]*(?:#.*)?$")
        self.few_shot = re.compile(project.vocabulary["parameters"]["few_shot"])

    def facts(self) -> list[Fact]:
        """All facts of this room."""
        found: list[Fact] = []
        for path in self.project.code:
            if self.project.is_application(path):
                found += self._of_code(path)
        for setting in self.project.settings:
            if (
                setting.fields["name"] in self.parameters
                and re.fullmatch(r"-?\d+(?:\.\d+)?", str(setting.fields["value"]))
                and self.project.is_application(setting.location.path)
            ):
                found.append(Fact("parameter", setting.location, setting.text, {"role": "application"}))
        return [*found, *self._in_definitions(), *Experiments(self.project, self.asking, self.models, self.evaluations).facts()]

    def _in_definitions(self) -> Iterator[Fact]:
        """Parameters in prompt definitions, at whatever depth (`model.parameters.temperature` in front matter)."""
        for prompt in self.prompts:
            if prompt.fields["structured"] and prompt.fields["form"] == "definition":
                path = prompt.location.path
                line = next((n for n, t in enumerate((self.project.text(path) or "").splitlines(), 1) if self.declared.match(t)), 0)
                if line and self.project.is_application(path):
                    yield self.project.fact("parameter", path, line)
                    return

    def _of_code(self, path: str) -> Iterator[Fact]:
        if path not in self.asking.graph.near:
            return
        text = self.project.text(path) or ""
        if any(p in text for p in self.parameters):
            source = self.project.source(path)
            direct = {id(c) for c in self.asking.direct(path)}
            near = any(self.project.catalogue.by_id[t].category in MODEL_CATEGORIES for t in self.uses.imported(path))
            for call in source.calls if source else ():
                if (id(call) in direct or near) and self._sets(call):
                    yield self.project.fact("parameter", path, call.line)
                    break
        if self.uses.glance.holds(path, "few-shot"):
            source = self.project.source(path)
            for assignment in source.assignments if source else ():
                filled = assignment.value.items or LOADED.search(assignment.value.text)
                if filled and self.few_shot.search(assignment.name) and (self.asking.names(path) or self.asking.calls(path)):
                    yield self.project.fact("few-shot", path, assignment.line)
                    break

    def _sets(self, call: Call) -> bool:
        """Whether a call sets a generation parameter, as a keyword or in a builder's chain (`.temperature(0.2)`)."""
        value = call.argument(*self.parameters)
        if value is not None:
            return value.kind != "null"
        return call.callee.rsplit(".", 1)[-1] in self.parameters and len(call.arguments.items) == 1
