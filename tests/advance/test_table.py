"""`rules/steps`: the table of steps names what there is, and every template of it stands in its folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rung.advance import steps
from rung.advance.steps import tables
from rung.knowledge import data_folder, read_text, validate
from rung.rules.load import load_knowledge

KNOWLEDGE = load_knowledge()
FOLDER = data_folder("rules") / "steps"
STEPS = tables()["steps"]
KINDS = json.loads((data_folder("schemas") / "rules.schema.json").read_text(encoding="utf-8"))["$defs"]["kind"]["enum"]


def test_it_is_as_the_schema_says() -> None:
    validate(tables(), "steps", read_text(FOLDER / "steps.yaml"), "steps.yaml")


@pytest.mark.parametrize("step", STEPS, ids=[step["rule"] for step in STEPS])
def test_a_step_names_a_rule_and_a_kind_of_fact(step: Any) -> None:
    assert step["rule"] in KNOWLEDGE.rules
    assert step.get("about", {}).get("find", KINDS[0]) in KINDS


def test_tools_are_those_of_the_catalogue() -> None:
    named = {*tables()["keys"], *tables()["providers"], *(tool for row in tables()["runs"] for tool in row.get("tools", ()))}
    assert named <= set(KNOWLEDGE.catalogue.by_id)


def test_every_template_is_asked_for() -> None:
    text = read_text(FOLDER / "steps.yaml") + read_text(Path(steps.__file__))
    assert [path.name for path in sorted((FOLDER / "templates").iterdir()) if path.name not in text] == []


def test_answers_build_on_answers_that_there_are() -> None:
    questions = {q["id"]: q for capability in KNOWLEDGE.model["capabilities"] for q in capability["questions"]}
    for question in questions.values():
        for option in question["answers"]:
            for other, points in option.get("builds_on", {}).items():
                assert other != question["id"]
                assert points in [answer["points"] for answer in questions[other]["answers"]]
