"""The report for people."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from rung.report.page import Page, PageStyle

if TYPE_CHECKING:
    from rung.model.assessment import Answer, Assessment, Evidence, LevelResult
    from rung.repository import Notice

EVIDENCE_SHOWN = 3
NOTICES_SHOWN = 3
BAR_CELLS = 20
MARGIN = 5


def render_text(assessment: Assessment, style: PageStyle) -> str:
    """The assessment as a page of text: level and score, capabilities, questions with their evidence, advice, notices."""
    page = Page(style)
    _headline(page, assessment)
    if assessment.applicable:
        _capabilities(page, assessment)
        page.heading("Questions")
        for number, answer in enumerate(assessment.answers):
            if number:
                page.blank()
            _answer(page, answer)
        if assessment.level is not None:
            _advice(page, assessment.level)
    _notices(page, assessment.notices)
    return page.render()


def _headline(page: Page, assessment: Assessment) -> None:
    page.write((_subject(assessment), "dim"))
    page.blank()
    if assessment.level is None or not assessment.applicable:
        page.write(assessment.reason)
        return
    level = assessment.level
    page.write((f"Level {level.number}, {level.name}", "bold"), f": {assessment.score} of {assessment.max} points")
    page.write(level.description)


def _subject(assessment: Assessment) -> str:
    at = f" at {assessment.ref}" if assessment.ref is not None else ""
    commit = f" (commit {assessment.commit[:12]})" if assessment.commit is not None else ""
    scope = f", the application in {assessment.scope}" if assessment.scope else ""
    return f"{assessment.path}{at}{commit}{scope}"


def _capabilities(page: Page, assessment: Assessment) -> None:
    page.blank()
    longest = max((len(item.title) for item in assessment.capabilities), default=0)
    for item in assessment.capabilities:
        share = item.score / item.max if item.max else 0.0
        full, empty = page.bar(share, BAR_CELLS)
        page.write(
            item.title.ljust(longest + 2), (full, _color(item.score, item.max)), (empty, "dim"), f"  {item.score}/{item.max}", indent=2
        )


def _answer(page: Page, answer: Answer) -> None:
    page.write(
        (f"{answer.points}/{answer.max}  ", f"bold {_color(answer.points, answer.max)}"),
        (answer.title, "bold"),
        (f"  {answer.question}", "dim"),
        hang=MARGIN,
    )
    page.write(answer.answer, indent=MARGIN)
    for finding in answer.findings:
        if finding.unknown:
            page.write((finding.unknown[:1].upper() + finding.unknown[1:], "yellow"), indent=MARGIN)
    _evidence(page, answer)
    if answer.next.points is not None and answer.next.needs:
        page.write((f"For {answer.next.points} {'point' if answer.next.points == 1 else 'points'}:", "bold"), indent=MARGIN)
        for need in answer.next.needs:
            page.item(need, indent=MARGIN + 2)


def _evidence(page: Page, answer: Answer) -> None:
    places = _in_turns(finding.evidence for finding in answer.findings if finding.holds)
    shown = places[:EVIDENCE_SHOWN]
    told: set[str] = set()
    for evidence in shown:
        place = f"{evidence.path}:{evidence.line}" if evidence.line else evidence.path
        page.quote(place, evidence.text, indent=MARGIN + 2)
        reach = _reach(page, evidence)
        if reach and reach not in told:
            page.write((reach, "dim"), indent=MARGIN + 6, hang=2)
        told.add(reach)
    if len(places) > len(shown):
        page.write((f"and {len(places) - len(shown)} more", "dim"), indent=MARGIN + 2)


def _in_turns(groups: Iterable[tuple[Evidence, ...]]) -> list[Evidence]:
    """The first of every group, then the second of every group and so on, each place once: so that every finding has its say."""
    places: dict[tuple[str, int], Evidence] = {}
    for evidence in chain.from_iterable(zip_longest(*groups)):
        if evidence is not None:
            places.setdefault((evidence.path, evidence.line), evidence)
    return list(places.values())


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


def _notices(page: Page, notices: tuple[Notice, ...]) -> None:
    if not notices:
        return
    page.heading("Notices")
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
