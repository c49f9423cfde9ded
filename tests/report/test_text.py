"""The report for people."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from rung.gate.types import Report, Review, Verdict
from rung.model.assessment import Assessment, Evidence
from rung.report.page import PageStyle
from rung.report.text import render_text
from tests.report.sample import (
    HOSTILE,
    SampleNotice,
    answer_with,
    comparison,
    finding,
    gate_report,
    near_miss,
    sample,
    scan_report,
    two_projects,
)


def lines(assessment: Assessment, width: int = 80, ascii_only: bool = False) -> list[str]:
    return page_of(Report((Review("", assessment),)), width, ascii_only)


def page_of(report: Report, width: int = 100, ascii_only: bool = False) -> list[str]:
    return render_text(report, PageStyle(width=width, ascii_only=ascii_only)).splitlines()


def test_level_and_score_come_first_and_a_bar_for_every_capability() -> None:
    page = lines(sample())
    assert page[0] == ". (commit 3f2a91c03f2a)"
    assert page[2] == "Level 3, managed: 15 of 28 points"
    assert "  Models    ████████████████████  2/2" in page
    assert "  Delivery  █████░░░░░░░░░░░░░░░  1/4" in page


def test_a_question_shows_answer_evidence_with_reach_and_what_the_next_answer_needs() -> None:
    text = "\n".join(lines(sample(), width=120))
    assert "1/2  What does CI check when something changes?  continuous-integration\n     CI runs tests on push or pull request.\n" in text
    assert ".github/workflows/ci.yml:20  make test\n" in text
    assert "on pull_request → CI → evaluate → make eval (Makefile:12) → scripts/eval.sh\n" in text
    assert "The workflow it calls stands in another repository\n" in text
    assert "For 2 points:\n       • Run an evaluation of the application's answers in CI" in text


def test_at_most_three_places_a_question_and_every_finding_has_its_say() -> None:
    many = finding("many", *(Evidence("many.py", line, "x") for line in range(1, 6)))
    one = finding("one", Evidence("one.py", 1, "y"))
    page = lines(sample(answers=(answer_with(many, one),)))
    places = [line.split()[0] for line in page if ".py:" in line]
    assert places == ["many.py:1", "one.py:1", "many.py:2"]
    assert "       and 3 more" in page


def test_advice_and_links_of_the_level_and_notices_come_last() -> None:
    notices = tuple(SampleNotice("too-large", "is larger than 1 MB and was not read", f"{n}.bin") for n in range(5))
    page = lines(sample(notices=notices))
    assert page.index("What to do next at level 3, managed") < page.index("  • Improve continuously.") < page.index("Notices")
    assert "  The model: https://example.com/a" in page
    assert page[-2:] == ["  • 2.bin: is larger than 1 MB and was not read", "    and 2 more like this (all are in --format json)"]


def test_a_repository_without_llm_is_told_in_one_sentence() -> None:
    assessment = sample(applicable=False, level=None, score=0, answers=(), capabilities=(), reason="This repository uses no LLM.")
    assert lines(assessment) == [". (commit 3f2a91c03f2a)", "", "This repository uses no LLM."]


def test_ref_and_scope_are_named() -> None:
    assert lines(sample(ref="v1", scope="apps/chat"))[0] == ". at v1 (commit 3f2a91c03f2a), the application in apps/chat"


@pytest.mark.parametrize("width", [40, 80, 120])
def test_nothing_is_wider_than_the_page(width: int) -> None:
    wide = finding("wide", Evidence("日本語/" * 12 + "x.py", 3, "日本語" * 60), Evidence("a.py", 1, "word " * 40))
    page = lines(sample(answers=(*sample().answers, answer_with(wide))), width=width)
    assert max(cell_len(line) for line in page) <= width


def test_text_of_the_repository_cannot_drive_the_terminal() -> None:
    hostile = Evidence("a\x1b[2J\n.py", 1, "[bold red]x[/] \x1b]0;t\x07 \x9b1m \u202egnp.exe :smile:")
    text = render_text(scan_report(answers=(answer_with(finding("odd", hostile)),)), PageStyle(width=120))
    assert r"a\x1b[2J .py:1  [bold red]x[/] \x1b]0;t\x07 \x9b1m \u202egnp.exe :smile:" in text
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(text)


def test_ascii_alone_where_the_terminal_knows_no_more() -> None:
    page = "\n".join(lines(sample(answers=(answer_with(finding("odd", Evidence("é.py", 1, "ü" * 99))),)), ascii_only=True))
    assert page.isascii()
    assert "Models    ####################  2/2" in page
    assert r"\xe9.py:1  \xfc\xfc" in page


def test_colour_only_when_asked_for() -> None:
    assert "\x1b[32m" in render_text(scan_report(), PageStyle(color=True))
    assert "\x1b" not in render_text(scan_report(), PageStyle(color=False))


def test_nearest_misses_stand_under_an_answer_that_is_not_the_highest() -> None:
    page = lines(sample(answers=(answer_with(near_miss()),)))
    start = page.index("     Close, but no:")
    assert page[start + 1 : start + 3] == [
        "       app/chat.py:7  client.create(prompt)",
        "           `client.create` has no guard in front of it",
    ]


def test_a_gate_says_the_verdict_first_and_then_what_falls_short_and_the_cheapest_way_up() -> None:
    page = page_of(gate_report())
    assert page[0] == "The gate says no: 2 shortfalls, with 1 shortfall waived."
    assert "Level 3, managed: 15 of 28 points (14 inferred + 1 attested)" in page
    text = "\n".join(page)
    assert "  fails   Level 3 is below level 4: 5 points are missing. promptfoo eval  .rung.yaml:3\n" in text
    assert "          • raise continuous-integration to 2 points (small effort)\n            • Run an evaluation.\n" in text
    assert "          waived until 2031-03-31 by @team/safety: promptfoo eval\n" in text
    assert "     Attested until 2031-03-31 by @team/ops: promptfoo eval The repository alone shows 0 points.\n" in text
    assert text.index("Shortfalls") < text.index("What changed against main") < text.index("Questions") < text.index("Once this is merged")


def test_what_a_change_did() -> None:
    text = "\n".join(page_of(gate_report()))
    assert "What changed against main (commit bbbbbbbbbbbb)\n\n  Score 16 → 15, level 3 managed as before.\n" in text
    assert "  2 → 1  What does CI check when something changes?  continuous-integration\n" in text
    assert "    - .github/workflows/ci.yml:30  promptfoo eval\n    - evals/run.py:2  promptfoo eval\n          the file is gone\n" in text
    assert "    + tests/test_it.py:4  promptfoo eval\n" in text
    assert "    ! app/chat.py:7  promptfoo eval\n" in text


def test_a_comparison_without_a_verdict_stands_alone() -> None:
    report = Report((Review("", sample(), comparison=comparison()),))
    page = page_of(report)
    assert page[:3] == [". (commit 3f2a91c03f2a)", "", "What changed against main (commit bbbbbbbbbbbb)"]
    assert "Questions" not in page
    same = Report((Review("", sample(), comparison=comparison(changes=())),))
    assert "  No answer differs, nor its evidence." in page_of(same)


def test_a_gate_that_passes_or_only_annotates() -> None:
    assert page_of(Report((replace(gate_report().reviews[0], verdict=Verdict(True, ())),)))[0] == "The gate passes."
    assert page_of(gate_report(mode="annotate"))[0].endswith("It only annotates, so nothing fails.")


def test_several_projects_are_named() -> None:
    page = page_of(two_projects())
    assert page[0] == "The gate says no: 4 shortfalls, with 2 shortfalls waived."
    assert [line for line in page if line.startswith("Project ")] == ["Project chat", "Project search | agent"]


def test_nothing_hostile_of_a_policy_or_a_change_reaches_the_terminal() -> None:
    text = render_text(gate_report(HOSTILE), PageStyle(width=120))
    assert not {"\x1b", "\x00", "\r", "\u202e", "\u2028", "\ud800"} & set(text)
    assert not [line for line in text.splitlines() if line.startswith(("::", "##["))]
