"""The report for GitLab's merge requests: Code Quality, a finding for whatever there is to say of a place."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from rung.report.remarks import Level, Remark, rank, remarks
from rung.report.safe import one_line, safe_json, valid_text
from rung.report.sarif import fallback, fingerprint
from rung.report.sarif_rules import rule_id

if TYPE_CHECKING:
    from rung.gate.types import Report

SEVERITIES: dict[Level, str] = {"error": "critical", "warning": "major", "note": "info"}


def render_gitlab(report: Report) -> str:
    """The report as a Code Quality document, what matters most first."""
    seen: Counter[str] = Counter()
    found = []
    for review in report.reviews:
        for remark in sorted(remarks(report, review), key=rank):
            path = remark.path or fallback(report, review.assessment)
            name = rule_id(remark)
            key = fingerprint(name, path, remark, review.name, seen)
            found.append((rank(remark), _finding(remark, review.name, path, name, key)))
    return safe_json(json.dumps([finding for _, finding in sorted(found, key=lambda pair: pair[0])], indent=2)) + "\n"


def _finding(remark: Remark, project: str, path: str, name: str, key: str) -> dict[str, Any]:
    title = f"{project}: {remark.title}" if project else remark.title
    return {
        "description": one_line(f"{title}. {remark.message}"),
        "check_name": name,
        "fingerprint": key,
        "severity": SEVERITIES[remark.level],
        "location": {"path": valid_text(path), "lines": {"begin": max(remark.line, 1)}},
    }
