"""Decisions that wait for a person: what a model proposed is shown with buttons in a messenger, or stored until somebody decides on it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Call, Source, Value
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.entities import snake
from rung.link.gates import Reach
from rung.link.project import Project
from rung.link.written import Written
from rung.regex import regex

NEAR = 12
SHORT = 60


class Decisions:
    """Facts of kind `safety-measure` for what is carried out only when a person has decided so."""

    def __init__(self, project: Project, asking: Asking, reach: Reach) -> None:
        self.project, self.asking, self.reach = project, asking, reach
        words = project.vocabulary["decisions"]
        self.buttons, self.handlers = regex(words["buttons"]), regex(words["handlers"])
        self.no, self.yes = regex(words["against"], re.IGNORECASE), regex(words["favour"], re.IGNORECASE)
        self.other = regex(words["other"], re.IGNORECASE)
        self.stored, self.kept = regex(words["stored"]), regex(words["kept"])
        self.acts, self.no_acts = regex(words["acts"]), regex(words["no_acts"])
        self.taken, self.released = regex(words["taken"]), regex(words["released"])
        self.written = Written(project, asking)

    def facts(self) -> Iterator[Fact]:
        """One measure a file."""
        glance = self.asking.uses.glance
        for path in sorted(self.reach.files):
            line = self._button(path) if glance.holds(path, "button") else 0
            if not line and path in self.asking.graph.leading and glance.holds(path, "proposal"):
                line = self._proposal(path)
            if not line and glance.holds(path, "release") and self.released.search(self.project.text(path) or ""):
                line = self._release(path)
            if line:
                yield self.project.fact("safety-measure", path, line, measure="approval", sides=["action"], tool="", function="")

    def _button(self, path: str) -> int:
        """The line of buttons for and against something that a function shows which has asked a model; 0 for none."""
        text = self.project.text(path) or ""
        found = list(self.buttons.finditer(text))
        source = self.project.source(path)
        if len({m.group() for m in found}) < 2:
            return self._pressed(source) if source else 0
        for match in found if source else ():
            line = text.count("\n", 0, match.start()) + 1
            said = [t.value for t in source.texts if abs(t.line - line) <= NEAR and len(t.value) < SHORT] if source else []
            if any(map(self.other.search, said)) or not any(map(self.no.search, said)):
                continue
            if source and self._shows_answer(source, line) and self._is_handled(path, [m.group(1) or m.group(2) or "" for m in found]):
                return line
        return 0

    def _pressed(self, source: Source) -> int:
        """The line where a function that has asked a model names one of two buttons, for and against, that the file takes presses of."""
        text = "\n".join(source.lines)
        lines = {text.count("\n", 0, m.start()) + 1: m[1] for m in self.taken.finditer(text)}
        ids = [i for i in lines.values() if not self.other.search(i)]
        yes = [i for i in ids if self.yes.search(i) and not self.no.search(i)]
        if not yes or not any(map(self.no.search, ids)):
            return 0
        shown = (t.line for t in source.texts if t.line not in lines and any(t.value.startswith(i) for i in yes))
        return next((line for line in shown if self._shows_answer(source, line)), 0)

    def _release(self, path: str) -> int:
        """The line where a function hands out what a model wrote once a person has released it; 0 for none."""
        source = self.project.source(path)
        asked = {_outermost(source, c.function) for c in self.asking.calls(path)} if source else set()
        for index, function in enumerate(source.functions if source else ()):
            body = "\n".join(source.lines[function.line - 1 : function.end_line]) if source else ""
            if not source or _outermost(source, index) in asked or not self.released.search(body):
                continue
            acting = [c for c in source.calls if function.line <= c.line <= function.end_line and self._acts(snake(c.callee))]
            if acting and self.written.things & set(re.findall(r"[a-z]+(?:_[a-z]+)*", snake(body))):
                return acting[0].line
        return 0

    def _shows_answer(self, source: Source, line: int) -> bool:
        """Whether the function around a line asked a model before, or is called by one that did."""
        inside = [i for i, f in enumerate(source.functions) if f.line <= line <= f.end_line]
        if not inside:
            return False
        first, last = min(source.functions[i].line for i in inside), max(source.functions[i].end_line for i in inside)
        if any(first <= c.line <= last for c in self.asking.calls(source.path)):
            return True
        names = {source.functions[i].name for i in inside} - {""}
        users = (p for p in (source.path, *self.asking.graph.used.get(source.path, ())) if p in self.asking.graph.leading)
        return any(self._hands_on(other, names) for p in users if (other := self.project.source(p)))

    def _hands_on(self, source: Source, names: set[str]) -> bool:
        """Whether a function asks a model and then calls one of these with something."""
        asked = {_outermost(source, c.function): c.line for c in reversed(self.asking.calls(source.path))}
        return any(
            c.callee.rsplit(".", 1)[-1] in names and c.arguments.items and c.line >= asked.get(_outermost(source, c.function), c.line + 1)
            for c in source.calls
        )

    def _is_handled(self, path: str, ids: list[str]) -> bool:
        """Whether code around the model takes what was pressed, by a button's name or all that is pressed."""
        for other in (path, *sorted(self.reach.files - {path})):
            text = self.project.text(other) or ""
            if self.handlers.search(text):
                return True
            if other != path and any(len(i) > 3 and f'"{i}' in text.replace("'", '"') for i in ids):
                return True
        return False

    def _proposal(self, path: str) -> int:
        """The line where what a model proposed is stored, if other code carries it out or drops it; 0 for none."""
        source = self.project.source(path)
        asked = {_outermost(source, c.function): c.line for c in reversed(self.asking.calls(path))} if source else {}
        for call in source.calls if source else ():
            entity = self._entity(call)
            if source and entity and call.line >= asked.get(_outermost(source, call.function), call.line + 1) and self._is_decided(entity):
                return call.line
        return 0

    def _acts(self, callee: str) -> bool:
        """Whether a call carries something out, and does not only keep what was decided."""
        return bool(self.acts.search(callee)) and not self.no_acts.search(callee) and not self.stored.search(callee)

    def _entity(self, call: Call) -> str:
        """What a call stores of things that wait for a decision; empty for none."""
        name = snake(call.callee)
        if match := self.stored.search(name):
            return match[1]
        texts = (v.text for v in _walk(call.arguments, 1) if v.kind in ("string", "template"))
        return next((m[1].lower() for t in texts if (m := self.kept.search(t))), "")

    def _is_decided(self, entity: str) -> bool:
        """Whether a file knows such things and both answers, and a function in it that speaks of them acts."""
        stem = entity.rstrip("s")
        for path in self.project.code:
            if not self.project.is_application(path):
                continue
            text = self.project.text(path) or ""
            if stem not in snake(text) or not (self.yes.search(text) and self.no.search(text)):
                continue
            source = self.project.source(path)
            for function in source.functions if source else ():
                body = "\n".join(source.lines[function.line - 1 : function.end_line]) if source else ""
                if stem in snake(body) and (self.no.search(body) or self.yes.search(function.name)):
                    calls = [c for c in source.calls if function.line <= c.line <= function.end_line] if source else []
                    if any(map(self._acts, {snake(c.callee) for c in calls})):
                        return True
        return False


def _outermost(source: Source, function: int) -> int:
    while function >= 0 and source.functions[function].parent >= 0:
        function = source.functions[function].parent
    return function


def _walk(value: Value, depth: int) -> Iterator[Value]:
    for item in value.items:
        yield item
        if depth:
            yield from _walk(item, depth - 1)
