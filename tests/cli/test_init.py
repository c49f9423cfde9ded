"""`rung init`: what it writes, and that it never writes over anything."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.cli.test_main import run
from tests.gate.desk import DESK
from tests.helpers import git, make_repository


def test_the_policy_asks_for_todays_level_and_passes(tmp_path: Path) -> None:
    desk = make_repository(tmp_path / "desk", DESK)
    done = run("init", cwd=desk)
    assert (done.returncode, done.stderr) == (0, "")
    assert ".rung.yaml" in done.stdout
    text = (desk / ".rung.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=https://rung.dev/schemas/policy.schema.json\n")
    assert yaml.safe_load(text) == {"target": "initial", "regression": "answer", "mode": "enforce"}
    assert run("gate", desk).returncode == 0


def test_every_comment_of_the_policy_is_a_valid_policy(tmp_path: Path) -> None:
    files = {**DESK, "apps/chat/app.py": "", "policy/rules/README.md": "# Ours\n", "policies/organization.yaml": "target: initial\n"}
    desk = make_repository(tmp_path / "desk", files)
    run("init", desk)
    lines = (desk / ".rung.yaml").read_text().splitlines()
    entries = [
        line[2:]
        for line in lines
        if line.startswith(("# floors:", "# projects:", "# exclude:", "# rules:", "# waivers:", "# attest", "# ext", "#  "))
    ]
    active = [line for line in lines if not line.startswith("#")]
    (desk / ".rung.yaml").write_text("\n".join([*active, *entries]) + "\n")
    assert len(yaml.safe_load((desk / ".rung.yaml").read_text())) == 10
    assert run("gate", desk, "--mode", "annotate").stderr == ""


@pytest.mark.parametrize(
    ("sign", "file", "said"),
    [
        ("README.md", ".github/workflows/rung.yml", ""),
        (".github/CODEOWNERS", ".github/workflows/rung.yml", ""),
        (".gitlab-ci.yml", ".gitlab/rung.yml", "- local: .gitlab/rung.yml"),
        ("azure-pipelines.yml", ".azure-pipelines/rung.yml", "- template: /.azure-pipelines/rung.yml"),
    ],
)
def test_the_job_fits_the_ci(tmp_path: Path, sign: str, file: str, said: str) -> None:
    repository = make_repository(tmp_path / "repository", {"main.py": "", sign: "# here\n"})
    done = run("init", repository)
    assert done.returncode == 0
    assert said in done.stdout
    job = yaml.safe_load((repository / file).read_text())
    assert "rung" in (job.get("jobs") or job) or job["jobs"][0]["job"] == "rung"
    assert git(repository, "status", "--short", "-uall").splitlines() == [f"?? {file}", "?? .rung.yaml"]


def test_the_workflow_runs_for_the_default_branch(tmp_path: Path) -> None:
    repository = make_repository(tmp_path, {"main.py": ""})
    git(repository, "branch", "-m", "trunk")
    run("init", repository)
    workflow = yaml.load((repository / ".github/workflows/rung.yml").read_text(), yaml.BaseLoader)
    assert workflow["on"]["push"]["branches"] == ["trunk"]
    assert workflow["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("taken", [".rung.yaml", ".rung.yml", ".github/workflows/rung.yml"])
def test_nothing_is_written_where_something_is(tmp_path: Path, taken: str) -> None:
    repository = make_repository(tmp_path, {"main.py": "", taken: "mode: annotate\n"})
    done = run("init", repository)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"rung: {taken} exists already, and nothing is overwritten: edit it, or move it away first.\n"
    assert git(repository, "status", "--short", "-uall") == ""


def test_a_repository_without_llm_gets_no_target(tmp_path: Path) -> None:
    repository = make_repository(tmp_path, {"main.py": ""})
    assert "uses no LLM" in run("init", repository).stdout
    assert "target" not in yaml.safe_load((repository / ".rung.yaml").read_text())


def test_only_the_top_of_a_repository_gets_a_policy(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    repository = make_repository(tmp_path / "repository", {"app/main.py": ""})
    for path, words in ((outside, "git init"), (repository / "app", f"rung init {repository}"), (tmp_path / "absent", "not a folder")):
        done = run("init", path)
        assert (done.returncode, done.stdout) == (2, "")
        assert words in done.stderr
    assert list(outside.iterdir()) == []
