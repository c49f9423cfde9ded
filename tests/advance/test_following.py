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
    assert (action["path"], "2 cases" in action["text"], "python -m evals.run" in action["snippet"]) == (path, True, True)
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
    text = "[project]\nname = 'app'\n" if manifest == "pyproject.toml" else ""
    folder = make_repository(tmp_path / "app", {**files, manifest: text, ci: ""})
    (action,) = actions(folder, "evaluations-run-in-ci", capsys)
    assert "python -m evals.run" in action["snippet"]


@pytest.mark.parametrize("command", ["python evals/run.py", "cd evals && python run.py", "cd evals && python -m run"])
def test_a_target_that_runs_the_evaluation_is_called(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_repository(tmp_path / "app", {**EVALUATED, "Makefile": f"quality:\n\t{command}\n"})
    (action,) = actions(folder, "evaluations-run-in-ci", capsys)
    assert "run: make quality\n" in action["snippet"]


@pytest.mark.parametrize(
    ("path", "code", "command"),
    [
        ("evals/run.py", EVALUATION.replace("from app import answer", "from ask import answer"), "python evals/run.py"),
        ("run_evals.py", EVALUATION, "python run_evals.py"),
        ("evals/run.py", EVALUATION.replace("from app", "from ..app"), "python -m evals.run"),
    ],
    ids=["what stands beside it", "at the top", "relative"],
)
def test_a_script_is_run_so_that_its_imports_are_found(
    path: str, code: str, command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    beside = {"evals/ask.py": APP} if "ask" in code else {}
    files = {name: text for name, text in EVALUATED.items() if name != "evals/run.py"}
    folder = make_repository(tmp_path / "app", {**files, **beside, path: code})
    (action,) = actions(folder, "evaluations-run-in-ci", capsys)
    assert f"run: {command}\n" in action["snippet"]


def test_a_module_that_only_defines_something_is_not_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = EVALUATION.split("cases = ")[1].splitlines()
    code = "import json\n\nfrom app import answer\n\n\ndef hook():\n    cases = " + "\n    ".join(lines) + "\n"
    folder = make_repository(tmp_path / "app", {**EVALUATED, "evals/run.py": code})
    assert all(not action["snippet"] for action in actions(folder, "evaluations-run-in-ci", capsys))


@pytest.mark.parametrize(
    ("manifest", "text", "install"),
    [
        ("pyproject.toml", "[tool.ruff]\nline-length = 100\n", ""),
        ("setup.py", "def set_up():\n    return 1\n", ""),
        ("setup.py", "from setuptools import setup\n\nsetup()\n", "pip install -e ."),
    ],
)
def test_only_a_manifest_that_installs_something_is_installed(
    manifest: str, text: str, install: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {path: content for path, content in EVALUATED.items() if path != "requirements.txt"}
    folder = make_repository(tmp_path / "app", {**files, manifest: text})
    (action,) = actions(folder, "evaluations-run-in-ci", capsys)
    assert ("install" in action["snippet"]) == bool(install)
    assert install in action["snippet"]


def test_a_job_that_installs_something_else_is_not_ready(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workflow = WORKFLOW.replace("pip install -r requirements.txt", "pip install ruff")
    folder = make_repository(tmp_path / "app", {**EVALUATED, ".github/workflows/ci.yml": workflow})
    (action,) = actions(folder, "evaluations-run-in-ci", capsys)
    assert action["path"] == ".github/workflows/evaluate.yml"


def test_an_evaluation_that_is_yet_to_be_written_gets_a_step_and_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_repository(tmp_path / "app", {"app.py": APP, "requirements.txt": "openai\n"})
    (action,) = actions(folder, "evaluations-run-in-ci", capsys)
    assert is_valid(follow(folder, action), "github-workflows")
    assert "run: pytest evals/test_answers.py" in action["snippet"]
    assert "pip install -r requirements.txt && pip install pytest" in action["snippet"]
    assert action["files"] == []


def test_a_hostile_folder_never_reaches_the_pipeline_of_a_new_evaluation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_repository(tmp_path / "app", {"${{ github.token }}/app.py": APP, "${{ github.token }}/requirements.txt": "openai\n"})
    assert all("github.token" not in action["snippet"] for action in actions(folder, "evaluations-run-in-ci", capsys))


def test_the_function_that_is_handed_a_question_is_what_to_ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = f"def warm_up(client):\n    client.responses.create(model='gpt-4o', input='Hello')\n\n\n{APP}"
    folder = make_repository(tmp_path / "app", {"app.py": code})
    (action,) = actions(folder, "evaluation-exists", capsys)
    assert "`answer` of `app.py`" in action["text"]


def test_what_is_in_use_comes_before_what_was_put_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_repository(tmp_path / "app", {**EVALUATED, "aa/legacy/run.py": EVALUATION, "aa/legacy/cases.jsonl": CASES})
    (action,) = actions(folder, "evaluations-run-in-ci", capsys)
    assert "`evals/run.py`" in action["text"]


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


def test_prompts_of_like_names_get_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prompt = 'MAIN_PROMPT = """You are a helpful assistant of a travel agency. Answer the question of the user: {question}"""\n'
    names = ["ask", "edit", "plan"]
    code = "".join(f"from coders.{name}_prompts import MAIN_PROMPT as {name}\n" for name in names)
    files = {f"coders/{name}_prompts.py": prompt for name in names}
    folder = make_repository(tmp_path / "app", {**files, "app.py": f"{code}{APP}"})
    (action,) = actions(folder, "prompts-have-owners", capsys)
    assert action["snippet"] == "/coders/*_prompts.py @your-team\n"


@pytest.mark.parametrize(
    ("path", "code", "before", "after"),
    [
        ("prompts.py", 'MAIN_PROMPT = """{}"""\n', "MAIN_PROMPT", "MAIN_PROMPT_V1"),
        ("prompts.ts", "export const mainPrompt = `{}`;\n", "mainPrompt", "mainPrompt_v1"),
    ],
)
def test_a_prompt_in_code_gets_a_version_by_its_name(
    path: str, code: str, before: str, after: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prompt = code.format("You are a helpful assistant of a travel agency. Answer the question of the user about a journey: ")
    if path.endswith(".py"):
        app = {"app.py": f"from prompts import MAIN_PROMPT\n\n{APP}"}
    else:
        ask = 'generateText({ model: "gpt-4o", prompt: mainPrompt })'
        app = {"app.ts": f'import {{ generateText }} from "ai";\nimport {{ mainPrompt }} from "./prompts";\n\nawait {ask};\n'}
    folder = make_repository(tmp_path / "app", {path: prompt, **app})
    points = answers(folder, capsys)["prompt-change-control"]
    (action,) = actions(folder, "prompts-carry-versions", capsys)
    assert (action["path"], action["place"]) == (path, "line")
    for file in [*folder.glob("*.py"), *folder.glob("*.ts")]:
        file.write_text(file.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    assert answers(folder, capsys)["prompt-change-control"] == points + 1


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


def test_one_entry_looks_after_all_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_repository(tmp_path / "app", {"app.py": APP, "svc/requirements.txt": "openai\n", "requirements.txt": "openai\n"})
    (action,) = actions(folder, "llm-libraries-are-updated", capsys)
    assert action["snippet"].count("package-ecosystem") == 1
    assert is_valid(follow(folder, action), "dependabot")
    assert answers(folder, capsys)["continuous-improvement"] == 1


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
