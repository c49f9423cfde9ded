"""A history of assessments as JSON (`schemas/trend.schema.json`) and as CSV, and what moved between two of them."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import TYPE_CHECKING

from rung.report.safe import one_line, safe_json, valid_text

if TYPE_CHECKING:
    from rung.gate.types import Past
    from rung.model.assessment import Assessment

FORMULA = ("=", "+", "-", "@")  # a spreadsheet would work out a text that begins so


def changed(before: Assessment | None, after: Assessment) -> Mapping[str, int]:
    """The questions whose points differ, by how much; none where there was nothing before."""
    earlier = {} if before is None else {answer.question: answer.points for answer in before.answers}
    moved = {answer.question: answer.points - earlier.get(answer.question, answer.points) for answer in after.answers}
    return {question: points for question, points in moved.items() if points}


def render_json(pasts: Sequence[Past]) -> str:
    """The history as JSON, ASCII alone."""
    befores = [None, *(past.assessment for past in pasts)]
    moments = [_moment(past, before) for past, before in zip(pasts, befores, strict=False)]
    return safe_json(json.dumps({"max": pasts[0].assessment.max if pasts else 0, "moments": moments}, indent=2)) + "\n"


def _moment(past: Past, before: Assessment | None) -> Mapping[str, object]:
    found = past.assessment
    return {
        "name": valid_text(past.moment.name),
        "commit": past.moment.commit,
        "date": past.moment.date,
        "applicable": found.applicable,
        "score": found.score,
        "level": None if found.level is None else found.level.number,
        "capabilities": {item.id: item.score for item in found.capabilities},
        "answers": {answer.question: answer.points for answer in found.answers},
        "changed": changed(before, found),
    }


def render_csv(pasts: Sequence[Past]) -> str:
    """The history as CSV (RFC 4180): a row a moment, a column a capability and a question; empty where the model doesn't apply."""
    shown = next((past.assessment for past in pasts if past.assessment.applicable), None)
    capabilities = [item.id for item in shown.capabilities] if shown else []
    questions = [answer.question for answer in shown.answers] if shown else []
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(["name", "commit", "date", "score", "level", *capabilities, *questions])
    for past in pasts:
        found = past.assessment
        points = {item.id: item.score for item in found.capabilities} | {answer.question: answer.points for answer in found.answers}
        level = "" if found.level is None else found.level.number
        score = found.score if found.applicable else ""
        name = one_line(past.moment.name)
        name = f"'{name}" if name.startswith(FORMULA) else name
        writer.writerow(
            [name, past.moment.commit, past.moment.date, score, level, *(points.get(column, "") for column in (*capabilities, *questions))]
        )
    return buffer.getvalue()
