"""Whether an application meets what a policy asks: what falls short, by how much, and what of it somebody accepts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from rung.gate.attest import Attested
from rung.gate.types import Comparison, Floor, Place, Policy, Requirements, Shortfall, Target, Verdict, Waiver, Way
from rung.gate.way_up import cheapest_ways
from rung.model.assessment import Assessment, LevelResult

TARGET = "target"  # the subject of a shortfall of the whole: its level or its score
REGRESSION = "score"  # the subject of a fall of the whole score


def judge_one(
    model: Mapping[str, Any],
    attested: Attested,
    requirements: Requirements,
    policy: Policy,
    comparison: Comparison | None,
    today: date,
) -> Verdict:
    """The verdict over one application: it passes unless something falls short that no waiver accepts.

    A waiver for `target` accepts that the level or the score is missed, one for a capability what falls short in that capability or
    in a question of it, one for a question its floor and its regression. A fall of the whole score is accepted if the waived
    questions alone make it. Expired waivers and attestations, and more of them than the policy allows, can't be waived.
    Where the model doesn't apply, there is nothing to fall short of.
    """
    if not attested.assessment.applicable:
        return Verdict(True, (), requirements.waivers)
    judge = _Judge(model, attested.assessment)
    valid = [waiver for waiver in requirements.waivers if waiver.expires >= today]
    allowed = valid[: policy.limits.waivers]
    found = [*judge.targets(requirements.targets), *judge.floors(requirements.floors)]
    found += judge.regressions(comparison, policy, allowed)
    found = [replace(s, waiver=s.waiver or judge.waiver_of(s.subject, allowed)) for s in found]
    found += _expired(requirements, today)
    found += _beyond_limits(policy, valid, attested)
    open_ones = [shortfall for shortfall in found if shortfall.waiver is None]
    waived = [shortfall for shortfall in found if shortfall.waiver is not None]
    return Verdict(not open_ones, (*open_ones, *waived), requirements.waivers, attested.counted)


@dataclass(frozen=True, slots=True)
class _Judge:
    model: Mapping[str, Any]
    assessment: Assessment

    def targets(self, targets: Sequence[Target]) -> Iterator[Shortfall]:
        """The highest level and the highest score that are asked, where they are missed."""
        level, score = self.assessment.level, self.assessment.score
        asked = max((t for t in targets if t.level is not None), key=lambda t: t.level or 0, default=None)
        if asked is not None and asked.level is not None and level is not None and level.number < asked.level:
            wanted = next(entry for entry in self.model["levels"] if entry["number"] == asked.level)
            missing = wanted["from"] - score
            target = f"the target level {asked.level}, {wanted['name']} ({wanted['from']})"
            message = f"{_level(level, score)} is below {target}: {_points(missing)} {_are(missing)} missing."
            yield Shortfall("level", TARGET, asked.level, level.number, message, asked.place, self._ways(missing))
        asked = max((t for t in targets if t.score is not None), key=lambda t: t.score or 0, default=None)
        if asked is not None and asked.score is not None and score < asked.score:
            missing = asked.score - score
            message = f"The score of {_points(score)} is below the target of {asked.score}: {_points(missing)} {_are(missing)} missing."
            yield Shortfall("score", TARGET, asked.score, score, message, asked.place, self._ways(missing))

    def floors(self, floors: Sequence[Floor]) -> Iterator[Shortfall]:
        """The highest floor of each capability and question, where it is missed."""
        highest: dict[str, Floor] = {}
        for floor in floors:
            if floor.subject not in highest or floor.points > highest[floor.subject].points:
                highest[floor.subject] = floor
        scores = {c.id: (c.score, c.max) for c in self.assessment.capabilities}
        scores |= {a.question: (a.points, a.max) for a in self.assessment.answers}
        for subject, floor in highest.items():
            actual, most = scores[subject]
            if actual < floor.points:
                message = f"{subject} has {actual} of {_points(most)}; the floor is {floor.points} ({named(floor.place)})."
                ways = self._ways(floor.points - actual, self.questions(subject))
                yield Shortfall("floor", subject, floor.points, actual, message, floor.place, ways)

    def regressions(self, comparison: Comparison | None, policy: Policy, waivers: Sequence[Waiver]) -> Iterator[Shortfall]:
        """What fell from the base, as far as the policy minds."""
        if comparison is None or policy.regression == "allow" or not comparison.before.applicable:
            return
        fallen = [change for change in comparison.changes if change.after < change.before]
        place = Place(policy.sources[0]) if policy.sources else Place("--regression")
        if policy.regression == "answer":
            for change in fallen:
                lost = change.before - change.after
                message = f"{change.question} falls from {change.before} to {_points(change.after)}; no answer may fall."
                ways = self._ways(lost, [change.question])
                yield Shortfall("regression", change.question, change.before, change.after, message, place, ways)
            return
        before, after = comparison.before.score, comparison.after.score
        if after < before:
            message = f"The score falls from {before} to {_points(after)}; it may not fall."
            by_waiver = [(change, self.waiver_of(change.question, waivers)) for change in fallen]
            accepted = [waiver for _, waiver in by_waiver if waiver]
            enough = after + sum(change.before - change.after for change, waiver in by_waiver if waiver) >= before
            yield Shortfall(
                "regression", REGRESSION, before, after, message, place, self._ways(before - after), accepted[0] if enough else None
            )

    def waiver_of(self, subject: str, waivers: Iterable[Waiver]) -> Waiver | None:
        """The first waiver for a subject, or for the capability that holds it."""
        return next((w for w in waivers if w.subject == subject or subject in self.questions(w.subject)), None)

    def questions(self, subject: str) -> tuple[str, ...]:
        """The questions of a capability, or the question itself."""
        capability = next((c for c in self.model["capabilities"] if c["id"] == subject), None)
        return (subject,) if capability is None else tuple(q["id"] for q in capability["questions"])

    def _ways(self, points: int, within: Iterable[str] | None = None) -> tuple[Way, ...]:
        return cheapest_ways(self.model, self.assessment, points, within)


def _expired(requirements: Requirements, today: date) -> Iterator[Shortfall]:
    for waiver in requirements.waivers:
        if waiver.expires < today:
            message = f"The waiver for {waiver.subject} ({named(waiver.place)}) {_since(waiver.expires, today, waiver.owner)}"
            yield Shortfall("expired-waiver", waiver.subject, 0, 0, message, waiver.place)
    for attestation in requirements.attestations:
        if attestation.expires < today:
            about = f"The attestation of {attestation.question} ({named(attestation.place)})"
            message = f"{about} {_since(attestation.expires, today, attestation.owner)}"
            yield Shortfall("expired-attestation", attestation.question, 0, 0, message, attestation.place)


def _beyond_limits(policy: Policy, waivers: Sequence[Waiver], attested: Attested) -> Iterator[Shortfall]:
    most = policy.limits.waivers
    if most is not None and len(waivers) > most:
        first = waivers[most]
        allowed = f"allows {most} waiver{_s(most)}, and there {_are(len(waivers))} {len(waivers)}" if most else "forbids waivers"
        message = f"The policy {allowed}: the one for {first.subject} ({named(first.place)}) accepts nothing."
        yield Shortfall("limit", "waivers", most, len(waivers), message, first.place)
    most = policy.limits.attestations
    if most is not None and attested.excess:
        beyond = attested.excess[0]
        allowed = f"allows {_points(most)} to be attested, not {attested.wanted}" if most else "forbids attestations"
        message = f"The policy {allowed}: the one of {beyond.question} ({named(beyond.place)}) is not counted in full."
        yield Shortfall("limit", "attestations", most, attested.wanted, message, beyond.place)


def named(place: Place) -> str:
    """A place as a person would name it."""
    return f"{place.path}:{place.line}" if place.line else place.path


def _since(expires: date, today: date, owner: str) -> str:
    days = (today - expires).days
    return f"expired on {expires.isoformat()}, {days} day{_s(days)} ago: {owner} must renew or remove it."


def _level(level: LevelResult, score: int) -> str:
    return f"Level {level.number}, {level.name} ({_points(score)})"


def _points(number: int) -> str:
    return f"{number} point{_s(number)}"


def _s(number: int) -> str:
    return "" if number == 1 else "s"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
