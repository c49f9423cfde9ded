"""What can't be parsed is said, and hides nothing else."""

from __future__ import annotations

from pathlib import Path

from rung.judge import survey
from tests.helpers import make_repository

APP = 'from openai import OpenAI\n\nprint(OpenAI().responses.create(model="gpt-4o", input="hi").output_text)\n'


def notices(folder: Path, files: dict[str, str]) -> dict[str, str]:
    """The messages of a scan's notices by code."""
    assessment = survey(str(make_repository(folder, {"app.py": APP, "requirements.txt": "openai\n", **files}))).reviews[0].assessment
    return {notice.code: notice.message for notice in assessment.notices}


def test_a_workflow_and_a_configuration_that_do_not_parse_are_noticed(tmp_path: Path) -> None:
    broken = "on: [push]\njobs: {eval: {steps: [{run: npx promptfoo eval\n"
    found = notices(tmp_path / "app", {".github/workflows/evals.yml": broken, "promptfooconfig.yaml": "tests: [\n"})
    assert found["unparsed"] == ("2 files can't be parsed, so nothing in them counts: .github/workflows/evals.yml, promptfooconfig.yaml")


def test_templates_of_yaml_are_not_taken_for_broken_yaml(tmp_path: Path) -> None:
    chart = "apiVersion: v1\nkind: ConfigMap\n{{- if .Values.x }}\ndata: {{ .Values.y }}\n{{- end }}\n"
    assert "unparsed" not in notices(tmp_path / "app", {"chart/templates/config.yaml": chart})
