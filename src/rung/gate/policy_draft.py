"""One policy file by itself, before it is joined with those that it extends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar

from rung.gate.policy_document import Document, Path
from rung.gate.policy_source import inside
from rung.gate.policy_words import Words, nearest
from rung.gate.types import Attestation, Floor, Mode, Place, Project, Regression, Requirements, Target, Waiver
from rung.repository import Repository, is_pattern

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Said(Generic[T]):
    """A setting's value and where it was said."""

    value: T
    place: Place


@dataclass(frozen=True, slots=True)
class Draft:
    """What one file says, or several joined; a setting that none of them mentions is None."""

    requirements: Requirements = field(default_factory=Requirements)
    regression: Said[Regression] | None = None
    mode: Said[Mode] | None = None
    attestations: Said[int] | None = None  # the limit
    waivers: Said[int] | None = None  # the limit
    projects: tuple[Said[Project], ...] = ()
    include: Said[tuple[str, ...]] | None = None
    exclude: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def draft(document: Document, words: Words, repository: Repository) -> Draft:
    """A document of the right shape as a draft. Raises UserError, with file and line, for what the shape doesn't tell."""
    return _Reader(document, words, repository).read()


class _Reader:
    def __init__(self, document: Document, words: Words, repository: Repository) -> None:
        self._document, self._words, self._repository = document, words, repository

    def read(self) -> Draft:
        value: Mapping[str, Any] = self._document.value or {}
        limits = value.get("limits", {})
        own = self._requirements(value, ())
        return Draft(
            own,
            self._said(value, "regression"),
            self._said(value, "mode"),
            self._said(limits, "limits", "attestations"),
            self._said(limits, "limits", "waivers"),
            self._projects(value.get("projects", ()), own),
            Said(self._patterns(value, "include"), self._document.place("include")) if value.get("include") else None,
            self._patterns(value, "exclude"),
            tuple(self._folder(folder, ("rules", number)) for number, folder in enumerate(value.get("rules", ()))),
            (self._document.name,),
        )

    def _said(self, value: Mapping[str, Any], *path: str) -> Said[Any] | None:
        return Said(value[path[-1]], self._document.place(*path)) if path[-1] in value else None

    def _requirements(self, value: Mapping[str, Any], path: Path) -> Requirements:
        targets = (self._target(value["target"], (*path, "target")),) if "target" in value else ()
        floors = tuple(
            Floor(subject, points, self._document.place(*path, "floors", subject)) for subject, points in value.get("floors", {}).items()
        )
        waivers = tuple(self._waiver(one, (*path, "waivers", number)) for number, one in enumerate(value.get("waivers", ())))
        attested = tuple(self._attestation(one, (*path, "attestations", n)) for n, one in enumerate(value.get("attestations", ())))
        seen: set[str] = set()
        for number, one in enumerate(attested):
            if one.question in seen:
                raise self._document.error((*path, "attestations", number), f"{one.question!r} is attested twice; keep one attestation")
            seen.add(one.question)
        return Requirements(targets, floors, waivers, attested)

    def _target(self, value: Any, path: Path) -> Target:
        place = self._document.place(*path)
        if not isinstance(value, dict):
            return Target(self._words.level_number(value), None, place)
        level = self._words.level_number(value["level"]) if "level" in value else None
        return Target(level, value.get("score"), place)

    def _waiver(self, value: Mapping[str, Any], path: Path) -> Waiver:
        return Waiver(value["for"], value["reason"], value["owner"], self._date(value, path), self._document.place(*path))

    def _attestation(self, value: Mapping[str, Any], path: Path) -> Attestation:
        question, points = value["question"], value["points"]
        most = self._words.questions[question]
        if points > most:
            raise self._document.error((*path, "points"), f"{question!r} has {most} points at most, not {points}; write {most} or less")
        rest = (value["reason"], value["owner"], value["evidence"], self._date(value, path))
        return Attestation(question, points, *rest, self._document.place(*path))

    def _date(self, value: Mapping[str, Any], path: Path) -> date:
        try:
            return date.fromisoformat(value["expires"])
        except ValueError as error:
            raise self._document.error((*path, "expires"), f"there is no day {value['expires']!r}; correct the date") from error

    def _projects(self, values: Any, own: Requirements) -> tuple[Said[Project], ...]:
        found: list[Said[Project]] = []
        for number, value in enumerate(values):
            path = ("projects", number)
            root = self._folder(value["root"], (*path, "root"))
            for key, text, others in (
                ("name", value["name"], [other.value.name for other in found]),
                ("root", root, [other.value.root for other in found]),
            ):
                if text in others:
                    raise self._document.error((*path, key), f"two projects have the {key} {value[key]!r}; give each its own")
            project = Project(value["name"], root, _within(own, self._requirements(value, path)))
            found.append(Said(project, self._document.place(*path)))
        return tuple(found)

    def _folder(self, text: str, path: Path) -> str:
        """A folder of the repository, given from its top."""
        if text.startswith(("/", "~", "\\")) or ":" in text[:2]:
            raise self._document.error(path, f"{text!r} is an absolute path; name a folder from the repository's top")
        folder = inside(text)
        if folder is None:
            raise self._document.error(path, f"{text!r} leads out of the repository; name a folder from its top")
        if folder and not any(file.startswith(f"{folder}/") for file in self._repository.files):
            raise self._document.error(path, f"the repository has no folder {folder!r}; {self._folder_like(folder)}")
        return folder

    def _folder_like(self, folder: str) -> str:
        parents = {file.rpartition("/")[0] for file in self._repository.files}
        folders = {"/".join(parts[:depth]) for parts in (parent.split("/") for parent in parents) for depth in range(1, len(parts) + 1)}
        found = nearest(folder, sorted(folders - {""}))
        return f"write {found!r}" if found else "name a folder with files in it, from the repository's top"

    def _patterns(self, value: Mapping[str, Any], key: str) -> tuple[str, ...]:
        patterns = tuple(value.get(key, ()))
        for number, pattern in enumerate(patterns):
            if not is_pattern(pattern):
                raise self._document.error((key, number), f"{pattern!r} is no pattern of files; write one such as 'src/**' or '*.md'")
        return patterns


def _within(own: Requirements, project: Requirements) -> Requirements:
    """What a project must meet by its file: its own target and floors take the place of the file's, the rest adds up."""
    subjects = {floor.subject for floor in project.floors}
    kept = tuple(floor for floor in own.floors if floor.subject not in subjects)
    replaced = {one.question for one in project.attestations}
    attestations = tuple(one for one in own.attestations if one.question not in replaced)
    return Requirements(
        project.targets or own.targets, kept + project.floors, own.waivers + project.waivers, attestations + project.attestations
    )
