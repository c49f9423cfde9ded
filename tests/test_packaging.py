"""The built wheel works in a clean environment, and a plain checkout works without being installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import rung

TOP = Path(__file__).resolve().parent.parent
CLEAN = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=CLEAN | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def application(tmp_path: Path) -> Path:
    """A tiny git repository that calls a language model."""
    folder = tmp_path / "application"
    folder.mkdir()
    (folder / "requirements.txt").write_text("openai==1.78.0\n")
    (folder / "app.py").write_text(
        "from openai import OpenAI\n\n\ndef answer(text: str) -> str:\n"
        '    return OpenAI().responses.create(model="gpt-4o-mini", input=text).output_text\n'
    )
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    for arguments in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "First"]):
        run("git", *arguments, cwd=folder)
    return folder


@pytest.mark.slow
def test_the_wheel_built_from_the_sdist_works_in_a_clean_environment(tmp_path: Path, application: Path) -> None:
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", tmp_path / "dist", TOP, cwd=tmp_path)
    (wheel,) = (tmp_path / "dist").glob("rung-*.whl")
    venv.create(tmp_path / "clean", with_pip=True)
    python = tmp_path / "clean" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel, cwd=tmp_path)

    assert run(python, "-m", "rung", "--version", cwd=tmp_path) == f"rung {rung.__version__}\n"
    report = json.loads(run(python.with_name("rung"), "scan", application, "--format", "json", cwd=tmp_path))
    assert report["applicable"] is True
    assert len(report["answers"]) == 14


def test_a_plain_checkout_works(tmp_path: Path, application: Path) -> None:
    report = run(sys.executable, "-m", "rung", "scan", application, cwd=tmp_path, PYTHONPATH=str(TOP / "src"))
    assert "of 28 points" in report
