"""Data sets of evaluation cases: files that a source names, and cases written into it."""

from __future__ import annotations

import posixpath
import re

from rung.facts.code.source import Source, Value
from rung.link.checks import test_units
from rung.link.project import Project

DATA_FILE = re.compile(r"[\w.${}/\\ -]*?([\w${}.-]+\.(?:jsonl|ndjson|json|csv|tsv|ya?ml|parquet|xlsx|txt))$", re.IGNORECASE)
MANY_TESTS = 3
INLINE = re.compile(
    r"(?:^|\.)(?:parametrize|each|CsvSource|ValueSource|CsvFileSource|MethodSource|MemberData|TestCaseSource|ClassData|InlineData|TestCase)$"
)


def data_set(project: Project, source: Source) -> tuple[str, int] | None:
    """Where the cases of an evaluation stand: (path, line) of a file with at least two, or of the list in the source itself."""
    return _files(project, source) or _inline(source)


def _files(project: Project, source: Source) -> tuple[str, int] | None:
    for text in source.texts:
        match = DATA_FILE.fullmatch(text.value.strip()) if len(text.value) < 200 and "\n" not in text.value else None
        if not match:
            continue
        target = locate(project, source.path, text.value.strip())
        if (
            target
            and posixpath.basename(target) not in ("package.json", "tsconfig.json", "pyproject.toml")
            and cases_in(project, target) >= 2
        ):
            return target, 1
    return None


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
    text = project.text(path)
    if text is None:
        return 2
    suffix = posixpath.splitext(path)[1].lower()
    if suffix in (".jsonl", ".ndjson", ".txt"):
        return sum(1 for line in text.splitlines() if line.strip())
    if suffix in (".csv", ".tsv"):
        return max(0, sum(1 for line in text.splitlines() if line.strip()) - 1)
    return records(project.data(path))


def records(data: object) -> int:
    """The length of the longest list of records in parsed data, two levels deep; a mapping of mappings counts its entries."""
    if isinstance(data, list):
        return len(data)
    if isinstance(data, dict):
        lists = [len(v) for v in data.values() if isinstance(v, list)]
        nested = [v for v in data.values() if isinstance(v, dict)]
        return max(
            [*lists, len(nested) if len(nested) >= 2 else 0, *(len(w) for v in nested for w in v.values() if isinstance(w, list))],
            default=0,
        )
    return 0


def _inline(source: Source) -> tuple[str, int] | None:
    for call in source.calls:
        if INLINE.search(call.callee) and (any(_is_cases(v) for v in call.arguments.items) or len(call.arguments.items) >= 2):
            return source.path, call.line
    looped = " ".join(loop.iterable for loop in source.loops) + " ".join(c.callee for c in source.calls)
    handed = " ".join(v.text for c in source.calls for v in c.arguments.items if v.kind == "name")
    for assignment in source.assignments:
        name = assignment.name.rsplit(".", 1)[-1]
        if _is_cases(assignment.value) and re.search(rf"\b{re.escape(name)}\b", f"{looped} {handed}"):
            return source.path, assignment.line
    for loop in source.loops:
        if loop.iterable.startswith(("[", "(", "{")) and len(re.findall(r"[\"'\])}]\s*,\s*[\[({\"']", loop.iterable)) >= 1:
            return source.path, loop.line
    if source.language == "ruby":
        for number, line in enumerate(source.lines, 1):
            if re.match(r"\s*(?:[\[{%].*[\]})]|[A-Z_]+)\.each(?:_with_index|_pair)?\b.*\bdo\b", line):
                return source.path, number
    if len(test_units(source)) >= MANY_TESTS:
        return source.path, test_units(source)[0].line
    return None


def _is_cases(value: Value) -> bool:
    if value.kind == "list":
        return len(value.items) >= 2 and all(i.kind in ("string", "template", "list", "mapping", "call") for i in value.items)
    return value.kind == "mapping" and len(value.items) >= 2 and all(i.kind in ("string", "list", "mapping") for i in value.items)


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
        and re.search(r"(?:case|question|dataset|ground_truth|golden|fixture)[\w-]*(?:/[^/]+)*\.(?:ya?ml|jsonl?|csv)$", p, re.IGNORECASE)
    ]
    if len(beside) >= 2 or (len(beside) == 1 and cases_in(project, beside[0]) >= 2):
        return beside[0], 1
    return None
