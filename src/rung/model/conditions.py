"""Reads the model's document: which rules a condition names, whether it holds, and the level of a score."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rung.model.assessment import LevelResult


def rules_in(condition: Any) -> list[str]:
    """The rules that a condition names, in its order, repeated as it repeats them."""
    if isinstance(condition, str):
        return [condition]
    if "at_least" in condition:
        return [r for c in condition["at_least"]["of"] for r in rules_in(c)]
    if "not" in condition:
        return rules_in(condition["not"])
    return [r for c in condition.get("all", condition.get("any", ())) for r in rules_in(c)]


def holds(condition: Any, rule_holds: Callable[[str], bool]) -> bool:
    """Whether a condition over rules holds: a rule's id, or `all`, `any`, `not`, `at_least` over such."""
    if isinstance(condition, str):
        return rule_holds(condition)
    if "all" in condition:
        return all(holds(c, rule_holds) for c in condition["all"])
    if "any" in condition:
        return any(holds(c, rule_holds) for c in condition["any"])
    if "at_least" in condition:
        return sum(holds(c, rule_holds) for c in condition["at_least"]["of"]) >= int(condition["at_least"]["count"])
    return not holds(condition["not"], rule_holds)


def needs(condition: Any, rule_holds: Callable[[str], bool], fix_of: Callable[[str], str]) -> list[str]:
    """What is missing for a condition over rules: the fixes of rules that don't hold; where one of several is enough, "Or: ..."."""
    if isinstance(condition, str):
        return [] if rule_holds(condition) else [fix_of(condition)]
    if "all" in condition:
        return [need for part in condition["all"] for need in needs(part, rule_holds, fix_of)]
    if "not" in condition or holds(condition, rule_holds):
        return []
    parts = condition["any"] if "any" in condition else condition["at_least"]["of"]
    wanted = 1 if "any" in condition else int(condition["at_least"]["count"])
    missing = wanted - sum(holds(part, rule_holds) for part in parts)
    choices = list(dict.fromkeys(tuple(needs(part, rule_holds, fix_of)) for part in parts if not holds(part, rule_holds)))
    if missing == 1:
        return [*choices[0], *(f"Or: {first}" if not number else first for choice in choices[1:] for number, first in enumerate(choice))]
    flat = [need for choice in choices for need in choice]
    return flat if missing == len(choices) else [f"{missing} of these {len(choices)}: {flat[0]}", *flat[1:]]


def level_of(model: Mapping[str, Any], score: int) -> LevelResult:
    """The level of a score."""
    found = next(level for level in reversed(model["levels"]) if score >= level["from"])
    links = tuple((link["text"], link["url"]) for link in found.get("links", ()))
    return LevelResult(found["number"], found["name"], found["description"], tuple(found["advice"]), links)
