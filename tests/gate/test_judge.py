"""A policy, a base and several applications, judged from a real repository's commits."""

from __future__ import annotations

from pathlib import Path

import pytest

from rung.errors import UserError
from rung.gate.types import Report
from rung.judge import Options, diff, judge, survey
from tests.gate.desk import ASK, DESK, EVALUATION, TODAY, WORKFLOW, change, points
from tests.helpers import commit, git, make_repository

RULE = """- id: {id}
  title: Evaluations run in CI
  when: {{find: evaluation-run}}
  why: So that a change is judged.
  fix: Run the evaluations in CI.
  examples:
    - {{about: "a run is there", holds: {{a.py: ""}}}}
    - {{about: "no run is there", fails: {{a.py: ""}}}}
"""
NO_EVALUATION = {".github/workflows/evaluate.yml": WORKFLOW.replace("pytest evals", "ruff check")}


def failing(report: Report) -> list[tuple[str, str]]:
    return [(r.name, s.subject) for r in report.reviews if r.verdict for s in r.verdict.shortfalls if s.waiver is None]


def test_a_change_can_not_lower_its_own_bar(tmp_path: Path) -> None:
    change_of_policy = {**NO_EVALUATION, ".rung.yaml": "target: initial\n"}
    policy = "target: {score: 8}\nregression: answer\nfloors: {delivery: 2}\n"
    make_repository(tmp_path, {**DESK, ".rung.yaml": policy}, history=[(change_of_policy, "Ease")])
    report = judge(str(tmp_path), today=TODAY, base="HEAD~1")
    assert not report.passed
    assert failing(report) == [("", "target"), ("", "delivery"), ("", "continuous-integration")]
    assert "The target will be level 1, initial (now: a score of 8)." in report.after_merge
    assert "The floor of delivery will be none (now: 2)." in report.after_merge
    assert report.after_merge[-1] == "What this change leaves would pass then."


def test_what_the_base_changed_meanwhile_is_no_change_of_the_head(tmp_path: Path) -> None:
    make_repository(tmp_path, {**DESK, ".rung.yaml": "target: initial\n"})
    git(tmp_path, "switch", "-q", "-c", "feature")
    commit(tmp_path, {"README.md": "# Desk\n"}, "Describe", day=4)
    git(tmp_path, "switch", "-q", "main")
    later = {".rung.yaml": "target: defined\n", "evals/more.py": EVALUATION, "CHANGELOG.md": "# Changelog\n\n## 1.0.0\n\n- First.\n"}
    commit(tmp_path, later, "Ask for more", day=5)
    git(tmp_path, "switch", "-q", "feature")
    report = judge(str(tmp_path), today=TODAY, base="main")
    assert failing(report) == [("", "target")]  # by the policy of main as it is now
    comparison = report.reviews[0].comparison
    assert comparison is not None
    assert comparison.changes == ()
    assert report.after_merge == ()


def test_an_invalid_policy_in_the_change_is_said_and_not_used(tmp_path: Path) -> None:
    make_repository(tmp_path, {**DESK, ".rung.yaml": "target: initial\n"}, history=[({".rung.yaml": "target: manged\n"}, "Misspell")])
    report = judge(str(tmp_path), today=TODAY, base="HEAD~1")
    assert report.passed
    (sentence,) = report.after_merge
    assert "manged" in sentence
    with pytest.raises(UserError, match="manged"):
        judge(str(tmp_path), today=TODAY)
    with pytest.raises(UserError, match="manged"):
        survey(str(tmp_path))


def test_a_change_that_introduces_the_policy_is_judged_by_the_options(tmp_path: Path) -> None:
    make_repository(tmp_path, DESK, history=[({".rung.yaml": "target: optimized\n"}, "Aim high")])
    report = judge(str(tmp_path), today=TODAY, base="HEAD~1", options=Options(min_score=8))
    assert report.passed
    assert "introduces a policy" in report.after_merge[0]
    assert "would not pass" in report.after_merge[-1]


def test_a_given_policy_file_is_used_instead(tmp_path: Path) -> None:
    make_repository(
        tmp_path / "desk", {**DESK, ".rung.yaml": "target: optimized\n"}, history=[({".rung.yaml": "target: initial\n"}, "Ease")]
    )
    (tmp_path / "ours.yaml").write_text("target: {score: 8}\n")
    report = judge(str(tmp_path / "desk"), today=TODAY, base="HEAD~1", config=str(tmp_path / "ours.yaml"))
    assert report.passed
    assert report.after_merge == ()


def test_the_custom_rules_are_the_bases(tmp_path: Path) -> None:
    start = {**DESK, ".rung.yaml": "rules: [policy]\nfloors: {continuous-integration: 2}\n", "policy/ours.yaml": RULE.format(id="ours")}
    never = {**NO_EVALUATION, "policy/ours.yaml": RULE.format(id="evaluations-run-in-ci").replace("evaluation-run", "prompt")}
    make_repository(tmp_path, start, history=[(never, "Redefine")])
    report = judge(str(tmp_path), today=TODAY, base="HEAD~1")
    assert failing(report) == [("", "continuous-integration")]
    assert "The custom rules in policy will be others." in report.after_merge
    by_hand = judge(str(tmp_path), today=TODAY, base="HEAD~1", options=Options(packs=[str(tmp_path / "policy")]))
    assert failing(by_hand) == [("", "continuous-integration")]


def test_lost_evidence_is_placed_in_the_head(tmp_path: Path) -> None:
    longer = "# Judged by the gate.\n\n" + NO_EVALUATION[".github/workflows/evaluate.yml"]
    make_repository(tmp_path, DESK, history=[({".github/workflows/evaluate.yml": longer}, "No evaluation")])
    lost = change(judge(str(tmp_path), today=TODAY, base="HEAD~1"), "continuous-integration")
    assert lost is not None
    assert [e.line for e in lost.lost] == [9]
    assert [(place.path, place.line) for place in lost.lost_at if place] == [(".github/workflows/evaluate.yml", 11)]


def test_a_shallow_base_is_compared_as_it_is(tmp_path: Path) -> None:
    origin = make_repository(tmp_path / "origin", DESK, history=[({"README.md": "# Desk\n"}, "Describe"), (NO_EVALUATION, "No evaluation")])
    git(origin, "branch", "base", "HEAD~2")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{origin}", "clone")
    clone = tmp_path / "clone"
    git(clone, "fetch", "-q", "--depth", "1", "origin", "base:refs/remotes/origin/base")
    report = judge(str(clone), today=TODAY, base="origin/base", options=Options(regression="answer"))
    assert failing(report) == [("", "continuous-integration")]
    assert any("No common ancestor" in notice for notice in report.notices)


def test_a_base_that_is_not_there_can_not_judge(tmp_path: Path) -> None:
    make_repository(tmp_path, DESK)
    with pytest.raises(UserError, match="no-such-branch"):
        judge(str(tmp_path), today=TODAY, base="no-such-branch")


MONOREPO = {
    **{f"apps/chat/{path}": text for path, text in DESK.items() if not path.startswith(".github")},
    "apps/form/app.py": ASK,
    "apps/form/requirements.txt": "openai==1.30.0\n",
    ".rung.yaml": """floors: {evaluation-practice: 1}
projects:
  - {name: chat, root: apps/chat, floors: {evaluation: 3}}
  - {name: form, root: apps/form}
""",
}


def test_every_project_is_judged(tmp_path: Path) -> None:
    make_repository(tmp_path, MONOREPO)
    report = judge(str(tmp_path), today=TODAY)
    assert [(r.name, r.assessment.scope) for r in report.reviews] == [("chat", "apps/chat"), ("form", "apps/form")]
    assert failing(report) == [("form", "evaluation-practice")]


def test_a_folder_is_judged_as_its_project_or_by_the_whole_policy(tmp_path: Path) -> None:
    make_repository(tmp_path, MONOREPO)
    assert [r.name for r in judge(str(tmp_path / "apps/chat"), today=TODAY).reviews] == ["chat"]
    report = judge(str(tmp_path / "apps/form/"), today=TODAY, options=Options(floors=("safety=1",)))
    assert failing(report) == [("form", "evaluation-practice"), ("form", "safety")]
    assert [r.assessment.scope for r in judge(str(tmp_path / "apps"), today=TODAY).reviews] == ["apps"]


def test_an_application_that_is_new_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    old = {path: text for path, text in MONOREPO.items() if path.startswith("apps/chat")}
    make_repository(tmp_path, old, history=[({"apps/form/app.py": ASK}, "A form")])
    report = judge(str(tmp_path / "apps/form"), today=TODAY, base="HEAD~1")
    assert report.reviews[0].assessment.applicable
    assert report.reviews[0].comparison is None
    assert "There is no file of apps/form in HEAD~1." in report.notices


def test_a_branch_older_than_a_project_is_judged(tmp_path: Path) -> None:
    old = {path: text for path, text in MONOREPO.items() if path.startswith("apps/chat")}
    make_repository(tmp_path, old, history=[({path: MONOREPO[path] for path in MONOREPO if path not in old}, "A form")])
    git(tmp_path, "switch", "-q", "-c", "older", "HEAD~1")
    report = judge(str(tmp_path), today=TODAY, base="main")
    assert [(r.name, r.assessment.applicable) for r in report.reviews] == [("chat", True), ("form", False)]


def test_excluded_files_do_not_count(tmp_path: Path) -> None:
    make_repository(tmp_path, {**DESK, ".rung.yaml": "exclude: [evals/]\n"})
    report = survey(str(tmp_path))
    assert points(report, "evaluation-practice") == 0
    assert any("exclude" in notice for notice in report.notices)


def test_a_difference_is_read_from_commits_alone(tmp_path: Path) -> None:
    make_repository(tmp_path, DESK, history=[(NO_EVALUATION, "No evaluation")])
    (tmp_path / ".github/workflows/evaluate.yml").write_text(WORKFLOW)
    lost = change(diff(str(tmp_path), "HEAD~1"), "continuous-integration")
    assert lost is not None
    assert (lost.before, lost.after) == (2, 0)
    assert diff(str(tmp_path), "HEAD~1").reviews[0].verdict is None


def test_what_will_hold_is_said_of_every_part_of_the_policy(tmp_path: Path) -> None:
    waiver = "waivers: [{for: safety, reason: It comes later, owner: '@desk', expires: 2026-01-01}]\n"
    policy = "mode: annotate\nexclude: [third_party/]\nlimits: {attestations: 2}\nprojects: [{name: desk, root: app}]\n" + waiver
    make_repository(tmp_path, {**DESK, ".rung.yaml": "regression: score\n"}, history=[({".rung.yaml": policy}, "Rewrite")])
    report = judge(str(tmp_path), today=TODAY, base="HEAD~1")
    assert report.after_merge[:-1] == (
        "There will be a waiver for safety until 2026-01-01 by @desk (It comes later).",
        "The policy's regression will be allow (now: score).",
        "The policy's mode will be annotate (now: enforce).",
        "The list of what to exclude will be third_party/ (now: none).",
        "The limit of attestations will be 2 (now: none).",
        "The project desk in app will be judged too.",
    )


def test_a_policy_whose_lines_only_moved_is_no_other_policy(tmp_path: Path) -> None:
    moved = {".rung.yaml": "# Ours.\n\ntarget: initial\n"}
    make_repository(tmp_path, {**DESK, ".rung.yaml": "target: initial\n"}, history=[(moved, "Comment")])
    assert judge(str(tmp_path), today=TODAY, base="HEAD~1").after_merge == ()
