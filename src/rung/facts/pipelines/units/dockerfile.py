"""Dockerfiles: what building each stage runs, and what its container starts."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

from rung.facts.pipelines.shell import parse_shell
from rung.facts.pipelines.types import Command, Unit
from rung.facts.pipelines.units.common import folder_of
from rung.regex import regex

_INSTRUCTION = regex(r"\s*([A-Za-z]+)\s+(.*)", re.DOTALL)
_OPTIONS = regex(r"(?:--[\w-]+(?:=\S+)?\s+)*")
_STAGE = regex(r"(?:--platform=\S+\s+)?(\S+)(?:\s+[Aa][Ss]\s+(\S+))?")
_PAIR = regex(r"([A-Za-z_]\w*)=(\"(?:[^\"\\]|\\.)*\"|'[^']*'|\S*)")
_HEREDOC = regex(r"<<-?\s*([\"']?)(\w+)\1")


@dataclass(slots=True)
class _Stage:
    name: str
    line: int
    needs: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    commands: list[Command] = field(default_factory=list)
    entrypoint: tuple[int, str] = (0, "")
    start: tuple[int, str] = (0, "")


def read_dockerfile(path: str, text: str) -> list[Unit]:
    """A unit for what building a stage runs, and `NAME:start` for its container's command; an unnamed stage has the file's path.

    The working folder inside the image is taken for the file's own folder, which is what is usually copied there.
    """
    stages: list[_Stage] = []
    arguments: dict[str, str] = {}
    for line, name, rest in _instructions(text):
        if name == "FROM" and (found := _STAGE.match(rest)):
            stages.append(_Stage(found[2] or path, line, [found[1]], dict(arguments)))
        elif name == "ARG":
            (stages[-1].variables if stages else arguments).update(_pairs(rest))
        elif stages:
            _instruction(stages[-1], line, name, rest)
    names = {stage.name for stage in stages}
    units: list[Unit] = []
    for stage in stages:
        needs = tuple(need for need in dict.fromkeys(stage.needs) if need in names and need != stage.name)
        last = stage is stages[-1]
        units.append(Unit("dockerfile", stage.name, path, stage.line, folder_of(path), tuple(stage.commands), needs, last, stage.variables))
        line, started = _started(stage)
        if started:
            commands = parse_shell(started, line, stage.variables)
            units.append(Unit("dockerfile", f"{stage.name}:start", path, line, folder_of(path), commands, environment=stage.variables))
    return units


def _instruction(stage: _Stage, line: int, name: str, rest: str) -> None:
    if name == "ENV":
        stage.variables.update(_pairs(rest))
    elif name == "RUN":
        rest = rest[_OPTIONS.match(rest).end() :] if _OPTIONS.match(rest) else rest  # type: ignore[union-attr]
        stage.commands += parse_shell(_shell_text(rest), line, stage.variables)
    elif name == "COPY":
        stage.needs += re.findall(r"--from=(\S+)", rest)
    elif name == "ENTRYPOINT":
        stage.entrypoint = (line, rest)
    elif name == "CMD":
        stage.start = (line, rest)


def _instructions(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, name and rest of each instruction; continuation lines keep their line ends, so that commands keep their lines."""
    lines = text.replace("\r\n", "\n").split("\n")
    at = 0
    while at < len(lines):
        first = at
        parts = [lines[at]]
        at += 1
        if not parts[0].strip() or parts[0].lstrip().startswith("#"):
            continue
        while parts[-1].rstrip().endswith("\\") and at < len(lines):
            comment = not lines[at].strip() or lines[at].lstrip().startswith("#")
            parts.append("\\" if comment else lines[at])
            at += 1
        whole = "\n".join(part.rstrip() for part in parts)
        found = _INSTRUCTION.fullmatch(whole)
        if not found:
            continue
        heredoc = _HEREDOC.search(found[2]) if found[1].upper() == "RUN" else None
        rest = found[2]
        if heredoc:
            end = next((i for i in range(at, len(lines)) if lines[i].strip() == heredoc[2]), len(lines))
            body = "\n".join(lines[at:end])
            alone = rest.strip() == heredoc[0]
            rest = f"\n{body}" if alone else f"{rest}\n{body}\n{heredoc[2]}"
            at = end + 1
        yield first + 1, found[1].upper(), rest


def _pairs(text: str) -> dict[str, str]:
    text = text.replace("\\\n", " ")
    found = {name: value.strip("\"'") for name, value in _PAIR.findall(text)}
    old = re.fullmatch(r"\s*([A-Za-z_]\w*)\s+(.+)", text, re.DOTALL)
    return found or ({old[1]: old[2].strip()} if old else {})


def _words(text: str) -> list[str] | None:
    """The words of an instruction in JSON form."""
    if not text.lstrip().startswith("["):
        return None
    try:
        words = json.loads(text.replace("\\\n", " "))
    except (ValueError, RecursionError):
        return None
    return words if isinstance(words, list) and all(isinstance(word, str) for word in words) else None


def _shell_text(text: str) -> str:
    words = _words(text)
    return text if words is None else shlex.join(words)


def _started(stage: _Stage) -> tuple[int, str]:
    """ENTRYPOINT and CMD together, as the container starts them."""
    line, entrypoint = stage.entrypoint
    if not entrypoint:
        return stage.start[0], _shell_text(stage.start[1]) if stage.start[1] else ""
    words = _words(entrypoint)
    arguments = _shell_text(stage.start[1]) if words is not None and stage.start[1] else ""
    return line, f"{_shell_text(entrypoint)} {arguments}".strip()
