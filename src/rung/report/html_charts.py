"""The geometry of the page's two charts, in the units of their SVG: where each rung, cell and label stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rung.report import wording

if TYPE_CHECKING:
    from rung.gate.types import Review
    from rung.model.assessment import Assessment

TOP, BOTTOM = 30.0, 282.0  # of the ladder's rails
ROW = 36  # height of one capability
CELLS, CELLS_LEFT = 150.0, 132.0  # width of a capability's cells together, and where they begin
GAP = 4.0
NEAR = 20.0  # two labels closer than this would touch


@dataclass(frozen=True, slots=True)
class Rung:
    """One point of the ladder: a line at `y`, reached or not."""

    points: int
    y: float
    reached: bool


@dataclass(frozen=True, slots=True)
class Band:
    """One level: its name, its points and the height at which it begins."""

    number: int
    name: str
    points: str
    y: float
    current: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A label beside the ladder: at `y` it points to the rung, `label_y` keeps clear of the others."""

    text: str
    y: float
    label_y: float


@dataclass(frozen=True, slots=True)
class Ladder:
    """The ladder with the score on it, and where there are such, the score before and the score that is asked for."""

    rungs: tuple[Rung, ...]
    bands: tuple[Band, ...]
    score: Mark
    before: Mark | None
    target: Mark | None
    description: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One point of a capability: `full`, `attested` or `open`."""

    x: float
    width: float
    kind: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One capability: a cell for each point."""

    id: str
    title: str
    score: int
    max: int
    delta: int
    y: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """The capabilities as rows of cells."""

    rows: tuple[Bar, ...]
    height: int
    attested: bool
    description: str


def ladder(model: Mapping[str, Any], review: Review) -> Ladder:
    """The model's levels as a ladder of as many rungs as there are points."""
    assessment = review.assessment
    most = max(assessment.max, 1)

    def height(points: int) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * min(max(points, 0), most) / most, 1)

    number = assessment.level.number if assessment.level else 0
    bands = tuple(
        Band(
            level["number"],
            str(level["name"]),
            f"{level['from']}\N{EN DASH}{level['to']}",
            height(level["from"]),
            level["number"] == number,
        )
        for level in model["levels"]
    )
    score = height(assessment.score)
    taken = [score]
    before = _before(review, height, taken)
    target = _target(model, review, height, taken)
    rungs = tuple(Rung(points, height(points), points <= assessment.score) for points in range(most + 1))
    words = [f"{wording.score(assessment)}: {wording.level(assessment)}."]
    words += [f"Before: {review.comparison.before.score} points." for _ in (before,) if before and review.comparison]
    words += [f"Asked for: {target.text.removeprefix('target ')} points." for _ in (target,) if target]
    words += [f"Level {band.number}, {band.name}: {band.points} points." for band in bands]
    return Ladder(rungs, bands, Mark(str(assessment.score), score, score), before, target, " ".join(words))


def _before(review: Review, height: Any, taken: list[float]) -> Mark | None:
    comparison = review.comparison
    if comparison is None or comparison.before.score == review.assessment.score:
        return None
    return _mark(f"was {comparison.before.score}", height(comparison.before.score), taken)


def _target(model: Mapping[str, Any], review: Review, height: Any, taken: list[float]) -> Mark | None:
    """The highest score that the policy asks for and that is missed."""
    if review.verdict is None:
        return None
    start = {level["number"]: level["from"] for level in model["levels"]}
    wanted = [start.get(s.required, 0) for s in review.verdict.shortfalls if s.kind == "level"]
    wanted += [s.required for s in review.verdict.shortfalls if s.kind == "score"]
    return _mark(f"target {max(wanted)}", height(max(wanted)), taken) if wanted else None


def _mark(text: str, y: float, taken: list[float]) -> Mark:
    """A label as near to its rung as the labels that stand already allow."""
    options = sorted((y + step * NEAR / 2 for step in range(-8, 9)), key=lambda place: (abs(place - y), place))
    clear = [place for place in options if all(abs(place - other) >= NEAR for other in taken)]
    place = round(clear[0], 1)
    taken.append(place)
    return Mark(text, y, place)


def bars(assessment: Assessment, before: Assessment | None) -> Bars:
    """A row for each capability, a cell for each of its points; those that a person vouches for come last among the full ones."""
    earlier = {c.id: c.score for c in before.capabilities} if before else {}
    vouched = {a.question: a.points - a.inferred for a in assessment.answers if a.inferred is not None}
    rows = []
    for number, item in enumerate(assessment.capabilities):
        attested = sum(vouched.get(question, 0) for question in item.questions)
        delta = item.score - earlier.get(item.id, item.score)
        rows.append(Bar(item.id, item.title, item.score, item.max, delta, number * ROW, _cells(item.score, attested, item.max)))
    words = "; ".join(f"{row.title} {row.score} of {row.max}{f' ({row.delta:+d})' if row.delta else ''}" for row in rows)
    return Bars(tuple(rows), max(len(rows) * ROW, ROW), any(vouched.values()), f"{words}.")


def _cells(score: int, attested: int, most: int) -> tuple[Cell, ...]:
    width = (CELLS - GAP * (most - 1)) / max(most, 1)
    kinds: Sequence[str] = ["full"] * (score - attested) + ["attested"] * attested + ["open"] * (most - score)
    return tuple(Cell(round(CELLS_LEFT + number * (width + GAP), 1), round(width, 1), kind) for number, kind in enumerate(kinds))
