"""Small repositories for the tests of pipelines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from rung.facts.pipelines.reach import runs
from rung.facts.pipelines.systems import read_pipelines
from rung.facts.pipelines.types import Pipeline, Run
from rung.facts.pipelines.units import is_unit_file, read_units


def reached(root: Path, files: Mapping[str, str]) -> list[Run]:
    """Write the files and give what their pipelines run."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(text), encoding="utf-8")
    paths = sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
    texts = {path: (root / path).read_text(encoding="utf-8") for path in paths}
    pipelines = [pipeline for path in paths for pipeline in read_pipelines(path, texts[path])]
    units = [unit for path in paths if is_unit_file(path) for unit in read_units(path, texts[path])]
    return runs(pipelines, units, paths, texts.get)


def workflow(steps: str, on: str = "[push]", job: str = "") -> str:
    """A workflow of GitHub with one job."""
    lines = [f"on: {on}", "jobs:", "  test:", "    runs-on: ubuntu-latest"]
    lines += [f"    {line}" for line in job.splitlines()]
    lines += ["    steps:"]
    lines += [f"      {line}" for line in dedent(steps).strip().splitlines()]
    return "\n".join(lines) + "\n"


def command_lines(found: list[Run]) -> list[str]:
    """What is run, as text."""
    return [" ".join((run.action or run.program, *run.arguments)).strip() for run in found]


def only(found: list[Run], program: str) -> Run:
    """The one run of a program."""
    [run] = [run for run in found if run.program == program]
    return run


def lines_of(pipelines: list[Pipeline]) -> list[tuple[int, str]]:
    """The lines and words of all commands of live steps."""
    return [
        (command.line, " ".join(command.words))
        for pipeline in pipelines
        for job in pipeline.jobs
        if job.live
        for step in job.steps
        if step.live
        for command in step.commands
    ]
