"""build.gradle and build.gradle.kts: tasks that start programs or tests."""

from __future__ import annotations

import re

from rung.facts.pipelines.types import Command, Unit
from rung.facts.pipelines.units.common import command, folder_in, folder_of

_TASK = re.compile(
    r"(?:\btasks\.(?:register|create)\s*(?:<(?P<a>\w+)>)?\s*\(\s*[\"'](?P<b>[\w-]+)[\"']\s*(?:,\s*(?P<c>\w+)(?:::class(?:\.java)?|\.class)?\s*)?\)"
    r"|\btask\s*(?:<(?P<d>\w+)>)?\s*\(\s*[\"']?(?P<e>[\w-]+)[\"']?\s*(?:,\s*type\s*:\s*(?P<f>\w+)\s*)?\)"
    r"|\btask\s+(?P<g>[\w-]+)\s*(?:\(\s*type\s*:\s*(?P<h>\w+)\s*\))?"
    r"|\bval\s+(?P<i>\w+)\s+by\s+tasks\.registering\s*(?:\(\s*(?P<j>\w+)::class\s*\))?"
    r"|\btasks\.named\s*(?:<(?P<k>\w+)>)?\s*\(\s*[\"'](?P<l>[\w-]+)[\"']\s*\)"
    r"|^(?P<m>test)(?=\s*\{))\s*\{",
    re.MULTILINE,
)
_COMMENT = re.compile(r"(?<![:\"'])//[^\n]*|/\*.*?\*/", re.DOTALL)
_TEXT = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'")
_DEPENDS = re.compile(r"\bdependsOn\b\s*[=(]?\s*([^\n)]*)")
_NAME = re.compile(r"[\"']:?([\w:-]+)[\"']|\btasks\.(?:named\([\"'])?([\w-]+)|\b([a-z]\w+)\b")


def read_gradle(path: str, text: str) -> list[Unit]:
    """A unit for each task that runs a command (`Exec`), a main class (`java CLASS`) or tests (as JUnit's console would be called)."""
    plain = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text.replace("\r\n", "\n"))
    units = []
    for found in _TASK.finditer(plain):
        groups = found.groupdict()
        name = next((groups[key] for key in "begilm" if groups[key]), "")
        kind = next((groups[key] for key in "acdfhjk" if groups[key]), "") or ("Test" if name == "test" else "")
        body = plain[found.end() : _end(plain, found.end())]
        line = plain.count("\n", 0, found.start()) + 1
        working = re.search(r"\bworkingDir\b\s*+=?\s*+(?:\(|file\()?\s*+[\"']([^\"']+)", body)
        needs = tuple(dict.fromkeys(need for match in _DEPENDS.finditer(body) for need in _needs(match[1])))
        folder = folder_in(folder_of(path), working[1].replace("$projectDir/", "").replace("${projectDir}/", "") if working else None)
        units.append(Unit("gradle", name, path, line, folder, _commands(kind, body, line), needs))
    return units


def _end(text: str, start: int) -> int:
    """Where the block ends whose opening brace stands before `start`."""
    depth = 1
    for found in re.compile(r"[{}]").finditer(text, start):
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return found.start()
    return len(text)


def _needs(text: str) -> list[str]:
    return [found[0].lstrip(":") or found[1] or found[2] for found in _NAME.findall(text) if (found[0] or found[1] or found[2]) != "listOf"]


def _texts(text: str) -> list[str]:
    return [found[0] or found[1] for found in _TEXT.findall(text)]


def _setting(body: str, name: str) -> list[str]:
    """The texts that a property is set to or a method is called with."""
    found = re.search(rf"\b{name}\b\s*(?:=|\()?\s*((?:listOf\s*\(|mutableListOf\s*\(|\[|\()?[^\n\])]*(?:\n(?=\s*[\"'])[^\n\])]*)*)", body)
    return _texts(found[1]) if found else []


def _commands(kind: str, body: str, line: int) -> tuple[Command, ...]:
    words = _setting(body, "commandLine") or _setting(body, "executable") + _setting(body, "args") if kind != "JavaExec" else []
    if words:
        return (command(words, line),)
    main = _setting(body, "mainClass") or _setting(body, r"mainClass\.set") or _setting(body, "main")
    if main:
        return (command(["java", main[0], *_setting(body, "args")], line),)
    if kind != "Test":
        return ()
    options = [word for tag in _setting(body, "includeTags") for word in ("--include-tag", tag)]
    options += [word for tag in _setting(body, "excludeTags") for word in ("--exclude-tag", tag)]
    options += [word for name in _setting(body, "includeTestsMatching") for word in ("--include-classname", name)]
    return (command(["junit", *options], line),)
