"""The geometry of the trend's charts, in the units of their SVG: the score as a line over the levels, and a small one a capability."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from rung.report import wording
from rung.report.safe import one_line
from rung.report.trend import changed

if TYPE_CHECKING:
    from rung.gate.types import Past
    from rung.model.assessment import CapabilityScore

LEFT, RIGHT = 8.0, 116.0  # beside the points: air, and the levels' names
TOP, BOTTOM = 26.0, 286.0
NARROWEST, WIDEST, ROOM = 24.0, 116.0, 936.0  # a moment's column, and what they share
LETTER = 7.0  # how wide a letter is, roughly
LONGEST = 18  # letters of a name under the chart; the whole of it stands in the table
SMALL_WIDTH, SMALL_TOP, SMALL_BOTTOM = 200.0, 6.0, 54.0


@dataclass(frozen=True, slots=True)
class Point:
    """A moment on the line: where it stands, its score, what it gained and lost, and all of that in words."""

    anchor: str
    name: str
    x: float
    y: float
    score: str
    gained: int
    lost: int
    words: str


@dataclass(frozen=True, slots=True)
class Zone:
    """A level's band behind the line."""

    number: int
    name: str
    points: str
    y: float
    height: float
    current: bool


@dataclass(frozen=True, slots=True)
class Line:
    """The score over the moments. Where no model is used there is a gap; `slanted` says that names need it to fit."""

    width: float
    height: float
    zones: tuple[Zone, ...]
    paths: tuple[str, ...]
    points: tuple[Point, ...]
    slanted: bool
    description: str


@dataclass(frozen=True, slots=True)
class Small:
    """One capability over the same moments: its last score, by how much it moved over all of them, and its line."""

    id: str
    title: str
    score: int
    max: int
    delta: int
    paths: tuple[str, ...]
    end: tuple[float, float] | None
    description: str


def line(model: Mapping[str, Any], pasts: Sequence[Past]) -> Line:
    """The score of each moment, the oldest first, over the bands of the model's levels."""
    most = max((past.assessment.max for past in pasts), default=0) or 1
    step = min(WIDEST, max(NARROWEST, ROOM / max(len(pasts), 1)))
    names = [one_line(past.moment.name) for past in pasts]
    longest = max((len(name) for name in names), default=0)
    slanted = longest * LETTER > step - 6

    under = min(longest, LONGEST) * LETTER * 0.72 + 24 if slanted else 28.0
    left = max(LEFT, under - step / 2) if slanted else LEFT  # the first name leans out to the left

    def x(number: int) -> float:
        return round(left + step * (number + 0.5), 1)

    y = _height(most, TOP, BOTTOM)
    points = []
    before = None
    for number, (past, name) in enumerate(zip(pasts, names, strict=True)):
        moves = changed(before, past.assessment).values()
        gained, lost = sum(move for move in moves if move > 0), sum(move for move in moves if move < 0)
        score = str(past.assessment.score) if past.assessment.applicable else ""
        short = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
        points.append(Point(f"m{number + 1}", short, x(number), y(past.assessment.score), score, gained, lost, _words(past, gained, lost)))
        before = past.assessment
    last = pasts[-1].assessment.level if pasts else None
    zones = []
    for level in model["levels"]:
        upper, lower = y(min(level["to"] + 0.5, most)), y(max(level["from"] - 0.5, 0))
        span = f"{level['from']}\N{EN DASH}{level['to']}"
        current = last is not None and last.number == level["number"]
        zones.append(Zone(level["number"], str(level["name"]), span, upper, round(lower - upper, 1), current))
    return Line(
        width=round(left + step * len(pasts) + RIGHT),
        height=round(BOTTOM + under),
        zones=tuple(zones),
        paths=_paths([(p.x, p.y) if p.score else None for p in points]),
        points=tuple(points),
        slanted=slanted,
        description=" ".join(f"{point.words}." for point in points),
    )


def smalls(pasts: Sequence[Past]) -> tuple[Small, ...]:
    """The capabilities of the last moment that has them, each over all moments."""
    last = next((past.assessment for past in reversed(pasts) if past.assessment.applicable), None)
    return tuple(_small(item, pasts) for item in last.capabilities) if last else ()


def _small(item: CapabilityScore, pasts: Sequence[Past]) -> Small:
    scores = [next((own.score for own in past.assessment.capabilities if own.id == item.id), None) for past in pasts]
    y = _height(max(item.max, 1), SMALL_TOP, SMALL_BOTTOM)
    step = SMALL_WIDTH / len(pasts)
    places = [None if score is None else (round(step * (number + 0.5), 1), y(score)) for number, score in enumerate(scores)]
    known = [score for score in scores if score is not None]
    told = [f"{score} at {one_line(past.moment.name)}" for past, score in zip(pasts, scores, strict=True) if score is not None]
    moved = [told[0], *(now for now, (one, other) in zip(told[1:], pairwise(known), strict=True) if one != other)]
    end = next((place for place in reversed(places) if place), None)
    return Small(
        item.id, item.title, item.score, item.max, item.score - known[0], _paths(places), end, f"{', '.join(moved)}; of {item.max} points."
    )


def _words(past: Past, gained: int, lost: int) -> str:
    found = past.assessment
    said = f"{wording.score(found)}, level {found.level.number}, {found.level.name}" if found.level else "no language model is used"
    moves = [f"{gained} gained"] * bool(gained) + [f"{-lost} lost"] * bool(lost)
    return f"{one_line(past.moment.name)}, {past.moment.date}: {', '.join([said, *moves])}"


def _height(most: float, top: float, bottom: float) -> Callable[[float], float]:
    return lambda points: round(bottom - (bottom - top) * min(max(points, 0), most) / most, 1)


def _paths(places: Sequence[tuple[float, float] | None]) -> tuple[str, ...]:
    """The stretches between gaps as the data of SVG paths."""
    found: list[list[str]] = [[]]
    for place in places:
        if place is None:
            found.append([])
        else:
            found[-1].append(f"{place[0]} {place[1]}")
    return tuple(f"M{'L'.join(stretch)}" for stretch in found if stretch)
