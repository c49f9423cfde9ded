"""Assessments and reports made by hand, for the tests of the reports."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from rung.facts.fact import Step
from rung.gate.types import Attestation, Change, Comparison, Place, Report, Review, Shortfall, Verdict, Waiver, Way
from rung.model.assessment import Answer, Assessment, CapabilityScore, Evidence, Finding, LevelResult, Miss, Next, Voucher

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


# What a file of a scanned repository may hold to be taken for something else: workflow commands, Markdown, HTML, XML, terminal escapes.
HOSTILE = (
    "::error file=a::x\n::warning::y\r##[error]z %0A::notice::w | [l](http://evil.example) ![i](x) <b>@someone #12 owner/repo#3 `t` ``` "
    "www.evil.example {0} \\| ]]> </details> \x1b[2J\x00\ud800\ufffe\u202e\u2028"
)
PLACE = Place(".rung.yaml", 3)
LAST_DAY = date(2031, 3, 31)


def scan_report(**changes: Any) -> Report:
    """The report of a scan."""
    return Report((Review("", sample(**changes)),))


def near_miss(text: str = "client.create(prompt)", reason: str = "`client.create` has no guard in front of it") -> Finding:
    """A finding that doesn't hold, with a nearest miss."""
    miss = Miss("app/chat.py", 7, text, reason)
    return Finding("content-is-protected", "Content is protected", False, (), "It matters.", "Put a guard before it.", "", (miss,))


def comparison(text: str = "promptfoo eval", **changes: Any) -> Comparison:
    """A change that takes an evaluation out of CI, beside a file that is gone, and brings a call without a guard."""
    held = finding("evaluations-in-ci", Evidence(WORKFLOW, 30, text, REACH), Evidence("evals/run.py", 2, text))
    checked = replace(sample().answers[1], points=2, findings=(held,), next=Next(None, ()))
    before = sample(score=16, answers=(sample().answers[0], checked), commit="b" * 40)
    after = sample(answers=(*sample().answers, answer_with(near_miss(text))))
    fallen = Change(
        "continuous-integration",
        "What does CI check when something changes?",
        2,
        1,
        lost=held.evidence,
        lost_at=(Place(WORKFLOW, 28), None),
        gained=(Evidence("tests/test_it.py", 4, text),),
    )
    brought = Change("content-safety", "What protects users?", 1, 1, missed=near_miss(text).misses)
    return replace(Comparison("main", before, after, (fallen, brought)), **changes)


def waiver(reason: str = "The filter comes in spring.") -> Waiver:
    """A waiver of the safety floor."""
    return Waiver("safety", reason, "@team/safety", LAST_DAY, Place(".rung.yaml", 9))


def gate_report(text: str = "promptfoo eval", **changes: Any) -> Report:
    """A gate that says no: a target and an answer's regression fail, a floor is waived, and one answer is attested."""
    compared = comparison(text)
    way = Way("continuous-integration", "What does CI check when something changes?", 2, "small", ("Run an evaluation.",))
    shortfalls = (
        Shortfall("level", "target", 4, 3, f"Level 3 is below level 4: 5 points are missing. {text}", PLACE, (way,)),
        Shortfall("regression", "continuous-integration", 2, 1, "continuous-integration falls from 2 to 1.", Place("--regression"), (way,)),
        Shortfall("floor", "safety", 2, 1, "safety has 1 of 4 points; the floor is 2.", Place(".rung.yaml", 4), (), waiver(text)),
    )
    attestation = Attestation("content-safety", 2, text, "@team/ops", "https://example.com/proof", LAST_DAY, Place(".rung.yaml", 12))
    vouched = replace(
        answer_with(near_miss(text)),
        basis="attested",
        inferred=0,
        voucher=Voucher("@team/ops", text, "https://example.com/proof", LAST_DAY.isoformat()),
    )
    capabilities = (
        CapabilityScore("models", "Models", 2, 2, ("model-configuration",)),
        CapabilityScore("delivery", "Delivery", 1, 4, ("continuous-integration",)),
        CapabilityScore("safety", "Safety", 1, 4, ("content-safety",)),
    )
    assessment = sample(answers=(*sample().answers, vouched), capabilities=capabilities, model_source="https://example.com/model")
    review = Review("", assessment, Verdict(False, shortfalls, (waiver(text),), (attestation,)), replace(compared, after=assessment))
    report = Report(
        (review,),
        policy=(".rung.yaml",),
        notices=(f"A lower target has no effect. {text}",),
        after_merge=(f"The target is level 2. {text}",),
    )
    return replace(report, **changes)


def two_projects() -> Report:
    """The same gate over two applications of a repository."""
    report = gate_report()
    return replace(report, reviews=(replace(report.reviews[0], name="chat"), replace(report.reviews[0], name="search | agent")))
