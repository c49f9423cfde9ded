"""Which answers to raise, and in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rung.gate.types import Way
from rung.gate.way_up import Option, cheapest_ways, needs_of_option, option_of, questions
from rung.model.assessment import Assessment


@dataclass(frozen=True, slots=True)
class Chosen:
    """An answer to reach: its question, and its entry in the model's document."""

    question: str
    option: Option


def choose(model: Mapping[str, Any], assessment: Assessment, score: int) -> tuple[Chosen, ...]:
    """The cheapest answers to reach so that the score is reached, in an order in which they can be taken.

    Those that count for nothing without another question's answer come after that one.
    """
    return _ordered(model, assessment, cheapest_ways(model, assessment, score - assessment.score))


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
    return not lower and all(
        reached[question] >= points for question, points in needs_of_option(option_of(model, way.question, way.points))
    )
