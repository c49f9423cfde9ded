"""Which evaluation a task starts that is called by a name: of a Rakefile, or a command of a PHP framework's console."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from rung.facts.code.source import Source
from rung.facts.pipelines.types import Run
from rung.link.evaluation import Evaluation
from rung.link.project import Project
from rung.regex import regex

RAKEFILE = regex(r"(?:^|/)(?:[Rr]akefile(?:\.rb)?|[\w.-]+\.rake)$")
CONSOLES = ("artisan", "console")
TYPE = regex(r"\b[A-Z]\w+")


def starts(project: Project, run: Run, evaluation: Evaluation) -> bool:
    """Whether what a run starts, if that is a Rakefile, comes to an evaluation by the block of the task that is run."""
    source = project.source(run.file) if RAKEFILE.search(run.file) else None
    if source is None:
        return True
    lines = {step.line for step in run.reach if step.path == run.file}
    blocks = [(f.line, f.end_line) for f in source.functions if f.line in lines and "task" in f.decorators]
    spans = _called(source, blocks)
    if evaluation.path == run.file:
        return any(first <= evaluation.line <= last for first, last in spans)
    text = "\n".join("\n".join(source.lines[first - 1 : last]) for first, last in spans)
    other = project.source(evaluation.path)
    declared = {c.name.split("::")[-1] for c in other.classes} if other else set()
    return _names(text, declared) or evaluation.path.rpartition("/")[2].partition(".")[0] in text


def command_evaluation(project: Project, run: Run, evaluations: Mapping[str, Evaluation]) -> Evaluation | None:
    """The evaluation that a PHP console's command is which declares the name that a run gives (`php artisan answers:score`)."""
    words = list(run.arguments)
    start = next((n for n, w in enumerate(words) if w.rsplit("/", 1)[-1] in CONSOLES), -1)
    name = words[start + 1] if -1 < start < len(words) - 1 else ""
    if run.program.rsplit("/", 1)[-1] in CONSOLES and words:
        name = words[0]
    if not name or name.startswith("-"):
        return None
    declared = re.compile(rf"[\"']{re.escape(name)}[\s\"'{{]")
    return next((e for p, e in sorted(evaluations.items()) if p.endswith(".php") and declared.search(project.text(p) or "")), None)


def _called(source: Source, blocks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The lines of some blocks and of the file's functions that they call, directly or through one another."""
    found = list(blocks)
    for first, last in found:
        called = {c.callee.rsplit(".", 1)[-1] for c in source.calls if first <= c.line <= last}
        found += [span for f in source.functions if f.name in called and (span := (f.line, f.end_line)) not in found]
    return found


def _names(text: str, declared: Collection[str]) -> bool:
    return not set(TYPE.findall(text)).isdisjoint(declared)
