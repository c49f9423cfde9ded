"""The report for code scanning."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from rung.gate.types import Report
from rung.model.assessment import Evidence
from rung.report.sarif import render_sarif, uri
from tests.report.sample import HOSTILE, SampleNotice, answer_with, finding, gate_report, near_miss, scan_report, two_projects


def run_of(report: Report) -> dict[str, Any]:
    (run,) = json.loads(render_sarif(report))["runs"]
    return dict(run)


def place(result: dict[str, Any]) -> tuple[str, int]:
    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
    return physical["artifactLocation"]["uri"], physical["region"]["startLine"]


def test_every_result_names_a_rule_and_is_placed() -> None:
    run = run_of(gate_report())
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [rules[result["ruleIndex"]] for result in run["results"]] == [result["ruleId"] for result in run["results"]]
    assert [(result["ruleId"], result["level"], *place(result)) for result in run["results"]] == [
        ("evaluations-in-ci", "error", ".github/workflows/ci.yml", 28),
        ("evaluations-in-ci", "error", ".rung.yaml", 1),
        ("gate-level", "error", ".rung.yaml", 3),
        ("gate-regression", "error", ".rung.yaml", 1),
        ("content-is-protected", "warning", "app/chat.py", 7),
        ("gate-floor", "note", ".rung.yaml", 4),
        ("content-safety", "note", "app/chat.py", 7),
        ("continuous-integration", "note", ".github/workflows/ci.yml", 20),
    ]


def test_there_is_a_rule_for_each_question_and_each_rule_with_help() -> None:
    rules = {rule["id"]: rule for rule in run_of(gate_report())["tool"]["driver"]["rules"]}
    assert {"model-configuration", "model-pinned", "content-safety", "content-is-protected", "gate-floor"} <= set(rules)
    protected = rules["content-is-protected"]
    assert protected["help"] == {
        "text": "It matters.\nWhat to do: Put a guard before it.",
        "markdown": "It matters.\n\n**What to do:** Put a guard before it.",
    }
    assert protected["helpUri"] == "https://example.com/model"
    assert (protected["defaultConfiguration"], protected["properties"]["tags"]) == ({"level": "warning"}, ["llmops", "safety"])
    assert len(rules) == len(run_of(gate_report())["tool"]["driver"]["rules"])
    assert not [rule for rule in run_of(scan_report())["tool"]["driver"]["rules"] if rule["id"].startswith("gate-")]


def test_what_is_waived_is_suppressed_with_the_reason() -> None:
    (waived,) = [result for result in run_of(gate_report())["results"] if "suppressions" in result]
    assert waived["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "waived until 2031-03-31 by @team/safety: promptfoo eval"}
    ]


def test_fingerprints_are_unique_and_stay_where_lines_move() -> None:
    def prints(line: int, indent: str = "") -> list[str]:
        places = (Evidence("a.py", line, f"{indent}x = 1"), Evidence("a.py", line + 5, "x = 1"))
        misses = replace(near_miss(), misses=(replace(near_miss().misses[0], line=line, text=f"{indent}call(  x)"),))
        results = run_of(scan_report(answers=(answer_with(finding("held", *places)), replace(answer_with(misses), question="other"))))[
            "results"
        ]
        return [result["partialFingerprints"]["rungFingerprint/v1"] for result in results]

    assert prints(3) == prints(40, "    ")
    assert len(set(prints(3))) == 2
    every = [result["partialFingerprints"]["rungFingerprint/v1"] for result in run_of(gate_report())["results"]]
    assert len(set(every)) == len(every)


def test_an_answer_with_no_place_of_its_own_is_placed_at_the_readme() -> None:
    nowhere = answer_with(finding("nothing"))
    assert place(run_of(scan_report(answers=(nowhere,)))["results"][0]) == ("README.md", 1)
    assert place(run_of(scan_report(answers=(nowhere,), scope="apps/chat"))["results"][0]) == ("apps/chat/README.md", 1)
    documented = replace(answer_with(finding("written", Evidence("docs/Readme.rst", 4, "Limits"))), question="other", points=2)
    assert place(run_of(scan_report(answers=(nowhere, documented)))["results"][0]) == ("docs/Readme.rst", 1)


def test_tags_are_no_file() -> None:
    tagged = answer_with(finding("tagged", Evidence("git tag", 0, "3 version tags")))
    assert place(run_of(scan_report(answers=(tagged,)))["results"][0]) == ("README.md", 1)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a b/c#d?.py", "a%20b/c%23d%3F.py"),
        ("é/日本.py", "%C3%A9/%E6%97%A5%E6%9C%AC.py"),
        ("caf\udce9.py", "caf%E9.py"),
        ("50%.py", "50%25.py"),
        ("app/(chat)/[id]/page.tsx", "app/(chat)/%5Bid%5D/page.tsx"),
        ("a:b.py", "a%3Ab.py"),
        ("x\ny.py", "x%0Ay.py"),
    ],
)
def test_paths_become_relative_uris(path: str, expected: str) -> None:
    assert uri(path) == expected


def test_a_run_for_each_project() -> None:
    runs = json.loads(render_sarif(two_projects()))["runs"]
    assert [run["automationDetails"]["id"] for run in runs] == ["rung/chat/", "rung/search%20%7C%20agent/"]
    first, second = ({r["partialFingerprints"]["rungFingerprint/v1"] for r in run["results"]} for run in runs)
    assert not first & second


def test_notices_are_notifications() -> None:
    run = run_of(scan_report(notices=(SampleNotice("untracked", "3 files are not tracked."),)))
    assert run["invocations"][0]["toolExecutionNotifications"] == [{"level": "note", "message": {"text": "3 files are not tracked."}}]
    assert (run["properties"]["score"], run["properties"]["level"]) == (15, 3)


def test_hostile_text_makes_no_links_in_messages_and_valid_ascii_json() -> None:
    text = render_sarif(gate_report(HOSTILE))
    assert text.isascii()
    for result in json.loads(text)["runs"][0]["results"]:
        assert not {"\x1b", "\x00", "\ud800", "\u202e"} & set(result["message"]["text"])
        assert "](" not in result["message"]["text"].replace("\\](", "")
