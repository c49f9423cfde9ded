"""Panels of judges: an evaluation goes through cases, and hands each answer to several judges that are named by their metrics."""

from __future__ import annotations

import re

from rung.facts.code.source import Call, Source
from rung.link.asking import Asking
from rung.link.candidates import HINT
from rung.link.project import Project
from rung.link.scored_names import metric_of
from rung.regex import regex

EVALUATES = regex(r"(?:^|[._])(?:evaluate|score|judge|grade|measure|assess|rate)(?:_?(?:answer|response|case|async))?$", re.IGNORECASE)
JUDGE = regex(r"_?(?:Evaluator|Judge|Scorer|Grader|Metric|Checker|Evaluation)$", re.IGNORECASE)
# What a loop goes through: it ends by a name of cases, cut or handed to a counter at most.
CASES = regex(
    r"(?:questions|cases|test_?sets?|tests|samples|data_?sets?|examples|goldens?|scenarios|rows)(?:\[[^\]]{0,40}\])?(?:\.\w{1,20}\(\))?(?:,[^()]{0,60})?\){0,3}$",
    re.IGNORECASE,
)
FEWEST = 2
Places = dict[str, tuple[str, int]]


def panel(project: Project, asking: Asking, source: Source) -> Places:
    """Metrics by id, each with its place, that a panel of judges scores; empty where a file has none."""
    loops = [loop for loop in source.loops if CASES.search(loop.iterable)] if HINT.search(source.path) else []
    if not loops:
        return {}
    asked = asking.calls(source.path)
    judging = [c for c in asked if EVALUATES.search(c.callee) and _metric(project, c)]
    found: Places = {}
    for loop in loops:
        inside = [c for c in judging if loop.line <= c.line <= loop.end_line]
        held = {a.name.split(",")[0] for a in source.assignments if loop.line < a.line <= loop.end_line and a.value.kind == "call"}
        for call in inside:
            given = {w for v in call.arguments.items for w in re.findall(r"\w+", " ".join([v.text, *(i.text for i in v.items)]))}
            if given & held:
                found.setdefault(_metric(project, call), (source.path, call.line))
    return found if len(found) >= FEWEST else {}


def _metric(project: Project, call: Call) -> str:
    """The metric by which the judge is named that a call asks, "" for none."""
    receiver = call.callee.rpartition(".")[0].rpartition(".")[2].lstrip("_$@")
    return metric_of(project, JUDGE.sub("", receiver)) if receiver else ""
