"""Sweeps: configuration, commands or code by which a harness is run once for each of several models, prompts or parameters."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from rung.link.project import Project
from rung.regex import regex

VARIED = (
    r"[\w./@-]{0,40}(?:model|llm|prompt|template|chunk|top_?k|top_?n|temperature|retriev|rerank|variant|strategy|embed|overlap|few_?shot|shots|depth|prompt_version)"
    r"[\w./-]{0,40}"
)
# Of a configuration: `sweeper: params: chunk_size: 300,600` and `method: grid, parameters: {top_k: {values: [2, 4]}}`.
LISTED = regex(rf"^\s+[\"']?\+?{VARIED}[\"']?:\s*(?:choice\(|range\(|interval\(|[\"']?[\w./:-]+\s*,\s*[\w./:-])", re.MULTILINE)
VALUES = regex(
    rf"^\s+[\"']?{VARIED}[\"']?:\s*(?:\n\s+(?:distribution:[^\n]*\n\s+)?values:|\{{\s*values:|\[[^\]\n]+,|\n\s+-\s)", re.MULTILINE
)
SEARCHES = regex(r"^(?:method|strategy):\s*[\"']?(?:grid|random|bayes)", re.MULTILINE)
# Of a command: `python eval.py --multirun model=a,b`, `dvc exp run -S top_k=2,4`.
GIVEN = regex(rf"(?:^|\s){VARIED}=(?:choice\(|range\(|[\w./:'\"-]+,[\w./:'\"-]+)")
MANY = regex(r"--multirun\b|\s-m\s|\bexp\s+run\b|\bsweep\b")
# Of code: what asks a search for a value, or hands it a list of them.
IN_CODE = regex(
    rf"\bsuggest_(?:categorical|int|float|uniform|loguniform)\(\s*[\"']{VARIED}[\"']|[\"']{VARIED}[\"']:\s*(?:\w+\.)?(?:grid_search|choice|sample_from)\("
)
ENDINGS = (".yaml", ".yml")


def sweep(project: Project, path: str) -> tuple[str, int] | None:
    """The place at which a harness is told to run over several variants; None where it is not."""
    text = project.text(path) or ""
    if any(word in text for word in ("suggest_", "grid_search", ".choice(")) and (found := IN_CODE.search(text)):
        return path, text.count("\n", 0, found.start()) + 1
    for other, told in _configurations(project, path, text):
        found = LISTED.search(told) if "sweeper" in told else VALUES.search(told) if SEARCHES.search(told) else None
        if found:
            return other, told.count("\n", 0, found.end()) + 1
    for where, line, command in _commands(project, path):
        if MANY.search(command) and GIVEN.search(command):
            return where, line
    return None


def _configurations(project: Project, path: str, text: str) -> Iterator[tuple[str, str]]:
    """Configurations of sweeps below a harness or named with it, each with its text."""
    folder, name = posixpath.split(path)
    for other in project.repository.files:
        if not other.endswith(ENDINGS) or not project.is_own(other):
            continue
        stem = posixpath.splitext(posixpath.basename(other))[0]
        below = bool(folder) and other.startswith(f"{folder}/")
        told = (project.text(other) or "") if below or f'"{stem}"' in text or stem.lower().startswith("sweep") else ""
        if ("sweeper" in told and (below or stem in text)) or ("parameters:" in told and name in told):
            yield other, told


def _commands(project: Project, path: str) -> Iterator[tuple[str, int, str]]:
    name = posixpath.basename(path)
    stem = posixpath.splitext(path)[0].replace("/", ".")
    for unit in project.units:
        for command in unit.commands if project.is_own(unit.path) else ():
            if name in command.text or stem in command.text or "exp run" in command.text:
                yield unit.path, command.line, command.text
