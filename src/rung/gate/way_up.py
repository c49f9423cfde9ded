"""The cheapest way up, with the answers that others build on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

from rung.gate.types import Way
from rung.gate.ways import cheapest_set
from rung.model.assessment import Answer, Assessment
from rung.model.conditions import holds, rules_in

Option = Mapping[str, Any]  # an answer of the model's document
Needed = tuple[str, int]  # a question, and the points that it must have


def cheapest_ways(model: Mapping[str, Any], assessment: Assessment, points: int, within: Iterable[str] | None = None) -> tuple[Way, ...]:
    """The cheapest steps that gain at least so many points, in the model's order; `within` names the questions that count.

    An answer that builds on another question's (`builds_on`) comes with that one, be it among those that count or not. Empty where the
    questions don't have so many points to give. Of equally cheap sets the one with fewer steps is taken.
    """
    counted = [question["id"] for question in questions(model)] if within is None else list(within)
    open_needs = sorted({need for _, option in _options(model) for need in needs_of_option(option) if not is_met(assessment, need)})
    best: tuple[tuple[int, int], list[Way]] | None = None
    for count in range(len(open_needs) + 1):
        for taken in combinations(open_needs, count):
            ways = _with_needs(model, assessment, points, counted, taken)
            if ways and (best is None or _cost(model, ways) < best[0]):
                best = _cost(model, ways), ways
    order = {question["id"]: number for number, question in enumerate(questions(model))}
    return () if best is None else tuple(sorted(best[1], key=lambda way: (order[way.question], way.points)))


def _with_needs(
    model: Mapping[str, Any], assessment: Assessment, points: int, counted: Sequence[str], taken: Sequence[Needed]
) -> list[Way] | None:
    """The cheapest ways with these answers among them, and none that builds on any other; None where there are none."""
    first: list[Way] = []
    for question, wanted in taken:
        now = _points(assessment, question)
        first += cheapest_set(model, assessment, wanted - now, [question]) if now < wanted else ()
    after = _after(model, assessment, first)
    missing = points - sum(_points(after, question) - _points(assessment, question) for question in counted)
    if missing <= 0:
        return first
    rest = cheapest_set(_without_unmet(model, after), after, missing, counted)
    return [*first, *rest] if rest else None


def _after(model: Mapping[str, Any], assessment: Assessment, ways: Sequence[Way]) -> Assessment:
    """The assessment once these ways are gone."""
    if not ways:
        return assessment
    done = {rule for way in ways for rule in rules_in(option_of(model, way.question, way.points)["when"])}
    asked = {question["id"]: question for question in questions(model)}
    answers = []
    for answer in assessment.answers:
        findings = tuple(replace(f, holds=True) if f.rule in done else f for f in answer.findings)
        held = {finding.rule for finding in findings if finding.holds}
        shown = points_of(asked[answer.question], held.__contains__) if answer.question in asked else answer.points
        inferred = None if answer.inferred is None else max(answer.inferred, shown)
        answers.append(replace(answer, findings=findings, points=max(answer.points, shown), inferred=inferred))
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
                if follows and all(is_met(assessment, need) for need in needs_of_option(option)):
                    kept.append(option)
            own.append({**question, "answers": kept})
        capabilities.append({**capability, "questions": own})
    return {**model, "capabilities": capabilities}


def _cost(model: Mapping[str, Any], ways: Sequence[Way]) -> tuple[int, int]:
    """What a set of ways costs, one and the same condition once, and of how many it is."""
    costs: dict[str, int] = {}
    for way in ways:
        when = repr(option_of(model, way.question, way.points)["when"])
        costs[when] = max(costs.get(when, 0), model["efforts"][way.effort])
    return sum(costs.values()), len(ways)


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


def needs_of_option(option: Option) -> list[Needed]:
    """What an answer builds on."""
    return list(option.get("builds_on", {}).items())


def is_met(assessment: Assessment, need: Needed) -> bool:
    """Whether a question has the points that an answer builds on; one that wasn't asked is no hindrance."""
    answer = _answer(assessment, need[0])
    return answer is None or answer.points >= need[1]


def _points(assessment: Assessment, question: str) -> int:
    answer = _answer(assessment, question)
    return 0 if answer is None else answer.points


def _answer(assessment: Assessment, question: str) -> Answer | None:
    return next((answer for answer in assessment.answers if answer.question == question), None)
