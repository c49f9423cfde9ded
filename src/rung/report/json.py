"""The report for machines: JSON as in `schemas/report.schema.json`."""

from __future__ import annotations

import json
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from rung.report.safe import safe_json, valid_text

if TYPE_CHECKING:
    from rung.gate.types import Attestation, Change, Comparison, Place, Report, Review, Shortfall, Verdict, Waiver
    from rung.model.assessment import Answer, Assessment, Evidence, Finding, LevelResult, Miss, Voucher

Json = dict[str, Any]


def render_json(report: Report) -> str:
    """The report as JSON, keys in a stable order. It is ASCII alone, so no text of the repository can drive a terminal."""
    return safe_json(json.dumps(to_json(report), indent=2)) + "\n"


def to_json(report: Report) -> Json:
    """The report as plain mappings and lists, in the shape of the schema: one application as such, several under `projects`."""
    judged = any(review.verdict is not None for review in report.reviews)
    if len(report.reviews) == 1 and not report.reviews[0].name:
        content = _review(report.reviews[0])
        if judged:
            content["gate"] = _gate(report) | content["gate"]
    else:
        projects = [{"name": valid_text(review.name)} | _review(review) for review in report.reviews]
        content = ({"gate": _gate(report)} if judged else {}) | {"projects": projects}
    return content


def _gate(report: Report) -> Json:
    return {
        "passed": report.passed,
        "mode": report.mode,
        "policy": _texts(report.policy),
        "notices": _texts(report.notices),
        "after_merge": _texts(report.after_merge),
    }


def _review(review: Review) -> Json:
    content = _assessment(review.assessment)
    if review.verdict is not None:
        content["gate"] = _verdict(review.verdict)
    if review.comparison is not None:
        content["comparison"] = _comparison(review.comparison)
    return content


def _verdict(verdict: Verdict) -> Json:
    return {
        "passed": verdict.passed,
        "shortfalls": [_shortfall(shortfall) for shortfall in verdict.shortfalls],
        "waivers": [_waiver(waiver) for waiver in verdict.waivers],
        "attestations": [_attestation(attestation) for attestation in verdict.attestations],
    }


def _shortfall(shortfall: Shortfall) -> Json:
    return {
        "kind": shortfall.kind,
        "subject": valid_text(shortfall.subject),
        "required": shortfall.required,
        "actual": shortfall.actual,
        "message": valid_text(shortfall.message),
        "place": _place(shortfall.place),
        "ways": [
            {
                "question": way.question,
                "title": valid_text(way.title),
                "points": way.points,
                "effort": way.effort,
                "needs": _texts(way.needs),
            }
            for way in shortfall.ways
        ],
        "waiver": None if shortfall.waiver is None else _waiver(shortfall.waiver),
    }


def _waiver(waiver: Waiver) -> Json:
    return {
        "subject": valid_text(waiver.subject),
        "reason": valid_text(waiver.reason),
        "owner": valid_text(waiver.owner),
        "expires": waiver.expires.isoformat(),
        "place": _place(waiver.place),
    }


def _attestation(attestation: Attestation) -> Json:
    return {
        "question": attestation.question,
        "points": attestation.points,
        "reason": valid_text(attestation.reason),
        "owner": valid_text(attestation.owner),
        "evidence": valid_text(attestation.evidence),
        "expires": attestation.expires.isoformat(),
        "place": _place(attestation.place),
    }


def _place(place: Place) -> Json:
    return {"path": valid_text(place.path), "line": place.line}


def _comparison(comparison: Comparison) -> Json:
    before, after = comparison.before, comparison.after
    return {
        "base": valid_text(comparison.base),
        "commit": before.commit,
        "score": {"before": before.score, "after": after.score},
        "level": {
            "before": None if before.level is None else before.level.number,
            "after": None if after.level is None else after.level.number,
        },
        "changes": [_change(change) for change in comparison.changes],
    }


def _change(change: Change) -> Json:
    return {
        "question": change.question,
        "title": valid_text(change.title),
        "before": change.before,
        "after": change.after,
        "lost": [
            _evidence(evidence) | {"now_at": None if at is None else _place(at)}
            for evidence, at in zip_longest(change.lost, change.lost_at)
        ],
        "gained": [_evidence(evidence) for evidence in change.gained],
        "missed": [_miss(miss) for miss in change.missed],
    }


def _assessment(assessment: Assessment) -> Json:
    return {
        "model": {"id": assessment.model_id, "version": assessment.model_version},
        "repository": {
            "path": valid_text(assessment.path),
            "scope": valid_text(assessment.scope),
            "ref": None if assessment.ref is None else valid_text(assessment.ref),
            "commit": assessment.commit,
        },
        "applicable": assessment.applicable,
        "reason": valid_text(assessment.reason),
        "score": assessment.score,
        "max": assessment.max,
        "inferred": assessment.score - assessment.attested,
        "attested": assessment.attested,
        "level": None if assessment.level is None else _level(assessment.level),
        "capabilities": [{"id": item.id, "title": item.title, "score": item.score, "max": item.max} for item in assessment.capabilities],
        "answers": [_answer(answer) for answer in assessment.answers],
        "notices": [
            {"code": notice.code, "message": valid_text(notice.message), "path": valid_text(notice.path or "")}
            for notice in assessment.notices
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
        "inferred": answer.points if answer.inferred is None else answer.inferred,
        "voucher": None if answer.voucher is None else _voucher(answer.voucher),
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
        "misses": [_miss(miss) for miss in finding.misses],
        "why": finding.why,
        "fix": finding.fix,
    }


def _voucher(voucher: Voucher) -> Json:
    return {
        "owner": valid_text(voucher.owner),
        "reason": valid_text(voucher.reason),
        "evidence": valid_text(voucher.evidence),
        "expires": voucher.expires,
    }


def _miss(miss: Miss) -> Json:
    return {"path": valid_text(miss.path), "line": miss.line, "text": valid_text(miss.text), "reason": valid_text(miss.reason)}


def _evidence(evidence: Evidence) -> Json:
    return {
        "path": valid_text(evidence.path),
        "line": evidence.line,
        "text": valid_text(evidence.text),
        "reach": [
            {"kind": step.kind, "text": valid_text(step.text), "path": valid_text(step.path), "line": step.line} for step in evidence.reach
        ],
    }


def _texts(texts: tuple[str, ...]) -> list[str]:
    return [valid_text(text) for text in texts]
