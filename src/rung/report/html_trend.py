"""A history of assessments as one self-contained web page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rung.knowledge import data_folder, load_yaml
from rung.report import html_trend_charts as charts
from rung.report import wording
from rung.report.html import render_page
from rung.report.html_view import title_of
from rung.report.links import web_page
from rung.report.trend import changed

if TYPE_CHECKING:
    from rung.gate.types import Past
    from rung.model.assessment import Answer, Assessment


@dataclass(frozen=True, slots=True)
class Turn:
    """An answer that moved at a moment: its question, and its points before and after."""

    title: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Row:
    """A moment in the table, with what it gained and what it lost."""

    anchor: str
    past: Past
    level: str
    gained: tuple[Turn, ...]
    lost: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A question's points at a moment, None where no model is used then; and its points before."""

    points: int | None
    before: int | None

    @property
    def moved(self) -> str:
        """`up`, `down` or nothing."""
        if self.points is None or self.before is None or self.points == self.before:
            return ""
        return "up" if self.points > self.before else "down"


@dataclass(frozen=True, slots=True)
class Group:
    """A capability's questions, each with a cell a moment."""

    title: str
    questions: tuple[tuple[str, tuple[Cell, ...]], ...]


@dataclass(frozen=True, slots=True)
class TrendView:
    """The whole page. `rows` begin with the newest moment, charts and cells with the oldest."""

    title: str
    address: str
    subject: str
    headline: str
    summary: str
    last: Assessment
    line: charts.Line
    smalls: tuple[charts.Small, ...]
    rows: tuple[Row, ...]
    groups: tuple[Group, ...]


def render_html(pasts: Sequence[Past]) -> str:
    """The history, of one moment at least, as a page like the report's: what it shows stands in it, and it asks for nothing else."""
    return render_page("trend.html", ("theme.js",), page=trend_view(pasts))


def trend_view(pasts: Sequence[Past]) -> TrendView:
    """What the page shows."""
    first, last = pasts[0], pasts[-1]
    level = last.assessment.level
    return TrendView(
        title=title_of(last.assessment),
        address=web_page(last.assessment.remote),
        subject=f"From {first.moment.name} of {first.moment.date} to {last.moment.name} of {last.moment.date}",
        headline=f"Level {level.number}: {level.name.capitalize()}" if level else "No language model here",
        summary=_summary(pasts),
        last=last.assessment,
        line=charts.line(load_yaml(data_folder("rules") / "model.yaml"), pasts),
        smalls=charts.smalls(pasts),
        rows=tuple(_rows(pasts))[::-1],
        groups=tuple(_groups(pasts)),
    )


def _summary(pasts: Sequence[Past]) -> str:
    """By how much the score has moved since the model applied."""
    applied = [past for past in pasts if past.assessment.applicable]
    if not applied or not pasts[-1].assessment.applicable:
        return ""
    start, gain = applied[0], applied[-1].assessment.score - applied[0].assessment.score
    moved = "As many points as" if not gain else f"{wording.counted(abs(gain), 'point')} {'more' if gain > 0 else 'fewer'} than"
    return f"{moved} at {start.moment.name} ({start.moment.date})." if len(applied) > 1 else ""


def _rows(pasts: Sequence[Past]) -> Iterator[Row]:
    before: Assessment | None = None
    for number, past in enumerate(pasts, 1):
        found = past.assessment
        moves = changed(before, found)
        turns = [(Turn(a.title, a.points - moves[a.question], a.points), moves[a.question]) for a in found.answers if a.question in moves]
        level = f"level {found.level.number}" if found.level else "no model"
        gained = tuple(turn for turn, move in turns if move > 0)
        yield Row(f"m{number}", past, level, gained, tuple(turn for turn, move in turns if move < 0))
        before = found


def _groups(pasts: Sequence[Past]) -> Iterator[Group]:
    last = next((past.assessment for past in reversed(pasts) if past.assessment.applicable), None)
    answers = [{answer.question: answer.points for answer in past.assessment.answers} for past in pasts]
    titles: Mapping[str, Answer] = {answer.question: answer for answer in last.answers} if last else {}
    for item in last.capabilities if last else ():
        questions = []
        for question in item.questions:
            points = [own.get(question) for own in answers]
            cells = tuple(Cell(now, before) for before, now in zip([None, *points], points, strict=False))
            questions.append((titles[question].title, cells))
        yield Group(item.title, tuple(questions))
