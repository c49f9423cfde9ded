"""Metrics that an evaluation tool's judges are given names or written criteria for (`Judge(name="correctness", rubric="...")`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.catalogue import Tool, glob_matches
from rung.facts.code.source import Source, Value
from rung.link.metrics import CRITERIA, OWN, patterns
from rung.link.project import Project
from rung.regex import regex

JUDGED = "judged"
NAMES = frozenset(
    ["name", "evaluation_name", "evaluationname", "metric", "metric_name", "metricname", "feedback_key", "feedbackkey", "score_name"]
)
WRITTEN = CRITERIA | {"definition", "guidelines", "instructions", "prompt", "prompt_template", "task_introduction", "template"}
# What goes on in one case is the case's own criterion, and no metric of the run.
CASE = regex(r"(?:^|\.)(?:\w*[cC]ase|Example|Sample|Task|it|test)$")
GENERIC = regex(
    r"^(?:llm[_\s-]?)?(?:judge\w*|evaluat\w+|grader?|score[rd]?|quality|overall|metric|rubric|check|default|custom|test|result|verdict|g[_-]?eval|pass(?:ed)?|llm)"
    r"(?:[_\s-]?\d+)?$",
    re.IGNORECASE,
)
# Names of what looks at an answer's form alone.
FORMAL = regex(
    r"(?:^|[_\s-])(?:sections?|headings?|format(?:ting)?|structure|layout|length|json|schema|markdown)(?:$|[_\s-])", re.IGNORECASE
)
LONGEST, DEEPEST = 60, 3


def of_judges(project: Project, source: Source, tools: list[Tool]) -> dict[str, int]:
    """Metrics by id, with lines: the vocabulary's where it knows the judge's name, else the judge's own criterion."""
    globs = [g for t in tools for g, metric in t.entry.get("metrics", {}).items() if metric == JUDGED]
    cases = [c for c in source.calls if CASE.search(c.callee)] if globs else []
    found: dict[str, int] = {}
    for call in source.calls if globs else ():
        if not any(glob_matches(g, t) for g in globs for t in (call.callee, call.callee.rsplit(".", 1)[-1])):
            continue
        if any(c is not call and c.line <= call.line and call.end_line <= c.end_line for c in cases):
            continue
        given = dict(_given(call.arguments, DEEPEST))
        name = next((given[k] for k in sorted(NAMES & given.keys()) if len(given[k]) <= LONGEST), "")
        if WRITTEN & given.keys() and name and not GENERIC.match(name) and not FORMAL.search(name):
            found.setdefault(_metric(project, name), call.line)
    return found


def _given(value: Value, depth: int) -> Iterator[tuple[str, str]]:
    """The texts and names that a call is handed by keyword, at any depth."""
    for key, item in zip(value.keys, value.items, strict=False):
        if key and (item.kind in ("string", "template", "list", "name") and (item.text or item.items)):
            yield key.lower(), item.text
    for item in value.items if depth else ():
        if item.kind in ("mapping", "call"):
            yield from _given(item, depth - 1)


def _metric(project: Project, name: str) -> str:
    """The vocabulary's metric that a name says; without one, a criterion of the judge's own."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    known = next((m for m, pattern in patterns(project.vocabulary) if pattern.search(spaced)), "")
    return known or OWN + re.sub(r"\W+", "-", spaced.lower()).strip("-")
