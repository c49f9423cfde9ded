"""Who follows a step earns its points: snippets go where the plan says, are valid there, and are then found by a scan."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rung.cli.main import run
from tests.helpers import commit, git, make_repository
from tests.test_examples import EXAMPLES

CHECK = Path(sys.executable).with_name("check-jsonschema")
APP = """\
from openai import OpenAI


def answer(question: str) -> str:
    return OpenAI().responses.create(model='gpt-4o', input=question).output_text
"""
CASES = '{"question": "Capital of France?", "answer": "Paris"}\n{"question": "Capital of Peru?", "answer": "Lima"}\n'
EVALUATION = """\
import json

from app import answer

cases = [json.loads(line) for line in open("evals/cases.jsonl")]
right = sum(case["answer"] in answer(case["question"]) for case in cases)
if right < len(cases):
    raise SystemExit(1)
"""
EVALUATED = {"app.py": APP, "requirements.txt": "openai\n", "evals/cases.jsonl": CASES, "evals/run.py": EVALUATION}
WORKFLOW = """\
on: pull_request
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
    - uses: actions/checkout@v4
    - run: pip install -r requirements.txt
    - name: Look at it
      run: |
        echo one

        echo two

    # the end
"""


def actions(folder: Path, rule: str, capsys: pytest.CaptureFixture[str], *options: str) -> list[Any]:
    """What the plan for the highest level says to do for a rule."""
    assert run(["advance", str(folder), "--to", "optimized", "--format", "json", *options]) == 0
    steps = json.loads(capsys.readouterr().out)["steps"]
    return [action for step in steps if rule in step["rules"] for action in step["actions"]]


def answers(folder: Path, capsys: pytest.CaptureFixture[str]) -> Mapping[str, int]:
    """The points of each question."""
    assert run(["scan", str(folder), "--format", "json"]) == 0
    return {answer["question"]: answer["points"] for answer in json.loads(capsys.readouterr().out)["answers"]}


def follow(folder: Path, action: Any) -> Path:
    """Does what an action says, and returns the file."""
    file = folder / action["path"]
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True) if file.exists() else []
    at = {"after": action["line"], "end": len(lines), "new": 0}[action["place"]]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join([*lines[:at], action["snippet"], *lines[at:]]), encoding="utf-8")
    return file


def is_valid(file: Path, schema: str) -> bool:
    """Whether a file is as the host's schema says."""
    command = [CHECK, "--builtin-schema", f"vendor.{schema}", "--regex-variant", "python", file]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("files", "path", "schema"),
    [
        ({".github/workflows/ci.yml": WORKFLOW}, ".github/workflows/ci.yml", "github-workflows"),
        ({}, ".github/workflows/evaluate.yml", "github-workflows"),
        ({".github/workflows/ci.yml": WORKFLOW.replace("pull_request", "release")}, ".github/workflows/evaluate.yml", "github-workflows"),
        ({".gitlab-ci.yml": "stages: [build]\nlint:\n  stage: build\n  script: [ruff check]\n"}, ".gitlab-ci.yml", "gitlab-ci"),
        ({"azure-pipelines.yml": "trigger: [main]\nsteps:\n- script: pip install -r requirements.txt\n"}, "azure-pipelines.yml", ""),
    ],
    ids=["a job that is there", "no pipeline", "none on a change", "GitLab", "Azure"],
)
def test_the_evaluation_runs_in_ci(
    files: dict[str, str | bytes], path: str, schema: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_repository(tmp_path / "app", {**EVALUATED, **files})
    (action,) = actions(folder, "evaluations-run-in-ci", capsys)
    assert (action["path"], "2 cases" in action["text"], "python evals/run.py" in action["snippet"]) == (path, True, True)
    file = follow(folder, action)
    assert not schema or is_valid(file, schema)
    assert answers(folder, capsys)["continuous-integration"] == 2


def test_a_step_stands_in_line_with_those_before_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_repository(tmp_path / "app", {**EVALUATED, ".github/workflows/ci.yml": WORKFLOW})
    (action,) = actions(folder, "evaluations-run-in-ci", capsys)
    assert (action["line"], action["snippet"].splitlines()[0]) == (12, "    - name: Evaluate answers")


def test_code_without_a_manifest_gets_no_installation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_repository(tmp_path / "app", {path: text for path, text in EVALUATED.items() if path != "requirements.txt"})
    (action,) = actions(folder, "evaluations-run-in-ci", capsys)
    assert is_valid(follow(folder, action), "github-workflows")
    assert "install" not in action["snippet"]
    assert answers(folder, capsys)["continuous-integration"] == 2


@pytest.mark.parametrize("manifest", ["uv.lock", "poetry.lock", "pyproject.toml", "requirements.txt"])
@pytest.mark.parametrize("ci", [".github/workflows/other.yml", ".gitlab-ci.yml", "azure-pipelines.yml"])
def test_every_way_to_install_fits_every_host(manifest: str, ci: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {path: text for path, text in EVALUATED.items() if path != "requirements.txt"}
    folder = make_repository(tmp_path / "app", {**files, manifest: "", ci: ""})
    (action,) = actions(folder, "evaluations-run-in-ci", capsys)
    assert "evals/run.py" in action["snippet"]


def test_a_target_that_runs_the_evaluation_is_called(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_repository(tmp_path / "app", {**EVALUATED, "Makefile": "quality:\n\tpython evals/run.py\n"})
    (action,) = actions(folder, "evaluations-run-in-ci", capsys)
    assert "run: make quality\n" in action["snippet"]


def test_tests_run_in_ci(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    test = "from app import answer\n\n\ndef test_it():\n    assert callable(answer)\n"
    folder = make_repository(tmp_path / "app", {"app.py": APP, "requirements.txt": "openai\npytest\n", "tests/test_app.py": test})
    (action,) = actions(folder, "tests-run-in-ci", capsys, "--to", "defined")
    assert is_valid(follow(folder, action), "github-workflows")
    assert answers(folder, capsys)["continuous-integration"] == 1


@pytest.mark.parametrize("there", ["", "* @acme/all\n"], ids=["no file", "a file"])
def test_the_prompts_get_owners(there: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "desk"
    shutil.copytree(EXAMPLES / "support-desk", folder)
    git(folder, "init", "-q", "-b", "main")
    commit(folder, {"CODEOWNERS": "/docs/ @acme/docs\n"} if there else {}, "As it stands")
    before = answers(folder, capsys)["prompt-change-control"]
    (action,) = actions(folder, "prompts-have-owners", capsys, "--owner", "@acme/desk")
    assert (action["path"], action["place"]) == (("CODEOWNERS", "end") if there else (".github/CODEOWNERS", "new"))
    assert action["snippet"] == "/app/prompts/ @acme/desk\n"
    follow(folder, action)
    assert answers(folder, capsys)["prompt-change-control"] == before + 1


@pytest.mark.parametrize(
    "there", ["", "version: 2\nupdates:\n- package-ecosystem: docker\n  directory: /\n  schedule:\n    interval: weekly\n"]
)
def test_the_libraries_get_updates(there: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files: dict[str, str | bytes] = {"app.py": APP, "svc/requirements.txt": "openai\n"}
    folder = make_repository(tmp_path / "app", files | ({".github/dependabot.yml": there} if there else {}))
    before = answers(folder, capsys)["continuous-improvement"]
    (action,) = actions(folder, "llm-libraries-are-updated", capsys)
    assert is_valid(follow(folder, action), "dependabot")
    assert answers(folder, capsys)["continuous-improvement"] == before + 1


def test_the_line_that_names_the_model_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = "from openai import OpenAI\n\nMODEL = 'gpt-4o'\nprint(OpenAI().responses.create(model=MODEL, input='Hi').output_text)\n"
    folder = make_repository(tmp_path / "app", {"app.py": code})
    (action,) = actions(folder, "model-version-is-pinned", capsys)
    assert (action["path"], action["line"], action["place"]) == ("app.py", 3, "line")


def test_nothing_is_run_in_ci_before_it_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_repository(tmp_path / "app", {"app.py": APP})
    assert run(["advance", str(folder), "--to", "optimized", "--format", "json"]) == 0
    steps = json.loads(capsys.readouterr().out)["steps"]
    order = [rule for step in steps for rule in step["rules"]]
    assert order.index("evaluation-exists") < order.index("evaluations-run-in-ci")
    assert [step["score"] for step in steps] == sorted(step["score"] for step in steps)
    assert steps[-1]["score"] >= 20


@pytest.mark.parametrize("name", ["evals/$(touch x).py", "evals/${{ github.token }}.py", "evals/a;b.py"])
def test_a_hostile_name_never_reaches_a_pipeline(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_repository(tmp_path / "app", {**{k: v for k, v in EVALUATED.items() if k != "evals/run.py"}, name: EVALUATION})
    assert all(not action["snippet"] and not action["files"] for action in actions(folder, "evaluations-run-in-ci", capsys))


@pytest.mark.parametrize("link", ["docs", ".github", "evals"])
def test_no_link_is_followed_out_of_the_repository(link: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    folder = make_repository(tmp_path / "app", {"app.py": APP, "requirements.txt": "openai\n"})
    (folder / link).symlink_to(outside)
    assert run(["advance", str(folder), "--to", "optimized", "--write"]) == 0
    assert "was left alone: its folder is a link" in " ".join(capsys.readouterr().out.split())
    assert not list(outside.iterdir())
