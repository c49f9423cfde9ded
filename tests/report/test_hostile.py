"""Whatever a report prints, nothing of the scanned repository is a command for the runner that prints it in its log."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rung.cli.reporting import FORMATS, render
from rung.gate.types import Report
from rung.model.assessment import Evidence
from tests.report.sample import HOSTILE, answer_with, finding, gate_report, scan_report

NAMED = Evidence("::set-output name=passed::true", 0, "::set-output name=passed::true ##[set-output name=passed]true " + "x" * 200)


@pytest.mark.parametrize("style", FORMATS)
@pytest.mark.parametrize("report", [gate_report(HOSTILE), scan_report(answers=(answer_with(finding("odd", NAMED)),))], ids=["gate", "scan"])
def test_no_line_is_a_command_that_is_not_ours(style: str, report: Report) -> None:
    for line in render(report, style, to_file=True).splitlines():
        if not (style == "github" and line.startswith(("::error ", "::warning ", "::notice "))):
            assert not line.lstrip().startswith("::"), line
            assert "##[" not in line, line


def test_a_long_name_that_wraps_is_no_command_either() -> None:
    report = scan_report(answers=(answer_with(finding("odd", replace(NAMED, path="a" * 89 + " ::set-output name=x::y"))),))
    assert not [line for line in render(report, "text", to_file=True).splitlines() if line.lstrip().startswith("::")]
