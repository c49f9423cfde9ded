"""The report as JUnit XML."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from junitparser import JUnitXml, TestCase

from rung.gate.types import Report
from rung.report.junit import render_junit
from tests.report.sample import HOSTILE, gate_report, scan_report, two_projects


def cases(report: Report) -> dict[str, TestCase]:
    """Every test case by its name, as another program reads them."""
    return {case.name: case for suite in JUnitXml.fromstring(render_junit(report).encode()) for case in suite}


def test_a_gate_fails_targets_and_questions_and_skips_what_is_waived() -> None:
    read = cases(gate_report())
    told = {name: [type(result).__name__ for result in case.result] for name, case in read.items()}
    assert told == {
        "level and score": ["Failure"],
        "change against the base": [],
        "waivers and attestations": [],
        "model-configuration: How is the model chosen and controlled?": [],
        "continuous-integration: What does CI check when something changes?": ["Failure"],
        "Safety": ["Skipped"],
        "content-safety: What protects users?": [],
    }
    failure = read["level and score"].result[0]
    assert failure.type == "level"
    assert failure.message == "Level 3 is below level 4: 5 points are missing. promptfoo eval"
    assert "The cheapest way up:\n- raise continuous-integration to 2 points (small effort): Run an evaluation." in failure.text
    assert read["Safety"].result[0].message == "waived until 2031-03-31 by @team/safety: promptfoo eval"


def test_a_suite_for_each_capability_and_the_counts() -> None:
    document = JUnitXml.fromstring(render_junit(gate_report()).encode())
    assert [suite.name for suite in document] == ["rung.policy", "rung.models", "rung.delivery", "rung.safety"]
    assert (document.tests, document.failures, document.skipped, document.errors) == (7, 2, 1, 0)
    names = [suite.name for suite in JUnitXml.fromstring(render_junit(two_projects()).encode())]
    assert names[:2] == ["rung.chat.policy", "rung.chat.models"]
    assert len(names) == len(set(names)) == 8


def test_a_case_holds_its_evidence() -> None:
    output = cases(gate_report())["continuous-integration: What does CI check when something changes?"].system_out
    assert output.startswith("1/2 CI runs tests on push or pull request.\n- .github/workflows/ci.yml:20  make test\n")
    assert "- lost: evals/run.py:2  promptfoo eval" in output


def test_a_scan_has_no_failures() -> None:
    capabilities = gate_report().reviews[0].assessment.capabilities
    document = JUnitXml.fromstring(render_junit(scan_report(capabilities=capabilities)).encode())
    assert (document.tests, document.failures, document.skipped) == (2, 0, 0)


def test_a_repository_without_llm_is_one_case_that_says_so() -> None:
    report = scan_report(applicable=False, level=None, score=0, answers=(), capabilities=(), reason="This repository uses no LLM.")
    assert cases(report)["level and score"].system_out == "This repository uses no LLM."


def test_hostile_text_stays_text() -> None:
    text = render_junit(gate_report(HOSTILE))
    root = ET.fromstring(text)
    assert {element.tag for element in root.iter()} == {"testsuites", "testsuite", "testcase", "failure", "skipped", "system-out"}
    assert not {"\x1b", "\x00", "\ufffe", "\u202e", "\ud800"} & set(text)
    failure = root.find(".//failure")
    assert failure is not None
    assert "<b>@someone #12" in str(failure.text)
