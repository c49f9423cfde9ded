"""What a change to the policy will do once it is merged, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rung.gate.types import Attestation, Policy, Requirements, Waiver

NOTHING = "none"


def differences(now: Policy, coming: Policy, model: Mapping[str, Any]) -> tuple[str, ...]:
    """A sentence for each thing that holds now and another that will hold; where in a file something stands makes no difference."""
    return tuple(_differences(now, coming, {level["number"]: level["name"] for level in model["levels"]}))


def _differences(now: Policy, coming: Policy, levels: Mapping[int, str]) -> Iterator[str]:
    if now.sources and not coming.sources:
        yield f"This change removes the policy ({now.sources[0]})."
    if coming.sources and not now.sources:
        yield f"This change introduces a policy ({coming.sources[0]}); until it is merged, the command line's options alone judge."
    yield from _requirements("", now.requirements, coming.requirements, levels)
    for name in ("regression", "mode"):
        yield from _moved(f"policy's {name}", getattr(now, name), getattr(coming, name))
    for name in ("include", "exclude"):
        yield from _moved(f"list of what to {name}", _listed(getattr(now, name)), _listed(getattr(coming, name)))
    yield from _moved("list of custom rules", _listed(now.packs), _listed(coming.packs))
    for name in ("attestations", "waivers"):
        yield from _moved(f"limit of {name}", _limit(getattr(now.limits, name)), _limit(getattr(coming.limits, name)))
    yield from _projects(now, coming, levels)


def _projects(now: Policy, coming: Policy, levels: Mapping[int, str]) -> Iterator[str]:
    olds, news = ({project.name: project for project in policy.projects} for policy in (now, coming))
    for name, project in news.items():
        if name not in olds:
            yield f"The project {name} in {project.root or '.'} will be judged too."
        else:
            yield from _moved(f"root of {name}", olds[name].root or ".", project.root or ".")
            yield from _requirements(f" of {name}", olds[name].requirements, project.requirements, levels)
    for name in olds:
        if name not in news:
            yield f"The project {name} will no longer be judged."


def _requirements(whose: str, now: Requirements, coming: Requirements, levels: Mapping[int, str]) -> Iterator[str]:
    yield from _moved(f"target{whose}", _target(now, levels), _target(coming, levels))
    olds, news = _floors(now), _floors(coming)
    for subject in dict.fromkeys((*olds, *news)):
        yield from _moved(f"floor of {subject}{whose}", _limit(olds.get(subject)), _limit(news.get(subject)))
    yield from _entries("waiver for", whose, map(_waiver, now.waivers), map(_waiver, coming.waivers))
    yield from _entries("attestation of", whose, map(_attestation, now.attestations), map(_attestation, coming.attestations))


def _moved(what: str, now: str, coming: str) -> Iterator[str]:
    if now != coming:
        yield f"The {what} will be {coming} (now: {now})."


def _entries(noun: str, whose: str, now: Iterable[str], coming: Iterable[str]) -> Iterator[str]:
    olds, news = dict.fromkeys(now), dict.fromkeys(coming)
    for entry in news:
        if entry not in olds:
            yield f"There will be a{'n' if noun[0] == 'a' else ''} {noun} {entry}{whose}."
    for entry in olds:
        if entry not in news:
            yield f"The {noun} {entry}{whose} will be gone."


def _target(requirements: Requirements, levels: Mapping[int, str]) -> str:
    level = max((target.level for target in requirements.targets if target.level is not None), default=None)
    score = max((target.score for target in requirements.targets if target.score is not None), default=None)
    said = [] if level is None else [f"level {level}, {levels[level]}"]
    return " and ".join(said + ([] if score is None else [f"a score of {score}"])) or NOTHING


def _floors(requirements: Requirements) -> dict[str, int]:
    highest: dict[str, int] = {}
    for floor in requirements.floors:
        highest[floor.subject] = max(floor.points, highest.get(floor.subject, 0))
    return highest


def _waiver(waiver: Waiver) -> str:
    return f"{waiver.subject} until {waiver.expires.isoformat()} by {waiver.owner} ({waiver.reason})"


def _attestation(attestation: Attestation) -> str:
    until = f"until {attestation.expires.isoformat()} by {attestation.owner}"
    return f"{attestation.question} with {attestation.points} of its points {until} ({attestation.reason}, {attestation.evidence})"


def _limit(number: int | None) -> str:
    return NOTHING if number is None else str(number)


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words) or NOTHING
