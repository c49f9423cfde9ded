"""`rung diff`: two commits, no checkout, no verdict."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_main import run
from tests.gate.desk import DESK, WORKFLOW
from tests.helpers import git, make_repository

LOSS = {".github/workflows/evaluate.yml": WORKFLOW.replace("pytest evals", "ruff check")}


def test_a_loss_is_shown_and_fails_nothing(tmp_path: Path) -> None:
    make_repository(tmp_path, {**DESK, ".rung.yaml": "target: optimized\n"}, history=[(LOSS, "No evaluation")], tags=("before", "after"))
    git(tmp_path, "switch", "-q", "--detach", "before")
    done = run("diff", "before", "after", "--path", tmp_path, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    (change,) = json.loads(done.stdout)["comparison"]["changes"]
    assert change["question"] == "continuous-integration"


def test_head_is_compared_unless_another_is_named(tmp_path: Path) -> None:
    make_repository(tmp_path, DESK, history=[(LOSS, "No evaluation")])
    said = run("diff", "HEAD~1", cwd=tmp_path).stdout
    assert "continuous-integration" in said
    assert "pytest evals" in said


def test_what_is_no_commit_can_not_be_compared(tmp_path: Path) -> None:
    make_repository(tmp_path, DESK)
    for arguments in (["nowhere"], ["HEAD", "nowhere"]):
        done = run("diff", *arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert "nowhere" in done.stderr
    assert run("diff", cwd=tmp_path).returncode == 2
