"""`rung advance`: steps of this repository, and files that earn nothing by being there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from rung.cli.main import run
from rung.knowledge import data_folder
from tests.helpers import commit, git, make_repository
from tests.test_examples import EXAMPLES

APP = "from openai import OpenAI\n\nprint(OpenAI().responses.create(model='gpt-4o', input='Hello').output_text)\n"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """The example at level 2, as a repository of its own."""
    folder = tmp_path / "desk"
    shutil.copytree(EXAMPLES / "support-desk", folder)
    git(folder, "init", "-q", "-b", "main")
    commit(folder, {}, "As it stands")
    return folder


def plan(capsys: pytest.CaptureFixture[str], *arguments: object) -> Any:
    """What the command prints as JSON, which is as the schema says."""
    assert run(["advance", *map(str, arguments), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    jsonschema.validate(found, json.loads((data_folder("schemas") / "advance.schema.json").read_text(encoding="utf-8")))
    return found


def score(capsys: pytest.CaptureFixture[str], folder: Path) -> int:
    """The repository's score."""
    assert run(["scan", str(folder), "--format", "json"]) == 0
    return int(json.loads(capsys.readouterr().out)["score"])


def test_the_steps_lead_to_the_next_level(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["advance", str(desk)]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "Level 2, defined: 12 of 28 points. Level 3, managed, begins at 15: 3 points more." in text
    assert run(["advance", str(desk), "--to", "4"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "`evals/run.py` already scores" in text
    assert "run: python -m evals.run" in text


def test_another_level_can_be_asked_for(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(plan(capsys, desk, "--to", "optimized")["steps"]) > len(plan(capsys, desk)["steps"])


def test_written_files_earn_nothing_by_being_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = make_repository(tmp_path / "app", {"app.py": APP, "requirements.txt": "openai\n"})
    before = score(capsys, app)
    assert run(["advance", str(app), "--to", "managed", "--write"]) == 0
    capsys.readouterr()
    made = [line[3:] for line in git(app, "status", "--porcelain", "-uall").splitlines() if line.startswith("??")]
    assert made
    working = [path for path in made if path.endswith("dependabot.yml")]  # works as it is
    assert before <= score(capsys, app) <= before + len(working)
    for path in made:
        if path.endswith((".yml", ".yaml")):
            assert yaml.safe_load((app / path).read_text(encoding="utf-8"))


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = make_repository(tmp_path / "app", {"app.py": APP, "requirements.txt": "openai\n"})
    assert run(["advance", str(app), "--to", "managed", "--write"]) == 0
    files = {path: path.read_bytes() for path in app.rglob("*") if path.is_file() and ".git" not in path.parts}
    for path, content in files.items():
        path.write_bytes(content + b"\n# mine\n")
    assert run(["advance", str(app), "--to", "managed", "--write"]) == 0
    assert all(path.read_bytes() == content + b"\n# mine\n" for path, content in files.items())
    capsys.readouterr()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--to", "manged"], "manged"),
        (["--write", "--ref", "HEAD"], "--write needs the work tree"),
        (["--owner", "nobody!"], "is no owner"),
    ],
)
def test_what_cannot_be_is_told(desk: Path, options: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["advance", str(desk), *options]) == 2
    assert words in capsys.readouterr().err
