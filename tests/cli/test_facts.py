"""`rung facts`: JSON lines that other tools can ask."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from rung.cli.main import run
from rung.knowledge import data_folder
from tests.helpers import make_repository

KEY = "sk-" + "a1B2c3D4" * 4
FILES = {
    "app.py": "from openai import OpenAI\n\nprint(OpenAI().responses.create(model='gpt-4o', input='Hello'))\n",
    "requirements.txt": "openai==1.99\npytest\n",
    ".env.example": f"OPENAI_API_KEY={KEY}\nSESSION_TOKEN=0123456789abcdef0123\n",
    "test_app.py": "def test_nothing():\n    assert len([1]) == 1\n",
    ".github/workflows/ci.yml": "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest\n",
}


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A repository with a small application."""
    return make_repository(tmp_path / "app", FILES)


def facts(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[dict[str, Any]]:
    """The facts that the command prints."""
    assert run(["facts", *map(str, arguments)]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_line_is_as_the_schema_says(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = json.loads((data_folder("schemas") / "fact.schema.json").read_text(encoding="utf-8"))
    found = facts(capsys, app)
    for fact in found:
        jsonschema.validate(fact, schema)
    assert {"dependency", "use", "model-call", "test-run"} <= {fact["kind"] for fact in found}


def test_facts_are_chosen_by_kind_and_field(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = facts(capsys, app, "--kind", "dependency", "--kind", "setting", "--where", "name=open*")
    assert [(fact["path"], fact["line"], fact["fields"]["version"]) for fact in found] == [("requirements.txt", 1, "==1.99")]
    assert {fact["path"] for fact in facts(capsys, app, "--where", "path=*.py")} == {"app.py"}


def test_a_fact_of_a_pipeline_has_the_chain_that_runs_it(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reach = facts(capsys, app, "--kind", "test-run")[0]["reach"]
    assert [step["kind"] for step in reach][:3] == ["trigger", "workflow", "job"]


def test_no_secret_is_printed(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["facts", str(app), "--kind", "setting"]) == 0
    printed = capsys.readouterr().out
    assert "OPENAI_API_KEY" in printed
    assert KEY[8:] not in printed
    assert "0123456789abcdef0123" not in printed


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--kind", "dependancy"], "There is no kind of facts 'dependancy': did you mean dependency?"),
        (["--where", "category"], "--where 'category' is no condition: give FIELD=GLOB"),
    ],
)
def test_a_misspelt_question_is_told(app: Path, options: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["facts", str(app), *options]) == 2
    assert words in capsys.readouterr().err
