"""Google Cloud Build: `cloudbuild*.yaml`."""

from __future__ import annotations

from collections.abc import Mapping as Settings

from rung.facts.pipelines.paths import inside
from rung.facts.pipelines.systems.document import Mapping, Scalar, documents, mapping, scalar, sequence, texts
from rung.facts.pipelines.systems.scripts import commands
from rung.facts.pipelines.types import Command, Job, Pipeline, PipelineStep

SHELLS = frozenset({"bash", "sh", "/bin/bash", "/bin/sh", "/usr/bin/bash"})
# images without a program of their own to start: the arguments are the whole command
PLAIN = frozenset({"cloud-sdk", "google-cloud-cli", "ubuntu", "debian", "alpine", "busybox"})


def read(path: str, text: str) -> list[Pipeline]:
    """The build of a file; what triggers it is set up in the cloud."""
    found = documents(text, path)
    root = mapping(found[0] if found else None)
    if not isinstance(root.get("steps"), list):
        return []
    environment = {**texts(root.get("substitutions")), **_assignments(mapping(root.get("options")).get("env"))}
    steps = [_step(item, environment) for item in sequence(root.get("steps")) if isinstance(item, Mapping)]
    # the service pushes these images when all steps are done
    images = [image for image in sequence(root.get("images")) if isinstance(image, Scalar)]
    steps += [PipelineStep("images", image.line, _command(["docker", "push", str(image)], image.line)) for image in images]
    job = Job("build", root.line_of("steps"), tuple(steps))
    return [Pipeline("cloudbuild", path, path, 1, frozenset({"other"}), (job,), {}, environment)] if steps else []


def _assignments(node: object) -> dict[str, str]:
    pairs = (str(item).partition("=") for item in sequence(node) if isinstance(item, Scalar))
    return {name: value for name, equals, value in pairs if equals}


def _step(node: Mapping, around: Settings[str, str]) -> PipelineStep:
    image = str(scalar(node.get("name")))
    environment = {**around, **_assignments(node.get("env"))}
    arguments = [item for item in sequence(node.get("args")) if isinstance(item, Scalar)]
    program = str(scalar(node.get("entrypoint")))
    if isinstance(node.get("script"), Scalar):
        found = commands(node["script"], environment)
    elif program in SHELLS and len(arguments) > 1 and arguments[0].startswith("-") and arguments[0].endswith("c"):
        found = commands(arguments[1], environment)
    else:
        words = [program] if program else _program(image, arguments)
        found = _command([*words, *map(str, arguments)], arguments[0].line if arguments else node.line)
    name = str(scalar(node.get("id")) or image)
    return PipelineStep(name, node.line, found, folder=inside("", scalar(node.get("dir"))), environment=environment)


def _program(image: str, arguments: list[Scalar]) -> list[str]:
    """The program that an image starts by itself, as the builders of the service do."""
    base = image.partition("@")[0].rsplit("/", 1)[-1].partition(":")[0]
    library = "/" not in image and not (arguments and arguments[0].startswith("-"))
    return [] if library or base in PLAIN else [base]


def _command(words: list[str], line: int) -> tuple[Command, ...]:
    return (Command(tuple(words), line, " ".join(words)[:200]),) if words else ()
