"""A history of assessments as a page of text: a plot of the score over the levels, the capabilities, and what each moment moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from rung.knowledge import data_folder, load_yaml
from rung.report import wording
from rung.report.page import Page, PageStyle
from rung.report.safe import one_line
from rung.report.trend import changed

if TYPE_CHECKING:
    from rung.gate.types import Past
    from rung.model.assessment import Assessment

NARROW, WIDE = 4, 10  # a moment's column: two digits, a sign and a gap at least
MARGIN = 14  # what stands left of the columns: a capability's title
SIDE = 16  # what stands right of them: a level's name
NAME_CELLS = 24
ROW = 2  # points a row of the plot


def render_text(pasts: Sequence[Past], style: PageStyle) -> str:
    """The newest moments as a plot, and under it all of them, a line each, with what was gained or lost since the one before."""
    page = Page(style)
    model = load_yaml(data_folder("rules") / "model.yaml")
    _plot(page, model, pasts)
    _moments(page, pasts)
    return page.render()


def _plot(page: Page, model: Mapping[str, Any], pasts: Sequence[Past]) -> None:
    most = max((past.assessment.max for past in pasts), default=0)
    room = (page.width - MARGIN - SIDE) // NARROW
    shown = list(pasts)[-max(room, 1) :]
    names = [one_line(past.moment.name) for past in shown]
    width = min(WIDE, max(NARROW, *(len(name) + 1 for name in names)), (page.width - MARGIN - SIDE) // len(shown))
    if any(len(name) >= width for name in names):
        names = [str(number) for number in range(len(pasts) - len(shown) + 1, len(pasts) + 1)]
    begins = {max(level["from"] - 1, 0) // ROW: level for level in model["levels"]}
    highest = -(-most // ROW)
    for row in range(highest, -1, -1):
        start = most if row == highest - 1 else None
        _row(page, row, begins.get(row), start, [past.assessment for past in shown], width)
    page.write(" " * MARGIN, ("".join(name.rjust(width) for name in names), "bold"))
    _capabilities(page, [past.assessment for past in shown], width)
    if len(shown) < len(pasts):
        page.write((f"The plot shows the last {len(shown)} of {len(pasts)}.", "dim"))
    page.blank()


def _row(page: Page, row: int, level: Mapping[str, Any] | None, points: int | None, shown: Sequence[Assessment], width: int) -> None:
    """Two points of every column: its bar, or the score on top of it; behind them the line at which a level begins.

    `points` are named at the left unless a level begins there.
    """
    glyphs, parts = page.glyphs, []
    ground = glyphs.line if level and level["from"] else " "
    for found in shown:
        cells = width - 1
        top = -(-found.score // ROW)
        filled = found.score - row * ROW
        if not found.applicable:
            parts.append((ground * width, "dim"))
        elif filled > 0:
            parts += [(ground, "dim"), ((glyphs.full if filled >= ROW else glyphs.half) * cells, "green")]
        elif row == top:
            parts += [(str(found.score).rjust(width, ground), "bold")]
        else:
            parts.append((ground * width, "dim"))
    start = str(level["from"] if level else "" if points is None else points).rjust(MARGIN - 2)
    said = f" {level['number']}, {level['name']}" if level else ""
    page.write((start, "dim"), "  ", *parts, (said, "dim"))


def _capabilities(page: Page, shown: Sequence[Assessment], width: int) -> None:
    """A line a capability: its points at each moment, with a sign where they rose or fell."""
    last = next((found for found in reversed(shown) if found.applicable), None)
    for item in last.capabilities if last else ():
        scores = [next((own.score for own in found.capabilities if own.id == item.id), None) for found in shown]
        cells = [("" if scores[0] is None else f"{scores[0]} ", "")]
        for before, after in pairwise(scores):
            moved = 0 if before is None or after is None else after - before
            sign, color = ("+", "green") if moved > 0 else ("-", "red") if moved < 0 else ("", "")
            cells.append(("" if after is None else f"{after}{sign or ' '}", color))
        page.write((item.title[: MARGIN - 1].ljust(MARGIN), ""), *((text.rjust(width), color) for text, color in cells))


def _moments(page: Page, pasts: Sequence[Past]) -> None:
    width = min(NAME_CELLS, max((len(one_line(past.moment.name)) for past in pasts), default=0))
    digits = len(str(len(pasts)))
    before: Assessment | None = None
    for number, past in enumerate(pasts, 1):
        found = past.assessment
        name = one_line(past.moment.name)[:NAME_CELLS].ljust(width)
        said = f"{found.score:2}  {wording.level(found)}" if found.level is not None else "    uses no LLM"
        page.write((f"{number:{digits}}  ", "dim"), (past.moment.date, "dim"), f"  {name}  {said}")
        moves = changed(before, found)
        for sign, color in (("+", "green"), ("-", "red")):
            words = ", ".join(f"{sign}{abs(points)} {question}" for question, points in moves.items() if (points > 0) == (sign == "+"))
            if words:
                page.write((words, color), indent=16 + digits + width, hang=2)
        before = found
