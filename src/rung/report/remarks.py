"""What a report has to say of single places in the files, the most important first: for formats that annotate lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Literal

from rung.regex import regex
from rung.report import wording
from rung.report.safe import one_line

if TYPE_CHECKING:
    from rung.gate.types import Change, Place, Report, Review, Shortfall, ShortfallKind, Waiver
    from rung.model.assessment import Answer, Assessment, Evidence, Finding, Miss

Level = Literal["error", "warning", "note"]
# lost: evidence that a change took away; brought: a nearest miss that it added; near: an answer's nearest miss; open: an answer without one
Kind = Literal["lost", "shortfall", "brought", "near", "open"]
LEVELS: tuple[Level, ...] = ("error", "warning", "note")
KINDS: tuple[Kind, ...] = ("lost", "shortfall", "brought", "near", "open")

_OUTSIDE = regex(r"[-/\\~]|[A-Za-z]:[/\\]")
TAGS = "git tag"  # what evidence in the repository's tags names for a file

WHOLE = ("target", "score", "waivers", "attestations")  # subjects that say no more than the kind of their shortfall

SHORTFALLS: dict[ShortfallKind, str] = {
    "level": "Below the target level",
    "score": "Below the target score",
    "floor": "Below a floor",
    "regression": "Less than the base",
    "expired-waiver": "Expired waiver",
    "expired-attestation": "Expired attestation",
    "limit": "More than the policy's limit",
}


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to say of one place.

    `subject` is a question's, a rule's or a kind of shortfall's id, `path` empty where no file of the tree can be named, and `key`
    what tells the remark apart from others on the same subject and path, without line numbers.
    """

    kind: Kind
    subject: str
    level: Level
    title: str
    message: str
    path: str
    line: int
    key: str
    quote: str = ""
    waiver: Waiver | None = None


def remarks(report: Report, review: Review) -> list[Remark]:
    """Everything to say of one application, what matters most first."""
    failing: Level = "error" if report.mode == "enforce" else "warning"
    found = [*_lost(review, failing), *_shortfalls(review, failing), *_brought(review), *_answers(review.assessment)]
    return sorted(found, key=rank)


def rank(remark: Remark) -> tuple[int, int]:
    """What matters most first: by level, then lost evidence, shortfalls, nearest misses that the change brought, and the others."""
    return LEVELS.index(remark.level), KINDS.index(remark.kind)


def sentence(text: str) -> str:
    """The text with a capital at its beginning and a full stop at its end."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def _message(*parts: str) -> str:
    """The parts on a line each: only rung itself ends a line."""
    return "\n".join(one_line(part) for part in parts)


def _lost(review: Review, failing: Level) -> Iterator[Remark]:
    """The first evidence that each answer lost, then the second of each, and so on."""
    if review.comparison is None:
        return
    before, base = review.comparison.before, review.comparison.base
    each = [[(c, evidence, at) for evidence, at in zip_longest(c.lost, c.lost_at)] for c in review.comparison.changes]
    for turn in zip_longest(*each):
        for change, evidence, at in filter(None, turn):
            yield _lost_remark(review, failing, _finding(before, change.question, evidence), change, evidence, at, base)


def _lost_remark(
    review: Review, failing: Level, finding: Finding | None, change: Change, evidence: Evidence, at: Place | None, base: str
) -> Remark:
    fell = change.after < change.before
    level: Level = (failing if _fails(review, change) else "warning") if fell else "note"
    points = f"{change.before} -> {change.after}" if change.before != change.after else f"still {change.after}"
    place = wording.spot(evidence.path, evidence.line)
    gone = "with its file" if at is None and is_file(evidence.path) else "here"
    parts = [f"Gone {gone} since {base}: {evidence.text} ({place})", f"{change.title} {sentence(points + ' points')}"]
    if finding is not None and fell:
        parts.append(sentence(finding.fix))
    return Remark(
        kind="lost",
        subject=change.question if finding is None else finding.rule,
        level=level,
        title=f"Evidence lost: {change.question} ({points} points)",
        message=_message(*parts),
        path="" if at is None else at.path,
        line=0 if at is None else at.line,
        key=f"lost {evidence.path} {evidence.text}",
    )


def _fails(review: Review, change: Change) -> bool:
    """Whether something that nobody waived falls short because of the answer's fall."""
    if review.verdict is None:
        return False
    capability = {question: c.id for c in review.assessment.capabilities for question in c.questions}
    subjects = {shortfall.subject: shortfall.kind for shortfall in review.verdict.shortfalls if shortfall.waiver is None}
    answers = {answer.question for answer in review.assessment.answers}
    whole = any(kind in ("level", "score", "regression") for subject, kind in subjects.items() if subject not in answers)
    return whole or change.question in subjects or capability.get(change.question) in subjects


def _shortfalls(review: Review, failing: Level) -> Iterator[Remark]:
    for shortfall in review.verdict.shortfalls if review.verdict else ():
        yield _shortfall(shortfall, failing)


def _shortfall(shortfall: Shortfall, failing: Level) -> Remark:
    waiver = shortfall.waiver
    more = [sentence(wording.waived(waiver))] if waiver else wording.way_up(shortfall)
    in_file = is_file(shortfall.place.path)
    parts = [shortfall.message, *more] + ([] if in_file or not wording.asked_by(shortfall) else [f"Asked for by {shortfall.place.path}."])
    return Remark(
        kind="shortfall",
        subject=shortfall.kind,
        level="note" if waiver else failing,
        title=_shortfall_title(shortfall),
        message=_message(*parts),
        path=shortfall.place.path if in_file else "",
        line=shortfall.place.line if in_file else 0,
        key=f"shortfall {shortfall.subject}",
        waiver=waiver,
    )


def _shortfall_title(shortfall: Shortfall) -> str:
    about = "" if shortfall.subject in WHOLE else f": {shortfall.subject}"
    return f"{SHORTFALLS[shortfall.kind]}{about}{' (waived)' if shortfall.waiver else ''}"


def is_file(path: str) -> bool:
    """Whether a place can be a file of the repository: no option of the command line, nothing outside, and not its tags."""
    return bool(path) and path != TAGS and not _OUTSIDE.match(path) and ".." not in re.split(r"[/\\]", path)


def _brought(review: Review) -> Iterator[Remark]:
    for change in review.comparison.changes if review.comparison else ():
        for miss in change.missed:
            finding = _finding(review.assessment, change.question, miss)
            yield Remark(
                kind="brought",
                subject=change.question if finding is None else finding.rule,
                level="warning",
                title=f"Not enough: {change.question if finding is None else finding.title}",
                message=_message(sentence(miss.reason), *([] if finding is None else [sentence(finding.fix)])),
                path=miss.path,
                line=miss.line,
                key=f"brought {miss.text}",
                quote=miss.text,
            )


def _answers(assessment: Assessment) -> Iterator[Remark]:
    for answer in assessment.answers:
        if answer.points < answer.max:
            yield _near(answer)


def _near(answer: Answer) -> Remark:
    misses, evidence = wording.misses_of(answer), wording.evidence_of(answer)
    places: list[Evidence | Miss] = [*misses, *evidence]
    at = next((place for place in places if is_file(place.path)), None)
    parts = [f"{answer.title} {sentence(answer.answer)}"]
    if misses:
        parts.append(sentence(misses[0].reason))
    if answer.next.points is not None:
        parts.append(f"For {wording.counted(answer.next.points, 'point')}: {' '.join(answer.next.needs)}")
    return Remark(
        kind="near" if misses else "open",
        subject=answer.question,
        level="note",
        title=f"{answer.question}: {answer.points} of {wording.counted(answer.max, 'point')}",
        message=_message(*parts),
        path="" if at is None else at.path,
        line=0 if at is None else at.line,
        key="answer" if at is None else f"answer {at.text}",
        quote="" if at is None else at.text,
    )


def _finding(assessment: Assessment, question: str, place: Evidence | Miss) -> Finding | None:
    """The finding of a question that names this place."""
    for answer in assessment.answers:
        for finding in answer.findings if answer.question == question else ():
            places: list[Evidence | Miss] = [*finding.evidence, *finding.misses]
            if any((p.path, p.line, p.text) == (place.path, place.line, place.text) for p in places):
                return finding
    return None
