"""Python requirement files."""

from __future__ import annotations

from collections.abc import Iterator

from rung.facts.fact import Fact
from rung.facts.manifests.dependency import DEVELOPMENT, RUNTIME, Manifest
from rung.regex import regex

_DEVELOPMENT = regex(r"(?:^|[^a-z])(?:dev|develop|development|tests?|testing|lint|linting|docs?|ci|precommit|pre-commit)(?:[^a-z]|$)")
_FOLDERS = ("doc", "docs", "test", "tests", "dev")
_EDITABLE = regex(r"(?:-e|--editable)[\s=]+(.*)")


def read_requirements(path: str, text: str) -> Iterator[Fact]:
    """Yield the requirements of a pip requirements file; options, includes and local paths are none."""
    lines = text.split("\n")
    manifest = Manifest(path, lines, "pypi")
    folder, _, name = path.lower().rpartition("/")
    development = folder.rpartition("/")[2] in _FOLDERS or _DEVELOPMENT.search(name.rpartition(".")[0])
    scope = DEVELOPMENT if development else RUNTIME
    continued = False
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        skip, continued = continued, stripped.endswith("\\")
        if skip or not stripped or stripped[0] in "#.":
            continue
        editable = _EDITABLE.match(stripped)
        requirement = (editable[1] if editable else stripped).rstrip("\\")
        if not requirement.startswith(("-", ".", "/")):
            yield from manifest.requirement(requirement, scope, number)
