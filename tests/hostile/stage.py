"""What the hostile repositories share: an application worth reading, a trap that leaves a trace, and the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import rung
from tests.helpers import make_repository

APP = {
    "app.py": "from openai import OpenAI\n\n\ndef ask(text):\n    return OpenAI().responses.create(model='gpt-4o-2024-08-06', input=text)\n",
    "requirements.txt": "openai==1.2\n",
    "evals/run.py": "from app import ask\n\nfor case, want in [('2+2', '4'), ('3+3', '6')]:\n    assert want in ask(case).output_text\n",
    "Makefile": "eval:\n\tpython -m evals.run\n",
    ".github/workflows/ci.yml": "name: CI\non: [pull_request]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n"
    "      - uses: actions/checkout@v4\n      - run: make eval\n",
}
OUTSIDE = "outside-of-the-repository"  # a word that stands in files that no scan may read
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if name not in ("RUNG_DEBUG", "NO_COLOR", "COLUMNS", "PYTHONIOENCODING")},
    "PYTHONPATH": str(Path(rung.__file__).parent.parent),
}
Done = subprocess.CompletedProcess[str]


def rung_command(*arguments: str | Path) -> list[str]:
    """The command of a process of rung."""
    return [sys.executable, "-m", "rung", *map(str, arguments)]


def rung_process(*arguments: str | Path, cwd: Path | None = None, **environment: str) -> Done:
    """Runs rung as a process of its own, and waits for it."""
    return subprocess.run(
        rung_command(*arguments), capture_output=True, text=True, timeout=120, cwd=cwd, env=ENVIRONMENT | environment, check=False
    )


class Trap:
    """A program that leaves a trace when anything runs it."""

    def __init__(self, folder: Path) -> None:
        self._trace = folder / "trace"
        self.program = folder / "trap.sh"
        self.program.write_text(f"#!/bin/sh\necho \"$0 $*\" >> '{self._trace}'\ncat\n")
        self.program.chmod(0o755)

    @property
    def said(self) -> str:
        """How it was called; empty when it never was."""
        return self._trace.read_text() if self._trace.exists() else ""

    def reset(self) -> None:
        """Forgets what was said."""
        self._trace.unlink(missing_ok=True)


def application(folder: Path, files: Mapping[str, str | bytes] | None = None) -> Path:
    """A repository of the application with more files, and two commits."""
    return make_repository(folder, {**APP, **(files or {})}, ["v1.0.0"], [({"notes.md": "# Notes\n"}, "Second")])
