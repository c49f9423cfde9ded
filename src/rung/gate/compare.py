"""What a change did to every answer: the evidence that it took away and that it added, and the near misses that it brought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from rung.gate.lines import LineMap
from rung.gate.types import Change, Comparison, Place
from rung.model.assessment import Answer, Assessment, Evidence, Finding, Miss
from rung.model.conditions import rules_in

_NEARBY = 3  # lines; evidence that far from where it was is the same thing in other words

Read = Callable[[str], str | None]
Spot = TypeVar("Spot", Evidence, Miss)


def compare(model: Mapping[str, Any], base: str, before: Assessment, after: Assessment, read_before: Read, read_after: Read) -> Comparison:
    """Both assessments of one application, side by side; `read_before` and `read_after` give a file's text, None where there is none.

    Evidence is the same on both sides if it speaks for the same rule, in the same file (or in a new file while the old one is
    gone), in the same words; or in other words at the same place. Everything else was lost or gained, if the change touched its line
    or the chain that runs it; where it touched nothing of the kind and the rule holds on one side only, all evidence is named.
    Of near misses those are named that are new; each place once, under the question where it takes least to mend.
    """
    trees = _Trees(read_before, read_after)
    olds = {answer.question: answer for answer in before.answers}
    news = {answer.question: answer for answer in after.answers}
    order = dict.fromkeys(answer.question for answer in (*after.answers, *before.answers))
    missed = _missed(model, before, after, trees)
    changes = (_change(olds.get(question), news.get(question), missed.get(question, ()), trees) for question in order)
    return Comparison(base, before, after, tuple(change for change in changes if change is not None))


class _Trees:
    """The two trees, as far as evidence needs them."""

    def __init__(self, before: Read, after: Read) -> None:
        self.before, self.after = cache(before), cache(after)
        self.lines = cache(self._lines)

    def gone(self, path: str) -> bool:
        """Whether the base has a file that the head has not."""
        return self.before(path) is not None and self.after(path) is None

    def new(self, path: str) -> bool:
        """Whether the head has a file that the base has not."""
        return self.before(path) is None and self.after(path) is not None

    def untouched(self, path: str, line: int) -> bool:
        """Whether a line of the base (0: the file) is in the head."""
        if not line:
            return self.before(path) is not None and self.after(path) is not None
        return line in self.lines(path).kept

    def added(self, path: str, line: int) -> bool:
        """Whether a line of the head (0: the file) is not in the base."""
        if not line:
            return self.new(path)
        return line not in self.lines(path).known

    def changed(self, evidence: Evidence) -> bool:
        """Whether the change took away a line of the base, or a step of what ran it."""
        return not self.untouched(evidence.path, evidence.line) or any(not self.untouched(step.path, step.line) for step in evidence.reach)

    def brought(self, evidence: Evidence) -> bool:
        """Whether the change added a line of the head, or a step of what runs it."""
        return self.added(evidence.path, evidence.line) or any(self.added(step.path, step.line) for step in evidence.reach)

    def now(self, evidence: Evidence) -> Place | None:
        """Where in the head lost evidence was: its line, or the first step of what ran it that is no longer there."""
        if self.after(evidence.path) is None:
            return None
        if self.untouched(evidence.path, evidence.line):
            for step in evidence.reach:
                if self.after(step.path) is not None and not self.untouched(step.path, step.line):
                    return Place(step.path, self.lines(step.path).nearest(step.line))
        return Place(evidence.path, self.lines(evidence.path).nearest(evidence.line) if evidence.line else 0)

    def _lines(self, path: str) -> LineMap:
        return LineMap(self.before(path) or "", self.after(path) or "")


def _change(before: Answer | None, after: Answer | None, missed: Sequence[Miss], trees: _Trees) -> Change | None:
    """What happened to one answer; a side to which the model doesn't apply has none. None where nothing did."""
    some = after or before
    assert some is not None  # noqa: S101 - every question is asked on one side at least
    points = (before.points if before else 0, after.points if after else 0)
    lost: dict[tuple[str, int], Evidence] = {}
    gained: dict[tuple[str, int], Evidence] = {}
    for old, new in _paired(before, after):
        less, more = _differences(old, new, trees)
        lost.update({(e.path, e.line): e for e in less if (e.path, e.line) not in lost})
        gained.update({(e.path, e.line): e for e in more if (e.path, e.line) not in gained})
    if points[0] == points[1] and not lost and not gained and not missed:
        return None
    gone = tuple(lost.values())
    return Change(some.question, some.title, *points, gone, tuple(map(trees.now, gone)), tuple(gained.values()), tuple(missed))


def _paired(before: Answer | None, after: Answer | None) -> Iterator[tuple[Finding | None, Finding | None]]:
    """The findings of both sides, by rule; custom rules may differ."""
    olds = {finding.rule: finding for finding in before.findings} if before else {}
    news = {finding.rule: finding for finding in after.findings} if after else {}
    for rule in dict.fromkeys((*news, *olds)):
        yield olds.get(rule), news.get(rule)


def _differences(before: Finding | None, after: Finding | None, trees: _Trees) -> tuple[list[Evidence], list[Evidence]]:
    """The evidence that a finding has lost, and that it has gained."""
    held, holds = before is not None and before.holds, after is not None and after.holds
    lost = list(before.evidence) if before is not None and held else []
    gained = list(after.evidence) if after is not None and holds else []
    _strike_what_stays(lost, gained, trees)
    touched_lost, touched_gained = [e for e in lost if trees.changed(e)], [e for e in gained if trees.brought(e)]
    if held == holds:
        return touched_lost, touched_gained
    return touched_lost or lost, touched_gained or gained


def _strike_what_stays(lost: list[Spot], gained: list[Spot], trees: _Trees) -> None:
    """Takes out of both lists what is on both sides: the surest pairs first."""
    _strike(lost, gained, lambda old, new: _same(old, new) and trees.lines(old.path).kept.get(old.line) == new.line)
    _strike(lost, gained, _same)
    _strike(lost, gained, lambda old, new: _words(old.text) == _words(new.text) and trees.gone(old.path) and trees.new(new.path))
    _strike(lost, gained, lambda old, new: old.path == new.path and _near(old, new, trees))


def _strike(lost: list[Spot], gained: list[Spot], same: Callable[[Spot, Spot], bool]) -> None:
    by_path: dict[str, list[Spot]] = defaultdict(list)
    for new in gained:
        by_path[new.path].append(new)
    for old in lost[:]:
        others = by_path.get(old.path, gained)
        match = next((new for new in others if same(old, new)), None)
        if match is not None:
            lost.remove(old)
            gained.remove(match)
            if others is not gained:
                others.remove(match)
            else:
                by_path[match.path].remove(match)


def _same(old: Spot, new: Spot) -> bool:
    return old.path == new.path and _words(old.text) == _words(new.text)


def _near(old: Spot, new: Spot, trees: _Trees) -> bool:
    return abs(trees.lines(old.path).nearest(old.line) - new.line) <= _NEARBY


def _missed(model: Mapping[str, Any], before: Assessment, after: Assessment, trees: _Trees) -> dict[str, list[Miss]]:
    """The near misses that the change brought, by question: what takes least to mend comes first, and a large effort is not near."""
    olds = {answer.question: answer for answer in before.answers}
    found: list[tuple[int, str, Miss]] = []
    for answer in after.answers:
        efforts = _efforts(model, answer)
        for old, new in _paired(olds.get(answer.question), answer):
            if new is not None and new.rule in efforts:
                held = old is not None and old.holds
                brought = _brought(old, new, trees) if held or efforts[new.rule] != "large" else ()
                found += [(model["efforts"][efforts[new.rule]], answer.question, miss) for miss in brought]
    by_question: dict[str, list[Miss]] = defaultdict(list)
    seen: set[tuple[str, int]] = set()
    for _, question, miss in sorted(found, key=lambda entry: entry[0]):
        if (miss.path, miss.line) not in seen:
            seen.add((miss.path, miss.line))
            by_question[question].append(miss)
    return by_question


def _efforts(model: Mapping[str, Any], answer: Answer) -> dict[str, str]:
    """What the rules of the answers above take, by rule; of several answers the lowest counts."""
    question = next(q for c in model["capabilities"] for q in c["questions"] if q["id"] == answer.question)
    above = [option for option in question["answers"] if option["points"] > answer.points]
    return {rule: option["effort"] for option in reversed(above) for rule in rules_in(option["when"])}


def _brought(before: Finding | None, after: Finding, trees: _Trees) -> Iterator[Miss]:
    """The head's near misses of a rule that the base did not have: on lines that are new, or of a rule that held before."""
    if not after.holds:
        known, found = list(before.misses) if before else [], list(after.misses)
        _strike_what_stays(known, found, trees)
        held = before is not None and before.holds
        yield from (miss for miss in found if held or trees.added(miss.path, miss.line))


def _words(text: str) -> str:
    return " ".join(text.split())
