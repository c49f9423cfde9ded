"""A literal that an expression is said to require is in every text that it matches; so looking for it first changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rung.link.expression import ENOUGH, Expression
from rung.link.literals import is_folded, required_literals
from rung.rules.load import load_knowledge


def _contained(entry: Any) -> Iterator[str]:
    if isinstance(entry, dict):
        yield from (v for k, v in entry.items() if k == "contains" and isinstance(v, str))
    for value in entry.values() if isinstance(entry, dict) else entry if isinstance(entry, (list, tuple)) else ():
        yield from _contained(value)


def _vocabulary(entry: Any) -> Iterator[str]:
    """Texts that may be expressions."""
    if isinstance(entry, str) and any(sign in entry for sign in "|\\("):
        yield entry
    for value in entry.values() if isinstance(entry, dict) else entry if isinstance(entry, (list, tuple)) else ():
        yield from _vocabulary(value)


def _are_expressions(texts: Iterator[str]) -> Iterator[str]:
    for text in texts:
        with suppress(re.error):
            re.compile(text)
            yield text


KNOWLEDGE = load_knowledge().catalogue
CATALOGUE = sorted({p for tool in KNOWLEDGE.tools for p in _contained(dict(tool.entry)) if required_literals(p)})
VOCABULARY = sorted({p for p in _are_expressions(_vocabulary(KNOWLEDGE.vocabulary)) if required_literals(p)})


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        (r"^\s*job_name:\s*[\"']?blackbox", ("blackbox",)),
        (r"\bname-of-a-plugin\b", ("name-of-a-plugin",)),
        (r"alpha|^(beta|x):gamma", ("alpha", "beta:gamma", "x:gamma")),
        (r"model_lists?", ("model_list", "model_lists")),
        (r"models*", ("model",)),
        (r"gen_?ai[._]usage", ("gen_ai.usage", "gen_ai_usage", "genai.usage", "genai_usage")),
        (r"\b(?:tell|say)\b.{0,60}\b(?:unsafe|harmful)\b", ("harmful", "unsafe")),
        (r"alpha{0,2}", ("alph",)),
        (r"(?:alpha)?beta_gamma", ("alphabeta_gamma", "beta_gamma")),
        (r"(?P<name>alpha(?=beta))gamma", ("alphagamma",)),
        (r"(?:alpha)+b", ("alpha",)),
        (r"(?!alpha)beta", ("beta",)),
        (r"[alpha]]tail", ("]tail",)),
        (r"alph\x61\nbeta", ("alpha\nbeta",)),
        (r"(?P<x>.)(?P=x)alpha", ("alpha",)),
        (r"alpha|b", ()),
        (r"alpha|", ()),
        (r"(?:alpha)*", ()),
        (r"\w+", ()),
        (r"ab", ()),
        (r"(?x) al pha", ()),
    ],
)
def test_what_is_required(pattern: str, literals: tuple[str, ...]) -> None:
    re.compile(pattern)
    assert required_literals(pattern) == literals


def test_what_is_required_in_small_letters() -> None:
    assert required_literals("Alpha|(?i:BETA)", folded=True) == ("alpha", "beta")


@given(st.data())
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_text_that_matches_holds_one(data: st.DataObject) -> None:
    pattern = data.draw(st.sampled_from(CATALOGUE))
    expression = re.compile(pattern, re.MULTILINE)
    text, folded = data.draw(st.from_regex(expression)), is_folded(expression)
    assert any(literal in (text.lower() if folded else text) for literal in required_literals(pattern, folded=folded))


@given(st.data())
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_an_expression_finds_what_it_would_find_without_looking_for_literals(data: st.DataObject) -> None:
    pattern = data.draw(st.sampled_from(VOCABULARY))
    flags = data.draw(st.sampled_from((0, re.IGNORECASE)))
    text = data.draw(st.from_regex(re.compile(pattern, flags)))
    found, expected = _practised(pattern, flags).search(text), re.search(pattern, text, flags)
    assert expected is not None
    assert found is not None
    assert found.span() == expected.span()


def test_an_expression_passes_over_what_it_can_not_find() -> None:
    assert _practised("alpha|beta", 0).search("gamma") is None
    assert list(_practised("alpha|beta", 0).finditer("gamma")) == []
    assert [m.group() for m in _practised("alpha|beta", re.IGNORECASE).finditer("ALPHA, Beta")] == ["ALPHA", "Beta"]


@cache
def _practised(pattern: str, flags: int) -> Expression:
    """An expression that has searched so much that it looks for literals first."""
    expression = Expression(pattern, flags)
    expression.search(" " * (ENOUGH + 1))
    return expression
