"""The report for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rung.report import wording
from rung.report.page import Page, PageStyle
from rung.report.text_gate import write_comparison, write_items, write_verdict, write_vouched

if TYPE_CHECKING:
    from rung.gate.types import Report, Review
    from rung.model.assessment import Answer, Assessment, Evidence, LevelResult
    from rung.repository import Notice

EVIDENCE_SHOWN = 3
EVIDENCE_BESIDE_A_VERDICT = 1
MISSES_SHOWN = 2
NOTICES_SHOWN = 3
BAR_CELLS = 20
MARGIN = 5


def render_text(report: Report, style: PageStyle) -> str:
    """The report as a page of text.

    A scan: level and score, capabilities, questions with their evidence, advice, notices. A gate: the verdict and what the change did
    come first. A comparison without a verdict stands alone.
    """
    page = Page(style)
    judged = any(review.verdict for review in report.reviews)
    if judged:
        page.write((wording.verdict(report), "bold green" if report.passed else "bold red"))
        page.blank()
    for number, review in enumerate(report.reviews):
        if number:
            page.blank()
            page.blank()
        _review(page, review)
    if report.after_merge:
        page.heading("Once this is merged")
        write_items(page, report.after_merge)
    notices = [notice for review in report.reviews for notice in review.assessment.notices]
    _notices(page, report.notices, tuple(dict.fromkeys(notices)))
    return page.render()


def _review(page: Page, review: Review) -> None:
    assessment = review.assessment
    if review.name:
        page.write(("Project ", "bold"), (review.name, "bold"))
    if review.comparison is not None and review.verdict is None:
        page.write((wording.subject(assessment), "dim"))
        page.blank()
        write_comparison(page, review.comparison)
        return
    _headline(page, assessment)
    if review.verdict is not None:
        write_verdict(page, review.verdict)
    if review.comparison is not None:
        page.blank()
        write_comparison(page, review.comparison)
    if assessment.applicable:
        _assessed(page, assessment, brief=review.verdict is not None)


def _assessed(page: Page, assessment: Assessment, *, brief: bool) -> None:
    _capabilities(page, assessment)
    page.heading("Questions")
    for number, answer in enumerate(assessment.answers):
        if number and not brief:
            page.blank()
        _answer(page, answer, brief=brief)
    if assessment.level is not None and not brief:
        _advice(page, assessment.level)


def _headline(page: Page, assessment: Assessment) -> None:
    page.write((wording.subject(assessment), "dim"))
    page.blank()
    if assessment.level is None or not assessment.applicable:
        page.write(assessment.reason)
        return
    page.write((wording.level(assessment), "bold"), f": {wording.score(assessment)}")
    page.write(assessment.level.description)


def _capabilities(page: Page, assessment: Assessment) -> None:
    page.blank()
    longest = max((len(item.title) for item in assessment.capabilities), default=0)
    for item in assessment.capabilities:
        share = item.score / item.max if item.max else 0.0
        full, empty = page.bar(share, BAR_CELLS)
        page.write(
            item.title.ljust(longest + 2), (full, _color(item.score, item.max)), (empty, "dim"), f"  {item.score}/{item.max}", indent=2
        )


def _answer(page: Page, answer: Answer, *, brief: bool) -> None:
    page.write(
        (f"{answer.points}/{answer.max}  ", f"bold {_color(answer.points, answer.max)}"),
        (answer.title, "bold"),
        (f"  {answer.question}", "dim"),
        hang=MARGIN,
    )
    page.write(answer.answer, indent=MARGIN)
    write_vouched(page, answer, indent=MARGIN)
    for finding in answer.findings:
        if finding.unknown:
            page.write((finding.unknown[:1].upper() + finding.unknown[1:], "yellow"), indent=MARGIN)
    _evidence(page, answer, EVIDENCE_BESIDE_A_VERDICT if brief else EVIDENCE_SHOWN)
    if not brief:
        _next(page, answer)
        _misses(page, answer)


def _next(page: Page, answer: Answer) -> None:
    if answer.next.points is not None and answer.next.needs:
        page.write((f"For {wording.counted(answer.next.points, 'point')}:", "bold"), indent=MARGIN)
        write_items(page, answer.next.needs, indent=MARGIN + 2)


def _misses(page: Page, answer: Answer) -> None:
    shown = wording.misses_of(answer)[:MISSES_SHOWN]
    if shown:
        page.write(("Close, but no:", "bold"), indent=MARGIN)
    told = ""
    for miss in shown:
        page.quote(wording.spot(miss.path, miss.line), miss.text, indent=MARGIN + 2)
        if miss.reason != told:
            page.write((miss.reason, "dim"), indent=MARGIN + 6)
        told = miss.reason


def _evidence(page: Page, answer: Answer, most: int) -> None:
    places = wording.evidence_of(answer)
    shown = places[:most]
    told: set[str] = set()
    for evidence in shown:
        page.quote(wording.spot(evidence.path, evidence.line), evidence.text, indent=MARGIN + 2)
        reach = _reach(page, evidence)
        if reach and reach not in told:
            page.write((reach, "dim"), indent=MARGIN + 6, hang=2)
        told.add(reach)
    if len(places) > len(shown):
        page.write((f"and {len(places) - len(shown)} more", "dim"), indent=MARGIN + 2)


def _reach(page: Page, evidence: Evidence) -> str:
    """The chain from the trigger on, each step with its place where that is another file than the step's before."""
    words = []
    path = evidence.path
    for step in evidence.reach:
        label = f"on {step.text}" if step.kind == "trigger" else step.text
        if step.path != path and step.path not in label:
            label += f" ({step.path}:{step.line})" if step.line else f" ({step.path})"
        path = step.path
        words.append(label)
    return f" {page.glyphs.arrow} ".join(words)


def _advice(page: Page, level: LevelResult) -> None:
    page.heading(f"What to do next at level {level.number}, {level.name}")
    for sentence in level.advice:
        page.item(sentence, indent=2)
    if level.links:
        page.blank()
    for text, url in level.links:
        page.write(f"{text}: ", (url, "cyan"), indent=2, hang=2)


def _notices(page: Page, sentences: tuple[str, ...], notices: tuple[Notice, ...]) -> None:
    if not notices and not sentences:
        return
    page.heading("Notices")
    write_items(page, sentences)
    by_code: dict[str, list[Notice]] = {}
    for notice in notices:
        by_code.setdefault(notice.code, []).append(notice)
    for same in by_code.values():
        for notice in same[:NOTICES_SHOWN]:
            page.item(notice.message if notice.path in notice.message else f"{notice.path}: {notice.message}", indent=2)
        if len(same) > NOTICES_SHOWN:
            page.write((f"and {len(same) - NOTICES_SHOWN} more like this (all are in --format json)", "dim"), indent=4)


def _color(points: int, most: int) -> str:
    if points >= most:
        return "green"
    return "yellow" if points else "red"
