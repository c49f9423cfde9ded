"""PowerShell: its plain command lines, whatever block they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from rung.facts.pipelines.shell import parse_shell
from rung.facts.pipelines.shell_words import TOP, join_folder
from rung.facts.pipelines.types import Command, Unit
from rung.facts.pipelines.units.common import folder_of
from rung.regex import regex

_BLOCK_COMMENT = regex(r"<#.*?#>", re.DOTALL)
_HERE_STRING = regex(r"@([\"'])[ \t]*\n.*?^\1@", re.DOTALL | re.MULTILINE)
_TEXT = regex(r"\"(?:[^\"`\n]|`.)*\"|'[^'\n]*'")
_CONTROL = regex(
    r"(?:[{}\s]+|(?:if|elseif|foreach|for|while|switch|else|try|catch|finally|function|param|do|begin|process|end)\b[^{]*(?:\{|$))+",
    re.IGNORECASE,
)
_ASSIGNMENT = regex(r"\$(?:env:|script:|global:)?(\w+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')\s*;?", re.IGNORECASE)
_JOINED = regex(
    r"\$(\w+)\s*=\s*\(?Join-Path\s+(?:-Path\s+)?[\"']?([^\"'\s]+)[\"']?\s+(?:-ChildPath\s+)?[\"']?([^\"'\s)]+)[\"']?\)?", re.IGNORECASE
)
_CAPTURE = regex(r"(?:\$[\w:.]+\s*=\s*)?(?:&\s*|Invoke-Expression\s+|iex\s+)?(?:\((?=\w))?", re.IGNORECASE)
_EVALUATED = regex(r"(?:Invoke-Expression|iex)\s+(?:-Command\s+)?(\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_STARTED = regex(r"Start-Process\s+(?:-FilePath\s+)?(\S+)(.*)", re.IGNORECASE)
_STARTED_WITH = regex(r"-(?:ArgumentList|Args)\s+(.*?)(?:\s-\w|$)", re.IGNORECASE)
_BEGINNING = regex(r"[\"'\w.$/\\]")
_EXPRESSION = regex(r"\$\w*[\s.\[+,=-]|\$[\w:]+$|\[")
_END = regex(r"(?:exit|return)\b", re.IGNORECASE)
_SCRIPT_FOLDER = regex(r"\$\{?PSScriptRoot\}?|\$\(\$?PSScriptRoot\)", re.IGNORECASE)


def read_powershell(path: str, text: str, given: Mapping[str, str]) -> list[Unit]:
    """A PowerShell script as a unit."""
    return [Unit("script", path, path, 1, ".", parse_powershell(_SCRIPT_FOLDER.sub(TOP + folder_of(path), text), 1, given))]


def parse_powershell(text: str, first_line: int = 1, environment: Mapping[str, str] | None = None) -> tuple[Command, ...]:
    """The external commands and cmdlets of a PowerShell text, as far as they stand on lines of their own; see `parse_shell`."""
    found: list[Command] = []
    variables: dict[str, str] = {}
    folder = ""
    for number, line, depth in _lines(text):
        stripped = line.lstrip("{} \t").rstrip()
        assignment = _ASSIGNMENT.fullmatch(stripped)
        if assignment:
            variables = {**variables, assignment[1]: assignment[2] or assignment[3] or ""}
            continue
        joined = _JOINED.fullmatch(stripped)
        if joined:
            base = variables.get(joined[2].lstrip("$"), joined[2])
            variables = {**variables, joined[1]: join_folder("", f"{base}/{joined[3]}".replace("\\", "/"))}
            continue
        if _END.match(stripped):
            if depth == 0:
                break
            continue
        known = {**(environment or {}), **variables}
        control = _CONTROL.match(line)
        for command in parse_shell(_as_shell(line[control.end() :] if control else line), first_line + number, known):
            found.append(replace(command, folder=join_folder(folder, command.folder) if command.folder else folder, environment=variables))
            if command.words[0].lower() in ("cd", "set-location", "push-location", "pushd") and len(command.words) > 1:
                folder = join_folder(folder, command.words[-1])
    return tuple(found)


def _lines(text: str) -> Iterator[tuple[int, str, int]]:
    """Number, text and depth of braces of each line, continuation lines joined."""
    plain = text.lstrip("\ufeff").replace("\r\n", "\n")
    for noise in (_BLOCK_COMMENT, _HERE_STRING):
        plain = noise.sub(lambda found: "\n" * found[0].count("\n"), plain)
    depth = 0
    joined, start = "", 0
    for number, line in enumerate(plain.split("\n")):
        start = start if joined else number
        if line.rstrip().endswith("`"):
            joined += line.rstrip()[:-1] + " "
            continue
        whole, joined = (joined + line).strip(), ""
        if not whole or whole.startswith("#"):
            continue
        bare = _TEXT.sub("", whole)
        yield start, whole, depth
        depth = max(0, depth + bare.count("{") + bare.count("(") - bare.count("}") - bare.count(")"))


def _as_shell(line: str) -> str:
    """A line as a shell would write it; "" for expressions of the language itself."""
    evaluated = _EVALUATED.match(line.strip())
    if evaluated:
        line = evaluated[1][1:-1]
    started = _STARTED.match(line.strip())
    if started:
        arguments = _STARTED_WITH.search(started[2])
        line = f"{started[1]} {_TEXT.sub(lambda found: found[0][1:-1], arguments[1]).replace(',', ' ') if arguments else ''}"
    closed = line.rstrip().rstrip(";").removesuffix("}").rstrip()
    opened = _CAPTURE.match(closed)
    text = closed[opened.end() :] if opened else closed
    text = text.removesuffix(")") if text.count(")") > text.count("(") else text
    bare = _TEXT.sub("", text)
    expression = _EXPRESSION.match(text) and not started
    if expression or not _BEGINNING.match(text) or bare.count("(") != bare.count(")") or "'" in bare or '"' in bare or "@(" in bare:
        return ""
    return re.sub(r"\$env:(\w+)", r"${\1}", text, flags=re.IGNORECASE)
