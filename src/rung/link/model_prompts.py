"""Prompts by the model that each is for, kept apart and chosen by the model's name: in a table of their names, or by conditions."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from rung.facts.code.source import Source, Value
from rung.link.entities import snake
from rung.link.graph import Graph
from rung.link.project import Project
from rung.regex import regex

PROMPT = regex(r"(?:^|_)prompts?(?:_|$)|(?:^|_)system_(?:message|instructions?)(?:_|$)")
PROMPT_PATH = regex(r"(?:^|/)(?:\w{1,20}[-_])?prompts?(?:[-_]\w{1,20})?(?:/|\.\w{1,5}$)", re.IGNORECASE)
# A condition with a name in it, and the constants that are given or taken where it holds or not.
ASKED = regex(r"\b(?:if|elif|elsif|case|when)\b")
QUOTED = regex(r"[\"'`]([\w.:/-]{2,40})[\"'`]")
GIVEN = regex(r"(?:\breturn|=>|->|(?<![=!<>:])=(?![=>])|\?|\belse)[\s\[({]{1,4}(?:\w{1,40}\.){0,2}([A-Z][A-Z\d_]{3,60})\b")
WINDOW = 6


def chosen_by_model(
    project: Project, graph: Graph, families: re.Pattern[str], modules: re.Pattern[str], holding: Collection[str]
) -> tuple[str, int] | None:
    """The path and line of the first such choice; `holding` are files with prompts, `modules` matches the paths of their modules."""
    for path in filter(project.is_application, project.code):
        apart = path in holding or modules.search(project.shipped.get(path, path))
        text = project.text(path) or "" if apart or path in graph.near else ""
        source = project.source(path) if "PROMPT" in text or (apart and "rompt" in text) else None
        if source is None:
            continue
        taken = {name: target for target, names in graph.touches(path).items() for name in names or ()}
        if line := _choice(source, families, taken):
            return path, line
    return None


def _choice(source: Source, families: re.Pattern[str], modules: Mapping[str, str]) -> int:
    """The line at which a file chooses between prompts by the family of the model; 0 for none.

    `modules` are the files from which it takes names, by these names.
    """

    def is_prompt(name: str) -> bool:
        tail = re.split(r"[.:]+", name)[-1]
        return bool(PROMPT.search(snake(tail)) or PROMPT_PATH.search(modules.get(name.partition(".")[0], "")))

    def of_family(key: str) -> bool:
        return any(families.match(part) for part in re.split(r"[/:]", key))

    for assignment in source.assignments:
        if assignment.value.kind == "mapping" and len(_named(assignment.value, of_family, is_prompt)) >= 2:
            return assignment.line
    taken = (name for i in source.imports for name in (i.alias, *(alias or given for given, alias in i.names)))
    constants = {*modules, *taken, *(a.name for a in source.assignments if a.function < 0)}
    for number, line in enumerate(source.lines):
        if ASKED.search(line) and any(map(of_family, QUOTED.findall(line))):
            given = {m[1] for row in source.lines[number : number + WINDOW] for m in GIVEN.finditer(row)}
            if len([n for n in given if n in constants and is_prompt(n)]) >= 2:
                return number + 1
    return 0


def _named(table: Value, of_family: Callable[[str], bool], is_prompt: Callable[[str], bool]) -> set[str]:
    """The prompts whose names stand in a table under families of models."""
    pairs = zip(table.keys, table.items, strict=False)
    return {v.text for k, v in pairs if v.kind == "name" and of_family(k) and is_prompt(v.text)}
