"""AWS: `buildspec*.yml` of CodeBuild, build specifications inside CloudFormation templates, and `amplify.yml`."""

from __future__ import annotations

import posixpath
import re
from textwrap import dedent
from typing import Any

from rung.facts.pipelines.paths import inside
from rung.facts.pipelines.systems.document import Mapping, Scalar, Sequence, documents, mapping, scalar, sequence, texts
from rung.facts.pipelines.systems.scripts import commands
from rung.facts.pipelines.types import Job, Pipeline, PipelineStep
from rung.regex import regex

PROJECT = "AWS::CodeBuild::Project"
# what infrastructure code that defines a build holds; in it, lists of commands, specifications as text, and names of their files
CODE = regex(r"aws_codebuild|aws-codebuild|\bcodebuild\.|\bCodeBuild(?:Step|Project)?\b|\bShellStep\b|software\.amazon\.awscdk\.pipelines")
_QUOTED = r"\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+'|`(?:[^`\\]|\\.)*+`"
_STRING = regex(_QUOTED)
_LISTED = regex(
    rf"\b\w*[cC]ommands[\"']?\s*+(?:[:=(]\s*+)?+(?:\[|\b(?:List\.of|Arrays\.asList|listOf)\(|new\s*+(?:string)?\[\]\s*+\{{|jsii\.Strings\()\s*+((?:(?:{_QUOTED})\s*+(?:,\s*+)?+)++)"
)
_HEREDOC = regex(r"\bbuildspec\s*=\s*<<[-~]?\s*\"?(\w+)\"?\n(.{0,20000}?)\n\s*\1\b", re.DOTALL)
_NAMED = regex(
    r"(?:\bfrom(?:SourceFilename|_source_filename|Asset|_asset)|\bFromSourceFilename)\(\s*[\"']([\w./-]+\.ya?ml)[\"']"
    r"|\bbuildspec\s*=\s*(?:file\(|templatefile\()?\s*\"([\w./${}-]+\.ya?ml)\""
)


# sources of pipelines that start them on a push, what keeps these from it, webhooks of builds, and the events that they wait for
_SOURCE = regex(
    r"\bCodePipelineSource\.(?:connection|git_?[hH]ub|GitHub|Connection|codeCommit|code_commit|CodeCommit)\(|\b(?:CodeStarConnections|GitHub|CodeCommit|Bitbucket)SourceAction\b"
    r"|\bCodeStarSourceConnection\b"
)
_SILENT = regex(r"(?i)\b(?:trigger_?on_?push|detect_?changes)[\"']?\s{0,8}[=:(]\s{0,8}[\"']?false\b|\b(?:GitHub|CodeCommit)Trigger\.NONE\b")
_HOOKED = regex(r"\baws_codebuild_webhook\b|\bwebhook[\"']?\s{0,8}[=:(]\s{0,8}[tT]rue\b|\bWebhook[\"']?\s{0,8}:\s{0,8}true\b")
_STARTED = (
    (
        "push",
        regex(r"\bEventAction\.PUSH\b|\bpattern\s{0,8}=\s{0,8}\"(?:PUSH\b|[\w, ]{0,200}, ?PUSH\b)|\bPattern[\"']?:\s{0,8}[\"']?PUSH\b"),
    ),
    (
        "pull_request",
        regex(r"\bEventAction\.PULL_REQUEST_\w+|\b[pP]attern[\"']?\s{0,8}[=:]\s{0,8}[\"']?(?:PUSH, ?)?PULL_REQUEST_(?:CREATED|UPDATED)"),
    ),
    (
        "schedule",
        regex(
            r"\btargets\.Code(?:Build|Pipeline)\w*\([\s\S]{0,2000}\bSchedule\.|\bSchedule\.[\s\S]{0,2000}\btargets\.Code(?:Build|Pipeline)\w*\("
        ),
    ),
)


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
    started = _started(text)
    for name, resource in resources.items():
        if scalar(mapping(resource).get("Type")) != PROJECT:
            continue
        source = mapping(mapping(mapping(resource).get("Properties")).get("Source"))
        spec = _inline(source.get("BuildSpec"))
        if re.fullmatch(r"[\w./-]+\.ya?ml", spec):
            named = Job(str(name), resources.line_of(name), uses="./" + spec)
            pipelines.append(Pipeline("codebuild", str(name), path, resources.line_of(name), started, (named,)))
        inner = documents(spec, path, spec.first - 1 if spec.block else spec.first) if "\n" in spec else []
        job = _job(mapping(inner[0] if inner else None), name)
        if job:
            pipelines.append(Pipeline("codebuild", str(name), path, resources.line_of(name), started, (job,)))
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


def read_code(path: str, text: str) -> list[Pipeline]:
    """The builds that infrastructure code defines: lists of commands, specifications inside it, and files that it names."""
    jobs = []
    for found in _LISTED.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        lines = Sequence(line)
        lines.extend(Scalar.make(body, line, line, False) for body in map(_unquoted, _STRING.findall(found[1])))
        made = commands(lines)
        jobs += [Job("build", line, (PipelineStep("commands", line, made),))] if made else []
    for found in _HEREDOC.finditer(text):
        line = text.count("\n", 0, found.start(2)) + 1
        inner = documents(dedent(found[2]), path, line - 1)
        job = _job(mapping(inner[0] if inner else None), "build")
        jobs += [job] if job else []
    for found in _NAMED.finditer(text):
        name = found[1] or found[2]
        beside = posixpath.join(posixpath.dirname(path), name.removeprefix("${path.module}/")) if "path.module" in name else name
        jobs.append(Job("build", text.count("\n", 0, found.start()) + 1, uses="./" + posixpath.normpath(beside)))
    return [Pipeline("codebuild", path, path, 1, _started(text), tuple(jobs))] if jobs else []


def _started(text: str) -> frozenset[str]:
    """What starts the builds of a file of infrastructure code: pushes that a pipeline's source or a webhook tells of, a schedule."""
    found = {event for event, pattern in _STARTED if pattern.search(text)}
    if _HOOKED.search(text) and not found & {"push", "pull_request"}:
        found |= {"push", "pull_request"}
    if _SOURCE.search(text) and not _SILENT.search(text):
        found.add("push")
    return frozenset(found or {"other"})


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])
