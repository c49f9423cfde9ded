"""Middleware around a model's client: functions that hand on what they get to the client or the next link, and give back what it says."""

from __future__ import annotations

import re

from rung.facts.code.source import Source
from rung.link.project import Project
from rung.regex import regex


class Wrappers:
    """Tells which functions of a file stand around a model's client, and at which line they hand on."""

    def __init__(self, project: Project) -> None:
        self.project = project
        words = project.vocabulary["safety"]
        self.bases, self.inner = regex(words["wrappers"]), regex(words["inner_calls"])
        self.telling = regex(words["telling_inner_calls"])

    def of(self, source: Source) -> dict[int, int]:
        """The line of the call that hands on, by the index of the outermost function around it."""
        found: dict[int, int] = {}
        for call in source.calls:
            if call.function < 0 or not self.inner.search(call.callee):
                continue
            index = call.function
            while source.functions[index].parent >= 0 and not self.telling.search(call.callee):
                index = source.functions[index].parent
            owner = source.functions[index].owner
            based = any(c.name == owner and any(map(self.bases.search, c.bases)) for c in source.classes)
            if self.telling.search(call.callee) or (based and self.is_made(source, owner)):
                found[index] = min(call.line, found.get(index, call.line))
        return found

    def is_made(self, source: Source, name: str) -> bool:
        """Whether anything in the application names a class beside its own declaration."""
        word = re.compile(rf"\b{re.escape(name)}\b")
        if sum(len(word.findall(row)) for row in source.lines) > 1 + sum(f.name == name for f in source.functions):
            return True
        others = (p for p in self.project.code if p != source.path and self.project.is_application(p))
        return any(name in (text := self.project.text(p) or "") and word.search(text) for p in others)
