"""`--format azure` beside other formats, and what Azure's agent would take for a command."""

from __future__ import annotations

from pathlib import Path

import pytest

from rung.cli.main import run
from rung.cli.reporting import FORMATS, render
from tests.helpers import make_repository
from tests.report.sample import gate_report

APP = "from openai import OpenAI\n\nprint(OpenAI().responses.create(model='gpt-4o', input='Hello').output_text)\n"
POLICY = "target: managed\n"


def test_a_summary_that_is_written_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app, summary = make_repository(tmp_path / "app", {"app.py": APP, ".rung.yaml": POLICY}), tmp_path / "rung.md"
    assert run(["gate", str(app), "--format", "azure", "--format", "markdown", "-o", str(summary)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("##vso[task.logissue type=error;sourcepath=.rung.yaml;linenumber=1;code=level;]Below the target level.")
    assert lines[-1] == f"##vso[task.uploadsummary]{summary}"
    assert summary.read_text(encoding="utf-8").startswith("## ")


def test_without_a_summary_none_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = make_repository(tmp_path / "app", {"app.py": APP})
    assert run(["scan", str(app), "--format", "azure"]) == 0
    assert "##vso" not in capsys.readouterr().out


@pytest.mark.parametrize("style", FORMATS)
def test_no_format_hands_on_a_command(style: str) -> None:
    text = render(gate_report("##vso[task.setvariable variable=PATH]/tmp ##VSO[task.complete result=Succeeded;]"), style, to_file=True)
    assert "##vso[task.setvariable" not in text
    assert "##VSO[" not in text
