"""Earthfiles: targets that run commands in containers."""

from __future__ import annotations

import re

from rung.facts.pipelines.shell import parse_shell
from rung.facts.pipelines.types import Command, Unit
from rung.facts.pipelines.units.common import command, folder_of
from rung.regex import regex

_TARGET = regex(r"([a-z][\w-]*):\s*(?:#.*)?")
_INSTRUCTION = regex(r"\s+(RUN|BUILD|FROM|COPY|SAVE IMAGE|DO|WITH DOCKER)\b\s*(.*)", re.DOTALL)
_SECRET = regex(r"--(?:secret|mount|cache|privileged|ssh|push|no-cache|network)(?:=\S+|\s+[A-Z][\w=+./-]*)?\s+")
_REFERENCE = regex(r"(?<!\S)(\+[\w-]+)")


def read_earthfile(path: str, text: str) -> list[Unit]:
    """A unit `+NAME` for each target: what it runs, and the targets of the file that it builds on; pushed images are pushed."""
    units: list[Unit] = []
    name, line = "", 0
    commands: list[Command] = []
    needs: list[str] = []

    def done() -> None:
        if name:
            units.append(Unit("earthly", f"+{name}", path, line, folder_of(path), tuple(commands), tuple(dict.fromkeys(needs))))

    rows = text.replace("\r\n", "\n").split("\n")
    at = 0
    while at < len(rows):
        first, row = at + 1, rows[at]
        while row.rstrip().endswith("\\") and at + 1 < len(rows):
            at += 1
            row += "\n" + rows[at]
        at += 1
        found = _TARGET.fullmatch(row)
        instruction = _INSTRUCTION.fullmatch(row)
        if found:
            done()
            name, line, commands, needs = found[1], first, [], []
        elif instruction and name:
            needs += _REFERENCE.findall(instruction[2].replace("/", " "))
            if instruction[1] == "RUN":
                commands += parse_shell(_SECRET.sub("", instruction[2] + " ").strip(), first)
            elif instruction[1] == "SAVE IMAGE" and "--push" in instruction[2]:
                commands.append(command(["docker", "push", instruction[2].split()[-1]], first))
    done()
    return units
