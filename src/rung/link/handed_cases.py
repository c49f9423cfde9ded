"""Cases that a script is handed by whoever starts it: `go run ./evals -cases evals/cases.json`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from rung.facts.code.source import Source
from rung.facts.pipelines.types import Command
from rung.link.data_files import DATA_FILE, cases_in
from rung.link.expression import Expression
from rung.link.project import Project
from rung.regex import regex

READS_ARGUMENTS = Expression(
    r"\bargv\b|\bARGV\b|\bARGF\b|\bflag\.|\bos\.Args\b|\bparseArgs\b|\bargs\[|\bargs\.|\benv::args\b|\bargparse\b|\bclick\b|\btyper\b|\bcommander\b|\byargs\b"
    r"|\bOptionParser\b|\bDeno\.args\b|\bBun\.argv\b|\bclap\b|\bcobra\b|\bargs\s*:|\$1\b|\bargs:\s*Array|\[\]\s*args\b"
)
GRADLE = regex(r"(?:^|/)(?:build|[\w-]+)\.gradle(?:\.kts)?$")
QUOTED = regex(r"[\"']([\w./-]{3,120}\.(?:jsonl?|csv|tsv|ya?ml))[\"']")
MAIN = regex(r"mainClass\w*[\s(=.a-z]{1,20}[\"']([\w.]{1,200})[\"']")


def handed_cases(project: Project, source: Source) -> tuple[str, int] | None:
    """The file of at least two cases that a command hands to a script which reads its arguments."""
    if not READS_ARGUMENTS.search("\n".join(source.lines)):
        return None
    tails = (posixpath.basename(source.path), posixpath.basename(posixpath.dirname(source.path)) or ".", ".")
    for folder, words in _commands(project):
        named = [w for w in words if w.rstrip("/").endswith(tails)]  # normalizing all paths takes a hundred times as long
        places = [posixpath.normpath(posixpath.join(base, w)) for base in dict.fromkeys((folder, "")) for w in named]
        if not any(_runs(place, source.path) for place in places):
            continue
        for word in words:
            found = _file(project, word.rpartition("=")[2], folder, source)
            if found:
                return found, 1
    return _of_builds(project, source)


def _commands(project: Project) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Folder and words of all commands of units and pipelines."""
    for unit in project.units:
        yield from ((_inside(unit.folder, c), c.words) for c in unit.commands)
    for run in project.runs:
        yield run.folder, (*run.arguments, run.file) if run.file else (run.program, *run.arguments)


def _inside(folder: str, command: Command) -> str:
    return posixpath.normpath(posixpath.join(folder, command.folder)) if command.folder else folder


def _runs(place: str, path: str) -> bool:
    """Whether a word of a command means a script: the file itself, or the folder of a program."""
    return place == path or (
        path.endswith((".go", ".rs", ".ts", ".js", ".cs")) and place not in ("", ".") and posixpath.dirname(path) == place
    )


def _file(project: Project, word: str, folder: str, source: Source) -> str:
    if not DATA_FILE.fullmatch(word) or len(word) > 150:
        return ""
    for base in (folder, "", posixpath.dirname(source.path)):
        target = posixpath.normpath(posixpath.join(base, word))
        if target in project.repository.files and cases_in(project, target) >= 2:
            return target
    return ""


def _of_builds(project: Project, source: Source) -> tuple[str, int] | None:
    """What a Gradle build hands to the program whose main class a file of Java or Kotlin holds."""
    if source.language != "java":
        return None
    stem = posixpath.splitext(posixpath.basename(source.path))[0]
    for path in project.paths:
        text = (project.text(path) or "") if GRADLE.search(path) else ""
        if any(name.rsplit(".", 1)[-1] in (stem, f"{stem}Kt") for name in MAIN.findall(text)):
            named = (_file(project, word, posixpath.dirname(path), source) for word in QUOTED.findall(text))
            if found := next((f for f in named if f), ""):
                return found, 1
    return None
