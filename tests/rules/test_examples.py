"""Every example of every shipped rule, read, linked and matched as a real repository."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rung.link.facts import link
from rung.link.read import read
from rung.model.assess import Assessor
from rung.repository import open_repository
from rung.rules.load import load_knowledge
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

    facts = link(read(open_repository(folder), KNOWLEDGE.catalogue))
    outcome = Assessor(KNOWLEDGE.model, KNOWLEDGE.rules, facts).outcome(rule)

    shown = "\n".join(f"  {f.location.path}:{f.location.line}: {f.kind}: {f.text}" for f in outcome.facts)
    assert outcome.holds == ("holds" in example), f"{example['about']}\n{shown}"
