"""Git hooks: the local ones of .pre-commit-config.yaml, and lefthook.yml."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import Any

from rung.facts.pipelines.shell import parse_shell
from rung.facts.pipelines.systems.document import Mapping, Scalar, documents, mapping, scalar, sequence
from rung.facts.pipelines.types import Command, Unit
from rung.facts.pipelines.units.common import folder_in, folder_of

_COMMIT_STAGES = {"pre-commit", "commit"}


def read_pre_commit(path: str, text: str) -> list[Unit]:
    """The hooks that the repository itself defines; those that a plain `pre-commit run` starts are default."""
    top = _top(text)
    usual = [str(stage) for stage in sequence(top.get("default_stages"))]
    units = []
    for repo in sequence(top.get("repos")):
        if mapping(repo).get("repo") != "local":
            continue
        for item in sequence(mapping(repo).get("hooks")):
            hook = mapping(item)
            name, entry = scalar(hook.get("id")), scalar(hook.get("entry"))
            stages = [str(stage) for stage in sequence(hook.get("stages"))] or usual
            words = [str(word) for word in sequence(hook.get("args")) if isinstance(word, Scalar)]
            commands = parse_shell(" ".join([entry.strip(), *(_quoted(word) for word in words)]), entry.first or hook.line)
            if name and hook.get("language") not in ("fail", "pygrep"):
                default = not stages or not _COMMIT_STAGES.isdisjoint(stages)
                units.append(Unit("pre-commit", str(name), path, name.line, folder_of(path), commands, default=default))
    return units


def read_lefthook(path: str, text: str) -> list[Unit]:
    """A unit for each hook with all its commands, and `HOOK:COMMAND` for each of them."""
    units = []
    top = _top(text)
    for hook, value in top.items():
        inner: list[Unit] = []
        for group in ("commands", "scripts"):
            entries = mapping(mapping(value).get(group))
            for name, entry in entries.items():
                commands = _job(name, group, mapping(entry), hook)
                inner.append(Unit("lefthook", f"{hook}:{name}", path, entries.line_of(name), folder_of(path), commands))
        for number, job in enumerate(_jobs(mapping(value).get("jobs"))):
            name = str(job.get("name") or number)
            inner.append(Unit("lefthook", f"{hook}:{name}", path, job.line, folder_of(path), _job(name, "jobs", job, hook)))
        if inner:
            units += [Unit("lefthook", hook, path, top.line_of(hook), folder_of(path), needs=tuple(unit.name for unit in inner)), *inner]
    return units


def _top(text: str) -> Mapping:
    found = documents(text)
    return mapping(found[0]) if found else mapping(None)


def _jobs(value: Any, depth: int = 0) -> list[Mapping]:
    """Jobs and those of groups among them."""
    found: list[Mapping] = []
    for item in sequence(value) if depth < 5 else []:
        job = mapping(item)
        inner = mapping(job.get("group")).get("jobs")
        found += _jobs(inner, depth + 1) if inner else [job] if job else []
    return found


def _job(name: str, group: str, entry: Mapping, hook: str) -> tuple[Command, ...]:
    run = scalar(entry.get("run"))
    script = name if group == "scripts" else str(entry.get("script") or "")
    if script and not run:
        runner = scalar(entry.get("runner"))
        return parse_shell(f"{runner or 'sh'} .lefthook/{hook}/{script}", runner.line or entry.line)
    root = folder_in("", str(entry.get("root") or ""))
    commands = parse_shell(run, run.first) if run else ()
    return tuple(replace(command, folder=folder_in(root, command.folder)) for command in commands) if root else commands


def _quoted(word: str) -> str:
    """A word quoted where a shell would take it apart, template expressions as they are."""
    return word if word.startswith("{") else shlex.quote(word)
