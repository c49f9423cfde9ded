"""The report for people."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from rung.model.assessment import Assessment, Evidence
from rung.report.page import PageStyle
from rung.report.text import render_text
from tests.report.sample import SampleNotice, answer_with, finding, sample


def lines(assessment: Assessment, width: int = 80, ascii_only: bool = False) -> list[str]:
    return render_text(assessment, PageStyle(width=width, ascii_only=ascii_only)).splitlines()


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
    text = render_text(sample(answers=(answer_with(finding("odd", hostile)),)), PageStyle(width=120))
    assert r"a\x1b[2J .py:1  [bold red]x[/] \x1b]0;t\x07 \x9b1m \u202egnp.exe :smile:" in text
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(text)


def test_ascii_alone_where_the_terminal_knows_no_more() -> None:
    page = "\n".join(lines(sample(answers=(answer_with(finding("odd", Evidence("é.py", 1, "ü" * 99))),)), ascii_only=True))
    assert page.isascii()
    assert "Models    ####################  2/2" in page
    assert r"\xe9.py:1  \xfc\xfc" in page


def test_colour_only_when_asked_for() -> None:
    assert "\x1b[32m" in render_text(sample(), PageStyle(color=True))
    assert "\x1b" not in render_text(sample(), PageStyle(color=False))
