"""The report as GitHub's Markdown, for the summary of a workflow's step and for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import TYPE_CHECKING

from rung.report import wording
from rung.report.markup import code, in_cell, link, prose

if TYPE_CHECKING:
    from rung.gate.types import Attestation, Change, Comparison, Report, Review, Shortfall, Verdict
    from rung.model.assessment import Answer, Assessment, Evidence, LevelResult, Miss

LIMIT = 60_000  # characters: a comment may have 65,536
ITEMS_SHOWN = 20
PLACES_SHOWN = 5
MISSES_SHOWN = 2
LONGEST = 400  # characters of one sentence that a policy or a custom rule can bring
LONGEST_QUOTE = 120


def render_markdown(report: Report) -> str:
    """Level, score and verdict, what falls short, what the change did, a table of the answers, and what to do next."""
    return _bounded([*_sections(report), *_after_merge(report), *_notices(report)])


def _bounded(sections: list[str]) -> str:
    """As many sections as a comment has room for, each whole, and a sentence on what was left out."""
    kept: list[str] = []
    size = 0
    for section in sections:
        size += len(section) + 2
        if size > LIMIT:
            left_out = wording.counted(len(sections) - len(kept), "section")
            kept.append(f"*{left_out} of this report left out for its length; `--format json` has all of it.*")
            break
        kept.append(section)
    return "\n\n".join(kept) + "\n"


def _sections(report: Report) -> Iterator[str]:
    judged = any(review.verdict for review in report.reviews)
    if len(report.reviews) > 1:
        yield f"## {wording.verdict(report)}" if judged else "## Projects"
        yield _projects(report)
    elif judged:
        yield f"## {_headline(report.reviews[0])}"
        yield f"**{wording.verdict(report)}**"
    for review in report.reviews:
        if len(report.reviews) > 1:
            yield f"## {prose(review.name)}: {_headline(review)}"
        elif not judged:
            yield f"## {_headline(review)}"
        yield from _review(review)


def _headline(review: Review) -> str:
    assessment = review.assessment
    if not assessment.applicable:
        return "No language model here"
    change = f", {_signed(wording.delta(review.comparison))} against {code(review.comparison.base, 80)}" if review.comparison else ""
    return f"{wording.level(assessment)}: {wording.score(assessment)}{change}"


def _signed(number: int) -> str:
    return f"{number:+d}" if number else "±0"


def _projects(report: Report) -> str:
    rows = ["| project | level | points | gate |", "| --- | --- | --- | --- |"]
    for review in report.reviews:
        assessment = review.assessment
        gate = "" if review.verdict is None else "passes" if review.verdict.passed else "**says no**"
        rows.append(f"| {prose(in_cell(review.name))} | {wording.level(assessment)} | {wording.score(assessment)} | {gate} |")
    return "\n".join(rows)


def _review(review: Review) -> Iterator[str]:
    assessment = review.assessment
    if not assessment.applicable:
        yield prose(assessment.reason)
    if review.verdict is not None:
        yield from _verdict(review.verdict)
    if review.comparison is not None:
        yield from _comparison(review.comparison)
        if review.verdict is None:
            return
    if assessment.applicable:
        yield _answers(assessment, review.comparison)
        if assessment.level is not None:
            yield _advice(assessment.level)
        yield from _needs(assessment)
        yield from _misses(assessment)


def _verdict(verdict: Verdict) -> Iterator[str]:
    if verdict.shortfalls:
        yield "### Shortfalls\n\n" + "\n".join(_items([_shortfall(shortfall) for shortfall in verdict.shortfalls]))
    if verdict.attestations:
        lines = [_attestation(attestation) for attestation in verdict.attestations]
        yield "### Attested\n\n" + "\n".join(_items(lines))


def _attestation(attestation: Attestation) -> str:
    owner, evidence = code(attestation.owner, LONGEST_QUOTE), code(attestation.evidence, LONGEST_QUOTE)
    until = f"{wording.counted(attestation.points, 'point')} attested until {attestation.expires.isoformat()}"
    return f"- `{attestation.question}`: {until} by {owner}: {prose(attestation.reason, LONGEST)} ({evidence})"


def _items(lines: list[str]) -> list[str]:
    more = len(lines) - ITEMS_SHOWN
    return lines if more <= 0 else [*lines[:ITEMS_SHOWN], f"- and {more} more"]


def _shortfall(shortfall: Shortfall) -> str:
    place = code(wording.asked_by(shortfall), LONGEST_QUOTE)
    message = prose(shortfall.message, LONGEST) + (f" ({place})" if place else "")
    waiver = shortfall.waiver
    if waiver is not None:
        owner, reason = code(waiver.owner, LONGEST_QUOTE), prose(waiver.reason, LONGEST)
        return f"- **Waived** until {waiver.expires.isoformat()} by {owner}: {reason}\n  - {message}"
    lines = [f"- **Fails:** {message}"]
    if shortfall.ways:
        lines.append("  - The cheapest way up:")
    for way in shortfall.ways:
        needs = " ".join(prose(need, LONGEST) for need in way.needs)
        lines.append(f"    - `{way.question}` to {wording.counted(way.points, 'point')} ({way.effort} effort): {needs}")
    return "\n".join(lines)


def _comparison(comparison: Comparison) -> Iterator[str]:
    lines = [f"### What changed against {code(comparison.base, 80)}", "", wording.moved(comparison, "→")]
    if not comparison.changes:
        lines += ["", "No answer differs, nor its evidence."]
    yield "\n".join(lines)
    for change in comparison.changes:
        yield _change(change)


def _change(change: Change) -> str:
    points = f"{change.before} → {change.after}" if change.before != change.after else f"still {change.after}"
    lines = [f"**{points}** {prose(change.title)} (`{change.question}`)", ""]
    lost = list(zip_longest(change.lost, change.lost_at))
    lines += _places([f"- lost {_place(evidence)}{' (the file is gone)' if at is None else ''}" for evidence, at in lost])
    lines += _places([f"- gained {_place(evidence)}" for evidence in change.gained])
    lines += _places([f"- not enough: {_place(miss)}: {prose(miss.reason, LONGEST)}" for miss in change.missed])
    return "\n".join(lines)


def _places(lines: list[str]) -> list[str]:
    more = len(lines) - PLACES_SHOWN
    return lines if more <= 0 else [*lines[:PLACES_SHOWN], f"- and {more} more"]


def _place(place: Evidence | Miss) -> str:
    return f"{code(wording.spot(place.path, place.line))} {code(place.text, LONGEST_QUOTE)}".rstrip()


def _answers(assessment: Assessment, comparison: Comparison | None) -> str:
    change = "| question | points | change | evidence |\n| --- | --- | --- | --- |"
    rows = [change if comparison else "| question | points | evidence |\n| --- | --- | --- |"]
    before = {answer.question: answer.points for answer in comparison.before.answers} if comparison else {}
    for answer in assessment.answers:
        moved = answer.points - before.get(answer.question, 0)
        cells = [prose(in_cell(answer.title)), f"{answer.points}/{answer.max}{_basis(answer)}"]
        cells += ([_signed(moved) if moved else ""] if comparison else []) + [_found(answer)]
        rows.append(f"| {' | '.join(cells)} |")
    return "### Answers\n\n" + "\n".join(rows)


def _basis(answer: Answer) -> str:
    return f" (attested; {answer.inferred} inferred)" if answer.inferred is not None else ""


def _found(answer: Answer) -> str:
    places = wording.evidence_of(answer)
    if not places:
        return ""
    more = f" and {len(places) - 1} more" if len(places) > 1 else ""
    return code(in_cell(wording.spot(places[0].path, places[0].line)), LONGEST) + more


def _advice(level: LevelResult) -> str:
    lines = [f"### What to do next at level {level.number}, {level.name}", "", *(f"- {prose(sentence)}" for sentence in level.advice)]
    if level.links:
        lines += ["", "Read on: " + ", ".join(link(text, address) for text, address in level.links) + "."]
    return "\n".join(lines)


def _needs(assessment: Assessment) -> Iterator[str]:
    lines = [
        f"- `{answer.question}`, for {wording.counted(answer.next.points, 'point')}: {' '.join(prose(need) for need in answer.next.needs)}"
        for answer in assessment.answers
        if answer.next.points is not None
    ]
    if lines:
        yield _folded(f"What each answer's next point takes ({len(lines)})", lines)


def _misses(assessment: Assessment) -> Iterator[str]:
    lines = [
        f"- `{answer.question}`: {code(wording.spot(miss.path, miss.line))}: {prose(miss.reason, LONGEST)}"
        for answer in assessment.answers
        for miss in wording.misses_of(answer)[:MISSES_SHOWN]
    ]
    if lines:
        yield _folded(f"Close, but no ({len(lines)})", lines)


def _after_merge(report: Report) -> Iterator[str]:
    if report.after_merge:
        lines = [f"- {prose(sentence, LONGEST)}" for sentence in report.after_merge]
        yield "### Once this is merged\n\n" + "\n".join(_items(lines))


def _notices(report: Report) -> Iterator[str]:
    read = [notice.message for review in report.reviews for notice in review.assessment.notices]
    lines = [f"- {prose(sentence, LONGEST)}" for sentence in dict.fromkeys([*report.notices, *read])]
    if lines:
        yield _folded(f"Notices ({len(lines)})", _items(lines))


def _folded(title: str, lines: list[str]) -> str:
    return f"<details>\n<summary>{title}</summary>\n\n" + "\n".join(lines) + "\n\n</details>"
