"""Tekton: runs of pipelines-as-code, with their tasks in the same file."""

from __future__ import annotations

import re
from collections.abc import Mapping as Settings
from posixpath import dirname

from rung.facts.pipelines.systems.document import Mapping, Scalar, documents, mapping, scalar, sequence
from rung.facts.pipelines.systems.scripts import commands
from rung.facts.pipelines.systems.sources import Sources
from rung.facts.pipelines.types import Command, Job, Pipeline, PipelineStep
from rung.regex import regex

_MOST_FILES = 60
EVENT = regex(r"/on-event$")
COMMENT = regex(r"/on-comment$")
EVENTS = {"push": "push", "pull_request": "pull_request", "incoming": "other"}


def read(path: str, text: str, sources: Sources | None = None) -> list[Pipeline]:
    """The pipeline runs of a file; what nothing in the repository starts is started from outside.

    Tasks and pipelines that a run names may stand in other files of the folder, which `sources` gives.
    """
    own = [mapping(document) for document in documents(text, path)]
    others = [p for p in (sources.matching(f"{dirname(path)}/**/*.y*ml") if sources else [])[:_MOST_FILES] if p != path]
    beside = [mapping(document) for p in others if sources and (found := sources.text(p)) for document in documents(found, p)]
    roots = [*own, *beside]
    tasks = {_name(root): mapping(root.get("spec")) for root in roots if scalar(root.get("kind")) == "Task"}
    defined = {_name(root): mapping(root.get("spec")) for root in roots if scalar(root.get("kind")) == "Pipeline"}
    pipelines: list[Pipeline] = []
    for root in own:
        spec = mapping(root.get("spec"))
        called = defined.get(str(scalar(mapping(spec.get("pipelineRef")).get("name"))), Mapping())
        body = mapping(spec.get("pipelineSpec")) or called if scalar(root.get("kind")) == "PipelineRun" else spec
        if scalar(root.get("kind")) not in ("PipelineRun", "Pipeline"):
            continue
        jobs = []
        for item in [*sequence(body.get("tasks")), *sequence(body.get("finally"))]:
            node = mapping(item)
            task = mapping(node.get("taskSpec")) or tasks.get(str(scalar(mapping(node.get("taskRef")).get("name"))), Mapping())
            steps = tuple(container(mapping(step)) for step in sequence(task.get("steps")))
            if steps:
                jobs.append(Job(str(scalar(node.get("name"))), node.line, steps))
        if jobs:
            metadata = mapping(root.get("metadata"))
            name = str(scalar(metadata.get("name") or metadata.get("generateName")) or path)
            pipelines.append(Pipeline("tekton", name, path, root.line, _triggers(mapping(metadata.get("annotations"))), tuple(jobs)))
    started = any(scalar(root.get("kind")) in ("PipelineRun", "Pipeline") for root in own)
    if sources is None and started and not pipelines:  # what it names stands in files that are not known yet
        return [Pipeline("tekton", path, path, 1, frozenset({"other"}))]
    return pipelines


def _name(root: Mapping) -> str:
    return str(scalar(mapping(root.get("metadata")).get("name")))


def _triggers(annotations: Mapping) -> frozenset[str]:
    found = {"issue_comment" for key in annotations if COMMENT.search(key)}
    for key, value in annotations.items():
        if EVENT.search(key):
            found.update(EVENTS.get(word, "other") for word in re.findall(r"\w+", scalar(value)))
    return frozenset(found or {"other"})


def container(node: Mapping) -> PipelineStep:
    """What a container runs: a script (`source` in Argo), or its command and arguments."""
    name = str(scalar(node.get("name")) or scalar(node.get("image")))
    environment = _environment(node)
    script = node.get("script", node.get("source"))
    if isinstance(script, Scalar):
        shebang = re.match(r"#!\s*(?:\S*/)?(?:env\s+)?(\w+)", script)
        shell = shebang[1] if shebang else str(next(iter(sequence(node.get("command"))), ""))
        return PipelineStep(name, node.line, commands(script, environment, shell), environment=environment)
    items = [item for key in ("command", "args") for item in sequence(node.get(key)) if isinstance(item, Scalar)]
    words = tuple(str(item) for item in items)
    if len(words) > 2 and words[0].endswith("sh") and words[1].endswith("c"):
        return PipelineStep(name, node.line, commands(items[2], environment), environment=environment)
    found = (Command(words, items[0].line, " ".join(words)[:200]),) if words else ()
    return PipelineStep(name, node.line, found, environment=environment)


def _environment(node: Mapping) -> Settings[str, str]:
    return {
        str(scalar(mapping(item).get("name"))): str(scalar(mapping(item).get("value")))
        for item in sequence(node.get("env"))
        if mapping(item).get("value")
    }
