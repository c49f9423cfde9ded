"""The report for machines."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from rung.knowledge import data_folder
from rung.model.assessment import Assessment, Evidence
from rung.report.json import render_json
from tests.report.sample import SampleNotice, answer_with, finding, sample


def report(assessment: Assessment) -> dict[str, Any]:
    """The report as read back, after the schema has agreed with it."""
    content = json.loads(render_json(assessment))
    schema = json.loads((data_folder("schemas") / "report.schema.json").read_text())
    jsonschema.validate(content, schema, jsonschema.Draft202012Validator)
    return content


def test_shape() -> None:
    content = report(sample(notices=(SampleNotice("untracked-files", "3 files are not tracked"),)))
    assert content["model"] == {"id": "llmops", "version": "1"}
    assert content["repository"] == {"path": ".", "scope": "", "ref": None, "commit": "3f2a91c0" * 5}
    assert (content["applicable"], content["score"], content["max"]) == (True, 15, 28)
    assert (content["level"]["number"], content["level"]["name"]) == (3, "managed")
    assert content["capabilities"][0] == {"id": "models", "title": "Models", "score": 2, "max": 2}
    assert content["notices"] == [{"code": "untracked-files", "message": "3 files are not tracked", "path": ""}]


def test_an_answer_with_its_findings_reach_and_next() -> None:
    pinned, checked = report(sample())["answers"]
    assert (pinned["question"], pinned["points"], pinned["basis"]) == ("model-configuration", 2, "inferred")
    assert pinned["next"] == {"points": None, "needs": []}
    assert pinned["findings"][0]["evidence"] == [
        {"path": "app/settings.py", "line": 12, "text": 'CHAT_MODEL = "a-model-2024-08-06"', "reach": []}
    ]
    assert checked["next"]["points"] == 2
    step = {"kind": "target", "text": "make eval", "path": "Makefile", "line": 12}
    assert step in checked["findings"][0]["evidence"][0]["reach"]
    assert checked["findings"][1]["unknown"] == "the workflow it calls stands in another repository"


def test_a_repository_without_llm() -> None:
    content = report(sample(applicable=False, level=None, reason="This repository uses no LLM.", answers=(), capabilities=(), score=0))
    assert (content["applicable"], content["level"]) == (False, None)


def test_the_schema_refuses_a_level_where_the_model_does_not_apply() -> None:
    with pytest.raises(jsonschema.ValidationError):
        report(sample(applicable=False))


def test_any_text_makes_valid_ascii_json() -> None:
    hostile = Evidence("caf\udce9.py", 1, "\x1b[2J \u202e é")
    text = render_json(sample(answers=(answer_with(finding("odd", hostile)),)))
    assert text.isascii()
    assert "\x1b" not in text
    assert json.loads(text)["answers"][0]["findings"][0]["evidence"][0]["path"] == "caf?.py"


def test_the_same_assessment_gives_the_same_bytes() -> None:
    assert render_json(sample()) == render_json(sample())
