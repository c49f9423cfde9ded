"""Assessments made by hand, for the tests of the reports."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from rung.facts.fact import Step
from rung.model.assessment import Answer, Assessment, CapabilityScore, Evidence, Finding, LevelResult, Next

WORKFLOW = ".github/workflows/ci.yml"
REACH = (
    Step("trigger", "pull_request", WORKFLOW, 3),
    Step("workflow", "CI", WORKFLOW, 1),
    Step("job", "evaluate", WORKFLOW, 9),
    Step("target", "make eval", "Makefile", 12),
    Step("script", "scripts/eval.sh", "scripts/eval.sh", 4),
)


@dataclass(frozen=True)
class SampleNotice:
    """What the reports read of a notice."""

    code: str
    message: str
    path: str = ""


def finding(rule: str, *places: Evidence, unknown: str = "") -> Finding:
    """A finding that holds if there are places."""
    return Finding(rule, rule.capitalize(), bool(places), places, "It matters.", "Do it.", unknown)


def answer_with(*findings: Finding) -> Answer:
    """An answer that rests on the given findings."""
    return Answer(
        "content-safety", "What protects users?", 1, 2, "One kind of protection.", "inferred", findings, Next(2, ("A second kind.",))
    )


def sample(**changes: Any) -> Assessment:
    """An assessment at level 3 of a made-up application, with the given fields changed."""
    pinned = Answer(
        "model-configuration",
        "How is the model chosen and controlled?",
        2,
        2,
        "One place to change the model, pinned to an explicit version.",
        "inferred",
        (finding("model-pinned", Evidence("app/settings.py", 12, 'CHAT_MODEL = "a-model-2024-08-06"')),),
        Next(None, ()),
    )
    checked = Answer(
        "continuous-integration",
        "What does CI check when something changes?",
        1,
        2,
        "CI runs tests on push or pull request.",
        "inferred",
        (
            finding("tests-in-ci", *(Evidence(WORKFLOW, line, "make test", REACH) for line in range(20, 25))),
            finding("evaluations-in-ci", unknown="the workflow it calls stands in another repository"),
        ),
        Next(2, ("Run an evaluation of the application's answers in CI, started by a change.", "Commit the cases it runs on.")),
    )
    assessment = Assessment(
        model_id="llmops",
        model_version="1",
        path=".",
        scope="",
        ref=None,
        commit="3f2a91c0" * 5,
        applicable=True,
        reason="The code calls a language model.",
        score=15,
        max=28,
        level=LevelResult(
            3,
            "managed",
            "Advanced workflows and structured deployment.",
            ("Improve continuously.",),
            (("The model", "https://example.com/a"),),
        ),
        capabilities=(CapabilityScore("models", "Models", 2, 2), CapabilityScore("delivery", "Delivery", 1, 4)),
        answers=(pinned, checked),
        notices=(),
    )
    return replace(assessment, **changes)
