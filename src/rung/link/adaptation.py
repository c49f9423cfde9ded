"""How the application is fitted to its needs: generation parameters, few-shot examples, experiments that compare variants."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Call
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.evaluation import Evaluation
from rung.link.glance import MODEL_CATEGORIES
from rung.link.models import Models
from rung.link.project import Project
from rung.link.uses import Uses

TABLE_ROW = re.compile(r"^\s*\|(.+)\|\s*$")
FIGURE = re.compile(r"\d")
RESULT_WORDS = re.compile(
    r"accura|right|correct|score|pass|wins?\b|eval|f1|recall|precision|%|faithful|relevan|quality|rating", re.IGNORECASE
)
LOADED = re.compile(r"\.(?:load|read|get)", re.IGNORECASE)


class Adaptation:
    """Facts of kind `parameter`, `few-shot` and `experiment`."""

    def __init__(self, project: Project, uses: Uses, asking: Asking, models: Models, evaluations: list[Evaluation]) -> None:
        self.project, self.uses, self.asking, self.models = project, uses, asking, models
        self.evaluations = [e for e in evaluations if not e.dead]
        self.parameters = tuple(project.vocabulary["parameters"]["generation"])
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
        return found + list(self._experiments())

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

    def _experiments(self) -> Iterator[Fact]:
        """Comparisons of variants by a harness that is here, with results committed or recorded."""
        if self.evaluations:
            yield from self._tables()
            yield from self._variants()

    def _tables(self) -> Iterator[Fact]:
        """A table of results over two or more models or variants."""
        for path in self.project.repository.files:
            if not path.endswith((".md", ".mdx", ".rst", ".csv")) or not self.project.repository.in_scope(path):
                continue
            text = self.project.text(path) or ""
            if "|" not in text or not RESULT_WORDS.search(text):
                continue
            line = self._table_line(text)
            if line:
                yield self.project.fact("experiment", path, line)
                return

    def _table_line(self, text: str) -> int:
        """The first line of a table whose rows give figures for at least two models; 0 when there is none."""
        start, header = 0, ""
        named: set[str] = set()
        for number, line in enumerate(text.splitlines(), 1):
            row = TABLE_ROW.match(line)
            if not row:
                start, header, named = 0, "", set()
                continue
            if not start:
                start, header = number, line
                continue
            cells = [c.strip(" *`_") for c in row.group(1).split("|")]
            models = [c for c in cells if self.models.is_model(c.split(" ")[0].split("(")[0])]
            figures = [c for c in cells if FIGURE.search(c) and c not in models]
            if models and figures:
                named.add(models[0])
            if len(named) >= 2 and RESULT_WORDS.search(header):
                return start
        return 0

    def _variants(self) -> Iterator[Fact]:
        """Prompt definitions with variants that an evaluation harness runs."""
        for path in self.project.paths:
            if path.endswith((".yaml", ".yml")) and self.project.is_own(path) and "variants" in (self.project.text(path) or ""):
                data = self.project.data(path)
                groups = data.get("node_variants") or data.get("variants") if isinstance(data, dict) else None
                if isinstance(groups, dict) and any(
                    isinstance(g, dict) and isinstance(g.get("variants"), dict) and len(g["variants"]) >= 2 for g in groups.values()
                ):
                    yield self.project.fact("experiment", path, _line(self.project.text(path) or "", "variants"))
                    return


def _line(text: str, word: str) -> int:
    return next((i for i, line in enumerate(text.splitlines(), 1) if word in line), 1)
