"""The cheapest way up is the cheapest: checked against all the ways there are."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from rung.gate.way_up import cheapest_ways
from rung.model.assessment import Answer, Assessment, Finding, Next
from rung.model.conditions import holds, rules_in
from rung.rules.load import load_knowledge

MODEL = load_knowledge().model
RULES = {r for c in MODEL["capabilities"] for q in c["questions"] for o in q["answers"][1:] for r in rules_in(o["when"])}


def finding(rule: str, held: frozenset[str]) -> Finding:
    return Finding(rule, rule, rule in held, (), "Why.", f"Do {rule}.")


def answer(question: dict[str, Any], held: frozenset[str]) -> Answer:
    points = 0
    for option in question["answers"][1:]:
        if holds(option["when"], held.__contains__) and (option.get("alone") or points == option["points"] - 1):
            points = option["points"]
    rules = dict.fromkeys(r for option in question["answers"][1:] for r in rules_in(option["when"]))
    findings = tuple(finding(rule, held) for rule in rules)
    return Answer(question["id"], question["title"], points, 2, "", "inferred", findings, Next(None, ()))


def assessment(*held: str) -> Assessment:
    """The assessment of a repository in which these rules hold."""
    answers = tuple(answer(q, frozenset(held)) for c in MODEL["capabilities"] for q in c["questions"])
    score = sum(a.points for a in answers)
    return Assessment("llmops", "1", ".", "", None, None, True, "", score, 28, None, (), answers, ())


def cost(ways: Any) -> int:
    """What ways cost; a condition that raises two questions is paid once."""
    options = {(q["id"], o["points"]): o for c in MODEL["capabilities"] for q in c["questions"] for o in q["answers"][1:]}
    paid = {repr(options[way.question, way.points]["when"]): MODEL["efforts"][way.effort] for way in ways}
    return sum(paid.values())


def builds(question: dict[str, Any], target: int, reached: dict[str, int]) -> bool:
    """Whether what the answer builds on is reached with it."""
    return all(reached[other] >= points for other, points in question["answers"][target].get("builds_on", {}).items())


def cheapest_of_all(questions: list[dict[str, Any]], points: int) -> int:
    """The least cost of all choices of answers to questions that all stand at 0 points."""
    found = []
    for targets in product(range(3), repeat=len(questions)):
        reached = {question["id"]: target for question, target in zip(questions, targets, strict=True)}
        if sum(targets) >= points and all(builds(question, target, reached) for question, target in zip(questions, targets, strict=True)):
            paid = {}
            for question, target in zip(questions, targets, strict=True):
                for option in question["answers"][1 : target + 1]:
                    if option["points"] == target or not question["answers"][target].get("alone"):
                        paid[repr(option["when"])] = MODEL["efforts"][option["effort"]]
            found.append(sum(paid.values()))
    return min(found)


@pytest.mark.parametrize("points", range(1, 15))
def test_no_set_of_steps_is_cheaper(points: int) -> None:
    questions = [q for c in MODEL["capabilities"][:4] for q in c["questions"]]
    ways = cheapest_ways(MODEL, assessment(), points, [q["id"] for q in questions])
    assert cost(ways) == cheapest_of_all(questions, points)


def test_the_ways_gain_what_is_asked_and_say_how() -> None:
    before = assessment("model-is-configurable")
    (way,) = cheapest_ways(MODEL, before, 1)
    assert (way.question, way.points, way.effort) == ("model-configuration", 2, "small")
    assert way.needs == ("Do model-version-is-pinned.", "Or: Do model-is-chosen-by-rule.")


def test_within_a_capability_only_its_questions_are_raised() -> None:
    ways = cheapest_ways(MODEL, assessment(), 3, ["content-safety", "responsible-ai"])
    assert [(way.question, way.points) for way in ways] == [("content-safety", 1), ("content-safety", 2), ("responsible-ai", 1)]


def test_what_is_there_already_is_not_done_again() -> None:
    before = assessment("model-version-is-pinned")  # 0 points: the model can't be configured
    assert before.answers[0].points == 0
    (way,) = cheapest_ways(MODEL, before, 2, ["model-configuration"])
    assert (way.points, way.needs) == (1, ("Do model-is-configurable.",))


def test_attested_points_do_not_shorten_the_way() -> None:
    before = assessment()
    first = replace(before.answers[0], points=1, inferred=0, basis="attested")
    ways = cheapest_ways(MODEL, replace(before, answers=(first, *before.answers[1:])), 1, ["model-configuration"])
    assert [way.points for way in ways] == [1, 2]


def test_what_can_not_be_reached_has_no_way() -> None:
    assert cheapest_ways(MODEL, assessment(), 3, ["content-safety"]) == ()
    assert cheapest_ways(MODEL, assessment(*RULES), 1) == ()


def test_what_an_answer_builds_on_comes_with_it() -> None:
    ways = cheapest_ways(MODEL, assessment("tests-run-in-ci"), 1, ["continuous-integration"])
    assert [(way.question, way.points) for way in ways] == [("evaluation-practice", 1), ("continuous-integration", 2)]
    ways = cheapest_ways(MODEL, assessment("tests-run-in-ci", "evaluation-exists"), 1, ["continuous-integration"])
    assert [(way.question, way.points) for way in ways] == [("continuous-integration", 2)]
