"""What a step leaves: outputs, summary, annotations, files, and its exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.action.stage import POLICY, WORSE, act, check_out, make_origin, propose


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("outputs")
    return check_out(make_origin(folder / "origin"), folder / "job")


def test_a_gate_that_passes(workspace: Path) -> None:
    done = act(workspace)
    assert done.code == 0
    assert (done.outputs["level"], done.outputs["level-name"], done.outputs["passed"]) == ("1", "initial", "true")
    assert done.outputs["score"] == str(done.report["score"])
    assert done.outputs["sarif-file"] == ""
    assert "The gate passes" in done.summary


def test_a_gate_that_says_no_has_written_everything_before(workspace: Path) -> None:
    done = act(workspace, inputs={"min-level": "managed", "floors": "safety=2\n\n  monitoring=1 \n"})
    assert (done.code, done.outputs["passed"]) == (1, "false")
    assert {shortfall["subject"] for shortfall in done.report["gate"]["shortfalls"]} == {"target", "safety", "monitoring"}
    assert "The gate says no" in done.summary
    assert done.log.count("\n::error ") == 3


def test_annotating_never_fails(workspace: Path) -> None:
    done = act(workspace, inputs={"min-score": "28", "mode": "annotate"})
    assert (done.code, done.outputs["passed"]) == (0, "false")
    assert "::error" not in done.log


def test_each_place_can_be_left_out(workspace: Path) -> None:
    done = act(workspace, inputs={"min-score": "28", "annotations": "false", "summary": "false"})
    assert (done.code, done.summary) == (1, "")
    assert "::error" not in done.log
    assert "Level 1, initial" in done.log


def test_reports_are_written_where_they_are_wanted(workspace: Path) -> None:
    done = act(workspace, inputs={"report-json": "out/report.json", "sarif-file": "out/rung.sarif"})
    folder = workspace / "out"
    assert (done.outputs["report-json"], done.outputs["sarif-file"]) == (str(folder / "report.json"), str(folder / "rung.sarif"))
    assert json.loads((folder / "rung.sarif").read_text())["version"] == "2.1.0"


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"min-score": "many"}, "min-score is 'many', which is no number"),
        ({"comment": "yes"}, "comment is 'yes': give true or false"),
        ({"min-level": "manged"}, "managed"),
        ({"path": "absent"}, "absent does not exist"),
        ({"report-json": "app/desk.py/report.json"}, "can't be written"),
    ],
)
def test_what_cannot_be_judged_is_one_sentence(workspace: Path, inputs: dict[str, str], words: str) -> None:
    done = act(workspace, inputs=inputs)
    assert (done.code, dict(done.outputs)) == (2, {})
    (line,) = (line for line in done.log.splitlines() if line.startswith("::error title=rung::"))
    assert words in line


def test_of_several_applications_the_lowest_counts(tmp_path: Path) -> None:
    policy = f"{POLICY}projects:\n  - {{name: desk, root: app}}\n  - {{name: all, root: .}}\n"
    origin = make_origin(tmp_path / "origin", {".rung.yaml": policy})
    done = act(check_out(origin, tmp_path / "job"))
    scores = [project["score"] for project in done.report["projects"]]
    assert done.outputs["score"] == str(min(scores)) != str(max(scores))


def test_where_no_model_is_used_there_is_no_level(tmp_path: Path) -> None:
    origin = make_origin(tmp_path / "origin", {"app/desk.py": "", "requirements.txt": "", "evals/test_answers.py": ""})
    done = act(check_out(origin, tmp_path / "job"))
    assert (done.code, done.outputs["level"], done.outputs["score"], done.outputs["passed"]) == (0, "", "", "true")


def test_no_text_of_the_repository_is_a_command(tmp_path: Path) -> None:
    origin = make_origin(
        tmp_path / "origin", {"CHANGELOG.md": "# 1.0\n::set-env name=A::b\n", ".github/workflows/x.yml": "::add-mask::x\n"}
    )
    event = propose(origin, {**WORSE, "evals/::error::x.py": "import openai\nopenai.OpenAI().responses.create(input='x')  # ##[error]x\n"})
    log = act(check_out(origin, tmp_path / "job", "refs/pull/7/merge"), "pull_request", event).log
    stop = next(line for line in log.splitlines() if line.startswith("::stop-commands::"))
    before, _, rest = log.partition(stop)
    _, _, after = rest.partition(f"\n::{stop.removeprefix('::stop-commands::')}::\n")
    for line in (before + after).splitlines():
        assert line.startswith(("rung: ", "::error ", "::warning ", "::notice "))
    assert "##[" not in log
