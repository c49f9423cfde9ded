"""GoCD's YAML configuration."""

from __future__ import annotations

import re

from rung.facts.pipelines.paths import inside
from rung.facts.pipelines.systems.document import Mapping, Scalar, documents, mapping, scalar, sequence, texts
from rung.facts.pipelines.systems.scripts import commands
from rung.facts.pipelines.types import Command, Job, Pipeline, PipelineStep
from rung.regex import regex

_HEAD = regex(r"^format_version\s*:", re.MULTILINE)


def recognized(text: str) -> bool:
    """Whether a YAML text is a configuration of GoCD's."""
    return _HEAD.search(text) is not None and "pipelines:" in text


def read(path: str, text: str) -> list[Pipeline]:
    """The pipelines of a file; a stage that waits for approval holds up those after it."""
    found = documents(text, path)
    root = mapping(found[0] if found else None)
    pipelines: list[Pipeline] = []
    for name, value in mapping(root.get("pipelines")).items():
        node = mapping(value)
        environment = texts(node.get("environment_variables"))
        triggers = frozenset({"schedule"} if "timer" in node and not mapping(node.get("materials")) else {"push"})
        jobs: list[Job] = []
        manual = False
        for stages in sequence(node.get("stages")):
            for stage_value in mapping(stages).values():
                stage = mapping(stage_value)
                approval = stage.get("approval")
                manual = manual or scalar(approval) == "manual" or scalar(mapping(approval).get("type")) == "manual"
                jobs.extend(_job(job, mapping(body), manual, environment) for job, body in mapping(stage.get("jobs")).items())
        if jobs:
            pipelines.append(
                Pipeline("gocd", str(name), path, mapping(root.get("pipelines")).line_of(name), triggers, tuple(jobs), {}, environment)
            )
    return pipelines


def _job(name: str, node: Mapping, manual: bool, around: dict[str, str]) -> Job:
    environment = {**around, **texts(node.get("environment_variables"))}
    steps = [step for task in sequence(node.get("tasks")) for step in _task(mapping(task), environment)]
    return Job(name, node.line, tuple(steps), triggers=frozenset({"manual"}) if manual else None)


def _task(task: Mapping, environment: dict[str, str]) -> list[PipelineStep]:
    if isinstance(task.get("script"), Scalar):
        return [PipelineStep("script", task.line, commands(task["script"], environment), environment=environment)]
    execution = mapping(task.get("exec"))
    words = [
        str(item) for item in [scalar(execution.get("command")), *sequence(execution.get("arguments"))] if isinstance(item, Scalar) and item
    ]
    if not words:
        return []
    command = Command(tuple(words), execution.line, " ".join(words)[:200])
    folder = inside("", scalar(execution.get("working_directory")))
    shell = words[0] in ("bash", "sh") and len(words) > 2 and words[1].endswith("c")
    script = sequence(execution.get("arguments"))[1] if shell else None
    return [
        PipelineStep(
            words[0], execution.line, commands(script, environment) if shell else (command,), folder=folder, environment=environment
        )
    ]
