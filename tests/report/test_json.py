"""The report for machines."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from rung.gate.types import Report, Review
from rung.knowledge import data_folder
from rung.model.assessment import Assessment, Evidence
from rung.report.json import render_json
from tests.report.sample import HOSTILE, SampleNotice, answer_with, finding, gate_report, near_miss, sample, scan_report, two_projects


def report(assessment: Assessment) -> dict[str, Any]:
    """The report as read back, after the schema has agreed with it."""
    return read(Report((Review("", assessment),)))


def read(told: Report) -> dict[str, Any]:
    """Any report as read back, after the schema has agreed with it."""
    content = json.loads(render_json(told))
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
    text = render_json(scan_report(answers=(answer_with(finding("odd", hostile)),)))
    assert text.isascii()
    assert "\x1b" not in text
    assert json.loads(text)["answers"][0]["findings"][0]["evidence"][0]["path"] == "caf?.py"


def test_the_same_assessment_gives_the_same_bytes() -> None:
    assert render_json(scan_report()) == render_json(scan_report())


def test_a_scan_has_neither_gate_nor_comparison() -> None:
    content = report(sample())
    assert not {"gate", "comparison", "projects", "name"} & set(content)
    assert (content["inferred"], content["attested"]) == (15, 0)
    assert [(answer["inferred"], answer["voucher"]) for answer in content["answers"]] == [(2, None), (1, None)]


def test_nearest_misses() -> None:
    (answer,) = report(sample(answers=(answer_with(near_miss()),)))["answers"]
    miss = {"path": "app/chat.py", "line": 7, "text": "client.create(prompt)", "reason": "`client.create` has no guard in front of it"}
    assert answer["findings"][0]["misses"] == [miss]


def test_the_gate_and_what_is_attested() -> None:
    content = read(gate_report())
    gate = content["gate"]
    assert (gate["passed"], gate["mode"], gate["policy"]) == (False, "enforce", [".rung.yaml"])
    assert [(shortfall["kind"], shortfall["waiver"] is not None) for shortfall in gate["shortfalls"]] == [
        ("level", False),
        ("regression", False),
        ("floor", True),
    ]
    assert gate["shortfalls"][0]["place"] == {"path": ".rung.yaml", "line": 3}
    assert gate["shortfalls"][0]["ways"][0]["effort"] == "small"
    assert (gate["waivers"][0]["expires"], gate["attestations"][0]["owner"]) == ("2031-03-31", "@team/ops")
    assert (content["inferred"], content["attested"], content["score"]) == (14, 1, 15)
    assert (content["answers"][2]["basis"], content["answers"][2]["inferred"]) == ("attested", 0)
    assert content["answers"][2]["voucher"]["evidence"] == "https://example.com/proof"


def test_the_comparison() -> None:
    compared = read(gate_report())["comparison"]
    assert (compared["base"], compared["commit"]) == ("main", "b" * 40)
    assert (compared["score"], compared["level"]) == ({"before": 16, "after": 15}, {"before": 3, "after": 3})
    fallen, brought = compared["changes"]
    assert (fallen["question"], fallen["before"], fallen["after"]) == ("continuous-integration", 2, 1)
    assert [lost["now_at"] for lost in fallen["lost"]] == [{"path": ".github/workflows/ci.yml", "line": 28}, None]
    assert brought["missed"][0]["line"] == 7


def test_several_projects() -> None:
    content = read(two_projects())
    assert [project["name"] for project in content["projects"]] == ["chat", "search | agent"]
    assert (content["gate"]["passed"], content["projects"][0]["gate"]["passed"]) == (False, False)


def test_hostile_text_of_a_policy_makes_valid_ascii_json() -> None:
    assert render_json(gate_report(HOSTILE)).isascii()
    read(gate_report(HOSTILE))
