"""The cache as a person meets it: the same bytes with and without it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from rung.cli.main import run
from tests.helpers import make_repository

APP = "from openai import OpenAI\n\nprint(OpenAI().responses.create(model='gpt-4o', input='Hello'))\n"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a small application, and a cache of its own."""
    monkeypatch.setenv("RUNG_CACHE_DIR", str(tmp_path / "cache"))
    return make_repository(tmp_path / "app", {"app.py": APP, "requirements.txt": "openai\n"})


def scanned(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """What a scan prints."""
    assert run(["scan", *map(str, arguments), "--format", "json"]) == 0
    return capsys.readouterr().out


def test_the_same_bytes_with_and_without(app: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    without = scanned(capsys, app, "--no-cache")
    assert not (tmp_path / "cache").exists()
    assert scanned(capsys, app) == without
    assert (tmp_path / "cache").exists()
    assert scanned(capsys, app) == without


def test_a_change_is_seen(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = json.loads(scanned(capsys, app))
    status = (app / "app.py").stat()
    (app / "app.py").write_text(APP.replace("Hello", "Howdy"))  # as long as before, and it says that it is as old
    os.utime(app / "app.py", ns=(status.st_atime_ns, status.st_mtime_ns))
    (app / "model.py").write_text("from openai import OpenAI\n")
    assert json.loads(scanned(capsys, app)) != before


def test_a_new_tag_is_seen(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points = {a["question"]: a["points"] for a in json.loads(scanned(capsys, app))["answers"]}
    subprocess.run(["git", "-C", str(app), "tag", "v1.0.0"], check=True)
    now = {a["question"]: a["points"] for a in json.loads(scanned(capsys, app))["answers"]}
    assert (points["versioning-and-rollback"], now["versioning-and-rollback"]) == (0, 1)


def test_custom_rules_are_seen(app: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scanned(capsys, app)
    pack = tmp_path / "pack"
    pack.mkdir()
    shipped = (Path(__file__).parents[2] / "rules" / "models.yaml").read_text(encoding="utf-8")
    (pack / "models.yaml").write_text(shipped.replace("title: ", "title: Ours, "), encoding="utf-8")
    assert "Ours, " in scanned(capsys, app, "--rules", pack)


def test_it_is_shown_and_cleared(app: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scanned(capsys, app)
    assert run(["cache"]) == 0
    assert f"{tmp_path / 'cache' / 'cache.sqlite'}: " in capsys.readouterr().out
    assert run(["cache", "--clear"]) == 0
    assert ": 0 entries" in capsys.readouterr().out
