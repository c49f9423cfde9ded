"""The shipped knowledge is whole and valid, and packs replace it or say what is wrong with them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from rung.errors import UserError
from rung.knowledge import data_folder, load_yaml
from rung.rules.load import load_knowledge

RULES, SCHEMAS = data_folder("rules"), data_folder("schemas")
FILES = sorted(RULES.rglob("*.yaml"))
RULE_FILES = [f for f in FILES if f.parent == RULES and f.stem not in ("model", "vocabulary")]
TOOL_FILES = [f for f in FILES if f.parent.name == "tools"]
EXAMPLES = """
  examples:
    - {about: It is there., holds: {a.txt: a}}
    - {about: It isn't there., fails: {b.txt: b}}
"""
RULE = """
- id: model-is-configurable
  title: The team's own way to name the model is followed
  when: {find: setting, where: {name: TEAM_MODEL}}
  why: Our gateway reads the model from this setting alone.
  fix: Name the model in the setting TEAM_MODEL.
"""


def schema_of(file: Path) -> str:
    if file in TOOL_FILES:
        return "tools"
    return "rules" if file in RULE_FILES else file.stem


def entries(files: list[Path]) -> list[dict[str, Any]]:
    return [entry for file in files for entry in load_yaml(file)]


def named_rules(node: Any) -> Iterator[str]:
    """Ids of rules in the model's conditions."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("when", "applicable", "all", "any", "of", "not") and isinstance(value, str):
                yield value
            elif key in ("all", "any", "of"):
                yield from (one for one in value if isinstance(one, str))
            yield from named_rules(value)
    elif isinstance(node, list):
        for item in node:
            yield from named_rules(item)


REGISTRY: Registry[Any] = Registry().with_resources(
    (schema["$id"], Resource.from_contents(schema))
    for schema in (json.loads(path.read_text(encoding="utf-8")) for path in sorted(SCHEMAS.glob("*.json")))
)


def patterns(condition: Any) -> Iterator[str]:
    """Regular expressions in a rule's condition."""
    if isinstance(condition, dict):
        if isinstance(condition.get("matches"), str):
            yield condition["matches"]
        condition = list(condition.values())
    if isinstance(condition, list):
        for item in condition:
            yield from patterns(item)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(RULES)))
def test_every_shipped_file_is_valid(file: Path) -> None:
    schema = json.loads((SCHEMAS / f"{schema_of(file)}.schema.json").read_text(encoding="utf-8"))

    validator = Draft202012Validator(schema, registry=REGISTRY)
    errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in validator.iter_errors(load_yaml(file))]

    assert errors == []


@pytest.mark.parametrize("files", [RULE_FILES, TOOL_FILES], ids=["rules", "tools"])
def test_ids_are_unique(files: list[Path]) -> None:
    assert [i for i, count in Counter(entry["id"] for entry in entries(files)).items() if count > 1] == []


def test_every_kind_of_fact_is_described() -> None:
    kind = json.loads((SCHEMAS / "rules.schema.json").read_text(encoding="utf-8"))["$defs"]["kind"]

    assert kind["enum"] == [one["const"] for one in kind["oneOf"]]


def test_examples_are_told_apart() -> None:
    for rule in entries(RULE_FILES):
        abouts = [example["about"] for example in rule["examples"]]
        assert len(set(abouts)) == len(abouts), rule["id"]


def test_the_model_uses_all_rules_and_no_others() -> None:
    knowledge = load_knowledge()

    assert set(named_rules(knowledge.model)) == set(knowledge.rules)


def test_levels_cover_every_score_once() -> None:
    model = load_knowledge().model
    highest = sum(question["answers"][-1]["points"] for capability in model["capabilities"] for question in capability["questions"])

    bands = [score for level in model["levels"] for score in range(level["from"], level["to"] + 1)]

    assert bands == list(range(highest + 1))


def test_answers_rise_by_a_point() -> None:
    for capability in load_knowledge().model["capabilities"]:
        for question in capability["questions"]:
            assert [answer["points"] for answer in question["answers"]] == list(range(len(question["answers"]))), question["id"]


def test_patterns_of_rules_compile() -> None:
    for rule in load_knowledge().rules.values():
        for pattern in patterns(rule.when):
            re.compile(pattern)


def test_there_are_many_tools_and_their_metrics_are_known() -> None:
    catalogue = load_knowledge().catalogue
    known = set(catalogue.vocabulary["metrics"])

    unknown = [(tool.id, metric) for tool in catalogue.tools for metric in tool.entry.get("metrics", {}).values() if metric not in known]

    assert len(catalogue.tools) >= 150
    assert unknown == []


def test_a_rule_of_a_pack_replaces_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(RULE + EXAMPLES, encoding="utf-8")

    knowledge = load_knowledge([tmp_path])

    assert knowledge.rules["model-is-configurable"].title == "The team's own way to name the model is followed"
    assert knowledge.rules.keys() == load_knowledge().rules.keys()


def test_a_tool_of_a_pack_replaces_the_shipped_one(tmp_path: Path) -> None:
    shipped = load_knowledge().catalogue.tools[0]
    (tmp_path / "tools").mkdir()
    tool = f"- {{id: {shipped.id}, category: {shipped.category}, url: https://example.com, commands: [ours]}}\n"
    (tmp_path / "tools" / "ours.yaml").write_text(tool, encoding="utf-8")

    assert load_knowledge([tmp_path]).catalogue.by_id[shipped.id].strings("commands") == ("ours",)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (RULE, 2, "examples"),
        (RULE.replace("find: setting", "find: settings") + EXAMPLES, 4, "settings"),
        (RULE.replace("{name: TEAM_MODEL}", "{name: {like: TEAM}}") + EXAMPLES, 4, "like"),
        (RULE.replace("  why:", "  because:") + EXAMPLES, 2, "because"),
        (RULE + EXAMPLES.replace("fails", "holds"), 8, "examples"),
        (RULE.replace("{find: setting", "{find: setting, ["), 4, "not valid YAML"),
        ("id: alone\n", 1, "array"),
    ],
    ids=["no-examples", "unknown-kind", "unknown-operator", "unknown-field", "no-decoy", "no-yaml", "no-list"],
)
def test_a_broken_pack_gets_a_sentence_with_file_and_line(text: str, line: int, says: str, tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(UserError) as raised:
        load_knowledge([tmp_path])

    message = str(raised.value)
    assert message.startswith(f"{file}:{line}: ")
    assert says in message
    assert "\n" not in message


def test_a_pack_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere: is no folder of rules"):
        load_knowledge([tmp_path / "nowhere"])
