"""`--format` and `-o`: which reports are written, and where each goes."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from rung.cli.main import run

APP = "from openai import OpenAI\n\nprint(OpenAI().responses.create(model='gpt-4o', input='Hello \u263a'))\n"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A folder with a small application."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.py").write_text(APP, encoding="utf-8")
    return tmp_path / "app"


def test_text_is_printed_unless_another_format_is_asked_for(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", str(app)]) == 0
    assert "Level 1, initial" in capsys.readouterr().out


def test_a_file_without_a_format_gets_text(app: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", str(app), "-o", str(tmp_path / "report.txt")]) == 0
    assert "Level 1, initial" in (tmp_path / "report.txt").read_text(encoding="utf-8")
    assert capsys.readouterr().out == ""


def test_every_format_at_once(app: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {style: tmp_path / f"report.{style}" for style in ("json", "markdown", "sarif", "junit", "text")}
    options = [word for style, file in files.items() for word in ("--format", style, "-o", str(file))]
    assert run(["scan", str(app), *options, "--format", "github"]) == 0
    assert json.loads(files["json"].read_text(encoding="utf-8"))["level"]["name"] == "initial"
    assert files["markdown"].read_text(encoding="utf-8").startswith("## Level 1, initial: ")
    assert json.loads(files["sarif"].read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert ET.parse(files["junit"]).getroot().tag == "testsuites"
    assert "Level 1, initial" in files["text"].read_text(encoding="utf-8")
    assert "rung: Level 1, initial: " in capsys.readouterr().out


@pytest.mark.parametrize(
    "options",
    [
        ["--format", "text", "--format", "json", "-o", "{}"],
        ["--format", "json", "-o", "{}", "--format", "text"],
        ["-o", "{}", "--format", "json"],
    ],
)
def test_a_file_belongs_to_the_format_before_it(options: list[str], app: Path, tmp_path: Path) -> None:
    file = str(tmp_path / "report.json")
    assert run(["scan", str(app), *(option.format(file) for option in options)]) == 0
    assert json.loads(Path(file).read_text(encoding="utf-8"))["applicable"] is True


def test_a_dash_is_stdout(app: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", str(app), "--format", "json", "-o", "-", "--format", "text", "-o", str(tmp_path / "report.txt")]) == 0
    assert json.loads(capsys.readouterr().out)["applicable"] is True


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ["--format", "json", "--format", "text"],
            "The formats json and text would both be printed: write all but one to a file with -o FILE.",
        ),
        (["-o", "a", "-o", "b"], "The format text has more than one -o: give every -o a --format of its own."),
        (["--format", "json", "-o", "a", "-o", "b"], "The format json has more than one -o: give every -o a --format of its own."),
        (["--format", "json", "-o", "a", "--format", "text", "-o", "a"], "Two reports would be written to a: give each a file of its own."),
    ],
)
def test_what_is_not_clear_is_said_before_anything_is_read(options: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", "no-such-folder", *options]) == 2
    assert capsys.readouterr().err == f"rung: {sentence} See `rung scan --help`.\n"


def test_a_format_that_there_is_not_is_told_with_those_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", "no-such-folder", "--format", "xml"]) == 2
    assert "Invalid value for '--format': 'xml' is not one of 'text', 'json', 'markdown'" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_named(app: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "missing" / "report.json"
    assert run(["scan", str(app), "--format", "json", "-o", str(missing)]) == 2
    assert str(missing) in capsys.readouterr().err


def test_stdout_that_is_not_utf_8_gets_escapes(app: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "out").open("w", encoding="cp1252") as stream:
        monkeypatch.setattr("sys.stdout", stream)
        assert run(["scan", str(app), "--format", "markdown"]) == 0
    assert (tmp_path / "out").read_text(encoding="cp1252").startswith("## Level 1, initial: ")
