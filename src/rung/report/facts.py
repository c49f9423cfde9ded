"""Facts as JSON lines, each as in `schemas/fact.schema.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rung.facts.fact import Fact
from rung.facts.secrets import MASK, Secrets
from rung.report.safe import safe_json, valid_text


def render_facts(facts: Iterable[Fact], secrets: Secrets) -> str:
    """One JSON object a line, keys in a stable order, ASCII alone; no secret is quoted."""
    return "".join(safe_json(json.dumps(_fact(fact, secrets))) + "\n" for fact in facts)


def _fact(fact: Fact, secrets: Secrets) -> Mapping[str, Any]:
    place = fact.location
    shown = {name: _plain(value, secrets) for name, value in sorted(fact.fields.items())}
    if isinstance(fact.fields.get("value"), str) and secrets.is_named(str(fact.fields.get("name")), str(fact.fields["value"])):
        shown["value"] = MASK
    return {
        "kind": fact.kind,
        "path": valid_text(place.path),
        "line": place.line,
        "column": place.column,
        "text": valid_text(secrets.masked(fact.text)),
        "fields": shown,
        "reach": [
            {"kind": step.kind, "text": valid_text(secrets.masked(step.text)), "path": valid_text(step.path), "line": step.line}
            for step in fact.reach
        ],
    }


def _plain(value: Any, secrets: Secrets) -> Any:
    """A field's value as JSON has it."""
    if isinstance(value, Mapping):
        return {valid_text(str(name)): _plain(inner, secrets) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner, secrets) for inner in value]
    return value if value is None or isinstance(value, (bool, int, float)) else valid_text(secrets.masked(str(value)))
