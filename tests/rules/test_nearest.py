"""The nearest misses of a rule: which are shown, in what order, and when none is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rung.facts.fact import Fact, Location, Step
from rung.model.assess import Assessor
from rung.model.assessment import Finding, Miss
from rung.model.nearest import nearest
from rung.rules.load import Rule

WHEN = {"find": "prompt", "where": {"structured": True}}
NEAR = {"find": "prompt", "where": {"form": "template"}, "reason": "`{path}` is a plain template"}
FAR = {"find": "prompt", "reason": "a prompt of the form {form} is in no declared format"}


def rule(*misses: Mapping[str, Any], needs: tuple[str, ...] = ()) -> Rule:
    return Rule("r", "Prompts are structured", WHEN, "why", "fix", needs, misses)


def prompt(path: str, line: int = 1, reach: tuple[Step, ...] = (), **fields: Any) -> Fact:
    return Fact("prompt", Location(path, line), "You are kind.", {"role": "application", **fields}, reach)


def finding(of: Rule, *facts: Fact, unknown: tuple[str, ...] = ()) -> Finding:
    answers = [{"points": 0, "text": "no"}, {"points": 1, "text": "yes", "when": "r"}]
    capability = {"id": "c", "title": "C", "questions": [{"id": "q", "title": "Q", "answers": answers}]}
    assessor = Assessor({"capabilities": [capability]}, {"r": of}, {"prompt": facts}, unknown=unknown)
    return assessor.answers()[0].findings[0]


def test_the_nearest_comes_first_and_a_place_once() -> None:
    facts = {"prompt": [prompt("a.py", form="module"), prompt("b.txt", form="template")]}

    assert nearest(rule(NEAR, FAR), facts) == (
        Miss("b.txt", 1, "You are kind.", "`b.txt` is a plain template"),
        Miss("a.py", 1, "You are kind.", "a prompt of the form module is in no declared format"),
    )


def test_what_a_pipeline_reaches_comes_before_the_rest() -> None:
    reached = prompt("z.txt", form="template", reach=(Step("trigger", "push", ".github/workflows/ci.yml"),))

    assert [m.path for m in nearest(rule(NEAR), {"prompt": [prompt("a.txt", form="template"), reached]})] == ["z.txt", "a.txt"]


def test_five_are_enough_and_a_file_is_told_the_same_only_once() -> None:
    facts = {"prompt": [prompt(f"{n}.txt", line, form="template") for n in range(9) for line in (1, 2)]}

    assert [(m.path, m.line) for m in nearest(rule(NEAR), facts)] == [(f"{n}.txt", 1) for n in range(5)]


def test_a_fact_without_the_field_that_a_sentence_names_is_passed_over() -> None:
    assert nearest(rule(FAR), {"prompt": [prompt("a.py"), prompt("b.py", form="")]}) == ()


def test_backticks_and_long_lines_dont_break_a_sentence() -> None:
    fact = Fact("prompt", Location("a.ts", 1), "`" + "x" * 300, {})

    (miss,) = nearest(rule({"find": "prompt", "reason": "`{text}` is a prompt"}), {"prompt": [fact]})

    assert miss.reason == "`'" + "x" * 78 + "…` is a prompt"


def test_only_a_rule_that_fails_has_misses() -> None:
    plain, structured = prompt("a.txt", form="template"), prompt("b.yaml", structured=True)

    assert len(finding(rule(NEAR), plain).misses) == 1
    assert finding(rule(NEAR), plain, structured).misses == ()


def test_what_cant_be_told_here_has_no_misses() -> None:
    assert finding(rule(NEAR, needs=("tags",)), prompt("a.txt", form="template"), unknown=("tags",)).misses == ()
