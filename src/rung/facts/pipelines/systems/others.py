"""Systems of continuous integration whose files are little more than lists of commands."""

from __future__ import annotations

import re
from typing import Any

from rung.facts.pipelines.systems.document import Mapping, Scalar, Sequence, documents, mapping, scalar, sequence, texts
from rung.facts.pipelines.systems.scripts import commands
from rung.facts.pipelines.types import Command, Job, Pipeline, PipelineStep

USUAL = frozenset({"push", "pull_request"})


def _root(path: str, text: str) -> Mapping:
    found = documents(text, path)
    return mapping(found[0] if found else None)


def _pipeline(system: str, path: str, jobs: list[Job], triggers: frozenset[str] = USUAL) -> list[Pipeline]:
    live = tuple(job for job in jobs if any(step.commands for step in job.steps))
    return [Pipeline(system, path, path, 1, triggers, live)] if live else []


def _job(name: object, line: int, script: Any, environment: dict[str, str] | None = None) -> Job:
    title = str(scalar(name))
    if isinstance(script, list) and not isinstance(script, Sequence):
        made = Sequence(line)
        made.extend(script)
        script = made
    return Job(title, line, (PipelineStep(title, line, commands(script, environment), environment=environment or {}),))


def read_semaphore(path: str, text: str) -> list[Pipeline]:
    """Blocks of jobs, each with the commands before it."""
    root = _root(path, text)
    shared = sequence(mapping(mapping(root.get("global_job_config")).get("prologue")).get("commands"))
    jobs = []
    for block in map(mapping, sequence(root.get("blocks"))):
        task = mapping(block.get("task"))
        before = [*shared, *sequence(mapping(task.get("prologue")).get("commands"))]
        own = map(mapping, sequence(task.get("jobs")))
        jobs += [_job(job.get("name") or block.get("name"), job.line, [*before, *sequence(job.get("commands"))]) for job in own]
    promoted = "/semaphore." not in f"/{path}"  # other files are started from there, by hand where nothing says otherwise
    return _pipeline("semaphore", path, jobs, frozenset({"push"}) if promoted else USUAL)


def read_cirrus(path: str, text: str) -> list[Pipeline]:
    """Tasks (`NAME_task`), whose instructions are `NAME_script`."""
    root = _root(path, text)
    found: list[tuple[str, Any]] = [(str(key), value) for key, value in root.items() if str(key) == "task" or str(key).endswith("_task")]
    jobs = []
    for name, value in found:
        for task in map(mapping, sequence(value) if not isinstance(value, Mapping) else [value]):
            script = [
                line for key, lines in task.items() if str(key) == "script" or str(key).endswith("_script") for line in sequence(lines)
            ]
            jobs.append(_job(task.get("name") or Scalar.make(name, task.line, task.line, False), task.line, script, texts(task.get("env"))))
    return _pipeline("cirrus", path, jobs)


def read_codefresh(path: str, text: str) -> list[Pipeline]:
    """Steps by name, with commands; a group of steps holds more of them."""
    jobs: list[Job] = []

    def walk(steps: Mapping, depth: int) -> None:
        for name, step in steps.items():
            node = mapping(step)
            script = node.get("commands") or mapping(node.get("arguments")).get("commands")
            if script:
                jobs.append(_job(Scalar.make(str(name), node.line, node.line, False), node.line, script))
            if depth < 4:
                walk(mapping(node.get("steps")), depth + 1)

    walk(mapping(_root(path, text).get("steps")), 0)
    return _pipeline("codefresh", path, jobs)


def read_sourcehut(path: str, text: str) -> list[Pipeline]:
    """Tasks by name; each begins above the repository's folder."""
    root = _root(path, text)
    jobs = []
    for task in map(mapping, sequence(root.get("tasks"))):
        for name, script in task.items():
            lines = scalar(script)
            inner = lines.with_text(re.sub(r"^\s*cd [\w./~-]+[ \t]*$", "", lines, count=1, flags=re.MULTILINE))
            jobs.append(_job(Scalar.make(str(name), task.line, task.line, False), task.line, inner, texts(root.get("environment"))))
    return _pipeline("sourcehut", path, jobs)


def read_concourse(path: str, text: str) -> list[Pipeline]:
    """Jobs whose plan takes in a resource by a trigger, and runs tasks that the file holds itself."""
    jobs = []
    for job in map(mapping, sequence(_root(path, text).get("jobs"))):
        plan = [mapping(step) for step in sequence(job.get("plan"))]
        started = any(scalar(step.get("trigger")) == "true" for step in plan)
        steps = []
        for step in plan:
            run = mapping(mapping(step.get("config")).get("run"))
            words = [str(item) for key in ("path", "args") for item in sequence(run.get(key)) if isinstance(item, Scalar)]
            if len(words) > 2 and words[0].endswith("sh") and words[1].startswith("-"):
                found = commands(sequence(run.get("args"))[-1])
            else:
                found = (Command(tuple(words), step.line, " ".join(words)[:200]),) if words else ()
            steps.append(PipelineStep(str(scalar(step.get("task"))), step.line, found, folder=""))
        jobs.append(Job(str(scalar(job.get("name"))), job.line, tuple(steps), triggers=USUAL if started else frozenset({"manual"})))
    return _pipeline("concourse", path, jobs, USUAL | {"manual"})
