"""Which answers to raise: the cheapest set that reaches a score, with what those answers build on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from rung.gate.types import Way
from rung.gate.ways import cheapest_ways
from rung.model.assessment import Answer, Assessment
from rung.model.conditions import holds, rules_in

Option = Mapping[str, Any]  # an answer of the model's document
_Needed = tuple[str, int]  # a question, and the points that it must have


@dataclass(frozen=True, slots=True)
class Chosen:
    """An answer to reach: its question, and its entry in the model's document."""

    question: str
    option: Option


def choose(model: Mapping[str, Any], assessment: Assessment, score: int) -> tuple[Chosen, ...]:
    """The cheapest answers to reach so that the score is reached, in an order in which they can be taken.

    An answer that builds on another question's (`builds_on`) comes with that one. Of equally cheap sets the one with fewer steps is taken.
    """
    open_needs = sorted({need for _, option in _options(model) for need in _needs(option) if not _met(assessment, need)})
    best: tuple[tuple[int, int], list[Way]] | None = None
    for count in range(len(open_needs) + 1):
        for taken in combinations(open_needs, count):
            ways = _ways(model, assessment, score, taken)
            if ways is not None and (best is None or _cost(model, ways) < best[0]):
                best = _cost(model, ways), ways
    return () if best is None else _ordered(model, assessment, best[1])


def _ways(model: Mapping[str, Any], assessment: Assessment, score: int, taken: Sequence[_Needed]) -> list[Way] | None:
    """The cheapest ways to the score with these answers among them, and none that builds on any other; None where there are none."""
    first: list[Way] = []
    for question, points in taken:
        now = _answer(assessment, question).points
        first += cheapest_ways(model, assessment, points - now, [question]) if now < points else ()
    after = _with(model, assessment, first)
    if after.score >= score:
        return first
    rest = cheapest_ways(_without_unmet(model, after), after, score - after.score)
    return [*first, *rest] if rest else None


def _with(model: Mapping[str, Any], assessment: Assessment, ways: Sequence[Way]) -> Assessment:
    """The assessment once these ways are gone."""
    done = {rule for way in ways for rule in rules_in(option_of(model, way.question, way.points)["when"])}
    answers = []
    for question in questions(model):
        answer = _answer(assessment, question["id"])
        findings = tuple(replace(f, holds=True) if f.rule in done else f for f in answer.findings)
        held = {finding.rule for finding in findings if finding.holds}
        answers.append(replace(answer, findings=findings, points=max(answer.points, points_of(question, held.__contains__))))
    return replace(assessment, answers=tuple(answers), score=sum(answer.points for answer in answers))


def points_of(question: Mapping[str, Any], rule_holds: Callable[[str], bool]) -> int:
    """The points of a question of the model's document."""
    points = 0
    for option in question["answers"][1:]:
        if holds(option["when"], rule_holds) and (option.get("alone") or points == option["points"] - 1):
            points = int(option["points"])
    return points


def _without_unmet(model: Mapping[str, Any], assessment: Assessment) -> Mapping[str, Any]:
    """The model without the answers that build on what isn't there, and without those above them."""
    capabilities = []
    for capability in model["capabilities"]:
        own = []
        for question in capability["questions"]:
            kept: list[Option] = [question["answers"][0]]
            for option in question["answers"][1:]:
                follows = option.get("alone") or kept[-1]["points"] == option["points"] - 1
                if follows and all(_met(assessment, need) for need in _needs(option)):
                    kept.append(option)
            own.append({**question, "answers": kept})
        capabilities.append({**capability, "questions": own})
    return {**model, "capabilities": capabilities}


def _ordered(model: Mapping[str, Any], assessment: Assessment, ways: Sequence[Way]) -> tuple[Chosen, ...]:
    """The cheapest first, what gains more before what gains less, and each after what it builds on."""
    gains = {repr(option_of(model, w.question, w.points)["when"]): 0 for w in ways}
    for way in ways:
        gains[repr(option_of(model, way.question, way.points)["when"])] += 1
    place = {question["id"]: number for number, question in enumerate(questions(model))}
    waiting, found = list(ways), []
    reached = {answer.question: answer.points for answer in assessment.answers}
    while waiting:
        ready = [w for w in waiting if _is_ready(model, w, waiting, reached)] or waiting
        chosen = min(
            ready,
            key=lambda w: (
                model["efforts"][w.effort],
                -gains[repr(option_of(model, w.question, w.points)["when"])],
                place[w.question],
                w.points,
            ),
        )
        waiting.remove(chosen)
        reached[chosen.question] = chosen.points
        found.append(Chosen(chosen.question, option_of(model, chosen.question, chosen.points)))
    return tuple(found)


def _is_ready(model: Mapping[str, Any], way: Way, waiting: Sequence[Way], reached: Mapping[str, int]) -> bool:
    lower = any(other.question == way.question and other.points < way.points for other in waiting)
    return not lower and all(reached[question] >= points for question, points in _needs(option_of(model, way.question, way.points)))


def _cost(model: Mapping[str, Any], ways: Sequence[Way]) -> tuple[int, int]:
    """What a set of ways costs, one and the same condition once, and of how many it is."""
    costs: dict[str, int] = {}
    for way in ways:
        when = repr(option_of(model, way.question, way.points)["when"])
        costs[when] = max(costs.get(when, 0), model["efforts"][way.effort])
    return sum(costs.values()), len(costs)


def option_of(model: Mapping[str, Any], question: str, points: int) -> Option:
    """The answer of a question with so many points."""
    found: Option = next(option for identifier, option in _options(model) if identifier == question and option["points"] == points)
    return found


def questions(model: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The questions of the model's document, in its order."""
    return [question for capability in model["capabilities"] for question in capability["questions"]]


def _options(model: Mapping[str, Any]) -> Iterator[tuple[str, Option]]:
    for question in questions(model):
        for option in question["answers"][1:]:
            yield question["id"], option


def _needs(option: Option) -> list[_Needed]:
    return list(option.get("builds_on", {}).items())


def _met(assessment: Assessment, need: _Needed) -> bool:
    return _answer(assessment, need[0]).points >= need[1]


def _answer(assessment: Assessment, question: str) -> Answer:
    return next(answer for answer in assessment.answers if answer.question == question)
