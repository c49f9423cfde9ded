"""AWS: `buildspec*.yml` of CodeBuild, build specifications inside CloudFormation templates, and `amplify.yml`."""

from __future__ import annotations

from typing import Any

from rung.facts.pipelines.paths import inside
from rung.facts.pipelines.systems.document import Mapping, Scalar, Sequence, documents, mapping, scalar, sequence, texts
from rung.facts.pipelines.systems.scripts import commands
from rung.facts.pipelines.types import Job, Pipeline, PipelineStep

PROJECT = "AWS::CodeBuild::Project"


def read(path: str, text: str) -> list[Pipeline]:
    """The build of a buildspec file; what starts it is set up in the cloud."""
    found = documents(text, path)
    job = _job(mapping(found[0] if found else None), "build")
    return [Pipeline("codebuild", path, path, 1, frozenset({"other"}), (job,))] if job else []


def read_template(path: str, text: str) -> list[Pipeline]:
    """The builds whose specification stands inside a CloudFormation template."""
    found = documents(text, path)
    resources = mapping(mapping(found[0] if found else None).get("Resources"))
    pipelines: list[Pipeline] = []
    for name, resource in resources.items():
        if scalar(mapping(resource).get("Type")) != PROJECT:
            continue
        source = mapping(mapping(mapping(resource).get("Properties")).get("Source"))
        spec = _inline(source.get("BuildSpec"))
        inner = documents(spec, path, spec.first - 1 if spec.block else spec.first) if "\n" in spec else []
        job = _job(mapping(inner[0] if inner else None), name)
        if job:
            pipelines.append(Pipeline("codebuild", str(name), path, resources.line_of(name), frozenset({"other"}), (job,)))
    return pipelines


def _inline(node: object) -> Scalar:
    """The text of a specification, also inside `Fn::Sub`."""
    if isinstance(node, Mapping):
        node = next(iter(node.values()), None)
    if isinstance(node, Sequence):
        node = next((item for item in node if isinstance(item, Scalar)), None)
    return scalar(node)


def _job(root: Mapping, name: str) -> Job | None:
    environment = texts(mapping(root.get("env")).get("variables"))
    steps = _phases(mapping(root.get("phases")), environment, "")
    return Job(name, root.line_of("phases"), tuple(steps)) if steps else None


def _phases(phases: Mapping, environment: dict[str, str], folder: str) -> list[PipelineStep]:
    steps = []
    for phase, body in phases.items():
        lines = Sequence()
        lines.extend([*sequence(mapping(body).get("commands")), *sequence(mapping(body).get("finally"))])
        found = commands(lines, environment)
        if found:
            steps.append(PipelineStep(str(phase), phases.line_of(phase), found, folder=inside("", folder), environment=environment))
    return steps


def read_amplify(path: str, text: str) -> list[Pipeline]:
    """Amplify builds and deploys the apps of the file when a branch that is connected to it is pushed."""
    found = documents(text, path)
    root = mapping(found[0] if found else None)
    apps: list[Any] = sequence(root.get("applications")) or [root]
    jobs = []
    for app in map(mapping, apps):
        for part in ("backend", "frontend", "test"):
            node = mapping(app.get(part))
            steps = _phases(mapping(node.get("phases")), {}, str(scalar(app.get("appRoot"))))
            if steps:
                jobs.append(Job(part, app.line_of(part), tuple(steps)))
    return [Pipeline("amplify", path, path, 1, frozenset({"push"}), tuple(jobs))] if jobs else []
