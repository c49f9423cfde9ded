"""Tasks of Poe the Poet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rung.facts.pipelines.shell import parse_shell
from rung.facts.pipelines.types import Command, Unit
from rung.facts.pipelines.units.common import Lines, command, folder_in, folder_of, strings, table
from rung.regex import regex

_SCRIPT = regex(r"\s*([\w.]+)")
_DEEPEST = 5


def poe_units(path: str, lines: Lines, poe: Mapping[str, Any], section: str) -> Iterator[Unit]:
    """A unit for each task; a reference to another task is the command `poe NAME`. Includes are units named `include:PATH`."""
    prefix = f"{section}." if section else ""
    tasks = table(poe, "tasks")
    for name, value in tasks.items():
        line = lines.toml(f"{prefix}tasks", name)
        fields = value if isinstance(value, dict) else {}
        needs = tuple(item.split()[0] for item in strings(fields.get("deps")) if item.split())
        where = folder_in(folder_of(path), fields.get("cwd"))
        kind = "sequence" if isinstance(value, list) else str(poe.get("default_task_type") or "cmd")
        environment = {key: str(item) for key, item in {**table(poe, "env"), **table(fields, "env")}.items() if isinstance(item, str)}
        yield Unit("poe", name, path, line, where, _commands(value, kind, line), needs, environment=environment)
    included = poe.get("include")
    for item in included if isinstance(included, list) else [included]:
        target = item.get("path") if isinstance(item, dict) else item
        if isinstance(target, str):
            yield Unit("poe", f"include:{target}", path, lines.toml(section, "include"), folder_of(path))


def _commands(value: Any, kind: str, line: int, depth: int = 0) -> tuple[Command, ...]:
    if depth > _DEEPEST:
        return ()
    if isinstance(value, dict):
        found: tuple[Command, ...] = ()
        inner = str(value.get("default_item_type") or "ref")
        for key in ("cmd", "shell", "script", "sequence", "parallel", "ref", "switch"):
            if key in value:
                found += _commands(value[key], inner if key in ("sequence", "parallel") else key, line, depth + 1)
        return found
    if isinstance(value, list):
        items = "ref" if kind in ("sequence", "parallel", "cmd", "switch") else kind
        return tuple(found for item in value for found in _commands(item, items, line, depth + 1))
    if not isinstance(value, str):
        return ()
    if kind == "ref":
        return (command(["poe", *value.split()], line),) if value.split() else ()
    if kind == "script":
        found_module = _SCRIPT.match(value)
        return (command(["python", "-m", found_module[1]], line),) if found_module else ()
    return parse_shell(value if kind == "shell" else " ".join(value.split()), line)
