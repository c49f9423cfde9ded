"""The report for code scanning: SARIF 2.1.0, a run for each application."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from rung import __version__
from rung.report import wording
from rung.report.remarks import Remark, is_file, remarks
from rung.report.safe import one_line, safe_json
from rung.report.sarif_rules import descriptors, rule_id

if TYPE_CHECKING:
    from rung.gate.types import Report, Review
    from rung.model.assessment import Assessment

Json = dict[str, Any]
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
FINGERPRINT = "rungFingerprint/v1"  # GitHub's own key is left to GitHub's upload action, which warns of any value but its own


def render_sarif(report: Report) -> str:
    """The report as SARIF: a rule for each question and each rule, and a result for whatever there is to say of a place."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report, review) for review in report.reviews]}
    return safe_json(json.dumps(log, indent=2)) + "\n"


def _run(report: Report, review: Review) -> Json:
    assessment = review.assessment
    rules = descriptors(report, review)
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    seen: Counter[str] = Counter()
    results = []
    for remark in remarks(report, review):
        identifier = rule_id(remark)
        results.append(_result(remark, identifier, index[identifier], review, fallback(report, assessment), seen))
    return {
        "tool": {"driver": _driver(assessment, rules)},
        "automationDetails": {"id": f"rung/{quote(review.name, safe='')}/" if review.name else "rung/"},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _notifications(report, assessment)}],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The top of the repository."}}},
        "columnKind": "utf16CodeUnits",
        "results": results,
        "properties": _summary(report, review),
    }


def _driver(assessment: Assessment, rules: list[Json]) -> Json:
    driver: Json = {"name": "rung", "version": __version__, "semanticVersion": __version__}
    if assessment.model_source:
        driver["informationUri"] = assessment.model_source
    return driver | {"rules": rules}


def _summary(report: Report, review: Review) -> Json:
    assessment = review.assessment
    level = None if assessment.level is None else assessment.level.number
    passed = {} if review.verdict is None else {"passed": review.verdict.passed, "mode": report.mode}
    return {"score": assessment.score, "max": assessment.max, "level": level, "attested": assessment.attested} | passed


def _notifications(report: Report, assessment: Assessment) -> list[Json]:
    said = [*report.notices, *report.after_merge, *(notice.message for notice in assessment.notices)]
    if not assessment.applicable:
        said.append(assessment.reason)
    return [{"level": "note", "message": {"text": message_text(sentence)}} for sentence in said]


def _result(remark: Remark, identifier: str, index: int, review: Review, fallback: str, seen: Counter[str]) -> Json:
    path = remark.path or fallback
    result: Json = {
        "ruleId": identifier,
        "ruleIndex": index,
        "level": remark.level,
        "message": {"text": message_text(remark.message)},
        "locations": [_location(path, remark.line, remark.quote)],
        "partialFingerprints": {FINGERPRINT: fingerprint(identifier, path, remark, review.name, seen)},
    }
    if remark.waiver is not None:
        text = message_text(wording.waived(remark.waiver))
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": text}]
    return result


def _location(path: str, line: int, text: str) -> Json:
    region: Json = {"startLine": max(line, 1)}
    if text and line:
        region["snippet"] = {"text": one_line(text)}
    return {"physicalLocation": {"artifactLocation": {"uri": uri(path), "uriBaseId": ROOT}, "region": region}}


def uri(path: str) -> str:
    """A path relative to the repository's top as a relative URI; bytes of a name that are not UTF-8 are kept."""
    return quote(path.encode("utf-8", "surrogateescape"), safe="/-._~!$'()*+,;=@")


def fingerprint(identifier: str, path: str, remark: Remark, project: str, seen: Counter[str]) -> str:
    """What tells a result across pushes: rule, path and words, never the line; equal ones are numbered."""
    words = " ".join(remark.key.split())
    digest = sha256(f"{project}\0{identifier}\0{path}\0{words}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
    seen[digest] += 1
    return f"{digest}:{seen[digest]}"


def fallback(report: Report, assessment: Assessment) -> str:
    """A file for what is said of no line, since code scanning wants one: the policy, a README that was evidence, or the usual README."""
    own = [path for path in report.policy if is_file(path)]
    read = [e.path for answer in assessment.answers for e in wording.evidence_of(answer)]
    readmes = sorted(
        (path for path in read if path.rpartition("/")[2].lower().startswith("readme")), key=lambda path: (path.count("/"), path)
    )
    return next(iter([*own, *readmes]), f"{assessment.scope}/README.md" if assessment.scope else "README.md")


def message_text(text: str) -> str:
    """A message of plain text, in which a square bracket before a parenthesis would make a link."""
    return "\n".join(one_line(line).replace("](", "\\](") for line in text.split("\n"))
