"""Tables in which a prompt stands beside its default under the name by which a caller chooses it, or by the family of the model."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

from rung.facts.code.source import Source, Value
from rung.link.expression import Expression
from rung.link.graph import Graph
from rung.link.project import Project
from rung.regex import regex

# Takes a prompt by the name of one: `get_template("rag", prompt_name)`, `PROMPTS[prompt_name]`.
BY_NAME = Expression(
    r"(?:\[|[(,=]\s{0,20})(?:\w{1,30}\.){0,2}prompt_?(?:template_?)?(?:name|style|variant)(?:\]|\s{0,20}[,)])", re.IGNORECASE
)
PROMPTS_CLASS = regex(r"[pP]rompts?(?:_?(?:[sS]ettings|[cC]onfig|[tT]emplates?|[lL]ibrary))?$")
DECLARED = Expression(r"\bclass [pP]rompts?(?:Settings|Config|Templates?|Library)?\b")
SHORTEST = 12


class NamedPrompts:
    """Finds tables of prompts by name."""

    def __init__(self, project: Project, graph: Graph) -> None:
        self.project, self.graph = project, graph
        self.constants = regex(project.vocabulary["prompts"]["constants"])

    def may_declare(self, path: str) -> bool:
        """Whether a file that others use declares a class that holds prompts."""
        return path in self.graph.used and DECLARED.search(self.project.text(path) or "") is not None

    def line(self, source: Source, is_family_table: Callable[[Value], bool]) -> int:
        """The line of such a table, by itself or within one of prompts; 0 for none."""
        for assignment in source.assignments:
            of_prompts = self.constants.search(assignment.name) or PROMPTS_CLASS.search(assignment.owner)
            if assignment.function >= 0 or not of_prompts or assignment.value.kind != "mapping":
                continue
            for table in (assignment.value, *(v for v in assignment.value.items if v.kind == "mapping")):
                texts = [k for k, v in zip(table.keys, table.items, strict=False) if _speaks(v)]
                chosen = "default" in texts and len(texts) > 1 and self._is_chosen
                if chosen or (table.items and is_family_table(table)):
                    return table.line or assignment.line
        return 0

    @cached_property
    def _is_chosen(self) -> bool:
        """Whether code near the model takes a prompt by a name that it is handed."""
        near = (self.project.text(path) or "" for path in sorted(self.graph.near) if self.project.is_application(path))
        return any("rompt" in text and BY_NAME.search(text) for text in near)


def _speaks(value: Value) -> bool:
    return value.kind in ("string", "template") and len(value.text) >= SHORTEST
