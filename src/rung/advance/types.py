"""What `rung advance` comes to: a plan of steps with what to do for each. Plain data, for the reports."""

from __future__ import annotations

from dataclasses import dataclass

from rung.model.assessment import Miss


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that can be made as it stands, at a path from the repository's top.

    `effect` says whether it does its work at once (`works`), or waits to be filled in and counts for nothing until then (`placeholder`).
    """

    path: str
    text: str
    effect: str


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do, in words (Markdown code in backticks), and where: a path ("" where none can be named) and the line after which
    the snippet goes, or which it replaces or is about; 0 for a new file, or the file's end.

    `place` says which of these: `after`, `line`, `end`, `new`, or empty without a place.
    """

    text: str
    path: str = ""
    line: int = 0
    place: str = ""
    snippet: str = ""
    language: str = ""  # of the snippet, for a fence
    files: tuple[NewFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Rise:
    """An answer that a step raises, from so many points to so many."""

    question: str
    title: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it raises, what it is, and the score that stands after it.

    `answer` is the answer to reach, in words; `others` are other ways to reach it, a sentence each; `misses` is what came closest.
    """

    rises: tuple[Rise, ...]
    answer: str
    effort: str
    gain: int
    score: int
    rules: tuple[str, ...]
    actions: tuple[Action, ...]
    others: tuple[str, ...]
    misses: tuple[Miss, ...]
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Goal:
    """The level to reach: its number, name and lowest score."""

    number: int
    name: str
    score: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The cheapest way to a goal, a step after the other; no goal and no step where there is nothing above or the model doesn't apply."""

    goal: Goal | None
    steps: tuple[Step, ...]
