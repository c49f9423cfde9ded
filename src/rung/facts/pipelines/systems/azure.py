"""Azure Pipelines: stages, jobs and steps, with local templates expanded."""

from __future__ import annotations

import re
from collections.abc import Mapping as Settings
from dataclasses import dataclass, replace
from typing import Any

from rung.facts.pipelines.paths import inside
from rung.facts.pipelines.systems.azure_functions import AZURE
from rung.facts.pipelines.systems.azure_templates import Expander, Scope, defaults, needs_parameters, path_of
from rung.facts.pipelines.systems.document import Mapping, Scalar, Sequence, documents, mapping, place, scalar, sequence, texts
from rung.facts.pipelines.systems.expressions import evaluate
from rung.facts.pipelines.systems.scripts import commands as script_commands
from rung.facts.pipelines.systems.sources import Sources
from rung.facts.pipelines.systems.values import UNKNOWN, Beginning, Value, truth
from rung.facts.pipelines.types import Command, Job, Pipeline, PipelineStep
from rung.regex import regex

OWN_PATH = regex(r"(^|/)(azure-?pipelines[^/]*\.ya?ml$|\.?azure-?pipelines/|\.azuredevops/|\.azdo/)", re.IGNORECASE)
BODY = regex(r"^(steps|stages|jobs|extends)\s*:", re.MULTILINE)
HEAD = regex(r"^(trigger|pr|pool|schedules)\s*:", re.MULTILINE)
REASONS = {"push": "IndividualCI", "tag": "IndividualCI", "pull_request": "PullRequest", "schedule": "Schedule", "manual": "Manual"}
BRANCHES = {
    "push": Beginning("refs/heads/"),
    "tag": Beginning("refs/tags/"),
    "pull_request": Beginning("refs/pull/"),
    "schedule": Beginning("refs/heads/"),
}
SHELLS = {"script": "", "bash": "bash", "pwsh": "pwsh", "powershell": "pwsh"}
PHASES = ("preDeploy", "deploy", "routeTraffic", "postRouteTraffic")


# `$(Build.BuildId)` is Azure's; `$(pwd)` is the shell's
MACRO = regex(r"\$\((?=\w*[A-Z._])([A-Za-z_][\w.]*)\)")


def recognized(path: str, text: str) -> bool:
    """Whether a YAML file is one of Azure's, by its name or its top-level keys."""
    return bool(BODY.search(text) and (OWN_PATH.search(path) or HEAD.search(text)))


@dataclass(frozen=True, slots=True)
class Around:
    """What a stage or job inherits: triggers that are left, variables, and whether it is live."""

    path: str
    all: frozenset[str]
    left: frozenset[str]
    environment: Settings[str, str]

    def within(self, node: Mapping) -> Around:
        environment = {**self.environment, **_variables(node.get("variables"))}
        return replace(self, left=_possible(node.get("condition"), self.left, environment), environment=environment)


def read(path: str, text: str, sources: Sources | None = None) -> list[Pipeline]:
    """The pipeline of a file; a file with parameters that have no default is a template and gives none by itself."""
    found = documents(text, path)
    root = mapping(found[0] if found else None)
    if needs_parameters(root) or not any(key in root for key in ("stages", "jobs", "steps", "extends")):
        return []
    triggers = _triggers(root)
    values = {
        "parameters": defaults(root),
        "variables": {name.lower(): Scalar.make(value, 0) for name, value in _variables(root.get("variables")).items()},
    }
    expander = Expander(sources or Sources())
    body = mapping(expander.expanded(root, Scope(path, values)))
    if isinstance(body.get("extends"), Mapping):
        body = expander.template(body["extends"], Scope(path, values)) or body
    environment = {**_variables(root.get("variables")), **_variables(body.get("variables"))}
    jobs = _stages(body, Around(path, triggers, triggers, environment))
    return [Pipeline("azure", path, path, root.line_of("trigger"), triggers, tuple(jobs), {}, environment)]


def _triggers(root: Mapping) -> frozenset[str]:
    found: set[str] = set()
    trigger, request = root.get("trigger"), root.get("pr")
    off = isinstance(trigger, Scalar) and trigger == "none"
    if not off:
        settings = mapping(trigger)
        found.update({"tag"} if "tags" in settings and "branches" not in settings else {"push", "tag"} if "tags" in settings else {"push"})
    if request != "none" and ("pr" in root or not off):
        found.add("pull_request")
    if sequence(root.get("schedules")):
        found.add("schedule")
    for item in sequence(mapping(root.get("resources")).get("pipelines")):
        started = mapping(item).get("trigger", "none")
        if started != "none":
            found.add(f"pipeline:{scalar(mapping(item).get('source'))}")
    return frozenset(found or {"manual"})


def _variables(node: object) -> dict[str, str]:
    """Variables are a mapping, or a list of names with values among groups and templates."""
    if isinstance(node, Mapping):
        return texts(node)
    return {
        str(item["name"]): str(scalar(item.get("value")))
        for item in sequence(node)
        if isinstance(item, Mapping) and isinstance(item.get("name"), Scalar)
    }


def _possible(condition: object, among: frozenset[str], environment: Settings[str, str]) -> frozenset[str]:
    """The triggers under which a `condition` may hold."""
    if not isinstance(condition, Scalar):
        return among

    def value(name: str, trigger: str) -> Value:
        name = name.removeprefix("variables.")
        if name == "build.reason":
            return "ResourceTrigger" if trigger.startswith("pipeline:") else REASONS.get(trigger, UNKNOWN)
        if name == "build.sourcebranch":
            return BRANCHES.get(trigger, UNKNOWN)
        known = next((item for key, item in environment.items() if key.lower() == name), None)
        return UNKNOWN if known is None or "$" in known else known

    return frozenset(one for one in among if truth(evaluate(condition, lambda name, one=one: value(name, one), AZURE)) is not False)  # type: ignore[misc]


def _stages(body: Mapping, around: Around) -> list[Job]:
    if "stages" not in body:
        return _jobs(body, around)
    jobs: list[Job] = []
    left: dict[str, frozenset[str]] = {}
    for item in sequence(body.get("stages")):
        stage = mapping(item)
        inner = _after(stage, around.within(stage), left)
        left[str(scalar(stage.get("stage")))] = inner.left
        jobs.extend(_jobs(stage, inner) if stage.get("template") is None else [_used(stage, inner)])
    return jobs


def _after(node: Mapping, around: Around, left: Settings[str, frozenset[str]]) -> Around:
    """What never runs keeps what depends on it from running, save with `always()` and the like."""
    if re.search(r"always|failed|succeededOrFailed", scalar(node.get("condition"))):
        return around
    for name in sequence(node.get("dependsOn")):
        if isinstance(name, Scalar) and name in left:
            around = replace(around, left=around.left & left[name])
    return around


def _used(node: Mapping, around: Around) -> Job:
    return Job(str(node["template"]), node.line, (), str(node["template"]), {}, bool(around.left), around.left)


def _jobs(body: Mapping, around: Around) -> list[Job]:
    if "jobs" not in body:
        return [_job(body, "", around)] if "steps" in body else []
    jobs: list[Job] = []
    left: dict[str, frozenset[str]] = {}
    for item in sequence(body.get("jobs")):
        job = mapping(item)
        if not job:
            continue
        inner = _after(job, around.within(job), left)
        name = str(scalar(job.get("job", job.get("deployment"))))
        left[name] = inner.left
        jobs.append(_job(job, name, inner) if job.get("template") is None else _used(job, inner))
    return jobs


def _job(node: Mapping, name: str, around: Around) -> Job:
    strategy = mapping(node.get("strategy"))
    items = list(sequence(node.get("steps")))
    for kind in strategy.values():
        for phase in (*(mapping(kind).get(name) for name in PHASES), mapping(mapping(kind).get("on")).get("success")):
            items.extend(sequence(mapping(phase).get("steps")))
    variants = [texts(values) for values in mapping(strategy.get("matrix")).values()] or [{}]
    steps: list[PipelineStep] = []
    for item in items:
        for variant in variants[:64]:
            if isinstance(item, Mapping):
                step = _step(item, replace(around, environment={**around.environment, **variant}))
                if step not in steps:
                    steps.append(step)
    title = str(scalar(node.get("displayName")) or name)
    return Job(title, node.line, tuple(steps), "", {}, bool(around.left), None if around.left == around.all else around.left)


def _step(node: Mapping, around: Around) -> PipelineStep:
    environment = {**around.environment, **texts(node.get("env"))}
    inputs = texts(node.get("inputs"))
    left = _possible(node.get("condition"), around.left, environment)
    live = bool(left) and str(node.get("enabled")).lower() != "false"
    kind = next((key for key in SHELLS if isinstance(node.get(key), Scalar)), "")
    task = str(scalar(node.get("task") or node.get("template") or node.get("publish")))
    found = commands(node[kind], environment, SHELLS[kind]) if kind else _task(task, mapping(node.get("inputs")), environment)
    folder = node.get("workingDirectory") or inputs.get("workingDirectory") or inputs.get("workingDir") or inputs.get("cwd") or ""
    name = str(scalar(node.get("displayName")) or task or (found[0].text if found else kind))
    return PipelineStep(
        name,
        node.line,
        found,
        task,
        inputs,
        inside("", _macro(str(folder), environment)),
        environment,
        live,
        None if left == around.left else left,
        _path(node, around),
    )


def _path(node: Mapping, around: Around) -> str:
    """A script that is handed to a template stands in the caller's file."""
    script = next((item for item in _scripts(node) if place(item)), node)
    return path_of(script, around.path)


def _scripts(node: Mapping) -> list[Any]:
    inputs = mapping(node.get("inputs"))
    return [node[key] for key in SHELLS if key in node] + [inputs[key] for key in ("script", "inlineScript", "Inline") if key in inputs]


def commands(script: Scalar, environment: Settings[str, str], shell: str = "") -> tuple[Command, ...]:
    """The commands of a script; a macro that is not known becomes a variable, which a shell does not take for a command."""
    text = MACRO.sub(lambda match: environment.get(match[1], "${" + match[1].replace(".", "_") + "}"), script)
    return script_commands(script.with_text(text), environment, shell)


def _macro(text: str, environment: Settings[str, str]) -> str:
    return re.sub(r"\$\(([\w.]+)\)", lambda match: environment.get(match[1], match[0]), text)


def _task(task: str, inputs: Mapping, environment: Settings[str, str]) -> tuple[Command, ...]:
    """The commands of tasks that run a script, a file or a well-known program."""
    name = task.partition("@")[0].lower()
    by_file = scalar(inputs.get("filePath") or inputs.get("scriptPath") or inputs.get("ScriptPath"))
    script = next(
        (item for key, item in inputs.items() if key.lower() in ("script", "inlinescript", "inline") and isinstance(item, Scalar)), None
    )
    location = scalar(
        inputs.get("targetType") or inputs.get("scriptLocation") or inputs.get("ScriptType") or inputs.get("scriptSource")
    ).lower()
    if by_file and not location.startswith("inline"):
        program = "python" if name.startswith("python") else "pwsh -File" if by_file.endswith(".ps1") else "bash"
        arguments = scalar(inputs.get("arguments") or inputs.get("ScriptArguments"))
        return commands(by_file.with_text(f"{program} {by_file} {arguments}"), environment)
    if script is not None and not name.startswith("python"):
        shell = "pwsh" if "powershell" in name or scalar(inputs.get("scriptType")).startswith(("ps", "pwsh")) else ""
        return commands(script, environment, shell)
    program_of = PROGRAMS.get(name)
    return commands(_line(program_of, inputs), environment) if program_of else ()


# tasks that are a front for one program: its name, and the inputs that make its arguments
PROGRAMS = {
    "npm": ("npm", ("command", "customCommand")),
    "dotnetcorecli": ("dotnet", ("command", "custom", "projects", "arguments")),
    "maven": ("mvn", ("goals", "options")),
    "gradle": ("./gradlew", ("tasks", "options")),
    "make": ("make", ("targets",)),
    "go": ("go", ("command", "arguments")),
}


def _line(program: tuple[str, Sequence | tuple[str, ...]], inputs: Mapping) -> Scalar:
    given = [scalar(inputs.get(key)) for key in program[1]]
    first = next((item for item in given if item), Scalar.make("", inputs.line))
    words = [str(item) for item in given if item and item != "custom"]
    return Scalar.make(" ".join([program[0], *words]), first.line, first.line, path=first.path)
