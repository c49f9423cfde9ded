"""Words of a policy that may be misspelt: the model's, and the sentence that names the nearest right one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any


class Words:
    """What a model's document calls its levels, capabilities and questions, and how many points there are."""

    def __init__(self, model: Mapping[str, Any]) -> None:
        self.levels: tuple[str, ...] = tuple(level["name"] for level in model["levels"])
        self.from_score: tuple[int, ...] = tuple(level["from"] for level in model["levels"])
        self.titles: dict[str, str] = {}
        self.questions: dict[str, int] = {}  # id -> the most points it can have
        self.capabilities: dict[str, int] = {}
        for capability in model["capabilities"]:
            own = {question["id"]: int(question["answers"][-1]["points"]) for question in capability["questions"]}
            self.titles[capability["id"]] = capability["title"]
            self.titles.update((question["id"], question["title"]) for question in capability["questions"])
            self.questions.update(own)
            self.capabilities[capability["id"]] = sum(own.values())
        self.subjects = {**self.capabilities, **self.questions}
        self.maximum = sum(self.questions.values())

    def level_number(self, level: str | int) -> int:
        """The number of a level that is known to exist, given by name or number."""
        return level if isinstance(level, int) else self.levels.index(level) + 1


def nearest(word: str, options: Iterable[str]) -> str | None:
    """The option that a misspelt word most likely means; None when nothing is like it."""
    known = list(options)
    close = difflib.get_close_matches(word.lower().replace("_", "-"), known, n=1, cutoff=0.6)
    if close:
        return close[0]
    parts = set(word.lower().replace("_", "-").split("-"))
    return next((option for option in known if not parts.isdisjoint(option.split("-"))), None)


def unknown(noun: str, word: object, options: Iterable[str], also: str = "") -> str:
    """The sentence for a word that is none of the options, `also` being what else may stand there."""
    known = list(options)
    found = nearest(word, known) if isinstance(word, str) else None
    advice = f"write {found!r}" if found else f"write one of {', '.join(known)}{also}"
    return f"there is no {noun} {word!r}; {advice}"
