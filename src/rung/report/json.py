"""The report for machines: JSON as in `schemas/report.schema.json`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rung.model.assessment import Answer, Assessment, Evidence, Finding, LevelResult

Json = dict[str, Any]


def render_json(assessment: Assessment) -> str:
    """The assessment as JSON, keys in a stable order. It is ASCII alone, so no text of the repository can drive a terminal."""
    return json.dumps(to_json(assessment), indent=2) + "\n"


def to_json(assessment: Assessment) -> Json:
    """The assessment as plain mappings and lists, in the shape of the schema."""
    return {
        "model": {"id": assessment.model_id, "version": assessment.model_version},
        "repository": {
            "path": _text(assessment.path),
            "scope": _text(assessment.scope),
            "ref": None if assessment.ref is None else _text(assessment.ref),
            "commit": assessment.commit,
        },
        "applicable": assessment.applicable,
        "reason": _text(assessment.reason),
        "score": assessment.score,
        "max": assessment.max,
        "level": None if assessment.level is None else _level(assessment.level),
        "capabilities": [{"id": item.id, "title": item.title, "score": item.score, "max": item.max} for item in assessment.capabilities],
        "answers": [_answer(answer) for answer in assessment.answers],
        "notices": [
            {"code": notice.code, "message": _text(notice.message), "path": _text(notice.path or "")} for notice in assessment.notices
        ],
    }


def _level(level: LevelResult) -> Json:
    return {
        "number": level.number,
        "name": level.name,
        "description": level.description,
        "advice": list(level.advice),
        "links": [{"text": text, "url": url} for text, url in level.links],
    }


def _answer(answer: Answer) -> Json:
    return {
        "question": answer.question,
        "title": answer.title,
        "points": answer.points,
        "max": answer.max,
        "answer": answer.answer,
        "basis": answer.basis,
        "findings": [_finding(finding) for finding in answer.findings],
        "next": {"points": answer.next.points, "needs": list(answer.next.needs)},
    }


def _finding(finding: Finding) -> Json:
    return {
        "rule": finding.rule,
        "title": finding.title,
        "holds": finding.holds,
        "unknown": finding.unknown,
        "evidence": [_evidence(evidence) for evidence in finding.evidence],
        "why": finding.why,
        "fix": finding.fix,
    }


def _evidence(evidence: Evidence) -> Json:
    return {
        "path": _text(evidence.path),
        "line": evidence.line,
        "text": _text(evidence.text),
        "reach": [{"kind": step.kind, "text": _text(step.text), "path": _text(step.path), "line": step.line} for step in evidence.reach],
    }


def _text(text: str) -> str:
    # A file name need not be UTF-8, and what stands for its odd bytes is no valid JSON text.
    return text.encode("utf-8", "replace").decode("utf-8")
