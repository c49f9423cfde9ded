"""Tekton: runs of pipelines-as-code, with their tasks in the same file."""

from __future__ import annotations

import re
from collections.abc import Mapping as Settings

from rung.facts.pipelines.systems.document import Mapping, Scalar, documents, mapping, scalar, sequence
from rung.facts.pipelines.systems.scripts import commands
from rung.facts.pipelines.types import Command, Job, Pipeline, PipelineStep

EVENT = re.compile(r"/on-event$")
COMMENT = re.compile(r"/on-comment$")
EVENTS = {"push": "push", "pull_request": "pull_request", "incoming": "other"}


def read(path: str, text: str) -> list[Pipeline]:
    """The pipeline runs of a file; what nothing in the repository starts is started from outside."""
    roots = [mapping(document) for document in documents(text, path)]
    tasks = {
        str(scalar(mapping(root.get("metadata")).get("name"))): mapping(root.get("spec"))
        for root in roots
        if scalar(root.get("kind")) == "Task"
    }
    pipelines: list[Pipeline] = []
    for root in roots:
        spec = mapping(root.get("spec"))
        body = mapping(spec.get("pipelineSpec")) if scalar(root.get("kind")) == "PipelineRun" else spec
        if scalar(root.get("kind")) not in ("PipelineRun", "Pipeline"):
            continue
        jobs = []
        for item in [*sequence(body.get("tasks")), *sequence(body.get("finally"))]:
            node = mapping(item)
            task = mapping(node.get("taskSpec")) or tasks.get(str(scalar(mapping(node.get("taskRef")).get("name"))), Mapping())
            steps = tuple(_step(mapping(step)) for step in sequence(task.get("steps")))
            if steps:
                jobs.append(Job(str(scalar(node.get("name"))), node.line, steps))
        if jobs:
            metadata = mapping(root.get("metadata"))
            name = str(scalar(metadata.get("name") or metadata.get("generateName")) or path)
            pipelines.append(Pipeline("tekton", name, path, root.line, _triggers(mapping(metadata.get("annotations"))), tuple(jobs)))
    return pipelines


def _triggers(annotations: Mapping) -> frozenset[str]:
    found = {"issue_comment" for key in annotations if COMMENT.search(key)}
    for key, value in annotations.items():
        if EVENT.search(key):
            found.update(EVENTS.get(word, "other") for word in re.findall(r"\w+", scalar(value)))
    return frozenset(found or {"other"})


def _step(node: Mapping) -> PipelineStep:
    name = str(scalar(node.get("name")) or scalar(node.get("image")))
    environment = _environment(node)
    if isinstance(node.get("script"), Scalar):
        shebang = re.match(r"#!\s*(?:\S*/)?(?:env\s+)?(\w+)", node["script"])
        return PipelineStep(name, node.line, commands(node["script"], environment, shebang[1] if shebang else ""), environment=environment)
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
