"""SARIF's descriptions of what can be reported: each question, each rule, and each way to fall short of a policy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rung.report.markup import prose
from rung.report.remarks import SHORTFALLS, Level, Remark, sentence
from rung.report.safe import one_line

if TYPE_CHECKING:
    from rung.gate.types import Report, Review
    from rung.model.assessment import Answer, Assessment, Finding

Json = dict[str, Any]
SEVERITIES: dict[Level, str] = {"error": "error", "warning": "warning", "note": "recommendation"}
LONGEST = 1000  # characters: code scanning takes descriptions of up to 1,024
POLICY_HELP = "The repository's policy asks for more than there is. The result says where it does, and what the cheapest way up is."


def rule_id(remark: Remark) -> str:
    """The id of what a remark is about: a question's, a rule's, or one such as `gate-floor`."""
    return f"gate-{remark.subject}" if remark.kind == "shortfall" else remark.subject


def descriptors(report: Report, review: Review) -> list[Json]:
    """A description for every question and every rule of the model, and for every kind of shortfall where there is a policy.

    The base's assessment adds the rules that only it knew.
    """
    sides = [review.assessment] + ([review.comparison.before] if review.comparison else [])
    found: dict[str, Json] = {}
    for assessment in sides:
        capability = {question: c.id for c in assessment.capabilities for question in c.questions}
        for answer in assessment.answers:
            tag = capability.get(answer.question, "")
            _add(found, _question(assessment, answer, tag))
            for finding in answer.findings:
                _add(found, _rule(assessment, finding, tag))
    if review.verdict is not None:
        level: Level = "error" if report.mode == "enforce" else "warning"
        for kind, title in SHORTFALLS.items():
            _add(found, _shortfall(review.assessment, kind, title, level))
    return list(found.values())


def _add(found: dict[str, Json], descriptor: Json) -> None:
    found.setdefault(descriptor["id"], descriptor)


def _question(assessment: Assessment, answer: Answer, tag: str) -> Json:
    about = f"{answer.title} It is answered by what was found of this: {'; '.join(finding.title for finding in answer.findings)}."
    plain = "\n".join(f"- {one_line(finding.title)}: {one_line(finding.fix)}" for finding in answer.findings)
    markdown = "\n".join(f"- **{prose(finding.title)}**: {prose(finding.fix)}" for finding in answer.findings)
    help_text = {"text": f"It is answered by:\n{plain}", "markdown": f"It is answered by:\n\n{markdown}"}
    return _descriptor(answer.question, answer.title, about, help_text, "note", tag, assessment.model_source)


def _rule(assessment: Assessment, finding: Finding, tag: str) -> Json:
    help_text = {
        "text": f"{one_line(finding.why)}\nWhat to do: {one_line(finding.fix)}",
        "markdown": f"{prose(finding.why)}\n\n**What to do:** {prose(finding.fix)}",
    }
    return _descriptor(finding.rule, finding.title, finding.why, help_text, "warning", tag, assessment.model_source)


def _shortfall(assessment: Assessment, kind: str, title: str, level: Level) -> Json:
    return _descriptor(
        f"gate-{kind}", title, POLICY_HELP, {"text": POLICY_HELP, "markdown": POLICY_HELP}, level, "policy", assessment.model_source
    )


def _descriptor(identifier: str, title: str, about: str, help_text: Json, level: Level, tag: str, address: str) -> Json:
    return {
        "id": identifier,
        "name": _pascal_case(identifier),
        "shortDescription": {"text": _sentence(title)},
        "fullDescription": {"text": _sentence(about)},
        "help": help_text,
        **({"helpUri": address} if address else {}),
        "defaultConfiguration": {"level": level},
        "properties": {"tags": ["llmops", tag] if tag else ["llmops"], "problem.severity": SEVERITIES[level]},
    }


def _sentence(text: str) -> str:
    text = sentence(one_line(text))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _pascal_case(identifier: str) -> str:
    # A word of one letter goes with the word before: two capitals in a row are no Pascal case. A name may not be the id itself.
    words = re.sub(r"[-.](?=[a-z0-9](?:[-.]|$))", "", identifier).replace(".", "-").split("-")
    return "".join(word.capitalize() for word in words) + ("Check" if len(words) == 1 else "")
