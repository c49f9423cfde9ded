"""What falls short of a policy, what is accepted of it, and what the gate says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rung.gate.types import Report, Shortfall, Verdict
from rung.judge import Options, judge
from tests.gate.desk import DESK, TODAY, WORKFLOW, points
from tests.helpers import make_repository

WAIVER = "waivers:\n  - {{for: {subject}, reason: It comes later., owner: '@desk', expires: {expires}}}\n"
ATTESTATION = """attestations:
  - question: {question}
    points: {points}
    reason: It is watched elsewhere.
    owner: "@desk"
    evidence: https://example.com/dashboard
    expires: {expires}
"""


def judged(folder: Path, policy: str, today: date = TODAY, **options: object) -> Report:
    """The report over the desk (8 points, level 1) by a policy."""
    make_repository(folder, {**DESK, ".rung.yaml": policy})
    return judge(str(folder), today=today, options=Options(**options))  # type: ignore[arg-type]


def verdict(report: Report) -> Verdict:
    found = report.reviews[0].verdict
    assert found is not None
    return found


def only(report: Report) -> Shortfall:
    (shortfall,) = verdict(report).shortfalls
    return shortfall


def test_what_is_reached_passes(tmp_path: Path) -> None:
    report = judged(tmp_path, "target: {level: initial, score: 8}\nfloors: {evaluation: 3, continuous-integration: 2}\n")
    assert report.passed
    assert verdict(report).shortfalls == ()
    assert report.policy == (".rung.yaml",)


def test_a_missed_level_says_what_is_missing_and_the_way_up(tmp_path: Path) -> None:
    shortfall = only(judged(tmp_path, "# ours\ntarget: defined\n"))
    assert shortfall.message == "Level 1, initial (8 points) is below the target level 2, defined (10): 2 points are missing."
    assert (shortfall.kind, shortfall.required, shortfall.actual) == ("level", 2, 1)
    assert (shortfall.place.path, shortfall.place.line) == (".rung.yaml", 2)
    assert [way.effort for way in shortfall.ways] == ["small", "small"]


def test_a_missed_score_of_the_command_line(tmp_path: Path) -> None:
    shortfall = only(judged(tmp_path, "target: initial\n", min_score=9))
    assert shortfall.message == "The score of 8 points is below the target of 9: 1 point is missing."
    assert shortfall.place.path == "--min-score"


def test_of_several_floors_the_highest_counts(tmp_path: Path) -> None:
    shortfall = only(judged(tmp_path, "floors:\n  safety: 2\n", floors=("safety=1",)))
    assert shortfall.message == "safety has 0 of 4 points; the floor is 2 (.rung.yaml:2)."
    assert {way.question for way in shortfall.ways} <= {"content-safety", "responsible-ai"}


@pytest.mark.parametrize(
    ("subject", "asked"),
    [
        ("target", "target: managed"),
        ("safety", "floors: {safety: 1}"),
        ("safety", "floors: {content-safety: 1}"),
        ("content-safety", "floors: {content-safety: 1}"),
    ],
)
def test_a_waiver_accepts_and_is_shown(tmp_path: Path, subject: str, asked: str) -> None:
    report = judged(tmp_path, f"{asked}\n{WAIVER.format(subject=subject, expires=TODAY)}")
    assert report.passed
    shortfall = only(report)
    assert shortfall.waiver is not None
    assert shortfall.waiver.owner == "@desk"


@pytest.mark.parametrize(
    ("subject", "asked"), [("content-safety", "floors: {safety: 1}"), ("monitoring", "floors: {safety: 1}"), ("safety", "target: managed")]
)
def test_a_waiver_accepts_nothing_else(tmp_path: Path, subject: str, asked: str) -> None:
    assert not judged(tmp_path, f"{asked}\n{WAIVER.format(subject=subject, expires=TODAY)}").passed


def test_what_is_open_comes_before_what_is_waived(tmp_path: Path) -> None:
    report = judged(tmp_path, f"floors: {{content-safety: 1, responsible-ai: 1}}\n{WAIVER.format(subject='content-safety', expires=TODAY)}")
    assert [(s.subject, s.waiver is None) for s in verdict(report).shortfalls] == [("responsible-ai", True), ("content-safety", False)]


def test_an_expired_waiver_fails_even_where_nothing_falls_short(tmp_path: Path) -> None:
    report = judged(tmp_path, WAIVER.format(subject="safety", expires="2025-05-30"))
    shortfall = only(report)
    assert not report.passed
    assert shortfall.kind == "expired-waiver"
    assert shortfall.message == "The waiver for safety (.rung.yaml:2) expired on 2025-05-30, 2 days ago: @desk must renew or remove it."


def test_an_attested_answer_counts_and_stays_apart(tmp_path: Path) -> None:
    report = judged(tmp_path, "target: defined\n" + ATTESTATION.format(question="production-feedback", points=2, expires=TODAY))
    assessment = report.reviews[0].assessment
    assert report.passed
    assert (assessment.score, assessment.attested, assessment.level and assessment.level.name) == (10, 2, "defined")
    answer = next(a for a in assessment.answers if a.question == "production-feedback")
    assert (answer.points, answer.inferred, answer.basis, answer.next.points) == (2, 0, "attested", None)
    assert answer.voucher is not None
    assert answer.voucher.evidence == "https://example.com/dashboard"
    assert next(c.score for c in assessment.capabilities if c.id == "monitoring") == 2
    assert [a.question for a in verdict(report).attestations] == ["production-feedback"]


def test_an_attestation_of_what_is_seen_anyway_does_not_count(tmp_path: Path) -> None:
    report = judged(tmp_path, ATTESTATION.format(question="evaluation-practice", points=1, expires=TODAY))
    assert report.reviews[0].assessment.attested == 0
    assert points(report, "evaluation-practice") == 2
    assert any("evaluation-practice" in notice and "not counted" in notice for notice in report.notices)


def test_an_expired_attestation_fails_and_does_not_count(tmp_path: Path) -> None:
    report = judged(tmp_path, ATTESTATION.format(question="observability", points=1, expires="2025-01-01"))
    assert only(report).kind == "expired-attestation"
    assert report.reviews[0].assessment.attested == 0


def test_no_more_is_attested_than_the_limit(tmp_path: Path) -> None:
    report = judged(tmp_path, "limits: {attestations: 1}\n" + ATTESTATION.format(question="production-feedback", points=2, expires=TODAY))
    assert report.reviews[0].assessment.attested == 1
    assert only(report).message.startswith("The policy allows 1 point to be attested, not 2")


def test_forbidden_waivers_accept_nothing(tmp_path: Path) -> None:
    report = judged(tmp_path, f"limits: {{waivers: 0}}\nfloors: {{safety: 1}}\n{WAIVER.format(subject='safety', expires=TODAY)}")
    assert [s.kind for s in verdict(report).shortfalls] == ["floor", "limit"]
    assert not report.passed


def test_annotate_keeps_the_verdict(tmp_path: Path) -> None:
    report = judged(tmp_path, "target: optimized\nmode: annotate\n")
    assert (report.passed, report.mode) == (False, "annotate")


def test_a_repository_without_llm_passes(tmp_path: Path) -> None:
    make_repository(tmp_path, {"README.md": "# Nothing\n", ".rung.yaml": "target: optimized\n"})
    report = judge(str(tmp_path), today=TODAY)
    assert report.passed
    assert not report.reviews[0].assessment.applicable


@pytest.mark.parametrize(("kind", "failing"), [("allow", []), ("score", ["score"]), ("answer", ["continuous-integration"])])
def test_a_regression(tmp_path: Path, kind: str, failing: list[str]) -> None:
    after = {".github/workflows/evaluate.yml": WORKFLOW.replace("pytest evals", "ruff check")}
    make_repository(tmp_path, {**DESK, ".rung.yaml": f"regression: {kind}\n"}, history=[(after, "No evaluation")])
    report = judge(str(tmp_path), today=TODAY, base="HEAD~1")
    assert [s.subject for s in verdict(report).shortfalls] == failing
    assert report.passed == (not failing)


@pytest.mark.parametrize("kind", ["score", "answer"])
def test_a_waived_question_may_fall(tmp_path: Path, kind: str) -> None:
    policy = f"regression: {kind}\n{WAIVER.format(subject='continuous-integration', expires=TODAY)}"
    after = {".github/workflows/evaluate.yml": WORKFLOW.replace("pytest evals", "ruff check")}
    make_repository(tmp_path, {**DESK, ".rung.yaml": policy}, history=[(after, "No evaluation")])
    report = judge(str(tmp_path), today=TODAY, base="HEAD~1")
    assert report.passed
    assert only(report).waiver is not None
