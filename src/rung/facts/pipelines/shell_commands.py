"""What a simple command does to the shell that reads it: built-ins, functions, `bash -c`; everything else is noted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rung.facts.pipelines.shell_words import Scope, join_folder
from rung.facts.pipelines.types import Command
from rung.regex import regex

if TYPE_CHECKING:
    from ast_grep_py import SgNode

    from rung.facts.pipelines.shell_run import Runner

SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh"})
_LONGEST_EVIDENCE = 200
_INERT = frozenset({"echo", "printf", "cat", "grep", "log", "info", "warn"})  # their arguments are text, never a command
_WRAPPERS = frozenset({"sudo", "env", "time", "nohup", "command", "exec", "nice", "xvfb-run", "timeout", "retry"})
_COMMAND_STRING = regex(r"-[a-z]*c")


def start(runner: Runner, words: list[str], lines: Sequence[int], nodes: Sequence[SgNode], scope: Scope) -> bool:
    """Run one simple command; `scope` holds the assignments before it. True when nothing after it runs."""
    while not runner.sound and len(words) > 1 and words[-1] in ("}", "{"):
        words.pop()
    name = words[0].rsplit("/", 1)[-1]
    if words[0] in runner.functions:
        return _call(runner, words)
    if name in ("exit", "return"):
        runner.returned = name == "return"
        return runner.sound
    if name == "shift":
        if "@" in runner.scope.arrays:
            runner.scope.arrays["@"] = runner.scope.arrays["@"][1:]
        return False
    if name == "eval" and len(words) > 1 and not words[1].startswith(("$", "`")):
        return runner.run_text(" ".join(words[1:]), lines[0])
    at = _command_string(words, name)
    if at is not None and _only_wrappers(words[: at - 1]):
        _nested(runner, words[at], lines[at], scope)
        return False
    runner.commands.append(Command(tuple(words), lines[0], _evidence(runner, nodes), runner.scope.folder, scope.own))
    if at is not None:
        _nested(runner, words[at], lines[at], scope)
    _move(runner, name, words)
    return name == "exec" and len(words) > 1


def _nested(runner: Runner, text: str, line: int, scope: Scope) -> None:
    runner.within(scope, lambda: runner.run_text(text, line))


def _command_string(words: Sequence[str], name: str) -> int | None:
    """Where the text of `bash -c TEXT` stands among the words, also behind `sudo`, `docker run IMAGE` and the like."""
    if name in _INERT:
        return None
    shell = False
    for i, word in enumerate(words[:-1]):
        if shell and _COMMAND_STRING.fullmatch(word):
            return i + 1
        shell = word.rsplit("/", 1)[-1] in SHELLS or (shell and word.startswith(("-", "+")))
    return None


def _only_wrappers(words: Sequence[str]) -> bool:
    """Whether the words before `-c` are the shell, its options and wrappers that say nothing themselves."""
    first = words[0].rsplit("/", 1)[-1] if words else ""
    return first in SHELLS or first in _WRAPPERS


def _call(runner: Runner, words: list[str]) -> bool:
    if words[0] in runner.calls:
        return False
    outer = runner.scope.arrays.get("@")
    runner.scope.arrays["@"] = tuple(words[1:])
    runner.calls.append(words[0])
    ended = runner.call(words[0]) and not runner.returned
    runner.calls.pop()
    runner.returned = False
    del runner.scope.arrays["@"]
    if outer is not None:
        runner.scope.arrays["@"] = outer
    return ended


def _move(runner: Runner, name: str, words: Sequence[str]) -> None:
    """`cd`, `pushd` and `popd`."""
    scope = runner.scope
    if name == "popd":
        scope.folder = runner.folders.pop() if runner.folders else scope.folder
    elif name in ("cd", "pushd", "Set-Location", "Push-Location"):
        targets = [word for word in words[1:] if not re.fullmatch(r"-[LPe]+|--|/d|-Path", word)]
        if name == "pushd":
            runner.folders.append(scope.folder)
        if targets and targets[0] == "-":
            scope.folder, runner.previous = runner.previous, scope.folder
        elif targets:
            runner.previous = scope.folder
            scope.folder = join_folder(scope.folder, targets[0])


def _evidence(runner: Runner, nodes: Sequence[SgNode]) -> str:
    """The command as written, on one line."""
    text = runner.reader.source[nodes[0].range().start.index : nodes[-1].range().end.index]
    return " ".join(text.replace("\\\n", " ").split())[:_LONGEST_EVIDENCE]
