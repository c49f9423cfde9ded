"""Conditions of CircleCI's `when` and `unless`, tried for each way in which a pipeline starts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rung.facts.pipelines.systems.document import Mapping, Scalar, mapping, sequence
from rung.regex import regex

HOLE = regex(r"<<\s*(?P<name>[\w.-]+)\s*>>")


@dataclass(frozen=True, slots=True)
class Start:
    """One way in which a pipeline starts, and what `pipeline.trigger_source` says then."""

    trigger: str
    source: str
    branch: bool = True


STARTS = {
    "push": (Start("push", "webhook"),),
    "tag": (Start("tag", "webhook", branch=False),),
    "pipeline": (Start("schedule", "scheduled_pipeline"), Start("manual", "api")),
    "schedule": (Start("schedule", "scheduled_workflow"),),
}


def possible(condition: object, start: Start | None, default: bool = True) -> bool | None:
    """Whether a condition holds: None when only a run can tell (which `when` and `unless` both let pass). No condition is `default`."""
    return default if condition is None else _value(condition, start, 0)


def _value(node: object, start: Start | None, depth: int) -> bool | None:
    if depth > 20:
        return None
    if isinstance(node, Scalar):
        text = _text(node, start)
        return None if text is None else text.lower() not in ("", "false", "0")
    for operator, body in mapping(node).items():
        values = [_value(item, start, depth + 1) for item in sequence(body)] if operator in ("and", "or") else []
        if operator == "and":
            return False if False in values else None if None in values else True
        if operator == "or":
            return True if True in values else None if None in values else False
        if operator == "not":
            inner = _value(body, start, depth + 1)
            return None if inner is None else not inner
        if operator == "equal":
            texts = [_text(item, start) for item in sequence(body)]
            return None if None in texts else len(set(texts)) <= 1
    return None


def _text(node: object, start: Start | None) -> str | None:
    """A scalar with what is known of `pipeline` put in; None when something is not known."""
    if not isinstance(node, Scalar):
        return None if isinstance(node, Mapping) or node is not None else ""
    unknown = False

    def value(hole: re.Match[str]) -> str:
        nonlocal unknown
        if start is not None and hole["name"] == "pipeline.trigger_source":
            return start.source
        if start is not None and hole["name"] == "pipeline.git.tag" and start.branch:
            return ""
        if start is not None and hole["name"] == "pipeline.git.branch" and not start.branch:
            return ""
        if start is not None and hole["name"] == "pipeline.schedule.name" and start.trigger != "schedule":
            return ""
        unknown = True
        return hole[0]

    text = HOLE.sub(value, node)
    return None if unknown else text
