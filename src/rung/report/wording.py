"""Words that several formats share: a score, a level, a place, a step up. Plain text, not escaped for any format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, TypeVar

from rung.model.assessment import Evidence, Miss

if TYPE_CHECKING:
    from rung.gate.types import Change, Comparison, Report, Review, Shortfall, Waiver, Way
    from rung.model.assessment import Answer, Assessment, Voucher

Found = TypeVar("Found", Evidence, Miss)


def counted(number: int, noun: str) -> str:
    """`1 point`, `2 points`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def spot(path: str, line: int) -> str:
    """A place as a person would name it."""
    return f"{path}:{line}" if line else path


def subject(assessment: Assessment) -> str:
    """What was read: path, ref, commit and the application's folder."""
    at = f" at {assessment.ref}" if assessment.ref is not None else ""
    commit = f" (commit {assessment.commit[:12]})" if assessment.commit is not None else ""
    scope = f", the application in {assessment.scope}" if assessment.scope else ""
    return f"{assessment.path}{at}{commit}{scope}"


def level(assessment: Assessment) -> str:
    """The level's number and name."""
    return f"Level {assessment.level.number}, {assessment.level.name}" if assessment.level is not None else "No level"


def score(assessment: Assessment) -> str:
    """The points, and how many of them a person vouches for."""
    vouched = f" ({assessment.score - assessment.attested} inferred + {assessment.attested} attested)" if assessment.attested else ""
    return f"{assessment.score} of {assessment.max} points{vouched}"


def verdict(report: Report) -> str:
    """What the gate says, in a sentence."""
    failing = sum(shortfall.waiver is None for review in report.reviews if review.verdict for shortfall in review.verdict.shortfalls)
    waived = sum(shortfall.waiver is not None for review in report.reviews if review.verdict for shortfall in review.verdict.shortfalls)
    beside = f", with {counted(waived, 'shortfall')} waived" if waived else ""
    if report.passed:
        return f"The gate passes{beside}."
    mode = " It only annotates, so nothing fails." if report.mode == "annotate" else ""
    return f"The gate says no: {counted(failing, 'shortfall')}{beside}.{mode}"


def waived(waiver: Waiver) -> str:
    """Until when, by whom and why a shortfall is accepted."""
    return f"waived until {waiver.expires.isoformat()} by {waiver.owner}: {waiver.reason}"


def asked_by(shortfall: Shortfall) -> str:
    """Where the policy asks for it; empty where the message says so itself."""
    place = spot(shortfall.place.path, shortfall.place.line)
    return "" if place in shortfall.message else place


def step_up(way: Way) -> str:
    """One step of the cheapest way up, without what it needs."""
    return f"raise {way.question} to {counted(way.points, 'point')} ({way.effort} effort)"


def way_up(shortfall: Shortfall) -> list[str]:
    """The cheapest way up, a line for each step under a line that says so; nothing where there is none."""
    steps = [f"- {step_up(way)}: {' '.join(way.needs)}" if way.needs else f"- {step_up(way)}" for way in shortfall.ways]
    return ["The cheapest way up:", *steps] if steps else []


def delta(comparison: Comparison) -> int:
    """By how many points the change moves the score."""
    return comparison.after.score - comparison.before.score


def moved(comparison: Comparison, arrow: str) -> str:
    """Score and level before and after; one value where they are the same."""
    before, after = comparison.before, comparison.after
    points = f"Score {before.score} {arrow} {after.score}" if before.score != after.score else f"Score {after.score} as before"
    levels = f"level {_level(before)} {arrow} {_level(after)}" if _level(before) != _level(after) else f"level {_level(after)} as before"
    return f"{points}, {levels}."


def _level(assessment: Assessment) -> str:
    return f"{assessment.level.number} {assessment.level.name}" if assessment.level is not None else "none"


def vouched(voucher: Voucher) -> str:
    """Who vouches for an answer, until when and why."""
    return f"Attested until {voucher.expires} by {voucher.owner}: {voucher.reason}"


def base(comparison: Comparison) -> str:
    """The base as given, with its commit unless it was given by that."""
    commit = comparison.before.commit
    return comparison.base if commit is None or commit.startswith(comparison.base) else f"{comparison.base} (commit {commit[:12]})"


def drops(review: Review) -> tuple[Change, ...]:
    """The changes that cost points."""
    return tuple(change for change in review.comparison.changes if change.after < change.before) if review.comparison else ()


def evidence_of(answer: Answer) -> list[Evidence]:
    """Every place that speaks for the answer once, findings taking turns, so that each has its say among the first."""
    return _in_turns(finding.evidence for finding in answer.findings if finding.holds)


def misses_of(answer: Answer) -> list[Miss]:
    """The places that came close, findings taking turns; none for the highest answer."""
    return _in_turns(finding.misses for finding in answer.findings if not finding.holds) if answer.points < answer.max else []


def _in_turns(groups: Iterable[tuple[Found, ...]]) -> list[Found]:
    """The first of every group, then the second of every group and so on, each place once."""
    places: dict[tuple[str, int], Found] = {}
    for found in chain.from_iterable(zip_longest(*groups)):
        if found is not None:
            places.setdefault((found.path, found.line), found)
    return list(places.values())


def summary(report: Report) -> Iterator[str]:
    """The result in a few lines: the verdict, then each application's change, level and score, then notices."""
    if any(review.verdict for review in report.reviews):
        yield verdict(report)
    for review in report.reviews:
        name = f"{review.name}: " if review.name else ""
        if review.comparison is not None:
            yield f"{name}Against {base(review.comparison)}: {moved(review.comparison, '->')}"
        if review.assessment.applicable:
            yield f"{name}{level(review.assessment)}: {score(review.assessment)}."
        else:
            yield f"{name}{review.assessment.reason}"
    yield from report.after_merge
    yield from report.notices
