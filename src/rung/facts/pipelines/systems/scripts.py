"""Scripts of pipeline steps as commands, for the shells that steps are written in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from posixpath import basename

from rung.facts.pipelines.paths import ROOT_FOLDERS
from rung.facts.pipelines.shell import parse_shell
from rung.facts.pipelines.systems.document import Scalar, flatten
from rung.facts.pipelines.types import Command
from rung.regex import regex

POWERSHELL = frozenset({"pwsh", "powershell"})
BATCH = frozenset({"cmd", "bat", "batch"})
LANGUAGE = regex(r"(python|python3|node|perl|ruby|rscript|deno|bun|fsharp|csx)$")


def commands(script: object, environment: Mapping[str, str] | None = None, shell: str = "") -> tuple[Command, ...]:
    """The commands of a script, given as a scalar or a list of them that make one script; none where `shell` is a language."""
    words = shell.split()
    name = basename(words[0]).removesuffix(".exe").lower() if words else ""
    if LANGUAGE.match(name):
        return _of_python(script) if name.startswith("python") else ()
    lines, places = _lines([item for item in flatten(script) if isinstance(item, Scalar)] if script is not None else [])
    parsed = _parsed("\n".join(lines), {**ROOT_FOLDERS, **(environment or {})}, name)
    return tuple(moved(command, places[min(max(command.line, 1), len(places)) - 1]) for command in parsed) if places else ()


def _of_python(script: object) -> tuple[Command, ...]:
    """The commands that a program starts which a step holds."""
    from rung.facts.pipelines.units.programs import read_python

    items = [item for item in flatten(script) if isinstance(item, Scalar)]
    found = read_python("", "\n".join(items))
    return tuple(moved(c, items[0].first + (c.line - 1 if items[0].block else 0)) for c in found[0].commands) if found else ()


def _parsed(text: str, environment: Mapping[str, str], shell: str) -> Sequence[Command]:
    # imported here: the readers of units read YAML with this package
    if shell in POWERSHELL:
        from rung.facts.pipelines.units.powershell import parse_powershell

        return parse_powershell(text, environment=environment)
    if shell in BATCH:
        from rung.facts.pipelines.units.scripts import read_batch

        return read_batch("", text, environment)[0].commands
    return parse_shell(text, environment=environment)


def moved(command: Command, line: int) -> Command:
    """The same command on another line."""
    return Command(command.words, line, command.text, command.folder, command.environment)


def _lines(items: list[Scalar]) -> tuple[list[str], list[int]]:
    """The lines of all items, and the line of the file on which each stands: only literal blocks keep the file's own."""
    lines: list[str] = []
    places: list[int] = []
    for item in items:
        for offset, line in enumerate(item.split("\n")):
            lines.append(line)
            places.append(item.first + (offset if item.block else 0))
    return lines, places
