"""Taskfile.yml: tasks with dependencies, variables and included files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rung.facts.pipelines.shell import parse_shell
from rung.facts.pipelines.shell_words import TOP
from rung.facts.pipelines.systems.document import Scalar, documents, mapping, scalar, sequence, texts
from rung.facts.pipelines.types import Command, Unit
from rung.facts.pipelines.units.common import command, folder_in, folder_of
from rung.regex import regex

_HOLE = regex(r"\{\{-?\s*\.(\w+)\s*(?:\|\s*default\s+[\"']?([^\"'}]*?)[\"']?\s*)?-?\}\}")
_DEFAULT_HOLE = regex(r"\{\{-?\s*default\s+[\"']([^\"'}]*)[\"']\s+\.(\w+)\s*-?\}\}")


def read_taskfile(path: str, text: str, given: Mapping[str, str]) -> list[Unit]:
    """The tasks; an included Taskfile is a unit `include:NAMESPACE:PATH`. `given` overrides variables."""
    found = documents(text)
    top = mapping(found[0]) if found else mapping(None)
    folder = folder_of(path)
    variables = _variables(top.get("vars"), {"CLI_ARGS": "", "TASKFILE_DIR": ".", "ROOT_DIR": "."})
    environment = texts(top.get("env"))
    units = []
    for name, value in mapping(top.get("includes")).items():
        target = value if isinstance(value, Scalar) else mapping(value).get("taskfile")
        space = "" if scalar(mapping(value).get("flatten")) == "true" else name
        where = folder_in(folder, _filled(str(mapping(value).get("dir") or ""), variables))
        units.append(Unit("task", f"include:{space}:{target or name}", path, top["includes"].line_of(name), where))
    tasks = mapping(top.get("tasks"))
    for name, value in tasks.items():
        task = mapping(value)
        own = {**variables, "TASK": name, **_variables(task.get("vars"), variables), **given}
        steps = value if not task else task.get("cmds") or task.get("cmd")
        place = "" if task.get("dir") else path
        handed = [
            need for need in sequence(task.get("deps")) if mapping(need).get("vars")
        ]  # a task that is handed values is called with them
        commands = tuple(found for step in (*handed, *sequence(steps)) for found in _step(step, own, place))
        others = [need for need in sequence(task.get("deps")) if not any(need is one for one in handed)]
        needs = tuple(str(need if isinstance(need, Scalar) else mapping(need).get("task") or "") for need in others)
        where = folder_in(folder, _filled(str(task.get("dir") or ""), own))
        own_environment = {**environment, **texts(task.get("env"))}
        needs = tuple(filter(None, needs))
        made = Unit("task", name, path, tasks.line_of(name), where, commands, needs, name == "default", own_environment)
        units.append(made)
        units += [Unit("task", str(alias), path, made.line, folder, needs=(name,)) for alias in sequence(task.get("aliases"))]
    return units


def _variables(value: Any, outer: Mapping[str, str]) -> dict[str, str]:
    made = dict(outer)
    for name, item in mapping(value).items():
        dynamic = mapping(item).get("sh")
        if isinstance(item, Scalar):
            made[name] = _filled(item, made)[:4000]
        elif isinstance(dynamic, Scalar):
            made[name] = f"$({dynamic.strip()})"
    return made


def _filled(text: str, variables: Mapping[str, str]) -> str:
    text = _DEFAULT_HOLE.sub(lambda found: variables.get(found[2]) or found[1], text)

    def fill(found: re.Match[str]) -> str:
        value = variables.get(found[1])
        return value or (found[2] if found[2] is not None else found[0] if value is None else value)

    return _HOLE.sub(fill, text)


def _step(step: Any, variables: Mapping[str, str], path: str) -> tuple[Command, ...]:
    """`{task: x}` is the command `task x` in the file at `path`, which keeps its place among the others."""
    if isinstance(step, Scalar):
        return parse_shell(_filled(step, variables), step.first)
    fields = mapping(step)
    called = fields.get("task") or mapping(fields.get("defer")).get("task")
    if isinstance(called, Scalar):
        passed = [f"{name}={_filled(value, variables)}" for name, value in texts(fields.get("vars")).items()]
        own = [] if not path or called.startswith(":") else ["--taskfile", f"{TOP}{path}"]
        return (command(["task", *own, called.removeprefix(":"), *passed], called.line),)
    shell = fields.get("cmd") or fields.get("defer")
    return parse_shell(_filled(shell, variables), shell.first) if isinstance(shell, Scalar) else ()
