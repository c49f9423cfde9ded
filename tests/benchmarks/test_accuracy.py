"""The accuracy benchmark from its command line, on small real repositories."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

TOP = Path(__file__).resolve().parent.parent.parent
CALLS_A_MODEL = (
    "from openai import OpenAI\n\n\ndef answer(text: str) -> str:\n"
    '    return OpenAI().responses.create(model="gpt-4o-mini", input=text).output_text\n'
)


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@example.com", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder: Path, **files: str) -> str:
    """Commit files (`name__py` for name.py) into a repository, made where it is missing, and return the commit."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q")
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "Change")
    return git(folder, "rev-parse", "HEAD")


class Bench:
    """A folder of labels and one of clones."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.labels = top / "labels"
        self.repos = top / "repos"
        self.labels.mkdir()

    def label(self, repo: str, commit: str, points: dict[str, int] | None = None, also: dict[str, list[int]] | None = None) -> None:
        content: dict[str, Any] = {"repo": repo, "commit": commit, "uses_llm": points is not None}
        if points is not None:
            content["answers"] = {
                question: {"points": value, "also": (also or {}).get(question, []), "evidence": ["app.py:5"], "why": "Because."}
                for question, value in points.items()
            }
        (self.labels / f"{repo.replace('/', '+')}.yaml").write_text(yaml.safe_dump(content))

    def run(self, *options: str, **environment: str) -> tuple[int, str, str, dict[str, Any]]:
        out = self.top / "out.json"
        command = [sys.executable, "benchmarks/accuracy.py", str(self.labels), "--repos", str(self.repos), "--json", str(out), *options]
        done = subprocess.run(command, cwd=TOP, env=os.environ | environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr, json.loads(out.read_text()) if out.exists() else {}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_agreement_credit_and_differences(bench: Bench) -> None:
    at = commit(bench.repos / "o+app", app__py=CALLS_A_MODEL)
    points = {"model-configuration": 0, "observability": 2, "content-safety": 1, "evaluation-practice": 0}
    bench.label("o/app", at, points, also={"content-safety": [0]})
    code, page, errors, figures = bench.run()
    assert (code, errors) == (0, "")
    assert figures["shares"]["exact agreement"] | {"wilson": None} == {"count": 3, "total": 4, "value": 0.75, "wilson": None}
    assert figures["shares"]["missed credit"]["count"] == 1
    assert figures["shares"]["false credit"]["count"] == 0
    assert figures["shares"]["level agreement"]["count"] == 1
    assert (
        "o/app  observability: rung 0, auditor 2 (missed credit)\n  rung:    nothing found\n  auditor: app.py:5\n           Because."
        in page
    )


def test_a_control_is_right_when_it_is_not_applicable(bench: Bench) -> None:
    bench.label("o/plain", commit(bench.repos / "o+plain", hello__py="print('hello')\n"))
    bench.label("o/app", commit(bench.repos / "o+app", app__py=CALLS_A_MODEL))
    _, page, _, figures = bench.run()
    assert (figures["shares"]["controls right"]["count"], figures["shares"]["controls right"]["total"]) == (1, 2)
    assert figures["shares"]["exact agreement"]["total"] == 0
    assert "not applicable (control)" in page


def test_the_labelled_commit_is_read_and_not_the_one_checked_out(bench: Bench) -> None:
    labelled = commit(bench.repos / "o+app", hello__py="print('hello')\n")
    commit(bench.repos / "o+app", app__py=CALLS_A_MODEL)
    bench.label("o/app", labelled)
    assert bench.run()[3]["shares"]["controls right"]["count"] == 1


def test_what_is_missing_is_cloned_at_the_labelled_commit(bench: Bench) -> None:
    labelled = commit(bench.top / "hub" / "o" / "plain", hello__py="print('hello')\n")
    commit(bench.top / "hub" / "o" / "plain", app__py=CALLS_A_MODEL)
    bench.label("o/plain", labelled)
    hub = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{bench.top}/hub/.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/",
    }
    code, _, errors, figures = bench.run("--clone", **hub)
    assert (code, errors) == (0, "")
    assert figures["shares"]["controls right"]["count"] == 1
    assert git(bench.repos / "o+plain", "rev-parse", "HEAD") == labelled
    assert [path.name for path in bench.repos.iterdir()] == ["o+plain"]


def test_what_cannot_be_compared_is_said_and_fails(bench: Bench) -> None:
    commit(bench.repos / "o+app", app__py=CALLS_A_MODEL)
    bench.label("o/app", "0" * 40, {"observability": 0})
    bench.label("o/absent", "0" * 40, {"observability": 0})
    code, _, errors, figures = bench.run()
    assert code == 1
    assert f"not compared: o/app: the clone does not have the labelled commit {'0' * 40}; fetch it\n" in errors
    assert "not compared: o/absent: " in errors
    assert "is missing; clone it, or give --clone" in errors
    assert len(figures["errors"]) == 2


def test_no_labels_is_an_error(bench: Bench) -> None:
    code, _, errors, _ = bench.run()
    assert code == 2
    assert "there are no label files here" in errors
