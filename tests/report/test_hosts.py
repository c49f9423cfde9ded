"""Azure Pipelines' logging commands, and GitLab's Code Quality report."""

from __future__ import annotations

import json
import re

from rung.report.azure import render_azure
from rung.report.gitlab import render_gitlab
from tests.report.sample import HOSTILE, gate_report, scan_report, two_projects

REPORTS = [scan_report(), gate_report(), gate_report(HOSTILE), two_projects()]
COMMAND = re.compile(r"##vso\[task\.logissue (?:[a-z]+=[^;\]]*;)+\]")


def test_azure_prints_its_own_commands_alone() -> None:
    for report in REPORTS:
        for line in render_azure(report).splitlines():
            assert line.startswith("rung: ") or COMMAND.match(line), line
            assert "##" not in line.removeprefix("##vso[task.logissue"), line


def test_gitlab_is_a_list_of_issues_with_stable_marks() -> None:
    for report in REPORTS:
        issues = json.loads(render_gitlab(report))
        for issue in issues:
            assert set(issue) >= {"description", "check_name", "fingerprint", "severity", "location"}
            assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
            assert issue["location"]["lines"]["begin"] >= 1
            assert issue["location"]["path"]
        marks = [issue["fingerprint"] for issue in issues]
        assert len(set(marks)) == len(marks)
        assert render_gitlab(report) == render_gitlab(report)
