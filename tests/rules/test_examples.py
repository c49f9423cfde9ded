"""Every example of every shipped rule, read, linked and matched as a real repository."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from rung.model.assess import Assessor
from rung.model.nearest import nearest
from rung.repository import open_repository
from rung.rules.load import load_knowledge
from rung.scan import gather
from tests.helpers import make_repository

KNOWLEDGE = load_knowledge()


def examples() -> Iterator[Any]:
    for rule in KNOWLEDGE.rules.values():
        for example in rule.examples:
            about = re.sub(r"\W+", "-", example["about"]).strip("-").lower()
            yield pytest.param(rule.id, example, id=f"{rule.id}-{'holds' if 'holds' in example else 'fails'}-{about}")


@pytest.mark.parametrize(("rule", "example"), list(examples()))
def test_the_rule_does_what_its_example_says(rule: str, example: dict[str, Any], tmp_path: Path) -> None:
    folder = make_repository(tmp_path, example.get("holds") or example["fails"], example.get("tags", ()))

    facts = gather(open_repository(folder), KNOWLEDGE)
    outcome = Assessor(KNOWLEDGE.model, KNOWLEDGE.rules, facts).outcome(rule)

    shown = "\n".join(f"  {f.location.path}:{f.location.line}: {f.kind}: {f.text}" for f in outcome.facts)
    assert outcome.holds == ("holds" in example), f"{example['about']}\n{shown}"
    if "misses" in example:
        misses = nearest(KNOWLEDGE.rules[rule], facts)
        assert misses, "nothing came close"
        path, line, reason = pinned(example)
        assert reason in misses[0].reason
        assert (misses[0].path, misses[0].line) == (path or misses[0].path, misses[0].line if line is None else line)


def pinned(example: Mapping[str, Any]) -> tuple[str, int | None, str]:
    """Path, line and reason of the nearest miss that an example pins; no path and line where it pins the reason alone."""
    pin = example["misses"]
    return ("", None, pin) if isinstance(pin, str) else (pin["path"], pin["line"], pin["reason"])


def test_an_example_pins_every_reason() -> None:
    """So each sentence was read once with its fields filled in, and names no field that its facts lack."""
    for rule in KNOWLEDGE.rules.values():
        pins = [pinned(example)[2] for example in rule.examples if "misses" in example]
        for near in rule.misses:
            sentence = re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(near["reason"])))
            assert any(sentence.fullmatch(pin) for pin in pins), f"{rule.id}: {near['reason']}"
