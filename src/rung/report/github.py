"""The report as workflow commands, which GitHub shows as annotations on lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rung.report import wording
from rung.report.remarks import Level, Remark, rank, remarks
from rung.report.safe import one_line

if TYPE_CHECKING:
    from rung.gate.types import Report

COMMANDS: dict[Level, str] = {"error": "error", "warning": "warning", "note": "notice"}
MOST = 10  # annotations of each kind that GitHub shows for one step


def render_github(report: Report) -> str:
    """At most ten workflow commands of each kind, what matters most first, then the result and how many more the report has.

    Every line is a command or begins with words of rung's own, so that nothing of the repository can be taken for a command.
    """
    chosen = sorted(
        ((remark, review.name) for review in report.reviews for remark in remarks(report, review) if _tells(remark)),
        key=lambda pair: rank(pair[0]),
    )
    count: Counter[Level] = Counter()
    lines: list[str] = []
    for remark, project in _distinct(chosen):
        count[remark.level] += 1
        if count[remark.level] <= MOST:
            lines.append(_command(remark, project))
    lines += [f"rung: {one_line(line)}" for line in wording.summary(report)]
    left_out = {level: number - MOST for level, number in count.items() if number > MOST}
    if left_out:
        words = " and ".join(wording.counted(left_out[level], COMMANDS[level]) for level in COMMANDS if level in left_out)
        lines.append(f"rung: {words} more than GitHub shows for one step: see the other formats of the report.")
    return "\n".join(lines) + "\n"


def _tells(remark: Remark) -> bool:
    # An answer without a nearest miss has no line to be shown on, and the summary tells it anyway.
    return remark.kind != "open"


def _distinct(chosen: list[tuple[Remark, str]]) -> Iterator[tuple[Remark, str]]:
    """Without the notices on lines of which something more important is said."""
    told: set[tuple[str, int]] = set()
    for remark, project in chosen:
        place = (remark.path, remark.line)
        if remark.kind == "near" and place in told:
            continue
        told.add(place)
        yield remark, project


def _command(remark: Remark, project: str) -> str:
    properties = {"title": f"{project}: {remark.title}" if project else remark.title}
    if remark.path:
        line = {"line": str(remark.line)} if remark.line else {}
        properties = {"file": remark.path} | line | properties
    named = ",".join(f"{key}={escape_property(value)}" for key, value in properties.items())
    return f"::{COMMANDS[remark.level]} {named}::{escape_data(remark.message)}"


def escape_data(text: str) -> str:
    """A command's message: its own lines stay lines, everything else that could end it or drive a log is escaped."""
    return "%0A".join(one_line(line).replace("%", "%25") for line in text.split("\n"))


def escape_property(text: str) -> str:
    """The value of a command's property, on one line."""
    return one_line(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
