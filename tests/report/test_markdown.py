"""The report as GitHub's Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from rung.gate.types import Report, Review
from rung.report.markdown import LIMIT, render_markdown
from rung.report.markup import code, prose
from tests.report.sample import HOSTILE, comparison, gate_report, sample, scan_report, two_projects

# What GitHub makes a link or a notification of by itself when it stands in plain text.
LINKED = re.compile(r"@\w|\w/\w+#\d|(^|\s)#\d|https?://|www\.")


def tokens(markdown: str) -> Iterator[Token]:
    for token in MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(markdown):
        yield token
        yield from token.children or ()


def shown(markdown: str) -> str:
    """The text of a paragraph as a person sees it."""
    return "".join(token.content for token in tokens(markdown) if token.type in ("text", "code_inline"))


def test_level_delta_verdict_shortfalls_change_table_and_advice() -> None:
    text = render_markdown(gate_report())
    assert text.startswith(
        "## Level 3, managed: 15 of 28 points (14 inferred + 1 attested), -1 against `main`\n\n"
        "**The gate says no: 2 shortfalls, with 1 shortfall waived.**\n"
    )
    assert "- **Fails:** Level 3 is below level 4: 5 points are missing. promptfoo eval (`.rung.yaml:3`)\n" in text
    assert "    - `continuous-integration` to 2 points (small effort): Run an evaluation.\n" in text
    assert "- **Waived** until 2031-03-31 by `@team/safety`: promptfoo eval\n" in text
    assert "**2 → 1** What does CI check when something changes? (`continuous-integration`)\n" in text
    assert "- lost `.github/workflows/ci.yml:30` `promptfoo eval`\n- lost `evals/run.py:2` `promptfoo eval` (the file is gone)\n" in text
    assert "| What does CI check when something changes? | 1/2 | -1 | `.github/workflows/ci.yml:20` and 4 more |\n" in text
    assert "| What protects users? | 1/2 (attested; 0 inferred) |" in text
    assert "### What to do next at level 3, managed\n\n- Improve continuously.\n" in text
    assert "[The model](https://example.com/a)" in text


def test_a_scan_has_no_column_for_a_change() -> None:
    text = render_markdown(scan_report())
    assert text.startswith("## Level 3, managed: 15 of 28 points\n\n### Answers\n\n| question | points | evidence |\n")


def test_a_comparison_alone() -> None:
    text = render_markdown(Report((Review("", sample(), comparison=comparison()),)))
    assert "### What changed against `main`" in text
    assert "### Answers" not in text


def test_a_repository_without_llm() -> None:
    report = scan_report(applicable=False, level=None, score=0, answers=(), capabilities=(), reason="This repository uses no LLM.")
    assert render_markdown(report) == "## No language model here\n\nThis repository uses no LLM.\n"


def test_several_projects_have_a_table() -> None:
    text = render_markdown(two_projects())
    assert text.startswith("## The gate says no: 4 shortfalls, with 2 shortfalls waived.\n\n| project | level | points | gate |\n")
    assert "| search ¦ agent | Level 3, managed |" in text


def test_it_is_cut_at_sections_before_a_comment_is_full() -> None:
    report = replace(gate_report(), reviews=tuple(replace(gate_report("word " * 30).reviews[0], name=f"p{n}") for n in range(60)))
    text = render_markdown(report)
    assert LIMIT * 0.9 < len(text) < 65_536
    assert re.search(r"\*\d+ sections of this report left out for its length; `--format json` has all of it\.\*\n$", text)
    assert text.count("<details>") == text.count("</details>")


def test_hostile_text_becomes_neither_html_nor_links_nor_mentions() -> None:
    text = render_markdown(gate_report(HOSTILE))
    for token in tokens(text):
        if token.type in ("html_block", "html_inline"):
            assert re.fullmatch(r"(</?details>|<summary>[\w', ]+\(\d+\)</summary>|\s)+", token.content), token.content
        if token.type == "link_open":
            assert token.attrs["href"] == "https://example.com/a"
        if token.type == "text":
            assert not LINKED.search(token.content), token.content
        assert token.type not in ("image", "fence", "code_block")
    assert not {"\x1b", "\x00", "\ud800", "\u202e", "\r"} & set(text)
    assert text.count("\n| ") == render_markdown(gate_report()).count("\n| ")


@pytest.mark.parametrize(
    "text",
    [
        "plain words, 1.5 * 2 = 3 _and_ ~more~",
        "- a list",
        "1. a number",
        "# heading",
        "a `quoted name` and ``two`` and ` one",
        "`a`@b `c`",
        "\\` back\\slash \\| bar",
        "<!-- comment --> <b> &amp; &#64;x",
        "[link](https://evil.example) ![i](x) [^1] [ref]",
        "@someone, #12 GH-12 owner/repo#3 https://evil.example www.evil.example a@b.c deadbeef",
        "$x$ :smile: ^up^",
        "` `` ``` ````",
    ],
)
def test_text_is_shown_as_it_is(text: str) -> None:
    for rendered in (prose(text), code(text)):
        assert shown(rendered).replace("`", "").replace(" ", "") == text.replace("`", "").replace(" ", "")
        kinds = {token.type for token in tokens(rendered)}
        assert kinds <= {"paragraph_open", "paragraph_close", "inline", "text", "code_inline", "text_special"}
        assert not [token.content for token in tokens(rendered) if token.type == "text" and LINKED.search(token.content)]
    assert shown(code(text)) == text.strip()
