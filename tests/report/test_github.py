"""The report as workflow commands."""

from __future__ import annotations

import re
from dataclasses import replace

from rung.gate.types import Report, Review
from rung.report.github import render_github
from tests.report.sample import (
    HOSTILE,
    WORKFLOW,
    answer_with,
    comparison,
    gate_report,
    near_miss,
    sample,
    scan_report,
    two_projects,
)


def commands(report: Report) -> list[str]:
    return [line for line in render_github(report).splitlines() if line.startswith("::")]


def test_lost_evidence_comes_first_then_shortfalls_then_what_is_not_enough() -> None:
    heads = [line.partition("::")[2].partition("::")[0] for line in commands(gate_report())]
    assert heads == [
        f"error file={WORKFLOW},line=28,title=Evidence lost%3A continuous-integration (2 -> 1 points)",
        "error title=Evidence lost%3A continuous-integration (2 -> 1 points)",
        "error file=.rung.yaml,line=3,title=Below the target level",
        "error title=Less than the base%3A continuous-integration",
        "warning file=app/chat.py,line=7,title=Not enough%3A Content is protected",
        "notice file=.rung.yaml,line=4,title=Below a floor%3A safety (waived)",
    ]


def test_a_message_says_what_is_gone_and_what_to_do() -> None:
    lost, without_file, target, option, *_ = commands(gate_report())
    assert lost.endswith(
        f"::Gone here since main: promptfoo eval ({WORKFLOW}:30)%0AWhat does CI check when something changes? 2 -> 1 points.%0ADo it."
    )
    assert "::Gone with its file since main: promptfoo eval (evals/run.py:2)%0A" in without_file
    assert target.endswith("%0AThe cheapest way up:%0A- raise continuous-integration to 2 points (small effort): Run an evaluation.")
    assert option.endswith("%0AAsked for by --regression.")


def test_what_only_annotates_has_no_errors() -> None:
    assert {line.split()[0] for line in commands(gate_report(mode="annotate"))} == {"::warning", "::notice"}


def test_lost_evidence_is_no_error_where_nothing_is_judged() -> None:
    first = commands(Report((Review("", sample(), comparison=comparison()),)))[0]
    assert first.startswith(f"::warning file={WORKFLOW},line=28,")


def test_the_result_follows_in_lines_of_its_own() -> None:
    told = [line for line in render_github(gate_report()).splitlines() if not line.startswith("::")]
    assert told[:3] == [
        "rung: The gate says no: 2 shortfalls, with 1 shortfall waived.",
        "rung: Against main (commit bbbbbbbbbbbb): Score 16 -> 15, level 3 managed as before.",
        "rung: Level 3, managed: 15 of 28 points (14 inferred + 1 attested).",
    ]


def test_at_most_ten_of_a_kind_and_how_many_more() -> None:
    missed = [replace(near_miss(), misses=(replace(near_miss().misses[0], line=line),)) for line in range(1, 15)]
    report = scan_report(answers=tuple(answer_with(finding) for finding in missed))
    assert len(commands(report)) == 10
    last = render_github(report).splitlines()[-1]
    assert last == "rung: 4 notices more than GitHub shows for one step: see the other formats of the report."


def test_projects_are_named_and_share_the_ten() -> None:
    lines = commands(two_projects())
    assert "title=chat%3A Evidence lost" in lines[0]
    assert sum(line.startswith("::error") for line in lines) == 8
    assert [line for line in lines if "title=search | agent%3A" in line]


def test_nothing_of_the_repository_forges_a_command() -> None:
    text = render_github(gate_report(HOSTILE))
    lines = text.split("\n")
    assert lines[:-1] == text.splitlines()  # no other kind of line break either
    for line in lines[:-1]:
        assert line.startswith(("::error ", "::warning ", "::notice ", "rung: ")), line
        assert not re.search(r"%0A(::|##)", line) or line.startswith("rung: ")
    assert "%250A::notice" in text
    assert not {"\x1b", "\x00", "\r", "\u202e", "\u2028", "\ud800"} & set(text)


def test_properties_are_escaped() -> None:
    miss = replace(near_miss().misses[0], path="a,b%d\n::error::x.py")
    (line,) = commands(scan_report(answers=(answer_with(replace(near_miss(), misses=(miss,))),)))
    assert line.startswith(
        "::notice file=a%2Cb%25d %3A%3Aerror%3A%3Ax.py,line=7,title=content-safety%3A 1 of 2 points::What protects users?"
    )
