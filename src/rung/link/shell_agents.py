"""Models that shell scripts and targets ask through a program's command line (`... -p "$prompt" --model "$MODEL"`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from rung.link.agents import ERRANDS
from rung.link.project import Project
from rung.regex import regex

HEREDOC = regex(r"<<-?[ \t]?[\"'\\]?([A-Za-z_]\w{0,30})")
COMMENT = regex(r"(?:^|\s)#(?!\{).*$")
# Where a command may begin on a line: at its start, behind a pipe, a bracket, a keyword or an assignment before it.
BEGINS = r"(?:^|[|;&(`!{]|\b(?:then|do|else|if|while|until|exec|time)\b|\$\()\s{0,20}(?:[A-Za-z_]\w{0,40}=\S{0,80}\s{1,4}){0,3}"
LAUNCHED = r"(?:(?:npx|bunx|uvx|env|sudo|command|timeout|nice|-y|--yes|exec|[\d.]{1,6}[smh]?)\s{1,4}){0,4}(?:[\w.~$/{}-]{1,60}/)?"
WORD = regex(r"\"[^\"\n]*\"?|'[^'\n]*'?|[^\s\"']+")
MODEL = regex(r"(?:^|\s)(?:--model|-m)[ =](\"[^\"\n]{1,80}\"|'[^'\n]{1,80}'|\S{1,80})")
VARIABLE = regex(r"\$\{?([A-Za-z_]\w*|\d)(?::?[-=]([^}]{0,80}))?")
LONGEST = 2000
TARGETS = ("make", "just", "task", "script")


class ShellCall(NamedTuple):
    """A place where a script or a target has a model asked; `model` as it is written, empty where none is."""

    path: str
    line: int
    program: str
    model: str
    alone: bool


class ShellAgents:
    """Finds such calls in shell scripts and in the targets of task runners."""

    def __init__(self, project: Project) -> None:
        self.project = project
        words = project.vocabulary["models"]
        self.names = frozenset(words["agent_commands"])
        self.ambiguous = frozenset(words["ambiguous_agent_commands"])
        self.plain = frozenset(words["plain_commands"])
        self.errands, self.asking = frozenset(words["agent_errands"]), frozenset(words["agent_asking"])
        named = "|".join(sorted(map(re.escape, self.names), key=len, reverse=True))
        self._command = regex(rf"{BEGINS}{LAUNCHED}(?P<program>{named})(?=[ \t])(?P<rest>[^\n]*)")

    @cached_property
    def texts(self) -> dict[str, str]:
        """The application's shell scripts and files of targets, where they are all that the application is, or no mere errands."""
        coded = any(self.project.is_application(p) for p in self.project.code)
        paths = dict.fromkeys(u.path for u in self.project.units if u.kind in TARGETS)
        own = (p for p in paths if self.project.is_application(p) and not p.startswith("."))
        return {p: self.project.text(p) or "" for p in own if not (coded and ERRANDS.search(p))}

    @cached_property
    def calls(self) -> list[ShellCall]:
        """The calls, in the order of place."""
        return [call for path in sorted(self.texts) for call in self._in_text(path, self.texts[path])]

    def _in_text(self, path: str, text: str) -> Iterator[ShellCall]:
        if not any(f"{name} " in text for name in self.names):
            return
        number, until, joined = 0, "", ""
        for line in text.split("\n"):
            number += 1
            if until:
                until = "" if line.strip() == until else until
                continue
            joined += line[:LONGEST]
            if line.endswith("\\") and len(joined) < LONGEST:
                joined = joined[:-1] + " "
                continue
            opened = HEREDOC.search(line)
            until = opened.group(1) if opened else ""
            found = self._command.search(COMMENT.sub("", joined).lstrip("\t @-"))
            if found and self._asks(found["program"], found["rest"]):
                model = MODEL.search(found["rest"])
                alone = "--max-turns 1 " in f"{found['rest']} "
                yield ShellCall(path, number, found["program"], model.group(1).strip("\"'") if model else "", alone)
            joined = ""

    def _asks(self, program: str, rest: str) -> bool:
        words = WORD.findall(rest)
        if not words or words[0] in self.errands:
            return False
        told = any(w.split("=")[0] in self.asking for w in words)
        return told or (program not in self.ambiguous and words[0][0] in "\"'$")

    def has_tools(self, call: ShellCall) -> bool:
        """Whether the program that is called works with tools until it has an answer, and does not just answer."""
        return call.program not in self.plain and not call.alone

    def choices(self) -> Iterator[tuple[ShellCall, str, str]]:
        """Calls that say which model they want, with how (literal or environment) and the model that is then the default."""
        for call in self.calls:
            variable = VARIABLE.search(call.model)
            if variable:
                yield call, "environment", (variable.group(2) or self._default(variable.group(1))).strip("\"'")
            elif call.model:
                yield call, "literal", call.model

    def _default(self, name: str) -> str:
        told = re.compile(rf"(?<!\w){re.escape(name)}(?::?[-=]|\s?[:?]?=[ \t]?)[\"']?([\w./:@-]{{2,80}})")
        return next((m.group(1) for text in self.texts.values() if (m := told.search(text))), "")

    def reads(self, path: str) -> bool:
        """Whether a script of those that have a model asked, or that call these, names a file or the folder that it stands in."""
        if not self.calls:
            return False
        folder, _, name = path.rpartition("/")
        ends = (f"/{name}", f"{folder.rpartition('/')[2]}/$", f"{folder.rpartition('/')[2]}/*")
        return any(any(e in text for e in ends) or f" {name}" in text for text in self.texts.values())
