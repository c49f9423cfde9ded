"""The report as logging commands, which Azure Pipelines shows as issues of the run, on lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rung.report import wording
from rung.report.remarks import Remark, rank, remarks
from rung.report.safe import one_line

if TYPE_CHECKING:
    from rung.gate.types import Report


def render_azure(report: Report) -> str:
    """An issue for each error and warning, what matters most first; then notes and the result as plain lines.

    Every line is a command or begins with words of rung's own, and what the agent would take for a command in the repository's text
    is escaped.
    """
    chosen = sorted(
        ((remark, review.name) for review in report.reviews for remark in remarks(report, review) if remark.kind != "open"),
        key=lambda pair: rank(pair[0]),
    )
    lines = [_issue(remark, project) for remark, project in chosen if remark.level != "note"]
    lines += [f"rung: {one_line(_note(remark, project))}" for remark, project in chosen if remark.level == "note"]
    lines += [f"rung: {one_line(line)}" for line in wording.summary(report)]
    return "\n".join(lines) + "\n"


def upload_summary(path: str) -> str:
    """The command that shows a Markdown file, given by its absolute path, on the run's page."""
    return f"##vso[task.uploadsummary]{escape_data(path)}\n"


def _issue(remark: Remark, project: str) -> str:
    place = {"sourcepath": remark.path, "linenumber": str(remark.line) if remark.line else ""} if remark.path else {}
    properties = {"type": remark.level, **place, "code": remark.subject}
    named = "".join(f"{key}={escape_property(value)};" for key, value in properties.items() if value)
    title = f"{project}: {remark.title}" if project else remark.title
    return f"##vso[task.logissue {named}]{escape_data(f'{title}. {remark.message}')}"


def _note(remark: Remark, project: str) -> str:
    place = wording.spot(remark.path, remark.line)
    parts = [project, place, remark.title, remark.message.replace("\n", " ")]
    return ": ".join(part for part in parts if part)


def escape_data(text: str) -> str:
    """A command's message: its own lines stay lines, everything else that could end it or drive a log is escaped."""
    return "%0A".join(one_line(line).replace("%", "%AZP25") for line in text.split("\n"))


def escape_property(text: str) -> str:
    """The value of a command's property, on one line."""
    return one_line(text).replace("%", "%AZP25").replace(";", "%3B").replace("]", "%5D")
