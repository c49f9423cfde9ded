"""The command line's options over a policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

from rung.errors import UserError
from rung.gate.policy_words import Words, unknown
from rung.gate.types import Floor, Mode, Place, Policy, Regression, Requirements, Target


def with_options(
    policy: Policy,
    model: Mapping[str, Any],
    *,
    min_level: str | None = None,
    min_score: int | None = None,
    floors: Sequence[str] = (),
    regression: str | None = None,
    mode: str | None = None,
) -> Policy:
    """The policy with a target and floors (`safety=2`) added, for every project too, and with regression and mode replaced.

    Raises UserError that names the option, and the nearest right word, for a value that can't be.
    """
    words = Words(model)
    targets = tuple(_targets(words, min_level, min_score))
    added = tuple(_floor(words, text) for text in floors)

    def over(requirements: Requirements) -> Requirements:
        return replace(requirements, targets=requirements.targets + targets, floors=requirements.floors + added)

    return replace(
        policy,
        requirements=over(policy.requirements),
        projects=tuple(replace(project, requirements=over(project.requirements)) for project in policy.projects),
        regression=_choice("--regression", "kind of regression", regression, get_args(Regression)) or policy.regression,
        mode=_choice("--mode", "mode", mode, get_args(Mode)) or policy.mode,
    )


def _targets(words: Words, level: str | None, score: int | None) -> Iterable[Target]:
    if level is not None:
        number = int(level) if level.isdecimal() and level.isascii() else None
        if level not in words.levels and (number is None or not 1 <= number <= len(words.levels)):
            sentence = unknown("level", level, words.levels, f", or a number from 1 to {len(words.levels)}")
            raise UserError(f"--min-level: {sentence}")
        yield Target(number or words.level_number(level), None, Place("--min-level"))
    if score is not None:
        if not 0 <= score <= words.maximum:
            raise UserError(f"--min-score: there is no score {score}; write a number from 0 to {words.maximum}")
        yield Target(None, score, Place("--min-score"))


def _floor(words: Words, text: str) -> Floor:
    subject, equals, points = text.partition("=")
    if not equals:
        raise UserError(f"--floor: {text!r} names no points; write it as in safety=2")
    if subject not in words.subjects:
        raise UserError(f"--floor: {unknown('capability or question', subject, words.subjects)}")
    most = words.subjects[subject]
    if not (points.isdecimal() and points.isascii()) or int(points) > most:
        raise UserError(f"--floor: {subject!r} can't have {points!r} points; write a number from 0 to {most}")
    return Floor(subject, int(points), Place("--floor"))


def _choice(option: str, noun: str, value: str | None, choices: Sequence[str]) -> Any:
    if value is not None and value not in choices:
        raise UserError(f"{option}: {unknown(noun, value, choices)}")
    return value
