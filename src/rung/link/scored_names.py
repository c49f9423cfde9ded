"""Advanced metrics that an evaluation scores by functions of the project's own, or holds against a bar, told by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rung.facts.code.source import Source
from rung.link.metrics import patterns
from rung.link.project import Project
from rung.regex import regex

# What the name of a function or value has besides its metric.
BESIDE = regex(
    r"^(?:get|compute|calc|calculate|score|rate|rates|judge|check|grade|eval|evaluate|measure|assess|mean|avg|average|min|minimum|total|is|llm|answer|reply"
    r"|semantic|text|cosine|embedding)_+|_+(?:score|scores|rating|grade|judge|eval|mean|avg|average|metric|ok|of_answer|value|values|rate|total)$",
    re.IGNORECASE,
)
# An order in which a name stands for how good something was; what is held against a bar is a number that came out.
ORDER = ("<", "<=", ">", ">=")
BAR = regex(r"\d|[A-Z_]{3,}|min|threshold|floor|least|limit|target|bar\b|goal|required|baseline", re.IGNORECASE)
LAST = regex(r"([A-Za-z_]\w{2,60})[\"'\])]{0,4}$")
STEPS = 3
# What says which criterion a judge is to score by: a parameter of a test, the variable of a loop.
CRITERION = regex(
    r"(?:^|[\s,(])(?:\w{1,20}_)?(?:criteri(?:on|a)|metrics?|dimension|aspect|rubric|quality)(?:_\w{1,20})?(?:$|[\s,)])", re.IGNORECASE
)
LOOPS = regex(r"\s*for\s+\(?(?:criterion|metric|dimension|aspect|rubric)\w{0,20}\b")


def scored_by_name(project: Project, source: Source, near: Iterable[Source]) -> dict[str, tuple[str, int]]:
    """Metrics by id with their places: functions that `source` calls of its own and of the helpers near it, and values that it compares."""
    own = {f.name: (s.path, f.line) for s in (source, *near) for f in s.functions if f.name}
    found: dict[str, tuple[str, int]] = {}
    for call in source.calls:
        tail = call.callee.rsplit(".", 1)[-1]
        if tail in own and (metric := metric_of(project, tail)):
            found.setdefault(metric, own[tail])
    for name, line in _listed(source):
        if metric := metric_of(project, name):
            found.setdefault(metric, (source.path, line))
    for comparison in source.comparisons if source.language == "python" else ():
        if comparison.operator in ORDER:
            for side, other in ((comparison.left, comparison.right), (comparison.right, comparison.left)):
                last = LAST.search(side.strip())
                if last and BAR.search(other) and (metric := metric_of(project, last[1])):
                    found.setdefault(metric, (source.path, comparison.line))
    return found


def _listed(source: Source) -> Iterator[tuple[str, int]]:
    """Names by which a judge's criteria are handed on one by one: to a test by its parameters, or by a loop over a list of them."""
    for call in source.calls:
        given = call.arguments.items
        if call.callee.endswith("parametrize") and len(given) >= 2 and given[0].kind == "string" and CRITERION.search(given[0].text):
            for entry in given[1].items:
                first = entry.items[0] if entry.kind in ("list", "call") and entry.items else entry
                if first.kind == "string":
                    yield first.text, call.line
    for loop in source.loops:
        if LOOPS.match(source.lines[loop.line - 1]) and loop.iterable[:1] in "([{":
            yield from ((name, loop.line) for name in re.findall(r"[\"'](\w{3,40})[\"']", loop.iterable))


def metric_of(project: Project, name: str) -> str:
    """The metric that a name says, "" for none."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    for _ in range(STEPS):
        if metric := next((m for m, pattern in patterns(project.vocabulary) if pattern.fullmatch(spaced)), ""):
            return metric
        spaced = BESIDE.sub("", spaced)
    return ""
