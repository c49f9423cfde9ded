"""`rung explain`: a question or a rule, and what was found here."""

from __future__ import annotations

from pathlib import Path

import pytest

from rung.cli.main import run
from tests.helpers import make_repository

APP = "from openai import OpenAI\n\nprint(OpenAI().responses.create(model='gpt-4o', input='Hello'))\n"
CI = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest\n"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A repository with a small application that is tested in CI."""
    files = {"app.py": APP, "test_app.py": "def test_it():\n    assert len([1]) == 1\n", ".github/workflows/ci.yml": CI}
    return make_repository(tmp_path / "app", files)


def explained(capsys: pytest.CaptureFixture[str], subject: str, path: Path) -> str:
    """The explanation, on one line."""
    assert run(["explain", subject, str(path)]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_a_question(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = explained(capsys, "continuous-integration", app)
    assert text.startswith("What does CI check when something changes? continuous-integration How it is decided")
    assert "1 of 2 CI runs tests yes CI runs tests on a change tests-run-in-ci .github/workflows/ci.yml:6 pytest" in text
    assert "What would change it • Run the evaluation from a workflow" in text


def test_a_rule(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = explained(capsys, "tests-run-in-ci", app)
    assert "Asked for by continuous-integration" in text
    assert "find: test-run" in text
    assert ".github/workflows/ci.yml:6 pytest" in text
    assert text.endswith("It falls when the evidence above goes.")


def test_where_the_model_does_not_apply(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = explained(capsys, "continuous-integration", make_repository(tmp_path / "plain", {"hello.py": "print('hello')\n"}))
    assert "This repository uses no LLM" in text


def test_a_misspelt_subject_gets_the_nearest_word(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "continous-integration", str(app)]) == 2
    assert "There is no question or rule 'continous-integration': did you mean continuous-integration?" in capsys.readouterr().err
