"""What the page shows of each application, arranged for its templates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from rung.gate.way_up import cheapest_ways
from rung.model.conditions import rules_in
from rung.report import html_charts, wording
from rung.report.links import Link, link_to, project_name, web_page

if TYPE_CHECKING:
    from rung.gate.types import Attestation, Change, Comparison, Report, Review, Shortfall, Verdict, Waiver, Way
    from rung.model.assessment import Answer, Assessment, Evidence, Finding, Miss
    from rung.repository import Notice

FIRST = 5  # places of a finding that are shown before "and more"
MOST = 200  # places of a finding that the page holds at all


@dataclass(frozen=True, slots=True)
class Places:
    """The places of one finding: the first ones, those behind "and more", and how many are in none."""

    finding: Finding
    first: Sequence[Evidence]
    more: Sequence[Evidence]
    left_out: int


@dataclass(frozen=True, slots=True)
class Question:
    """One answer with all that the page says of it. `moved` is by how many points a change moved it, None where it did nothing."""

    anchor: str
    answer: Answer
    effort: str
    found: tuple[Places, ...]
    count: int
    misses: Sequence[Miss]
    waivers: tuple[Waiver, ...]
    moved: int | None

    @property
    def kinds(self) -> str:
        """The filters that show it, as a list of words."""
        full = "full" if self.answer.points >= self.answer.max else "improve"
        held = "held" if self.waivers or self.answer.voucher else ""
        return " ".join(filter(None, (full, held, "" if self.moved is None else "changed")))


@dataclass(frozen=True, slots=True)
class Capability:
    """One capability's heading and its questions."""

    title: str
    score: int
    max: int
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Lost:
    """Evidence that a change took away; `gone` says that its file is."""

    evidence: Evidence
    gone: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """What a change did to one answer."""

    change: Change
    lost: tuple[Lost, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One application on the page. `link` leads to its lines, `old_link` to those of the base."""

    id: str
    name: str
    headline: str
    assessment: Assessment
    verdict: Verdict | None
    comparison: Comparison | None
    link: Link
    old_link: Link
    ladder: html_charts.Ladder | None
    bars: html_charts.Bars
    missing: int  # points to the next level
    next_level: str
    ways: tuple[Way, ...]
    failing: tuple[Shortfall, ...]
    accepted: tuple[Shortfall, ...]
    waivers: tuple[Waiver, ...]
    attestations: tuple[Attestation, ...]
    capabilities: tuple[Capability, ...]
    changes: tuple[Moved, ...]

    @property
    def questions(self) -> list[Question]:
        """Every question, in the model's order."""
        return [question for capability in self.capabilities for question in capability.questions]


@dataclass(frozen=True, slots=True)
class PageView:
    """The whole page: its title, the repository's page where it has one, the applications, and how many questions each filter shows."""

    title: str
    address: str
    subject: str
    sections: tuple[Section, ...]
    judged: bool
    verdict: str
    counts: Mapping[str, int]
    notices: tuple[Notice, ...]


def page_view(model: Mapping[str, Any], report: Report) -> PageView:
    """The page of a report, by the model's document (its levels and the efforts of its answers)."""
    sections = tuple(_section(model, review, number) for number, review in enumerate(report.reviews, 1))
    first = report.reviews[0].assessment if report.reviews else None
    kinds = [question.kinds.split() for section in sections for question in section.questions]
    counts = {kind: sum(kind in own for own in kinds) for kind in ("improve", "full", "changed", "held")}
    return PageView(
        title=title_of(first),
        address=web_page(first.remote) if first else "",
        subject=_subject(report),
        sections=sections,
        judged=any(review.verdict for review in report.reviews),
        verdict=wording.verdict(report),
        counts={"all": len(kinds)} | counts,
        notices=tuple(dict.fromkeys(notice for review in report.reviews for notice in review.assessment.notices)),
    )


def title_of(assessment: Assessment | None) -> str:
    """What a person calls the repository: its name on its host, else its folder's."""
    if assessment is None:
        return "This repository"
    folder = re.split(r"[/\\]", assessment.path.rstrip("/\\"))[-1].strip(".")
    return project_name(assessment.remote) or folder or "This repository"


def _subject(report: Report) -> str:
    if not report.reviews:
        return ""
    assessment = report.reviews[0].assessment
    words = [f"at {assessment.ref}"] if assessment.ref is not None else []
    words += [f"commit {assessment.commit[:12]}"] if assessment.commit is not None else []
    words += [f"the application in {assessment.scope}"] if assessment.scope and len(report.reviews) == 1 else []
    return ", ".join([*words, f"{assessment.model_id} model, version {assessment.model_version}"])


def _section(model: Mapping[str, Any], review: Review, number: int) -> Section:
    assessment, verdict, comparison = review.assessment, review.verdict, review.comparison
    waivers = verdict.waivers if verdict else ()
    shortfalls = verdict.shortfalls if verdict else ()
    moved = {change.question: change.after - change.before for change in comparison.changes} if comparison else {}
    missing, next_level = _next_level(model, assessment)
    identifier = f"p{number}"
    return Section(
        id=identifier,
        name=review.name,
        headline=_headline(assessment),
        assessment=assessment,
        verdict=verdict,
        comparison=comparison,
        link=link_to(assessment.remote, assessment.commit),
        old_link=link_to(assessment.remote, comparison.before.commit if comparison else None),
        ladder=html_charts.ladder(model, review) if assessment.level else None,
        bars=html_charts.bars(assessment, comparison.before if comparison else None),
        missing=missing,
        next_level=next_level,
        ways=cheapest_ways(model, assessment, missing, _answered_by(model, assessment)) if missing else (),
        failing=tuple(shortfall for shortfall in shortfalls if shortfall.waiver is None),
        accepted=tuple(shortfall for shortfall in shortfalls if shortfall.waiver is not None),
        waivers=waivers,
        attestations=verdict.attestations if verdict else (),
        capabilities=tuple(_capabilities(model, assessment, waivers, moved, identifier)),
        changes=tuple(_moved(change) for change in comparison.changes) if comparison else (),
    )


def _headline(assessment: Assessment) -> str:
    if assessment.level is None:
        return "No language model here" if not assessment.applicable else wording.level(assessment)
    return f"Level {assessment.level.number}: {assessment.level.name.capitalize()}"


def _next_level(model: Mapping[str, Any], assessment: Assessment) -> tuple[int, str]:
    """How many points the next level is away, and its name; 0 on the highest."""
    above = [level for level in model["levels"] if level["from"] > assessment.score] if assessment.level else []
    return (above[0]["from"] - assessment.score, f"level {above[0]['number']}, {above[0]['name']}") if above else (0, "")


def _answered_by(model: Mapping[str, Any], assessment: Assessment) -> list[str]:
    """The questions that were answered by all the rules that this model's document names for them."""
    asked = {question["id"]: question["answers"][1:] for capability in model["capabilities"] for question in capability["questions"]}
    rules = {question: {rule for option in options for rule in rules_in(option["when"])} for question, options in asked.items()}
    return [a.question for a in assessment.answers if a.question in rules and rules[a.question] <= {f.rule for f in a.findings}]


def _capabilities(
    model: Mapping[str, Any], assessment: Assessment, waivers: Sequence[Waiver], moved: Mapping[str, int], prefix: str
) -> Iterable[Capability]:
    """The capabilities with their questions; questions of none come last, without a heading of their own."""
    left = {answer.question: answer for answer in assessment.answers}
    for item in assessment.capabilities:
        answers = [left.pop(question) for question in item.questions if question in left]
        accepted = {answer.question: tuple(w for w in waivers if w.subject in (item.id, answer.question)) for answer in answers}
        questions = tuple(_question(model, a, accepted[a.question], moved.get(a.question), prefix) for a in answers)
        if questions:
            yield Capability(item.title, item.score, item.max, questions)
    if left:
        rest = tuple(
            _question(model, a, tuple(w for w in waivers if w.subject == a.question), moved.get(a.question), prefix) for a in left.values()
        )
        yield Capability("Other questions", sum(a.points for a in left.values()), sum(a.max for a in left.values()), rest)


def _question(model: Mapping[str, Any], answer: Answer, waivers: tuple[Waiver, ...], moved: int | None, prefix: str) -> Question:
    found = tuple(_places(finding) for finding in answer.findings if finding.holds)
    return Question(
        anchor=f"{prefix}-{answer.question}",
        answer=answer,
        effort=_effort(model, answer),
        found=found,
        count=len(wording.evidence_of(answer)),
        misses=wording.misses_of(answer),
        waivers=waivers,
        moved=moved,
    )


def _places(finding: Finding) -> Places:
    kept = finding.evidence[:MOST]
    # One behind "and more" would take the place of the words.
    first = FIRST if len(kept) > FIRST + 1 else len(kept)
    return Places(finding, kept[:first], kept[first:], len(finding.evidence) - len(kept))


def _effort(model: Mapping[str, Any], answer: Answer) -> str:
    """What the next answer costs, as the model says it."""
    asked = (question for capability in model["capabilities"] for question in capability["questions"])
    options: Sequence[Any] = next((question["answers"] for question in asked if question["id"] == answer.question), ())
    return next((str(option.get("effort", "")) for option in options if option["points"] == answer.next.points), "")


def _moved(change: Change) -> Moved:
    return Moved(change, tuple(Lost(evidence, at is None) for evidence, at in zip_longest(change.lost, change.lost_at)))
