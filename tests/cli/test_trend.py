"""`rung trend`: how a repository has moved."""

from __future__ import annotations

import csv
import json
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import jsonschema
import pytest

from rung.cli.main import run
from rung.knowledge import data_folder
from tests.helpers import commit, git, make_repository
from tests.report.elements import parsed

APP = "from openai import OpenAI\n\nprint(OpenAI().responses.create(model='gpt-4o', input='Hello'))\n"
CI = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest\n"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A repository whose second release uses a model, whose third tests it, and whose fourth doesn't any more."""
    folder = make_repository(tmp_path / "app", {"hello.py": "print('hello')\n"})
    git(folder, "tag", "v1")
    for number, files in enumerate(
        (
            {"app.py": APP},
            {"test_app.py": "def test_it():\n    assert len([1]) == 1\n", ".github/workflows/ci.yml": CI},
            {"test_app.py": None},
        ),
        2,
    ):
        commit(folder, files, f"Release {number}", day=number * 7)
        git(folder, "tag", f"v{number}")
    git(folder, "tag", "nightly")
    return folder


def printed(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """What the command prints."""
    assert run(["trend", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def test_what_each_release_gained_or_lost_is_told(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line.split() for line in printed(capsys, app).splitlines()]
    moments = [line for line in lines if len(line) > 2 and line[1].startswith("2025-")]
    assert [line[2] for line in moments] == ["v1", "v2", "v3", "v4"]
    assert moments[0][-3:] == ["uses", "no", "LLM"]
    assert ["+1", "continuous-integration"] in lines
    assert ["-1", "continuous-integration"] in lines


@pytest.mark.parametrize(("encoding", "full", "half", "line"), [("utf-8", "█", "▄", "┄"), ("ascii", "#", ".", "-")])
def test_the_plot_shows_scores_levels_and_capabilities(
    app: Path, encoding: str, full: str, half: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = BytesIO()
    stream = TextIOWrapper(written, encoding=encoding)
    monkeypatch.setattr("sys.stdout", stream)
    assert run(["trend", str(app)]) == 0
    stream.flush()
    plot = written.getvalue().decode(encoding).splitlines()
    levels = [row.strip() for row in plot if row.endswith(("defined", "managed", "optimized"))]
    assert [row.split()[0] for row in levels] == ["20", "15", "10"]
    assert all(line * 16 in row for row in levels)
    names = plot.index(f"{' ' * 16}v1  v2  v3  v4")
    assert plot[names - 2].split() == ["1", "2", "1"]
    assert plot[names - 1].split() == ["0", half * 3, full * 3, half * 3, "1,", "initial"]
    assert next(row.split() for row in plot if row.startswith("Delivery")) == ["Delivery", "0", "1+", "0-"]


def test_a_plot_that_is_too_narrow_shows_the_newest(app: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "42")
    text = printed(capsys, app)
    assert "The plot shows the last 3 of 4." in text
    assert max(len(line) for line in text.splitlines()) <= 42


def test_json_is_as_the_schema_says(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = json.loads(printed(capsys, app, "--format", "json"))
    jsonschema.validate(report, json.loads((data_folder("schemas") / "trend.schema.json").read_text(encoding="utf-8")))
    assert [moment["changed"] for moment in report["moments"]] == [{}, {}, {"continuous-integration": 1}, {"continuous-integration": -1}]
    assert [moment["level"] for moment in report["moments"]] == [None, 1, 1, 1]


def test_csv_has_a_row_a_moment(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(app, "tag", "=1+1")
    rows = list(csv.DictReader(StringIO(printed(capsys, app, "--format", "csv", "--last", 2))))
    assert {row["name"] for row in rows} == {"v4", "'=1+1"}
    assert {row["continuous-integration"] for row in rows} == {"0"}


@pytest.mark.parametrize(("options", "dates"), [(["--every", 2], [14, 28]), (["--every", 1, "--last", 2], [21, 28]), (["--months"], [28])])
def test_commits_instead_of_releases(app: Path, options: list[object], dates: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    commit_days = [line.split()[1] for line in printed(capsys, app, *options).splitlines() if "  2025-" in line]
    assert commit_days == [f"2025-03-{day:02}" for day in dates]


@pytest.mark.parametrize(
    ("history", "words"), [(True, "has no release tags: fetch them"), (False, "has no history: a trend needs a git repository")]
)
def test_where_there_is_no_history(tmp_path: Path, history: bool, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    if history:
        make_repository(tmp_path, {"app.py": APP})
    assert run(["trend", str(tmp_path)]) == 2
    assert words in capsys.readouterr().err


def test_the_page_marks_what_each_release_moved(app: Path, tmp_path: Path) -> None:
    file = tmp_path / "trend.html"
    assert run(["trend", str(app), "--format", "html", "-o", str(file)]) == 0
    whole = parsed(file.read_text(encoding="utf-8"))
    points = whole.one("svg", kind="line").all("a", kind="point")
    assert [point.attributes["data-score"] for point in points] == ["", "1", "2", "1"]
    assert [(point.attributes["data-gained"], point.attributes["data-lost"]) for point in points][2:] == [("1", "0"), ("0", "-1")]
    assert [row.attributes["id"] for row in whole.one("table", kind="moments").all("tr") if "id" in row.attributes] == [
        "m4",
        "m3",
        "m2",
        "m1",
    ]
    assert len(whole.one("table", kind="answers").all("td", kind="up")) == 1
    assert len(whole.one("table", kind="answers").all("td", kind="down")) == 1
