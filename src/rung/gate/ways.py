"""The cheapest steps up: which answers to raise so that enough points are gained, by the efforts that the model gives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from rung.gate.types import Way
from rung.model.assessment import Answer, Assessment
from rung.model.conditions import holds, needs


@dataclass(frozen=True, slots=True)
class _Rise:
    """One way to raise an answer: to so many points, by these steps; each step is bought once, however many answers it raises."""

    points: int
    gain: int
    steps: tuple[tuple[str, int], ...]  # (the condition to fulfil, its cost)
    ways: tuple[Way, ...]


# What a choice costs, how many steps it takes, and which it takes; the smaller is the better, and no two are equal.
_Choice = tuple[int, int, tuple[tuple[int, int], ...], tuple[Way, ...]]


def cheapest_set(model: Mapping[str, Any], assessment: Assessment, points: int, within: Iterable[str] | None = None) -> tuple[Way, ...]:
    """The cheapest steps that gain at least so many points, in the model's order; `within` names the questions that count.

    What an answer builds on is no matter here (`way_up.cheapest_ways` sees to that). Empty where the questions don't have so many points
    to give. Of two equally cheap sets the one with fewer steps is taken, then the one that comes first in the model.
    """
    wanted = None if within is None else frozenset(within)
    answers = {a.question: a for a in assessment.answers if wanted is None or a.question in wanted}
    questions = [q for c in model["capabilities"] for q in c["questions"] if q["id"] in answers]
    best: dict[int, _Choice] = {0: (0, 0, (), ())}
    position = 0
    for group in _groups(questions):
        rises = [_rises(q, answers[q["id"]], model["efforts"]) for q in group]
        best = _extend(best, [_combined(combination, position) for combination in product(*rises)], points)
        position += len(group)
    chosen = best.get(points)
    order = {q["id"]: number for number, q in enumerate(questions)}
    return () if chosen is None else tuple(sorted(chosen[3], key=lambda way: (order[way.question], way.points)))


def needs_of(option: Mapping[str, Any], answer: Answer) -> tuple[str, ...]:
    """What is missing for an answer option: the fixes of its rules that don't hold, or the option's own words."""
    findings = {finding.rule: finding for finding in answer.findings}
    missing = needs(option["when"], lambda rule: rule not in findings or findings[rule].holds, lambda rule: findings[rule].fix)
    return tuple(dict.fromkeys(missing)) or (str(option["text"]),)


def _rises(question: Mapping[str, Any], answer: Answer, efforts: Mapping[str, int]) -> list[_Rise]:
    """The answer as it is, and each way to raise it. Steps are counted from what the repository shows, without attested points."""
    held = {finding.rule for finding in answer.findings if finding.holds}
    shown = answer.points if answer.inferred is None else answer.inferred
    rises = [_Rise(answer.points, 0, (), ())]
    for target in question["answers"][1:]:
        if target["points"] <= answer.points:
            continue
        path = [target] if target.get("alone") else [o for o in question["answers"][1:] if shown < o["points"] <= target["points"]]
        todo = [option for option in path if not holds(option["when"], held.__contains__)]
        steps = tuple((repr(option["when"]), efforts[option["effort"]]) for option in todo)
        ways = tuple(_ways(question, answer, todo))
        rises.append(_Rise(target["points"], target["points"] - answer.points, steps, ways))
    return rises


def _ways(question: Mapping[str, Any], answer: Answer, options: Sequence[Mapping[str, Any]]) -> Iterator[Way]:
    """A way for each option, which doesn't say again what the one before it needs."""
    said: set[str] = set()
    for option in options:
        needs = needs_of(option, answer)
        fresh = tuple(need for need in needs if need not in said) or (str(option["text"]),)
        said.update(needs)
        yield Way(question["id"], question["title"], option["points"], option["effort"], fresh)


def _groups(questions: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """The questions, those together that one and the same step can raise."""
    groups: list[tuple[set[str], list[Mapping[str, Any]]]] = []
    for question in questions:
        conditions, members = {repr(option["when"]) for option in question["answers"][1:]}, [question]
        for other in [group for group in groups if group[0] & conditions]:
            groups.remove(other)
            conditions, members = other[0] | conditions, other[1] + members
        groups.append((conditions, members))
    return [members for _, members in groups]


def _combined(rises: Sequence[_Rise], position: int) -> tuple[int, _Choice]:
    """What raising each question of a group so far gains, and costs."""
    costs: dict[str, int] = {}
    for rise in rises:
        for condition, cost in rise.steps:
            costs[condition] = max(cost, costs.get(condition, 0))
    ways = tuple(way for rise in rises for way in rise.ways)
    picked = tuple((position + number, rise.points) for number, rise in enumerate(rises) if rise.gain)
    return sum(rise.gain for rise in rises), (sum(costs.values()), len(ways), picked, ways)


def _extend(best: Mapping[int, _Choice], choices: Sequence[tuple[int, _Choice]], points: int) -> dict[int, _Choice]:
    """The best choice for each number of points gained so far (all beyond those needed count as enough), with one more group."""
    extended: dict[int, _Choice] = {}
    for gained, sofar in best.items():
        for gain, choice in choices:
            together = (sofar[0] + choice[0], sofar[1] + choice[1], sofar[2] + choice[2], sofar[3] + choice[3])
            total = min(points, gained + gain)
            if total not in extended or together[:3] < extended[total][:3]:
                extended[total] = together
    return extended
