"""Drone and Woodpecker."""

from __future__ import annotations

from collections.abc import Mapping as Settings
from typing import Any

from rung.facts.pipelines.systems.document import Mapping, Scalar, documents, mapping, scalar, sequence, texts
from rung.facts.pipelines.systems.scripts import commands
from rung.facts.pipelines.types import Job, Pipeline, PipelineStep

EVENTS = {
    "push": "push",
    "pull_request": "pull_request",
    "pull_request_closed": "other",
    "pull_request_metadata": "other",
    "tag": "tag",
    "release": "release",
    "cron": "schedule",
    "manual": "manual",
    "custom": "manual",
    "promote": "manual",
    "rollback": "manual",
    "deployment": "other",
}
USUAL = frozenset({"push", "pull_request", "tag"})


def read(path: str, text: str) -> list[Pipeline]:
    """The pipelines of a file, one a document."""
    system = "woodpecker" if "woodpecker" in path else "drone"
    pipelines: list[Pipeline] = []
    for document in documents(text, path):
        root = mapping(document)
        if system == "drone" and scalar(root.get("kind")) not in ("", "pipeline"):
            continue
        triggers = _events(root.get("trigger" if system == "drone" else "when"), USUAL)
        environment = texts(root.get("environment"))
        steps = [
            step for name, node in _named(root.get("steps", root.get("pipeline"))) for step in _steps(name, node, triggers, environment)
        ]
        if steps:
            name = str(scalar(root.get("name")) or path)
            job = Job(name, root.line, tuple(steps), live=bool(triggers))
            pipelines.append(Pipeline(system, name, path, root.line_of("trigger"), triggers, (job,), {}, environment))
    return pipelines


def _named(node: object) -> list[tuple[str, Mapping]]:
    """Steps as a list with names, or as a mapping."""
    if isinstance(node, Mapping):
        return [(str(name), mapping(item)) for name, item in node.items()]
    return [(str(scalar(mapping(item).get("name"))), mapping(item)) for item in sequence(node)]


def _events(node: object, usual: frozenset[str]) -> frozenset[str]:
    """The triggers that `when` or `trigger` leaves; a list of conditions is any of them."""
    found: set[str] = set()
    for item in sequence(node):
        event: Any = mapping(item).get("event")
        excluded = mapping(event).get("exclude") if isinstance(event, Mapping) else None
        included = mapping(event).get("include") if isinstance(event, Mapping) else event
        names = [str(one) for one in sequence(included) if isinstance(one, Scalar)]
        left = frozenset(EVENTS.get(name, "other") for name in names) if names else usual
        found |= left - {EVENTS.get(str(one), "other") for one in sequence(excluded) if isinstance(one, Scalar)}
        if not names and "cron" in mapping(item):
            found = (found - usual) | {"schedule"}
    return frozenset(found) if sequence(node) else usual


def _steps(name: str, node: Mapping, among: frozenset[str], environment: Settings[str, str]) -> list[PipelineStep]:
    left = _events(node.get("when"), among) & among
    narrowed = None if left == among else left
    own = {**environment, **texts(node.get("environment"))}
    found = commands(node.get("commands"), own) if "commands" in node else ()
    steps = [PipelineStep(name, node.line, found, environment=own, live=bool(left), triggers=narrowed)] if found else []
    image = scalar(node.get("image"))
    if image and not found:  # a plugin
        plugin = str(image.rpartition(":")[0] if ":" in image.rpartition("/")[2] else image)
        steps.append(
            PipelineStep(
                name, node.line, uses=plugin, inputs=texts(node.get("settings")), environment=own, live=bool(left), triggers=narrowed
            )
        )
    return steps
