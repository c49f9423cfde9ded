"""What the step leaves behind: its outputs and summary for GitHub, and the reports as files."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rung.cli.output import emit
from rung.cli.reporting import render
from rung.errors import UserError

if TYPE_CHECKING:
    from rung.gate.types import Report


def write_reports(report: Report, report_json: str | None, sarif_file: str | None, environment: Mapping[str, str]) -> dict[str, str]:
    """Writes the JSON report (beside the job's other temporary files unless a file is given) and, if wanted, the SARIF file.

    Returns the outputs that name them. Raises UserError where one can't be written.
    """
    if report_json is None:
        report_json = str(Path(tempfile.mkdtemp(prefix="rung-", dir=environment.get("RUNNER_TEMP") or None)) / "report.json")
    names = {"report-json": ""}
    for output, style, file in (("report-json", "json", report_json), ("sarif-file", "sarif", sarif_file)):
        names[output] = "" if file is None else str(_write(render(report, style, to_file=True), Path(file)))
    return names


def _write(text: str, file: Path) -> Path:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{file}: can't be written: {error.strerror or error}") from error
    emit(text, str(file))
    return file.resolve()


def results(report: Report) -> dict[str, str]:
    """The outputs of the result; of several applications, the level and score are those of the lowest."""
    assessments = [review.assessment for review in report.reviews if review.assessment.applicable]
    lowest = min(assessments, key=lambda assessment: assessment.score, default=None)
    level = None if lowest is None else lowest.level
    return {
        "level": "" if level is None else str(level.number),
        "level-name": "" if level is None else level.name,
        "score": "" if lowest is None else str(lowest.score),
        "passed": str(report.passed).lower(),
    }


def set_outputs(outputs: Mapping[str, str], environment: Mapping[str, str]) -> None:
    """Sets the step's outputs; each stands between delimiters that nobody can foresee. Raises UserError."""
    lines = []
    for name, value in outputs.items():
        delimiter = f"rung-{secrets.token_hex(16)}"
        lines.append(f"{name}<<{delimiter}\n{value}\n{delimiter}\n")
    append(environment.get("GITHUB_OUTPUT"), "".join(lines))


def append(file: str | None, text: str) -> None:
    """Adds a text to one of the files by which a step speaks to GitHub, if there is one. Raises UserError."""
    if not file:
        return
    try:
        with Path(file).open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise UserError(f"{file}: can't be written: {error.strerror or error}") from error
