"""`rung gate` as CI runs it: exit codes, streams and options."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_main import run
from tests.gate.desk import DESK, WORKFLOW
from tests.helpers import make_repository


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """An application with 8 points."""
    return make_repository(tmp_path / "desk", DESK)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--min-score", "8"], 0),
        (["--min-score", "9"], 1),
        (["--min-level", "initial"], 0),
        (["--min-level", "2"], 1),
        (["--floor", "safety=1"], 1),
        (["--min-level", "managed", "--mode", "annotate"], 0),
        (["--min-level", "manged"], 2),
        (["--min-score", "many"], 2),
        (["--floor", "saftey=1"], 2),
        (["--regression", "never"], 2),
        (["--base", "nowhere"], 2),
        (["--ref", "nowhere"], 2),
        (["--config", "nowhere.yaml"], 2),
    ],
)
def test_exit_codes(desk: Path, options: list[str], code: int) -> None:
    done = run("gate", desk, *options)
    assert done.returncode == code
    assert (done.stdout == "") == (code == 2)
    assert done.stderr.count("\n") == (1 if code == 2 else 0)


def test_what_falls_short_is_said_with_the_way_up(desk: Path) -> None:
    (desk / ".rung.yaml").write_text("target: defined\n")
    said = " ".join(run("gate", desk).stdout.split())
    assert "Level 1, initial (8 points) is below the target level 2, defined (10): 2 points are missing." in said
    assert "small" in said


def test_a_pull_request_that_loses_its_evaluation_and_eases_the_policy_fails(tmp_path: Path) -> None:
    eased = {".rung.yaml": "regression: allow\n", ".github/workflows/evaluate.yml": WORKFLOW.replace("pytest evals", "ruff check")}
    make_repository(tmp_path, {**DESK, ".rung.yaml": "regression: answer\n"}, history=[(eased, "Ease")])
    done = run("gate", "--base", "HEAD~1", "--format", "json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    report = json.loads(done.stdout)
    assert [shortfall["subject"] for shortfall in report["gate"]["shortfalls"]] == ["continuous-integration"]
    assert report["comparison"]["score"] == {"before": 8, "after": 6}
    assert report["gate"]["after_merge"]
    assert run("gate", "--format", "json", cwd=tmp_path).returncode == 0


def test_the_policy_may_come_from_elsewhere(desk: Path, tmp_path: Path) -> None:
    (tmp_path / "organization.yaml").write_text("target: optimized\n")
    assert run("gate", desk, "--config", tmp_path / "organization.yaml").returncode == 1


def test_several_reports_at_once(desk: Path, tmp_path: Path) -> None:
    done = run("gate", desk, "--min-score", "9", "--format", "json", "-o", tmp_path / "gate.json", "--format", "text")
    assert done.returncode == 1
    assert json.loads((tmp_path / "gate.json").read_text())["gate"]["passed"] is False
    assert "9" in done.stdout
