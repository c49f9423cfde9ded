"""What a change did, told from two commits of a real repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from rung.gate.types import Comparison, Place
from rung.judge import diff
from tests.gate.desk import ASK, DESK, EVALUATION, WORKFLOW, change
from tests.helpers import make_repository


def compared(folder: Path, after: dict[str, str | bytes | None], before: dict[str, str | bytes] | None = None) -> Comparison:
    make_repository(folder, {**DESK, **(before or {})}, history=[(after, "The change")])
    comparison = diff(str(folder), "HEAD~1").reviews[0].comparison
    assert comparison is not None
    return comparison


@pytest.mark.parametrize(
    "after",
    [
        {"README.md": "# Desk\n"},
        {"app/desk.py": '"""Some."""\n\nimport os\n' + ASK.partition("import os\n")[2].replace("def answer", "\n\n# A.\ndef answer")},
        {"app/desk.py": ASK.replace("temperature=0.2, ", "temperature=0.3, ")},
        {
            "evals/test_answers.py": None,
            "checks/test_desk.py": EVALUATION,
            ".github/workflows/evaluate.yml": WORKFLOW.replace("evals", "checks"),
        },
    ],
    ids=["nothing of interest", "lines moved", "a line reworded", "a file moved"],
)
def test_what_changes_no_answer_is_not_shown(tmp_path: Path, after: dict[str, str | bytes | None]) -> None:
    assert compared(tmp_path, after).changes == ()


def test_a_lost_evaluation_is_shown_where_it_was(tmp_path: Path) -> None:
    comparison = compared(
        tmp_path, {".github/workflows/evaluate.yml": WORKFLOW.replace("      - run: pytest evals\n", "      - run: ruff check\n")}
    )
    (lost,) = comparison.changes
    assert (lost.question, lost.before, lost.after) == ("continuous-integration", 2, 0)
    assert [(e.path, e.line, e.text) for e in lost.lost] == [(".github/workflows/evaluate.yml", 9, "pytest evals")]
    assert lost.lost_at == (Place(".github/workflows/evaluate.yml", 9),)
    assert lost.gained == ()


def test_a_gained_evaluation_is_shown(tmp_path: Path) -> None:
    before = {".github/workflows/evaluate.yml": WORKFLOW.replace("      - run: pytest evals\n", "")}
    (gained,) = compared(tmp_path, {".github/workflows/evaluate.yml": WORKFLOW}, before).changes
    assert (gained.question, gained.before, gained.after) == ("continuous-integration", 0, 2)
    assert [(e.path, e.line) for e in gained.gained] == [(".github/workflows/evaluate.yml", 9)]


def test_a_file_that_is_gone_has_no_place(tmp_path: Path) -> None:
    comparison = compared(tmp_path, {".github/workflows/evaluate.yml": None})
    (lost,) = comparison.changes
    assert (lost.lost[0].path, lost.lost_at) == (".github/workflows/evaluate.yml", (None,))


def test_what_no_longer_runs_is_shown_where_the_chain_broke(tmp_path: Path) -> None:
    makefile = "eval:\n\tpytest evals\n"
    before = {"Makefile": makefile, ".github/workflows/evaluate.yml": WORKFLOW.replace("pytest evals", "make eval")}
    comparison = compared(tmp_path, {".github/workflows/evaluate.yml": WORKFLOW.replace("pytest evals", "make lint")}, before)
    (lost,) = comparison.changes
    assert (lost.lost[0].path, lost.lost[0].line) == ("Makefile", 2)
    assert lost.lost_at == (Place(".github/workflows/evaluate.yml", 9),)


def test_evidence_of_several_rules_is_named_once(tmp_path: Path) -> None:
    comparison = compared(tmp_path, {"evals/test_answers.py": None})
    practice = next(c for c in comparison.changes if c.question == "evaluation-practice")
    assert (practice.before, practice.after) == (2, 0)
    assert [(e.path, e.line) for e in practice.lost] == [("evals/test_answers.py", 9)]


def test_a_second_piece_of_evidence_is_shown_though_the_points_stay(tmp_path: Path) -> None:
    second = WORKFLOW.replace("name: Evaluate", "name: Nightly").replace("[pull_request]", "[push]")
    (gained,) = compared(tmp_path, {".github/workflows/again.yml": second}).changes
    assert (gained.before, gained.after, [e.path for e in gained.gained]) == (2, 2, [".github/workflows/again.yml"])


def test_an_application_that_begins_to_ask_a_model_gains_everything(tmp_path: Path) -> None:
    make_repository(tmp_path, {"README.md": "# Desk\n"}, history=[(DESK, "The application")])
    report = diff(str(tmp_path), "HEAD~1")
    practice = change(report, "evaluation-practice")
    assert practice is not None
    assert (practice.before, practice.after) == (0, 2)


PROMPTY = "---\nname: greet\nmodel:\n  api: chat\n---\nsystem:\nYou greet the visitors of a town hall. Answer {{question}}.\n"


def test_a_new_prompt_without_control_is_a_near_miss_once(tmp_path: Path) -> None:
    comparison = compared(tmp_path, {"prompts/greet.prompty": PROMPTY})
    missed = {(change.question, miss.path, miss.line) for change in comparison.changes for miss in change.missed}
    assert missed == {("prompt-change-control", "prompts/greet.prompty", 1)}


def test_a_near_miss_of_before_is_not_named_again(tmp_path: Path) -> None:
    comparison = compared(tmp_path, {"README.md": "# Desk\n", "prompts/greet.prompty": f"\n{PROMPTY}"}, {"prompts/greet.prompty": PROMPTY})
    assert [change for change in comparison.changes if change.missed] == []


def test_of_two_pieces_of_evidence_in_a_file_the_lost_one_is_told(tmp_path: Path) -> None:
    both = WORKFLOW.replace("pytest evals", "pytest evals/test_answers.py\n      - run: pytest evals/test_more.py")
    one = WORKFLOW.replace("pytest evals", "pytest evals/test_more.py")
    before: dict[str, str | bytes] = {".github/workflows/evaluate.yml": both, "evals/test_more.py": EVALUATION}
    (lost,) = compared(tmp_path, {".github/workflows/evaluate.yml": one}, before).changes
    assert [e.text for e in lost.lost] == ["pytest evals/test_answers.py"]
    assert lost.gained == ()
    assert (lost.before, lost.after) == (2, 2)
