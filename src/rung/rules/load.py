"""Loads the rules, tools, vocabulary and model from YAML: the shipped ones, and packs that a person adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rung.errors import UserError
from rung.facts.catalogue import Catalogue, Tool
from rung.knowledge import data_folder, load_yaml, validate

NOT_RULES = ("model.yaml", "vocabulary.yaml")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: an observation about the repository, with why it matters and what to do when it does not hold."""

    id: str
    title: str
    when: Mapping[str, Any]
    why: str
    fix: str
    needs: tuple[str, ...] = ()
    examples: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything that rules/ says: the catalogue of tools with the vocabulary, the rules by id, and the model's document."""

    catalogue: Catalogue
    rules: Mapping[str, Rule]
    model: Mapping[str, Any]


def load_knowledge(packs: Sequence[str | Path] = ()) -> Knowledge:
    """Loads the shipped knowledge and the packs (folders like rules/) over it; a pack's rule or tool replaces one of the same id.

    Raises UserError for a pack that is missing, not valid YAML, or against the schema. The shipped files are validated by the tests.
    """
    base = data_folder("rules")
    tools: dict[str, Tool] = {}
    rules: dict[str, Rule] = {}
    _add(base, tools, rules, checked=False)
    for pack in packs:
        folder = Path(pack)
        if not folder.is_dir():
            raise UserError(f"{pack}: is no folder of rules; name a folder that holds *.yaml rules or tools/*.yaml")
        _add(folder, tools, rules, checked=True)
    vocabulary = load_yaml(base / "vocabulary.yaml")
    return Knowledge(Catalogue(tuple(tools.values()), vocabulary), rules, load_yaml(base / "model.yaml"))


def _add(folder: Path, tools: dict[str, Tool], rules: dict[str, Rule], *, checked: bool) -> None:
    for path in sorted((folder / "tools").glob("*.yaml")):
        content = load_yaml(path)
        if checked:
            validate(content, "tools", path)
        for entry in content or ():
            tools[entry["id"]] = Tool(entry["id"], entry["category"], entry)
    for path in sorted(folder.glob("*.yaml")):
        if path.name in NOT_RULES:
            continue
        content = load_yaml(path)
        if checked:
            validate(content, "rules", path)
        for entry in content or ():
            rules[entry["id"]] = _rule(entry)


def _rule(entry: Mapping[str, Any]) -> Rule:
    return Rule(
        entry["id"],
        entry["title"],
        entry["when"],
        entry["why"],
        entry["fix"],
        tuple(entry.get("needs", ())),
        tuple(entry.get("examples", ())),
    )
