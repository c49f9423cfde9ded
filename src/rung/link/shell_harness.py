"""Harnesses that are shell scripts: a loop lets the application work on tasks, runs tests on what it made, and counts what passes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from rung.link.commands import command_tools
from rung.link.configurations import LAUNCHERS
from rung.link.evaluation import Evaluation
from rung.link.project import Project
from rung.regex import regex

LOOP = regex(r"^\s*(?:for\s+\w+\s+in\b|while\s+(?:IFS=\S*\s+)?read\b)", re.MULTILINE)
COUNTS = regex(
    r"\b(?:pass(?:ed)?|solved|resolved|success(?:es)?|correct|score)\b\w*\s*(?:=|\+\+|:)|\(\(\s*(?:pass(?:ed)?|solved|score)", re.IGNORECASE
)


def shell_harnesses(project: Project, hinted: re.Pattern[str], programs: Collection[str], leading: Collection[str]) -> Iterator[Evaluation]:
    """Scripts at paths that are hinted at; `programs` ask a model, and so do the files that are leading."""
    asking = {*programs, *project.vocabulary["models"]["agent_commands"]}
    seen: set[str] = set()
    for unit in project.units:
        if unit.path in seen or not unit.path.endswith((".sh", ".bash")) or not hinted.search(unit.path) or not project.is_own(unit.path):
            continue
        seen.add(unit.path)
        text = project.text(unit.path) or ""
        if not LOOP.search(text) or not COUNTS.search(text):
            continue
        commands = [(_plain(c.words), c.line) for c in unit.commands]
        asks = any(words and (words[0] in asking or any(w.lstrip("./") in leading for w in words)) for words, _ in commands)
        tests = [line for words, line in commands if words and _is_test(project, words)]
        if asks and tests:
            yield Evaluation(unit.path, tests[0], "script", metrics={"accuracy": (unit.path, tests[0])}, own_prompts=True)


def _is_test(project: Project, words: list[str]) -> bool:
    return any(tool.category == "test-runner" for tool in command_tools(project.catalogue, words[0], words[1:]))


def _plain(words: Collection[str]) -> list[str]:
    """A command's words without what only launches it."""
    found = [w for w in words if "=" not in w or w.startswith("-")]
    while found and (found[0] in LAUNCHERS or found[0] in ("timeout", "if", "then", "!", "(") or found[0].isdigit()):
        found = found[1:]
    return found
