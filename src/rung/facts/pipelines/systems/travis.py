"""Travis CI and AppVeyor."""

from __future__ import annotations

import re
from collections.abc import Mapping as Settings
from posixpath import basename

from rung.facts.pipelines.systems.document import Mapping, Scalar, documents, mapping, scalar, sequence, texts
from rung.facts.pipelines.systems.scripts import commands
from rung.facts.pipelines.types import Command, Job, Pipeline, PipelineStep
from rung.regex import regex

PHASES = ["before_install", "install", "before_script", "script", "after_success", "before_deploy", "after_deploy", "after_script"]
# what a language runs where there is no `script`
USUAL = {"node_js": "npm test", "ruby": "bundle exec rake", "go": "go test -v ./...", "rust": "cargo test --verbose", "java": "mvn test -B"}
TYPES = {"push": "push", "pull_request": "pull_request", "cron": "schedule", "api": "other"}
TYPE = regex(r"\btype\s*(?P<operator>=|==|!=|IN|NOT IN)\s*\(?(?P<names>[\w, ]+)\)?")
TAGGED = regex(r"\btag\s+IS\s+present|\btag\s*=~", re.IGNORECASE)
APPVEYOR = [
    "init",
    "install",
    "before_build",
    "build_script",
    "after_build",
    "before_test",
    "test_script",
    "after_test",
    "deploy_script",
    "on_success",
    "on_finish",
]


def read(path: str, text: str) -> list[Pipeline]:
    """The build of a file."""
    found = documents(text, path)
    root = mapping(found[0] if found else None)
    if "appveyor" in basename(path):
        return _appveyor(path, root)
    listed = mapping(root.get("jobs") or root.get("matrix"))
    entries = [
        mapping(item) for item in sequence(listed.get("include") if isinstance(root.get("jobs") or root.get("matrix"), Mapping) else None)
    ] or [Mapping()]
    jobs = [_job({**root, **entry}, entry.line or root.line, _environment(root.get("env")), root, entry) for entry in entries]
    jobs = [job for job in jobs if job.steps]
    triggers = frozenset(trigger for job in jobs for trigger in job.triggers or ())
    return [Pipeline("travis", path, path, 1, triggers or frozenset({"push"}), tuple(jobs))] if jobs else []


def _environment(node: object) -> dict[str, str]:
    """`A=1 B=2` texts, lists of them, and mappings with `global`; of several variants the first stands."""
    if isinstance(node, Mapping) and ("global" in node or "jobs" in node or "matrix" in node):
        return {**_environment(node.get("global")), **_environment(next(iter(sequence(node.get("jobs", node.get("matrix")))), None))}
    if isinstance(node, Mapping):
        return texts(node)
    found: dict[str, str] = {}
    for item in sequence(node):
        found.update(texts(item) if isinstance(item, Mapping) else dict(re.findall(r"(\w+)=[\"']?([^\"'\s]*)", str(scalar(item)))))
    return found


def _triggers(*conditions: object) -> frozenset[str]:
    found = frozenset({"push", "pull_request", "tag"})
    for condition in conditions:
        text = str(scalar(condition))
        if text == "false":
            return frozenset()
        match = TYPE.search(text)
        if match:
            names = {TYPES.get(name.strip(), "other") for name in match["names"].split(",")}
            found = frozenset(
                {"push", "pull_request", "tag"} - names
                if match["operator"] in ("!=", "NOT IN")
                else names | ({"tag"} & found if "push" in names else set())
            )
        if TAGGED.search(text):
            found &= {"tag"}
    return found


def _job(node: Settings[str, object], line: int, around: dict[str, str], root: Mapping, entry: Mapping) -> Job:
    environment = {**around, **_environment(entry.get("env"))}
    left = _triggers(root.get("if"), entry.get("if"))
    steps = []
    for phase in PHASES:
        found = commands(node.get(phase), environment) if node.get(phase) not in ("skip", "true", "false") else ()
        if phase == "script" and "script" not in node:
            usual = USUAL.get(str(scalar(node.get("language"))), "")
            found = (Command(tuple(usual.split()), root.line_of("language"), usual),) if usual else ()
        if found:
            steps.append(PipelineStep(phase, found[0].line, found, environment=environment))
    for item in sequence(node.get("deploy")):
        provider = str(scalar(mapping(item).get("provider")))
        if provider == "script":
            steps.append(PipelineStep("deploy", item.line, commands(mapping(item).get("script"), environment), environment=environment))
        elif provider:
            steps.append(PipelineStep("deploy", item.line, uses=provider, inputs=texts(item)))
    name = str(scalar(entry.get("name") or entry.get("stage")) or "build")
    return Job(name, line, tuple(steps), live=bool(left), triggers=left)


def _appveyor(path: str, root: Mapping) -> list[Pipeline]:
    environment = texts(root.get("environment"))
    environment.update(texts(mapping(root.get("environment")).get("global")))
    steps = []
    for phase in APPVEYOR:
        found: tuple[Command, ...] = ()
        for item in sequence(root.get(phase)):
            if isinstance(item, Scalar):
                found += commands(item, environment, "cmd")
            for shell in ("cmd", "ps", "pwsh", "sh"):
                script = mapping(item).get(shell)
                found += commands(script, environment, {"ps": "pwsh", "sh": "bash"}.get(shell, shell)) if script is not None else ()
        if found:
            steps.append(PipelineStep(phase, found[0].line, found, environment=environment))
    for item in sequence(root.get("deploy")):
        provider = scalar(mapping(item).get("provider"))
        if provider:
            steps.append(PipelineStep("deploy", item.line, uses=f"appveyor/{provider}", inputs=texts(item)))
    job = Job("build", 1, tuple(steps))
    return [Pipeline("appveyor", path, path, 1, frozenset({"push", "pull_request", "tag"}), (job,), {}, environment)] if steps else []
