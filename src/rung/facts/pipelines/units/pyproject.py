"""pyproject.toml and the like: scripts of hatch, PDM, Rye, Pixi, taskipy and Pipenv, and entry points of packages."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from rung.facts.pipelines.shell import parse_shell
from rung.facts.pipelines.types import Command, Unit
from rung.facts.pipelines.units.common import Lines, command, folder_in, folder_of, load_toml, strings, table
from rung.facts.pipelines.units.poe import poe_units
from rung.facts.pipelines.units.tox import native_tox_units, tox_units
from rung.regex import regex

_ARGUMENTS = regex(r"\{args(?::([^{}]*))?\}")
_OBJECT = regex(r"\s*([\w.-]+)\s*(?::.*)?", re.DOTALL)
_ENTRY = regex(r"^\s*['\"]?([\w.-]+)\s*=\s*([\w.]+)\s*:\s*[\w.]+", re.MULTILINE)
_SETUP_ENTRIES = regex(r"(?:console_scripts|gui_scripts)['\"]?\s*[:=]\s*(\[[^\]]*\]|[^\[]*)")


def read_pyproject(path: str, text: str) -> list[Unit]:
    """All units of a pyproject.toml."""
    top = load_toml(text)
    tool = table(top, "tool")
    lines = Lines(text)
    units = [*_entry_points(path, lines, top), *_hatch(path, lines, table(tool, "hatch"), "tool.hatch.")]
    units += _pdm(path, lines, table(tool, "pdm", "scripts"))
    units += _rye(path, lines, table(tool, "rye", "scripts"))
    units += _pixi(path, lines, table(tool, "pixi"), "tool.pixi.")
    units += _taskipy(path, lines, table(tool, "taskipy", "tasks"))
    units += poe_units(path, lines, table(tool, "poe"), "tool.poe")
    tox = table(tool, "tox")
    legacy = tox.get("legacy_tox_ini")
    if isinstance(legacy, str):
        start = text.find("legacy_tox_ini")
        units += tox_units(path, legacy, lines.at(max(start, 0)) + (text[start:].split("\n", 1)[0].rstrip().endswith(('"""', "'''"))))
    return [*units, *native_tox_units(path, lines, tox, "tool.tox.")]


def read_poe_tasks(path: str, text: str) -> list[Unit]:
    """poe_tasks.toml, which has what is below `tool.poe` elsewhere."""
    top = load_toml(text)
    return list(poe_units(path, Lines(text), table(top, "tool", "poe") or top, "tool.poe" if "tool" in top else ""))


def read_hatch(path: str, text: str) -> list[Unit]:
    """hatch.toml."""
    return list(_hatch(path, Lines(text), load_toml(text), ""))


def read_pixi(path: str, text: str) -> list[Unit]:
    """pixi.toml."""
    return list(_pixi(path, Lines(text), load_toml(text), ""))


def read_pipfile(path: str, text: str) -> list[Unit]:
    """The scripts of a Pipfile."""
    lines = Lines(text)
    units = []
    for name, value in table(load_toml(text), "scripts").items():
        line = lines.toml("scripts", name)
        target = value.get("call") if isinstance(value, dict) else value
        commands = (_module(target, line),) if isinstance(value, dict) and isinstance(target, str) else _shell(target, line)
        units.append(Unit("pipenv", name, path, line, folder_of(path), commands))
    return units


def read_setup(path: str, text: str) -> list[Unit]:
    """Entry points of setup.cfg and setup.py."""
    units = []
    for block in _SETUP_ENTRIES.finditer(text):
        for entry in _ENTRY.finditer(block[1].replace(",", "\n").replace("[", "\n")):
            line = text.count("\n", 0, text.find(entry[1], block.start())) + 1
            units.append(Unit("entry-point", entry[1], path, line, ".", (command(["python", "-m", entry[2]], line),)))
    return units


def _entry_points(path: str, lines: Lines, top: Mapping[str, Any]) -> Iterator[Unit]:
    for section in ("project.scripts", "project.gui-scripts", "tool.poetry.scripts"):
        for name, value in table(top, *section.split(".")).items():
            target = table(value).get("reference") or table(value).get("callable") if isinstance(value, dict) else value
            if isinstance(target, str):
                line = lines.toml(section, name)
                yield Unit("entry-point", name, path, line, ".", (_module(target, line),))


def _module(target: str, line: int) -> Command:
    """`package.module:function(...)` as the run of the module that holds the function."""
    found = _OBJECT.fullmatch(target)
    return command(["python", "-m", found[1] if found else target], line)


def _hatch(path: str, lines: Lines, hatch: Mapping[str, Any], prefix: str) -> Iterator[Unit]:
    """Scripts of an environment are named `environment:script`, those of the default one `script`."""
    for environment in table(hatch, "envs"):
        scripts = table(hatch, "envs", environment, "scripts")
        place = "" if environment == "default" else f"{environment}:"
        for name, value in scripts.items():
            line = lines.toml(f"{prefix}envs.{environment}.scripts", name)
            commands: list[Command] = []
            for text in strings(value):
                words = _ARGUMENTS.sub(lambda found: found[1] or "", text).removeprefix("- ").replace("{root}", ".")
                first = words.split()[:1]
                other = bool(first) and first[0] in scripts and first[0] != name
                commands += parse_shell(f"hatch run {place}{words}" if other else words, line)
            yield Unit("hatch", f"{place}{name}", path, line, folder_of(path), tuple(commands))


def _pdm(path: str, lines: Lines, scripts: Mapping[str, Any]) -> Iterator[Unit]:
    shared = table(scripts, "_", "env")
    for name, value in scripts.items():
        if name == "_":
            continue
        line = lines.toml("tool.pdm.scripts", name)
        fields = value if isinstance(value, dict) else {"cmd": value}
        commands = _shell(fields.get("cmd") or fields.get("shell"), line)
        if isinstance(fields.get("call"), str):
            commands += (_module(fields["call"], line),)
        for text in strings(fields.get("composite")):
            known = text.split()[:1] and text.split()[0] in scripts
            commands += parse_shell(f"pdm run {text}" if known else text, line)
        needs = tuple(around for around in (f"pre_{name}", f"post_{name}") if around in scripts)
        where = folder_in(folder_of(path), fields.get("working_dir"))
        yield Unit("pdm", name, path, line, where, commands, needs, environment=_environment({**shared, **table(fields, "env")}))


def _rye(path: str, lines: Lines, scripts: Mapping[str, Any]) -> Iterator[Unit]:
    for name, value in scripts.items():
        line = lines.toml("tool.rye.scripts", name)
        fields = value if isinstance(value, dict) else {"cmd": value}
        commands = _shell(fields.get("cmd"), line)
        if isinstance(fields.get("call"), str):
            commands += (_module(fields["call"], line),)
        for text in strings(fields.get("chain")):
            commands += parse_shell(f"rye run {text}", line)
        yield Unit("rye", name, path, line, folder_of(path), commands, environment=_environment(table(fields, "env")))


def _pixi(path: str, lines: Lines, top: Mapping[str, Any], prefix: str) -> Iterator[Unit]:
    groups = [f"feature.{name}." for name in table(top, "feature")] + [f"target.{name}." for name in table(top, "target")]
    for group in ["", *groups]:
        for name, value in table(top, *filter(None, group.split(".")), "tasks").items():
            line = lines.toml(f"{prefix}{group}tasks", name)
            fields = value if isinstance(value, dict) else {"depends-on": value} if isinstance(value, list) else {"cmd": value}
            depends = fields.get("depends-on") or fields.get("depends_on") or []
            needs = strings(depends) + [item["task"] for item in depends if isinstance(item, dict) and isinstance(item.get("task"), str)]
            where = folder_in(folder_of(path), fields.get("cwd"))
            commands = _shell(fields.get("cmd"), line)
            yield Unit("pixi", name, path, line, where, commands, tuple(needs), environment=_environment(table(fields, "env")))


def _taskipy(path: str, lines: Lines, tasks: Mapping[str, Any]) -> Iterator[Unit]:
    for name, value in tasks.items():
        line = lines.toml("tool.taskipy.tasks", name)
        fields = value if isinstance(value, dict) else {"cmd": value}
        needs = tuple(around for around in (f"pre_{name}", f"post_{name}") if around in tasks)
        where = folder_in(folder_of(path), fields.get("cwd"))
        yield Unit("taskipy", name, path, line, where, _shell(fields.get("cmd"), line), needs)


def _shell(value: Any, line: int) -> tuple[Command, ...]:
    """A command written as a shell text or as a list of words."""
    if isinstance(value, list):
        return parse_shell(shlex.join(map(str, value)), line) if value else ()
    return parse_shell(_ARGUMENTS.sub(lambda found: found[1] or "", value), line) if isinstance(value, str) else ()


def _environment(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items() if isinstance(value, (str, int, float))}
