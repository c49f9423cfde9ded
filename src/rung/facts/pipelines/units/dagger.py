"""Pipelines as code: functions of a Dagger module, and programs of its SDK, whose containers run commands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code import language_of, read_source
from rung.facts.code.source import Call, Source, Value
from rung.facts.pipelines.types import Command, Unit
from rung.facts.pipelines.units.common import command
from rung.regex import regex

_LONGEST = 200_000
_HINT = regex(
    r"@dagger\.io/dagger|\bfrom dagger\b|\bimport (?:[\w.]+, ){0,4}dagger\b|internal/dagger\"|\"dagger\.io/dagger\"|\bio\.dagger\.client\b"
)
_EXEC = frozenset({"withExec", "with_exec", "WithExec"})
_PUBLISH = frozenset({"publish", "Publish"})
_BUILD = frozenset({"dockerBuild", "docker_build", "DockerBuild"})
_SELF = regex(r"(?:this|self|\w)\.(\w+)")
_CONNECTS = regex(r"\bconnect(?:ion)?\(|\bdagger\.Conn(?:ect|ection)\(", re.IGNORECASE)


def read_dagger(path: str, text: str) -> list[Unit]:
    """A unit for each function, named as the command line names it; a program that connects itself is a script of all its commands."""
    if len(text) > _LONGEST or "agger" not in text or not _HINT.search(text) or not language_of(path):
        return []
    source = read_source(path, text)
    if source is None:
        return []
    if _CONNECTS.search(text) and "object_type" not in text:
        commands = tuple(_commands(source, None))
        return [Unit("script", path, path, 1, "", commands)] if commands else []
    names = {function.name for function in source.functions if function.name}
    units = []
    for index, function in enumerate(source.functions):
        if not function.name or function.parent >= 0:
            continue
        needs = [m[1] for c in source.calls if c.function == index and (m := _SELF.match(c.callee)) and m[1] in names - {function.name}]
        needs = list(dict.fromkeys(_spelled(name) for name in needs))
        units.append(Unit("dagger", _spelled(function.name), path, function.line, "", tuple(_commands(source, index)), needs=tuple(needs)))
    return units


def _spelled(name: str) -> str:
    """`runEvals`, `RunEvals` and `run_evals` are `run-evals` on the command line."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).replace("_", "-").lower()


def _commands(source: Source, function: int | None) -> Iterator[Command]:
    """What the containers of a function run, in the order of the text; what is published is pushed."""
    found = [c for c in source.calls if (function is None or c.function == function) and "." in c.callee]
    for call in sorted(found, key=_line):
        verb = call.callee.rpartition(".")[2]
        words = _words(call)
        if verb in _EXEC and words:
            yield command(words, _line(call))
        elif verb in _BUILD:
            yield command(["docker", "build", "."], _line(call))
        elif verb in _PUBLISH and call.arguments.items:
            name = next((v.text for v in call.arguments.items if v.kind in ("string", "template")), "image")
            yield command(["docker", "push", name], _line(call))


def _line(call: Call) -> int:
    return call.arguments.items[0].line if call.arguments.items else call.line


def _words(call: Call) -> list[str]:
    listed = next((value for value in call.arguments.items if value.kind == "list"), None)
    return [_word(value) for value in listed.items] if listed is not None else []


def _word(value: Value) -> str:
    return value.text if value.kind in ("string", "template") else "{" + (value.text or "value") + "}"
