"""Attested answers: points that a person vouches for, put on top of what the repository shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from rung.gate.types import Attestation
from rung.gate.ways import needs_of
from rung.model.assessment import Answer, Assessment, Next, Voucher
from rung.model.conditions import level_of


@dataclass(frozen=True, slots=True)
class Attested:
    """An assessment with attested answers, the attestations that count, those beyond the limit, and what to know of the others.

    `wanted` is how many points would be attested if there were no limit.
    """

    assessment: Assessment
    counted: tuple[Attestation, ...] = ()
    excess: tuple[Attestation, ...] = ()
    wanted: int = 0
    notices: tuple[str, ...] = ()


def attest(
    model: Mapping[str, Any], assessment: Assessment, attestations: Sequence[Attestation], limit: int | None, today: date
) -> Attested:
    """The assessment with the attestations that hold today and say more than the repository shows.

    `limit` is the number of points that may be attested at most: where it is used up, in the policy's order, the others don't count,
    or count in part.
    """
    answers = {answer.question: answer for answer in assessment.answers}
    counted, excess, notices = [], [], []
    left, wanted = limit, 0
    for attestation in attestations:
        answer = answers.get(attestation.question)
        if answer is None or attestation.expires < today:
            continue
        gain = attestation.points - answer.points
        if gain <= 0:
            notices.append(_without_effect(attestation, answer))
            continue
        wanted += gain
        granted = gain if left is None else min(gain, left)
        if granted < gain:
            excess.append(attestation)
        if not granted:
            continue
        left = None if left is None else left - granted
        answers[answer.question] = _vouched(model, answer, answer.points + granted, attestation)
        counted.append(attestation)
    result = _rescored(model, assessment, answers) if counted else assessment
    return Attested(result, tuple(counted), tuple(excess), wanted, tuple(notices))


def _without_effect(attestation: Attestation, answer: Answer) -> str:
    place = f"{attestation.place.path}:{attestation.place.line}"
    given = "another one gives" if answer.inferred is not None else "the repository itself shows"
    counts = f"{given} {answer.points} point{'' if answer.points == 1 else 's'}, and it attests {attestation.points}"
    return f"The attestation of {attestation.question} ({place}) is not counted: {counts}."


def _vouched(model: Mapping[str, Any], answer: Answer, points: int, attestation: Attestation) -> Answer:
    question = next(q for c in model["capabilities"] for q in c["questions"] if q["id"] == answer.question)
    options = {option["points"]: option for option in question["answers"]}
    above = options.get(points + 1)
    return replace(
        answer,
        points=points,
        answer=options[points]["text"],
        basis="attested",
        next=Next(None, ()) if above is None else Next(points + 1, needs_of(above, answer)),
        inferred=answer.points if answer.inferred is None else answer.inferred,
        voucher=Voucher(attestation.owner, attestation.reason, attestation.evidence, attestation.expires.isoformat()),
    )


def _rescored(model: Mapping[str, Any], assessment: Assessment, answers: Mapping[str, Answer]) -> Assessment:
    points = {answer.question: answer.points for answer in answers.values()}
    members = {capability["id"]: [q["id"] for q in capability["questions"]] for capability in model["capabilities"]}
    capabilities = tuple(replace(c, score=sum(points[question] for question in members[c.id])) for c in assessment.capabilities)
    score = sum(points.values())
    return replace(
        assessment,
        score=score,
        level=level_of(model, score),
        capabilities=capabilities,
        answers=tuple(answers[answer.question] for answer in assessment.answers),
    )
