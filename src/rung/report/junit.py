"""The report as JUnit XML: a suite for each capability, a test case for each question, and one for each target of a policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from rung.report import wording
from rung.report.safe import one_line

if TYPE_CHECKING:
    from rung.gate.types import Report, Review, Shortfall, ShortfallKind
    from rung.model.assessment import Answer

POLICY = "policy"
# The cases of what a policy asks of the whole, and the kinds of shortfall that fail each.
WHOLE: dict[str, tuple[ShortfallKind, ...]] = {
    "level and score": ("level", "score", "floor"),
    "change against the base": ("regression",),
    "waivers and attestations": ("expired-waiver", "expired-attestation", "limit"),
}


def render_junit(report: Report) -> str:
    """The report as JUnit XML. Only what falls short of a policy is a failure, so a scan has none; what is waived is skipped."""
    root = ET.Element("testsuites", name="rung")
    for review in report.reviews:
        for suite in _suites(review):
            root.append(suite)
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suites(review: Review) -> Iterator[ET.Element]:
    """A suite for the policy's targets if there is a policy, then one for each capability that has answers."""
    left = list(review.verdict.shortfalls) if review.verdict else []
    answers = {answer.question: answer for answer in review.assessment.answers}
    of_capability: dict[str, list[ET.Element]] = {}
    for capability in review.assessment.capabilities:
        cases = []
        floor = [s for s in left if s.subject == capability.id]
        if floor:
            cases.append(_case(review, capability.id, capability.title, floor))
        for question in capability.questions:
            if question in answers:
                own = [s for s in left if s.subject == question]
                cases.append(_question(review, capability.id, answers[question], own))
        of_capability[capability.id] = cases
    known = {*answers, *of_capability}
    if review.verdict is not None or not review.assessment.applicable:
        yield _suite(review, POLICY, _whole(review, [s for s in left if s.subject not in known]))
    for capability in review.assessment.capabilities:
        if of_capability[capability.id]:
            yield _suite(review, capability.id, of_capability[capability.id])


def _suite(review: Review, name: str, cases: list[ET.Element]) -> ET.Element:
    suite = ET.Element("testsuite", name=_classname(review, name))
    suite.extend(cases)
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(sum(case.find("failure") is not None for case in cases)))
    suite.set("errors", "0")
    suite.set("skipped", str(sum(case.find("skipped") is not None for case in cases)))
    return suite


def _classname(review: Review, name: str) -> str:
    return one_line(f"rung.{review.name}.{name}" if review.name else f"rung.{name}")


def _whole(review: Review, shortfalls: list[Shortfall]) -> list[ET.Element]:
    """What the policy asks of the application as a whole, under names that stay the same from run to run."""
    cases = [
        _case(review, POLICY, name, [shortfall for shortfall in shortfalls if shortfall.kind in kinds]) for name, kinds in WHOLE.items()
    ]
    assessment = review.assessment
    told = f"{wording.level(assessment)}: {wording.score(assessment)}" if assessment.applicable else assessment.reason
    moved = [wording.moved(review.comparison, "->")] if review.comparison else []
    _output(cases[0], [told, *moved])
    return cases


def _question(review: Review, capability: str, answer: Answer, shortfalls: list[Shortfall]) -> ET.Element:
    case = _case(review, capability, f"{answer.question}: {answer.title}", shortfalls)
    lines = [f"{answer.points}/{answer.max} {answer.answer}"]
    if answer.voucher is not None:
        lines += [wording.vouched(answer.voucher), f"- {answer.voucher.evidence}"]
    lines += [f"- {wording.spot(evidence.path, evidence.line)}  {evidence.text}" for evidence in wording.evidence_of(answer)]
    lines += [f"- close: {wording.spot(miss.path, miss.line)}  {miss.reason}" for miss in wording.misses_of(answer)]
    for change in review.comparison.changes if review.comparison else ():
        if change.question == answer.question:
            lines += [f"- lost: {wording.spot(evidence.path, evidence.line)}  {evidence.text}" for evidence in change.lost]
            lines += [f"- gained: {wording.spot(evidence.path, evidence.line)}  {evidence.text}" for evidence in change.gained]
    _output(case, lines)
    return case


def _case(review: Review, classname: str, name: str, shortfalls: list[Shortfall]) -> ET.Element:
    case = ET.Element("testcase", classname=_classname(review, classname), name=one_line(name), time="0")
    failing = [shortfall for shortfall in shortfalls if shortfall.waiver is None]
    if failing:
        failure = ET.SubElement(case, "failure", message=one_line(" ".join(s.message for s in failing)), type=failing[0].kind)
        failure.text = "\n".join(one_line(line) for shortfall in failing for line in _told(shortfall))
    elif shortfalls:
        reasons = (wording.waived(shortfall.waiver) for shortfall in shortfalls if shortfall.waiver is not None)
        ET.SubElement(case, "skipped", message=one_line("; ".join(reasons)))
    return case


def _told(shortfall: Shortfall) -> Iterator[str]:
    place = wording.asked_by(shortfall)
    yield f"{shortfall.message} ({place})" if place else shortfall.message
    yield from wording.way_up(shortfall)


def _output(case: ET.Element, lines: list[str]) -> None:
    ET.SubElement(case, "system-out").text = "\n".join(one_line(line) for line in lines)
