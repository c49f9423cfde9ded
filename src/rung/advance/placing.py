"""Where in a pipeline a step goes: the job that runs on a change and suits best, the line of its last step, and its indentation."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rung.advance.surroundings import Surroundings
from rung.facts.pipelines.systems import read_pipelines
from rung.facts.pipelines.types import Job, Pipeline
from rung.regex import regex

STEP = regex(r"^(?P<indent> *)- ")
CHANGE = ("pull_request", "merge_group")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a pipeline's file: after which line, at which indentation, and in which folder the job's commands run as a rule."""

    path: str
    line: int
    indent: str
    folder: str


def spots(around: Surroundings, ready: Mapping[str, Any], *, single: bool) -> Iterator[Spot]:
    """Where a step of a command can go in the GitHub workflows, the best first: jobs that run on a change, on that code.

    `ready` is the entry of the table that says how the code is made ready: a job must do that. `single` asks for jobs that run once.
    """
    found = []
    for path in around.repository.files:
        if path.startswith(".github/workflows/") and path.endswith((".yml", ".yaml")):
            text = around.text(path)
            for pipeline in read_pipelines(path, text):
                for job in pipeline.jobs:
                    spot = _spot(text.splitlines(), pipeline, job, ready, single=single)
                    if spot is not None:
                        found.append((not _tests(around, spot, job), spot.path, spot.line, spot))
    for *_, spot in sorted(found, key=lambda item: item[:3]):
        yield spot


def _spot(lines: list[str], pipeline: Pipeline, job: Job, ready: Mapping[str, Any], *, single: bool) -> Spot | None:
    triggers = pipeline.triggers if job.triggers is None else job.triggers
    if not job.live or not job.steps or not set(CHANGE) & triggers or any(step.path for step in job.steps):
        return None
    if any(step.live and step.triggers is not None and not set(CHANGE) & step.triggers for step in job.steps[-1:]):
        return None
    start = job.steps[-1].line
    begin = STEP.match(lines[start - 1]) if 0 < start <= len(lines) else None
    head = "\n".join(lines[job.line - 1 : job.steps[0].line])
    if begin is None or (single and re.search(r"^\s+strategy:", head, re.MULTILINE)) or re.search(r"^\s+container:", head, re.MULTILINE):
        return None
    end = _end(lines, start, begin["indent"])
    named = re.search(r"working-directory:\s*[\"']?([^\s\"'#]+)", head)
    folder = posixpath.normpath(named[1]).removeprefix(".") if named else ""
    body = "\n".join(lines[job.line - 1 : end])
    readies = re.search(str(ready["installs"]), body, re.MULTILINE) if "installs" in ready else True
    if not readies or (ready["folder"] != folder and ready["folder"] not in body):
        return None
    return Spot(pipeline.path, end, begin["indent"], folder)


def _end(lines: list[str], start: int, indent: str) -> int:
    """The last line of the list item that begins at a line."""
    last = start
    for number in range(start + 1, len(lines) + 1):
        line = lines[number - 1]
        if not line.strip():
            continue
        if len(line) - len(line.lstrip()) <= len(indent):
            break
        last = number
    return last


def _tests(around: Surroundings, spot: Spot, job: Job) -> bool:
    """Whether the job runs tests already."""
    return any(
        step.kind == "job" and step.path == spot.path and step.line == job.line for fact in around.of("test-run") for step in fact.reach
    )


def end_of_list(text: str, key: str) -> tuple[int, str] | None:
    """The last line of the list under a key at the top of a YAML text, and the indentation of its items; None where there is none."""
    lines = text.splitlines()
    head = next((number for number, line in enumerate(lines, 1) if re.match(rf"{re.escape(key)}:\s*(?:#.*)?$", line)), 0)
    items = [(number, found["indent"]) for number, line in enumerate(lines, 1) if number > head and (found := STEP.match(line))]
    if not head or not items:
        return None
    first, indent = items[0]
    last = first
    for number, line in enumerate(lines[first - 1 :], first):
        width = len(line) - len(line.lstrip())
        if line.strip() and (
            width < len(indent) or (width == len(indent) and not line.startswith(f"{indent}-") and line.strip()[0] != "#")
        ):
            break
        last = number if line.strip() else last
    return last, indent
