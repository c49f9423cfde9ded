"""Data files: where a name in a source leads, how many records a file holds, and which files of cases stand near."""

from __future__ import annotations

import posixpath
import re

from rung.facts.code.source import Source
from rung.link.project import Project
from rung.regex import regex

DATA_FILE = regex(r"[\w.${}/\\ -]*?([\w${}.-]+\.(?:jsonl|ndjson|json|csv|tsv|ya?ml|parquet|xlsx|txt))$", re.IGNORECASE)
# Files that configure, describe or come out of something hold no cases, however many entries they have.
NO_CASES = regex(
    r"^(?:package(?:-lock)?|tsconfig[\w.]*|pyproject|appsettings[\w.-]*|local\.settings|launchsettings|settings|config|logging|manifest|schema|openapi|swagger"
    r"|(?:docker-)?compose[\w.-]*|requirements[\w.-]*|secrets?|env|models?|tools|credentials|[\w.-]*[._-](?:schema|settings|config)"
    r"|[\w.-]*(?:results?|outputs?|reports?|summary|scores|metrics|responses|log)|[\w-]+[_-](?:metadata|pric(?:es|ing)|leaderboard)|(?:[\w-]+[_-])?(?:system|user|judge|eval|generat\w+|g_eval)[_-]?prompts?)$",
    re.IGNORECASE,
)
LISTED = regex(r"case|question|quer(?:y|ies)|input|sample|golden|truth|expected|utterance|test|eval|data|prompts|examples", re.IGNORECASE)
CASE_FOLDER = regex(
    r"((?:[\w-]*[_-])?(?:conversations?|scenarios?|dialog(?:ue)?s?|exercises?|problems?|tasks?|queries|prompts_to_test|golden|goldens|suites?))"
    r"/(?:[^/]+/)*[^/]+\.(?:ya?ml|jsonl?|csv|toml|md|txt)$",
    re.IGNORECASE,
)
OUTCOMES = regex(r"/(?:[\w-]*(?:results?|outputs?|reports?|runs?|logs?)|node_modules)/", re.IGNORECASE)


def locate(project: Project, origin: str, name: str) -> str | None:
    """The repository's file that a relative path in a file means: beside it, at the top, or above it."""
    name = re.sub(r"^(?:file://|classpath:/?|\.?/)+", "", name.strip())
    name = re.sub(r"^(?:\{\}|\$\{[^}]*\})/?", "", name)
    folder = posixpath.dirname(origin)
    while True:
        for base in (
            folder,
            posixpath.join(folder, "src/test/resources"),
            posixpath.join(folder, "src/main/resources"),
            posixpath.join(folder, "resources"),
        ):
            target = posixpath.normpath(posixpath.join(base, name))
            if target in project.repository.files:
                return target
        if not folder:
            break
        folder = posixpath.dirname(folder)
    tail = "/" + name.lstrip("./")
    found = [p for p in project.paths if p.endswith(tail)] if "/" in name or "." in name else []
    return found[0] if len(found) == 1 else None


def cases_in(project: Project, path: str) -> int:
    """How many records a data file holds; 2 for one that is there but can't be read, 0 for what is no list of records."""
    stem, suffix = posixpath.splitext(posixpath.basename(path))
    if NO_CASES.match(stem) or (suffix.lower() == ".txt" and not LISTED.search(stem)):
        return 0
    text = project.text(path)
    if text is None:
        return 2
    if suffix.lower() in (".jsonl", ".ndjson", ".txt"):
        return sum(1 for line in text.splitlines() if line.strip())
    if suffix.lower() in (".csv", ".tsv"):
        return max(0, sum(1 for line in text.splitlines() if line.strip()) - 1)
    return records(project.data(path))


def records(data: object) -> int:
    """The length of the longest list of records in parsed data, two levels deep; a mapping of mappings alike counts its entries."""
    if isinstance(data, list):
        return len(data)
    if isinstance(data, dict):
        lists = [len(v) for v in data.values() if isinstance(v, list)]
        nested = [v for v in data.values() if isinstance(v, dict)]
        alike = nested if nested and all(set(map(str, v)) & set(map(str, nested[0])) for v in nested) else []
        return max(
            [*lists, len(alike) if len(alike) >= 2 else 0, *(len(w) for v in nested for w in v.values() if isinstance(w, list))],
            default=0,
        )
    return 0


def data_nearby(project: Project, source: Source) -> tuple[str, int] | None:
    """Cases in configuration that the source loads, or in many case files beside it."""
    for text in source.texts:
        if len(text.value) > 120 or not DATA_FILE.fullmatch(text.value.strip()):
            continue
        target = locate(project, source.path, text.value)
        data = project.data(target) if target else None
        if isinstance(data, dict):
            for value in data.values():
                named = locate(project, target or "", value) if isinstance(value, str) and DATA_FILE.fullmatch(value) else None
                if named and cases_in(project, named) >= 2:
                    return named, 1
    folder = posixpath.dirname(source.path)
    beside = [
        p
        for p in project.repository.files
        if folder
        and p.startswith(folder + "/")
        and not NO_CASES.match(posixpath.splitext(posixpath.basename(p))[0])
        and re.search(r"(?:case|question|dataset|ground_truth|golden)[\w-]*(?:/[^/]+)*\.(?:ya?ml|jsonl?|csv)$", p, re.IGNORECASE)
    ]
    beside = beside or _folder_of_cases(project, folder)
    if len(beside) >= 2 or (len(beside) == 1 and cases_in(project, beside[0]) >= 2):
        return beside[0], 1
    return None


def _folder_of_cases(project: Project, folder: str) -> list[str]:
    """Files of cases in a folder beside an evaluation (`conversations/hr/leave.json`) that code next to it names."""
    by_folder: dict[str, list[str]] = {}
    for path in project.paths if folder else ():
        match = CASE_FOLDER.match(path, len(folder) + 1) if path.startswith(folder + "/") else None
        if match and not OUTCOMES.search(path, len(folder)):
            by_folder.setdefault(match[1], []).append(path)
    if not by_folder:
        return []
    texts = [project.text(p) or "" for p in project.code if posixpath.dirname(p) == folder]
    for name, found in sorted(by_folder.items()):
        named = re.compile(rf"""["'`/]{re.escape(name)}["'`/]""")
        if any(named.search(text) for text in texts):
            return found
    return []
