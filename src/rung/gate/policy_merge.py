"""Joins a policy with those that it extends: of several, the stricter holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any, TypeVar

from rung.errors import UserError
from rung.gate.policy_draft import Draft, Said
from rung.gate.policy_words import Words
from rung.gate.types import Floor, Limits, Policy, Project, Requirements, Target

T = TypeVar("T")


def _smaller(count: int) -> int:
    return -count


# How strict a setting's value is, by the setting's name in a draft.
_STRICTNESS: dict[str, Callable[[Any], int]] = {
    "regression": ("allow", "score", "answer").index,
    "mode": ("annotate", "enforce").index,
    "attestations": _smaller,
    "waivers": _smaller,
}


def join(own: Draft, extended: Sequence[Draft], words: Words) -> Draft:
    """What holds when `own` extends the others, with a notice for whatever own asks below them.

    Raises UserError when two have a project of the same name in different folders, or of different names in the same one.
    """
    if not extended:
        return own
    others = reduce(_join, extended)
    return replace(_join(own, others), notices=_unique((*own.notices, *_lowered(own, others, words), *others.notices)))


def finish(draft: Draft) -> Policy:
    """The policy that a draft comes to, with what holds where nobody said anything."""
    attested, waived = draft.attestations, draft.waivers
    return Policy(
        draft.requirements,
        draft.regression.value if draft.regression else "allow",
        draft.mode.value if draft.mode else "enforce",
        tuple(project.value for project in draft.projects),
        draft.include.value if draft.include else (),
        draft.exclude,
        draft.packs,
        Limits(attested.value if attested else None, waived.value if waived else None),
        draft.sources,
        draft.notices,
    )


def _join(own: Draft, other: Draft) -> Draft:
    settings = {name: _stricter(getattr(own, name), getattr(other, name), rank) for name, rank in _STRICTNESS.items()}
    return Draft(
        requirements=_both(own.requirements, other.requirements),
        projects=_projects(own, other),
        include=own.include or other.include,
        exclude=_unique(other.exclude + own.exclude),
        packs=_unique(own.packs + other.packs),  # of two rules with the same id the later one counts: the extended policy's
        sources=_unique(own.sources + other.sources),
        notices=_unique(own.notices + other.notices),
        **settings,
    )


def _stricter(own: Said[T] | None, other: Said[T] | None, rank: Callable[[T], int]) -> Said[T] | None:
    if own is None or other is None:
        return own or other
    return own if rank(own.value) >= rank(other.value) else other


def _both(own: Requirements, other: Requirements) -> Requirements:
    return Requirements(
        _unique(own.targets + other.targets),
        _unique(own.floors + other.floors),
        _unique(own.waivers + other.waivers),
        _unique(own.attestations + other.attestations),
    )


def _projects(own: Draft, other: Draft) -> tuple[Said[Project], ...]:
    """Own projects first; every one also meets what the other policy asks of all, or of the project of that name."""
    theirs = {project.value.name: project for project in other.projects}
    found = []
    for said in own.projects:
        project, twin = said.value, theirs.pop(said.value.name, None)
        rival = next((one for one in other.projects if one is not twin and one.value.root == project.root), None)
        if rival or (twin and twin.value.root != project.root):
            place = (rival or twin or said).place
            raise UserError(
                f"{said.place.path}:{said.place.line}: the project {project.name!r} has another name or root in "
                f"{place.path}:{place.line}; write the same in both"
            )
        asked = twin.value.requirements if twin else other.requirements
        found.append(replace(said, value=replace(project, requirements=_both(project.requirements, asked))))
    rest = (
        replace(said, value=replace(said.value, requirements=_both(own.requirements, said.value.requirements))) for said in theirs.values()
    )
    return (*found, *rest)


def _lowered(own: Draft, other: Draft, words: Words) -> Iterator[str]:
    """A sentence for each thing that own asks and that the other makes idle."""
    for requirements in (own.requirements, *(project.value.requirements for project in own.projects)):
        yield from _lowered_requirements(requirements, other.requirements, words)
    for name, rank in _STRICTNESS.items():
        mine, theirs = getattr(own, name), getattr(other, name)
        if mine and theirs and rank(mine.value) < rank(theirs.value):
            what = f"the limit {name}" if isinstance(mine.value, int) else name
            yield _no_effect(f"{what}: {mine.value}", mine, theirs, str(theirs.value))


def _lowered_requirements(own: Requirements, other: Requirements, words: Words) -> Iterable[str]:
    asked = max(other.targets, key=lambda target: _bar(target, words), default=None)
    for target in own.targets:
        if asked and _bar(target, words) < _bar(asked, words):
            yield _no_effect(f"the target {_describe(target, words)}", target, asked, _describe(asked, words))
    for floor in own.floors:
        same = [one for one in other.floors if one.subject == floor.subject and one.points > floor.points]
        if same:
            highest = max(same, key=lambda one: one.points)
            yield _no_effect(f"the floor {floor.subject}: {floor.points}", floor, highest, str(highest.points))


def _bar(target: Target, words: Words) -> int:
    """The score that meets a target, by its level or its score."""
    return max(words.from_score[target.level - 1] if target.level else 0, target.score or 0)


def _describe(target: Target, words: Words) -> str:
    """A target in words: `managed`, `a score of 17`, or both."""
    said = [words.levels[target.level - 1]] if target.level else []
    return " and ".join(said + ([f"a score of {target.score}"] if target.score is not None else []))


def _no_effect(what: str, idle: Said[Any] | Target | Floor, other: Said[Any] | Target | Floor, asked: str) -> str:
    return f"{idle.place.path}:{idle.place.line}: {what} has no effect: {other.place.path}:{other.place.line} asks for {asked}."


def _unique(items: Sequence[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))
