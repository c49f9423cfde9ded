"""Packs of a repository are read where the repository is: from its work tree, or from a commit without a checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from rung.errors import UserError
from rung.repository import open_repository
from rung.rules.load import Pack, load_knowledge
from tests.helpers import make_repository

RULE = """\
- id: model-is-configurable
  title: The team's own way is followed
  when: {find: setting, where: {name: TEAM_MODEL}}
  why: Our gateway reads the model from this setting alone.
  fix: Name the model in the setting TEAM_MODEL.
  examples:
    - {about: It is there., holds: {a.txt: a}}
    - {about: It isn't there., fails: {b.txt: b}}
"""
TOOL = "- {id: our-tool, category: prompt-registry, url: https://example.com, commands: [ours]}\n"


def make(folder: Path) -> Path:
    first = {"policy/rules/ours.yaml": RULE, "policy/rules/tools/ours.yaml": TOOL, "policy/rules/deep/er.yaml": "- no rule\n"}
    return make_repository(folder, first, history=[({"policy/rules/ours.yaml": RULE.replace("  why:", "  because:")}, "break it")])


def test_a_pack_at_a_ref(tmp_path: Path) -> None:
    knowledge = load_knowledge([Pack(open_repository(make(tmp_path), "HEAD~1"), "policy/rules")])

    assert knowledge.rules["model-is-configurable"].title == "The team's own way is followed"
    assert knowledge.catalogue.by_id["our-tool"].strings("commands") == ("ours",)


def test_a_broken_pack_is_named_by_its_path_in_the_repository(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^policy/rules/ours\.yaml:1: .*because"):
        load_knowledge([Pack(open_repository(make(tmp_path)), "policy/rules")])


def test_a_pack_that_the_repository_has_not(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^policy/rule: is no folder of rules"):
        load_knowledge([Pack(open_repository(make(tmp_path)), "policy/rule")])
