"""Scripts of package.json, composer.json and deno.json."""

from __future__ import annotations

import re

from rung.facts.pipelines.shell import parse_shell
from rung.facts.pipelines.types import Command, Unit
from rung.facts.pipelines.units.common import Lines, command, folder_of, load_json, strings, table


def read_package_json(path: str, text: str) -> list[Unit]:
    """npm scripts; `pretest` and `posttest` are what `test` needs."""
    scripts = {name: value for name, value in table(load_json(text), "scripts").items() if isinstance(value, str)}
    lines = Lines(text)
    units = []
    for name, value in scripts.items():
        line = lines.json("scripts", name)
        needs = tuple(around for around in (f"pre{name}", f"post{name}") if around in scripts)
        units.append(Unit("npm", name, path, line, folder_of(path), _on_line(value, line), needs))
    return units


def read_deno(path: str, text: str) -> list[Unit]:
    """Deno's tasks."""
    lines = Lines(text)
    units = []
    for name, value in table(load_json(text), "tasks").items():
        line = lines.json("tasks", name)
        shell = value if isinstance(value, str) else table(value).get("command")
        needs = tuple(strings(table(value).get("dependencies")))
        commands = _on_line(shell, line) if isinstance(shell, str) else ()
        if commands or needs:
            units.append(Unit("deno", name, path, line, folder_of(path), commands, needs))
    return units


def read_composer(path: str, text: str) -> list[Unit]:
    """Composer's scripts; `@name` runs another one."""
    scripts = table(load_json(text), "scripts")
    lines = Lines(text)
    units = []
    for name, value in scripts.items():
        line = lines.json("scripts", name)
        commands: list[Command] = []
        for item in strings(value):
            commands += _composer_item(item, line)
        units.append(Unit("composer", name, path, line, folder_of(path), tuple(commands)))
    return units


def _composer_item(item: str, line: int) -> tuple[Command, ...]:
    if item.startswith("@putenv") or re.match(r"\w+(?:\\+\w+)+(?:::\w+)?$", item):
        return ()
    if item.startswith(("@php ", "@composer ")):
        return _on_line(item[1:], line)
    if item.startswith("@"):
        return (command(["composer", "run-script", *item[1:].split()], line),)
    return _on_line(item, line)


def _on_line(text: str, line: int) -> tuple[Command, ...]:
    """A JSON text stands on one line, whatever line ends it holds."""
    return parse_shell(text.replace("\n", " ; ") if "\n" in text and "\\\n" not in text else text, line)
