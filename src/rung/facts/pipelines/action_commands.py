"""Commands that a step hands to an action of somebody else's as inputs: a whole script, or the arguments of the program it wraps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from rung.facts.pipelines.paths import ROOT_FOLDERS, inside
from rung.facts.pipelines.shell import parse_shell
from rung.facts.pipelines.types import Command, PipelineStep
from rung.facts.pipelines.wrapper_options import words
from rung.regex import regex

_SCRIPT = regex(r"^(?:run|commands?|cmds?|scripts?|(?:run|test|shell|build|inline)[-_]?(?:commands?|cmd|script))$", re.IGNORECASE)
_ARGUMENTS = regex(
    r"^(?:(?:extra|custom|additional|test|\w+)[-_])?(?:args?|arguments?|options?|flags|goals?|tasks?|targets?|recipes?|env|envs|paths?|files?|params)$"
    r"|^(?:commands?|cmd|run)$",
    re.IGNORECASE,
)
_FOLDER = regex(r"^(?:working[-_]?directory|workdir|cwd|build-root-directory|folder|project[-_]?(?:path|dir\w*))$", re.IGNORECASE)
# Programs that actions wrap; an action that is called by one's name takes its arguments.
_PROGRAMS = words(
    "pytest tox nox yarn npm pnpm bun cargo gradle mvn make mage just task rake poetry hatch pdm uv deno dotnet go bazel jest vitest dagger"
)
_SYNONYMS = {"maven": "mvn", "taskfile": "task", "makefile": "make", "magefile": "mage", "golang": "go"}
# These look after what a program leaves or needs; these run JavaScript, or on some other machine.
_ABOUT = regex(r"comment|report|badge|annotat|summary|upload|publish|lint|install|^setup-")
_ELSEWHERE = regex(r"github-script|ssh")


def in_inputs(step: PipelineStep) -> Iterable[Command]:
    """The commands in a step's inputs, each with the folder that the step gives."""
    name = re.sub(r"(?<=.)[@#].*$", "", step.uses).lower()
    if name.startswith("docker://"):
        given = " ".join(value for key, value in step.inputs.items() if key.lower() in ("entrypoint", "args"))
        return _parsed(given, step)
    repository = name.split("/")[1] if name.count("/") else ""
    if name.startswith("pre-commit/action"):
        return _parsed(f"pre-commit run {step.inputs.get('extra_args', '')}", step)
    if not repository or name.startswith("./") or _ELSEWHERE.search(repository):
        return ()
    program = _wrapped(name)
    if program == "dagger":
        module = f"-m {step.inputs['module']}" if step.inputs.get("module") else ""
        verb = "call" if step.inputs.get("call") else step.inputs.get("verb", "call")
        return _parsed(f"dagger {module} {verb} {step.inputs.get('call') or step.inputs.get('args', '')}", step)
    if program and not _ABOUT.search(repository):
        given = " ".join(value for key, value in _ordered(step.inputs) if _ARGUMENTS.match(key))
        first = given.split(maxsplit=1)[0] if given.strip() else ""
        return _parsed(given if first.rpartition("/")[2] in (program, f"{program}w") else f"{program} {given}", step) if given else ()
    return [command for key, value in step.inputs.items() if _SCRIPT.match(key) for command in _parsed(value, step)]


def _wrapped(name: str) -> str:
    parts = re.split(r"[/_.-]", name.split("/", 1)[1])
    return next((p for part in parts if (p := _SYNONYMS.get(part, part)) in _PROGRAMS), "")


def _ordered(inputs: Mapping[str, str]) -> list[tuple[str, str]]:
    """The inputs, a command before its arguments."""
    return sorted(inputs.items(), key=lambda item: not re.match(r"commands?$|cmd$|run$", item[0], re.IGNORECASE))


def _parsed(text: str, step: PipelineStep) -> list[Command]:
    folder = next((value for key, value in step.inputs.items() if _FOLDER.match(key)), "")
    found = parse_shell(text, step.line, environment=ROOT_FOLDERS)
    return [replace(c, line=step.line, folder=inside(folder, c.folder) if folder else c.folder) for c in found]
