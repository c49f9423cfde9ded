"""build.gradle and build.gradle.kts: tasks that start programs or tests."""

from __future__ import annotations

import re
from dataclasses import replace

from rung.facts.pipelines.types import Command, Unit
from rung.facts.pipelines.units.common import command, folder_in, folder_of
from rung.regex import regex

_TASK = regex(
    r"(?:(?<![\w.])(?:tasks\.)?(?:register|create)\s*(?:<(?P<a>\w+)>)?\s*\(\s*[\"'](?P<b>[\w-]+)[\"']\s*(?:,\s*(?P<c>\w+)(?:::class(?:\.java)?|\.class)?\s*)?\)"
    r"|\btask\s*(?:<(?P<d>\w+)>)?\s*\(\s*[\"']?(?P<e>[\w-]+)[\"']?\s*(?:,\s*type\s*:\s*(?P<f>\w+)\s*)?\)"
    r"|\btask\s+(?P<g>[\w-]+)\s*(?:\(\s*type\s*:\s*(?P<h>\w+)\s*\))?"
    r"|\bval\s+(?P<i>\w+)\s+by\s+(?:tasks\.)?registering\s*(?:\(\s*(?P<j>\w+)::class\s*\))?"
    r"|(?<![\w.])(?:tasks\.)?named\s*(?:<(?P<k>\w+)>)?\s*\(\s*[\"'](?P<l>[\w-]+)[\"']\s*\)"
    r"|\bval\s+(?P<n>\w+)\s+by\s+(?:tasks\.)?getting\s*(?:\(\s*(?P<o>\w+)::class\s*\))?"
    r"|\btasks\.(?P<p>check|build|test|assemble)(?=\s*\{)"
    r"|^[ \t]*(?P<m>test|check|build)(?=\s*\{))\s*\{",
    re.MULTILINE,
)
_ATTACHED = regex(
    r"\b(?:tasks\.)?(?:(?:named|getByName|getByPath)\s*\(\s*[\"']:?([\w-]+)[\"']\s*\)|(\w+))(?:\.get\(\))?\.dependsOn\b\s*\(?\s*([^\n)]*)"
)
_SOURCES = regex(
    r"\btestClassesDirs\b[^\n]*?\bsourceSets(?:\s*\[\s*[\"'](\w+)[\"']|\.(?:(?:named|getByName)\([\"'])?(\w+))|\btestClassesDirs\b[^\n]*?\b(\w+)\.output"
)
_APPLICATION = regex(r"^application\s*\{", re.MULTILINE)
_LIFE_CYCLE = (("build", "check"), ("check", "test"))  # what the tasks that every build has stand for
_COMMENT = regex(r"(?<![:\"'])//[^\n]*|/\*.*?\*/", re.DOTALL)
_TEXT = regex(r"\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'")
_DEPENDS = regex(r"\bdependsOn\b\s*[=(]?\s*([^\n)]*)")
_NAME = regex(r"[\"']:?([\w:-]+)[\"']|\btasks\.(?:named\([\"'])?([\w-]+)|\b([a-z]\w+)\b")


def read_gradle(path: str, text: str) -> list[Unit]:
    """A unit for each task that runs a command (`Exec`), a main class (`java CLASS`) or tests (as JUnit's console would be called)."""
    plain = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text.replace("\r\n", "\n"))
    units = []
    for found in _TASK.finditer(plain):
        groups = found.groupdict()
        name = next((groups[key] for key in "begilmnp" if groups[key]), "")
        kind = next((groups[key] for key in "acdfhjko" if groups[key]), "") or ("Test" if name == "test" else "")
        body = plain[found.end() : _end(plain, found.end())]
        line = plain.count("\n", 0, found.start()) + 1
        working = re.search(r"\bworkingDir\b\s*+=?\s*+(?:\(|file\()?\s*+[\"']([^\"']+)", body)
        needs = tuple(dict.fromkeys(need for match in _DEPENDS.finditer(body) for need in _needs(match[1])))
        folder = folder_in(folder_of(path), working[1].replace("$projectDir/", "").replace("${projectDir}/", "") if working else None)
        units.append(Unit("gradle", name, path, line, folder, _commands(kind, body, line), needs))
    for found in _APPLICATION.finditer(plain):  # the plugin's task `run`
        body = plain[found.end() : _end(plain, found.end())]
        line = plain.count("\n", 0, found.start()) + 1
        units.append(Unit("gradle", "run", path, line, folder_of(path), _commands("", body, line)))
    return _joined(path, units, plain)


def _joined(path: str, units: list[Unit], text: str) -> list[Unit]:
    """One unit for each name, with what hangs on a task from elsewhere, and `check` and `build` with what these run of themselves."""
    made: dict[str, Unit] = {}
    for unit in units:
        old = made.get(unit.name)
        made[unit.name] = unit if old is None else _both(old, unit)
    for found in _ATTACHED.finditer(text):
        name = found[1] or found[2]
        line = text.count("\n", 0, found.start()) + 1
        more = Unit("gradle", name, path, line, folder_of(path), (), tuple(_needs(found[3])))
        made[name] = _both(made[name], more) if name in made else more
    for name, stands_for in reversed(_LIFE_CYCLE):
        if name not in made and stands_for in made and stands_for != "test":
            made[name] = Unit("gradle", name, path, made[stands_for].line, folder_of(path))
        if name in made:
            inner = command(["gradle", stands_for], made[name].line)
            made[name] = _both(made[name], Unit("gradle", name, path, made[name].line, folder_of(path), (inner,)))
    return list(made.values())


def _both(one: Unit, other: Unit) -> Unit:
    """A task that is told in two places."""
    commands = (*one.commands, *(c for c in other.commands if c.words not in [own.words for own in one.commands]))
    return replace(one, commands=commands, needs=tuple(dict.fromkeys((*one.needs, *other.needs))))


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
    own = _SOURCES.search(body)  # a set of sources of its own in place of the usual one
    return (command(["junit", *options, *([f"src/{own[1] or own[2] or own[3]}"] if own else [])], line),)
