"""TeamCity: the steps of its settings in Kotlin, those of its runners told by the programs that they start."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.pipelines.systems.document import Scalar
from rung.facts.pipelines.systems.scripts import commands
from rung.facts.pipelines.types import Job, Pipeline, PipelineStep
from rung.regex import regex

LONGEST = 300_000
LONGEST_STEP = 4_000
# What a runner starts, and the fields whose values are its arguments.
RUNNERS = {
    "gradle": ("gradle", ("tasks", "gradleParams")),
    "maven": ("mvn", ("goals", "runnerArgs")),
    "dotnetTest": ("dotnet test", ("projects", "args")),
    "dotnetPublish": ("dotnet publish", ("projects", "args")),
    "dotnetBuild": ("dotnet build", ("projects", "args")),
    "dotnetNugetPush": ("dotnet nuget push", ("packages", "args")),
    "nugetPublish": ("nuget push", ("packages", "args")),
    "python": ("python", ("arguments", "scriptArguments")),
    "exec": ("", ("path", "arguments")),
}
SCRIPT = regex(r"\b(?:scriptContent|shellScript)\s{0,4}=\s{0,9}(\"\"\"(.*?)\"\"\"|\"((?:[^\"\\\n]|\\.)*+)\")", re.DOTALL)
STEP = regex(rf"(?<![\w.])({'|'.join(RUNNERS)}|dockerCommand)\s{{0,4}}\{{")
FIELD = regex(r"\b(\w{2,40})\s{0,4}=\s{0,9}(?:\"\"\"(.*?)\"\"\"|\"((?:[^\"\\\n]|\\.)*+)\")", re.DOTALL)
PUSHES = regex(r"\bcommandType\s{0,4}=\s{0,4}(push|build)\b")
DISABLED = regex(r"\benabled\s{0,4}=\s{0,4}false\b")
TRIGGERS = (("vcs", "push"), ("schedule", "schedule"))


def read(path: str, text: str) -> list[Pipeline]:
    """The pipeline of a file of settings: a job for each script and each step of a runner."""
    if len(text) > LONGEST:
        return []
    found = [*_scripts(text), *_steps(text)]
    jobs = tuple(
        Job(name, line, (PipelineStep(name, line, made),))
        for name, line, body in sorted(found)
        if (made := commands(Scalar.make(body, line, line, True)))
    )
    triggers = frozenset(name for word, name in TRIGGERS if re.search(rf"\b{word}\s{{0,4}}\{{", text))
    return [Pipeline("teamcity", path, path, 1, triggers or frozenset({"other"}), jobs)] if jobs else []


def _scripts(text: str) -> Iterator[tuple[str, int, str]]:
    for found in SCRIPT.finditer(text):
        body = found[2] if found[2] is not None else found[3].replace('\\"', '"')
        yield "script", text.count("\n", 0, found.start()) + 1, body


def _steps(text: str) -> Iterator[tuple[str, int, str]]:
    for found in STEP.finditer(text):
        body = _block(text, found.end())
        line = text.count("\n", 0, found.start()) + 1
        if DISABLED.search(body):
            continue
        fields = {m[1]: m[2] if m[2] is not None else m[3].replace('\\"', '"') for m in FIELD.finditer(body)}
        if found[1] == "dockerCommand":
            kind = PUSHES.search(body)
            yield "dockerCommand", line, f"docker {kind[1]} {fields.get('namesAndTags', '.').split()[0]}" if kind else ""
            continue
        program, named = RUNNERS[found[1]]
        words = " ".join(" ".join(fields.get(name, "").split()) for name in named)
        folder = fields.get("workingDir", "")
        yield found[1], line, f"cd {folder} && {program} {words}" if folder else f"{program} {words}"


def _block(text: str, start: int) -> str:
    """What stands between a brace and the one that closes it, as far as a step may be long."""
    depth, quoted = 1, False
    for at in range(start, min(len(text), start + LONGEST_STEP)):
        sign = text[at]
        if sign == '"':
            quoted = not quoted
        elif not quoted and sign in "{}":
            depth += 1 if sign == "{" else -1
            if not depth:
                return text[start:at]
    return text[start : start + LONGEST_STEP]
