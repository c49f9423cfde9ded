"""Bitbucket Pipelines."""

from __future__ import annotations

from typing import Any

from rung.facts.pipelines.systems.document import Mapping, Scalar, Sequence, documents, mapping, scalar, sequence, texts
from rung.facts.pipelines.systems.scripts import commands
from rung.facts.pipelines.types import Job, Pipeline, PipelineStep

TRIGGERS = {"default": "push", "branches": "push", "bookmarks": "push", "tags": "tag", "pull-requests": "pull_request", "custom": "manual"}


def read(path: str, text: str) -> list[Pipeline]:
    """A pipeline for each section of `pipelines`; custom ones are started by hand."""
    found = documents(text, path)
    sections = mapping(mapping(found[0] if found else None).get("pipelines"))
    pipelines: list[Pipeline] = []
    for section, trigger in TRIGGERS.items():
        body = sections.get(section)
        named = mapping(body) if isinstance(body, Mapping) else {section: body}
        for name, items in named.items():
            jobs = _jobs(items)
            if jobs:
                title = name if name == section else f"{section} {name}"
                pipelines.append(Pipeline("bitbucket", title, path, sections.line_of(section), frozenset({trigger}), tuple(jobs)))
    return pipelines


def _jobs(items: object) -> list[Job]:
    jobs: list[Job] = []
    waits = False
    for item in _steps(items, 0):
        # a step that somebody has to start holds up all that come after it
        waits = waits or scalar(item.get("trigger")) == "manual"
        jobs.append(_job(item, waits))
    return jobs


def _steps(items: object, depth: int) -> list[Mapping]:
    """The steps among parallel groups and stages, in order."""
    found: list[Mapping] = []
    for item in sequence(items) if depth < 5 else []:
        node = mapping(item)
        if isinstance(node.get("step"), Mapping):
            found.append(node["step"])
        for group in ("parallel", "stage"):
            inner = node.get(group)
            found.extend(_steps(mapping(inner).get("steps") if isinstance(inner, Mapping) else inner, depth + 1))
    return found


def _job(step: Mapping, waits: bool) -> Job:
    name = str(scalar(step.get("name")) or "step")
    steps: list[PipelineStep] = []
    script = Sequence(step.line)
    for item in [*sequence(step.get("script")), *sequence(step.get("after-script"))]:
        if isinstance(item, Scalar):
            script.append(item)
        elif "pipe" in mapping(item):
            steps.append(_pipe(item))
    found = commands(script)
    if found:
        steps.insert(0, PipelineStep(name, step.line, found))
    return Job(name, step.line, tuple(steps), triggers=frozenset({"manual"}) if waits else None)


def _pipe(item: Any) -> PipelineStep:
    pipe = str(scalar(item.get("pipe")))
    return PipelineStep(pipe, item.line, uses=pipe, inputs=texts(item.get("variables")))
