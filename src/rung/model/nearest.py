"""What came closest to a rule that doesn't hold, and why it isn't enough, in sentences."""

from __future__ import annotations

from rung.facts.fact import Fact
from rung.model.assessment import Miss
from rung.regex import regex
from rung.rules.load import Rule
from rung.rules.match import Facts, matching, telling, value_of

SHOWN = 5
QUOTED = 80
FIELD = regex(r"\{(\w+)\}")


def nearest(rule: Rule, facts: Facts) -> tuple[Miss, ...]:
    """The nearest misses of a rule that doesn't hold, nearest first: one a place, and each sentence once a file."""
    found: dict[tuple[str, int], Miss] = {}
    said: set[tuple[str, str]] = set()
    for near in rule.misses:
        for fact in sorted(matching(near, facts), key=telling):
            path, line, reason = fact.location.path, fact.location.line, _sentence(near["reason"], fact)
            if not reason or (path, line) in found or (path, reason) in said:
                continue
            found[path, line] = Miss(path, line, fact.text, reason)
            said.add((path, reason))
            if len(found) == SHOWN:
                return tuple(found.values())
    return tuple(found.values())


def _sentence(template: str, fact: Fact) -> str:
    """The template with the fact's fields in their places; empty where the fact lacks one of them, for half a sentence tells nothing."""
    values = {name: _shown(name, value_of(fact, name)) for name in FIELD.findall(template)}
    return FIELD.sub(lambda m: values[m.group(1)], template) if all(values.values()) else ""


def _shown(name: str, value: object) -> str:
    """A field's value as it stands in a sentence, between backticks maybe; a long line of evidence is cut, a path never."""
    if value is None:
        return ""
    text = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    text = text.replace("`", "'")
    return text if name != "text" or len(text) <= QUOTED else text[: QUOTED - 1].rstrip() + "…"
