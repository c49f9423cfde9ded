"""Triggers of Google Cloud Build that infrastructure code defines: Terraform's resource, and the same by Pulumi and CDKTF."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.pipelines.systems.document import Scalar
from rung.facts.pipelines.systems.scripts import commands
from rung.facts.pipelines.types import Command, Job, Pipeline, PipelineStep
from rung.regex import regex

CODE = regex(r"\bgoogle_cloudbuild_trigger\b|\bcloudbuild\.(?:v1\.)?(?:Trigger|NewTrigger|TriggerArgs)\b|\bCloudbuildTrigger\b")
_BLOCK = regex(
    r"\bresource[ \t]+\"google_cloudbuild_trigger\"[ \t]+\"([\w-]+)\"[ \t]*\{"
    r"|\b(?:cloudbuild\.(?:v1\.)?(?:New)?Trigger|CloudbuildTrigger)\(\s{0,40}(?:\w{1,20},\s{0,40})?[\"']([\w-]+)[\"']"
)
_STRING = r"\"((?:[^\"\\\n]|\\.)*+)\"|'((?:[^'\\\n]|\\.)*+)'"
_FILE = regex(
    r"\b(?:filename|path|Filename|Path)[\"']?\s{0,20}[=:]\s{0,20}(?:pulumi\.String\()?[\"']((?:\./)?[\w./-]{1,200}\.(?:ya?ml|json))[\"']"
)
_STEP = regex(r"\bstep\s{0,20}\{")
_KEY = regex(r"\b(name|entrypoint)\s{0,20}=\s{0,20}\"([^\"\n]{0,200})\"")
_ARGUMENTS = regex(r"\bargs\s{0,20}=\s{0,20}\[([^\]]{0,4000})\]")
_SCRIPT = regex(r"\bscript\s{0,20}=\s{0,20}<<[-~]?\s{0,4}\"?(\w{1,40})\"?\n(.{0,20000}?)\n\s{0,40}\1\b", re.DOTALL)
_EVENTS = (
    ("pull_request", regex(r"\bpull_?[rR]equest[\"']?\s{0,20}[={:]")),
    ("tag", regex(r"\b(?:tag|tag_?[nN]ame)[\"']?\s{0,20}[=:]")),
    ("push", regex(r"\bbranch(?:_?[nN]ame)?[\"']?\s{0,20}[=:]")),
)
_OFF = regex(r"\bdisabled[\"']?\s{0,20}[=:]\s{0,20}[tT]rue\b")
SHELLS = frozenset({"bash", "sh", "/bin/bash", "/bin/sh"})
LONGEST = 20_000


def read(path: str, text: str) -> list[Pipeline]:
    """The builds that triggers start: of the file that each names, or of the steps that stand in it."""
    found = []
    for match in _BLOCK.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        body = _inside(text, match.end() - 1 if text[match.end() - 1] == "{" else match.start())
        events = frozenset(event for event, pattern in _EVENTS if pattern.search(body))
        if "pull_request" in events:
            events -= {"push"}  # its branch is the one to merge into
        if re.search(r"\bpush[\"']?\s{0,20}[={:]", body) and "branch" in body and "tag" not in events:
            events |= {"push"}
        if _OFF.search(body) or not events:
            events = frozenset({"manual"})
        name = match[1] or match[2]
        file = _FILE.search(body)
        steps = tuple(_steps(body, line))
        job = Job(name, line, uses="./" + file[1].removeprefix("./")) if file and not steps else Job(name, line, steps)
        if job.uses or job.steps:
            found.append(Pipeline("cloudbuild", name, path, line, events, (job,)))
    return found


def _inside(text: str, start: int) -> str:
    """The text from an opening bracket to the one that closes it."""
    depth = 0
    for position in range(start, min(len(text), start + LONGEST)):
        if text[position] in "{(":
            depth += 1
        elif text[position] in "})":
            depth -= 1
            if not depth:
                return text[start:position]
    return text[start : start + LONGEST]


def _steps(body: str, first: int) -> Iterator[PipelineStep]:
    for match in _STEP.finditer(body):
        inner = _inside(body, match.end() - 1)
        line = first + body.count("\n", 0, match.start())
        keys: dict[str, str] = dict(reversed(_KEY.findall(inner)))
        script, given = _SCRIPT.search(inner), _ARGUMENTS.search(inner)
        words = [re.sub(r"\\(.)", r"\1", a or b) for a, b in re.findall(_STRING, given[1])] if given else []
        program = keys.get("entrypoint", "")
        image = keys.get("name", "").rsplit("/", 1)[-1].partition(":")[0]
        if script:
            made = commands(Scalar.make(script[2], line, line, True))
        elif program in SHELLS and len(words) > 1 and words[0].startswith("-"):
            made = commands(Scalar.make(words[1], line, line, False))
        else:
            started = [program or image, *words] if program or "/" in keys.get("name", "") else words
            made = (Command(tuple(started), line, " ".join(started)[:200]),) if started else ()
        yield PipelineStep(keys.get("name", ""), line, made)
