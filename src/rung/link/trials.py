"""Trials of harm: scripts that put requests to the application one after the other and have each answer judged as harmful or not."""

from __future__ import annotations

import re

from rung.facts.code.source import Call, Source
from rung.link.asking import Asking
from rung.link.direct import owners
from rung.link.expression import Expression
from rung.link.project import Project
from rung.link.second_opinions import SecondOpinions
from rung.regex import regex

EACH = regex(r"(?:^|\.)(?:map\w*|forEach|each\w*|apply|imap|Select|ForEach\w*|gather|all|for_each|flatMap|filter|reduce)$")
# What a script does that serves, or that hands on what it was answered.
SERVES = regex(
    r"(?:^|\.)(?:serve|listen|ListenAndServe|uvicorn\.run|FastAPI|Flask|createServer|HandleFunc|input|readline|ReadLine|gets|prompt"
    r"|send\w*|post|publish|reply_text|insert\w*|upsert\w*|save|create_all)$"
)
# What counts the answers that were bad.
TALLY = regex(
    r"\w\s{0,2}\+\+|\+=\s{0,2}(?:1\b|int\(|\w+\s{0,2}\?)|\bsum\(|\.count\b|\.filter\(|\.append\(|\.push\(|<<\s|\.len\(\)|\bsys\.exit\(|\bexit\("
)
FAR = 15


class Trials:
    """Tells where a file of the repository is such a trial."""

    def __init__(self, project: Project, asking: Asking, opinions: SecondOpinions) -> None:
        self.project, self.asking, self.opinions = project, asking, opinions
        self.harms = Expression(project.vocabulary["safety"]["trial_subjects"], re.IGNORECASE)
        self._known: dict[str, int] = {}

    def line(self, path: str) -> int:
        """The line at which a trial has an answer judged; 0 where a file is none."""
        if path not in self._known:
            self._known[path] = self._line(path)
        return self._known[path]

    def _line(self, path: str) -> int:
        graph, glance = self.asking.graph, self.asking.uses.glance
        if path not in graph.leading or not (glance.holds(path, "measure") or glance.holds(path, "verdict")):
            return 0
        if any(self.project.is_application(u) for u in graph.used.get(path, ())):
            return 0
        near = [t for t in (path, *sorted(graph.glanced(path))) if self.opinions.functions(t, through=True)]
        told = (t for t in near if self.harms.search(self.project.text(t) or ""))
        judges = {n for t in told for n in self.opinions.functions(t, through=True)}
        source = self.project.source(path) if judges and TALLY.search(self.project.text(path) or "") else None
        if source is None or any(SERVES.search(c.callee) for c in source.calls):
            return 0
        asked = [c for c in self.asking.calls(path) if c.callee.rsplit(".", 1)[-1] not in judges]
        for call in source.calls:
            if call.callee.rsplit(".", 1)[-1] in judges and any(self._before(source, a, call) for a in asked):
                return call.line
        return 0

    @staticmethod
    def _before(source: Source, asked: Call, call: Call) -> bool:
        """Whether both calls stand in one loop over something, or in a function called in one; the judging after the asking."""
        if not (asked.line <= call.line <= asked.end_line + FAR) or not call.arguments.items:
            return False
        if _repeats(source, asked.line, call.end_line):
            return True
        name = owners(source, call.function)[0] if call.function == asked.function else ""
        return bool(name) and any(c.callee == name and _repeats(source, c.line, c.end_line) for c in source.calls)


def _repeats(source: Source, first: int, last: int) -> bool:
    """Whether what stands on these lines is done for each of several things."""
    if any(loop.line <= first and last <= loop.end_line for loop in source.loops):
        return True
    return any(EACH.search(c.callee) and c.line <= first and last <= c.end_line for c in source.calls)
