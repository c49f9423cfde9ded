"""Matching a rule's condition against facts: one leaf (`find` ... `where`), and `all`, `any`, `not`, `at_least` over it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rung.facts.fact import Fact

SEARCHED = 2_000  # characters of a field that a rule's expression sees: a slow one of a custom pack is then slow on little


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether a condition holds, and the facts that make it hold."""

    holds: bool
    facts: tuple[Fact, ...] = ()


Facts = Mapping[str, Sequence[Fact]]


def evaluate(condition: Mapping[str, Any], facts: Facts) -> Outcome:
    """The outcome of a condition over facts by kind."""
    if "find" in condition:
        found = matching(condition, facts)
        return Outcome(bool(found), found)
    if "all" in condition:
        outcomes = [evaluate(c, facts) for c in condition["all"]]
        return Outcome(all(o.holds for o in outcomes), _facts(outcomes))
    if "any" in condition:
        outcomes = [evaluate(c, facts) for c in condition["any"]]
        held = [o for o in outcomes if o.holds]
        return Outcome(bool(held), _facts(held))
    if "at_least" in condition:
        outcomes = [evaluate(c, facts) for c in condition["at_least"]["of"]]
        held = [o for o in outcomes if o.holds]
        return Outcome(len(held) >= condition["at_least"]["count"], _facts(held))
    return Outcome(not evaluate(condition["not"], facts).holds)


def matching(leaf: Mapping[str, Any], facts: Facts) -> tuple[Fact, ...]:
    """The facts of the kind that a leaf finds, for which its `where` is true."""
    where = leaf.get("where", {})
    return tuple(f for f in facts.get(leaf["find"], ()) if _matches(f, where))


def telling(fact: Fact) -> tuple[bool, bool, tuple[str, int, int, str, str]]:
    """The order in which a person wants facts: what a pipeline reaches first, then the application's, in the order of their places."""
    return (not fact.reach, fact.fields.get("role") != "application", fact.sort_key())


def value_of(fact: Fact, name: str) -> Any:
    """A fact's field, or its `path`, `line` or line of evidence (`text`); None for a field that it doesn't have."""
    if name == "path":
        return fact.location.path
    if name == "line":
        return fact.location.line
    if name == "text":
        return fact.text
    return fact.fields.get(name)


def _facts(outcomes: Sequence[Outcome]) -> tuple[Fact, ...]:
    return tuple({id(f): f for o in outcomes if o.holds for f in o.facts}.values())


def _matches(fact: Fact, where: Mapping[str, Any]) -> bool:
    return all(_field_matches(value_of(fact, name), wanted) for name, wanted in where.items())


def _field_matches(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        if "matches" in wanted:
            return any(re.search(wanted["matches"], str(v)[:SEARCHED]) for v in (value if isinstance(value, (list, tuple)) else [value]))
        if "at_least" in wanted:
            return isinstance(value, (int, float)) and value >= wanted["at_least"]
        return not _field_matches(value, wanted["not"])
    options = wanted if isinstance(wanted, list) else [wanted]
    if isinstance(value, (list, tuple)):
        return any(v in options for v in value)
    return value in options
