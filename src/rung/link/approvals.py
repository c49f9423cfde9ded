"""A person's consent between the model and an action: code asks before it runs, sends or writes what the model proposed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Call, Source, Value
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.direct import owners
from rung.link.entities import snake
from rung.link.expression import Expression
from rung.link.gates import Reach
from rung.link.project import Project
from rung.regex import regex

HOPS = 4
LITERAL = ("string", "number", "boolean", "null")
# The field by which a terminal's prompt asks for yes or no.
CONFIRMS = "IsConfirm"


class Approvals:
    """Facts of kind `safety-measure` for questions that a program asks a person before an action of the model's."""

    def __init__(self, project: Project, asking: Asking, reach: Reach) -> None:
        self.project, self.asking, self.reach = project, asking, reach
        words = project.vocabulary["approvals"]
        self.speaks = Expression(f"{words['speaks']}|{words['tells']}")
        self.confirms = regex(words["confirms"])
        self.reads = regex(words["reads"])
        self.questions = regex(words["questions"], re.IGNORECASE)
        self.actions = regex(words["actions"])
        self.no_actions = regex(words["no_actions"])
        self.models = regex(words["models"])
        self.pending = regex(words["pending"])
        self.requests = regex(words["requests"])
        self.subjects = regex(words["subjects"])
        self.no_subjects = regex(words["no_subjects"])
        self.refused = regex(words["refused"], re.IGNORECASE)
        self.flags = regex(words["flags"])
        self.answers, self.said = regex(words["answers"]), regex(words["said"], re.IGNORECASE)
        self.weak_actions = regex(words["weak_actions"])
        self.changes = regex(words["changes"], re.IGNORECASE)
        self.given = regex(words["given"])
        self.askers = regex(words["askers"])
        self.labelled = regex(words["labelled"], re.IGNORECASE)
        self.records = regex(words["records"])
        self.tells = Expression(words["tells"])
        self.wanted, self.decided = regex(words["wanted"]), regex(words["decided"])

    def facts(self) -> Iterator[Fact]:
        """One measure a file, in files that lead to a model or are used by one that does."""
        glance = self.asking.uses.glance
        around = {*self.asking.graph.near, *self.asking.graph.leading, *self.reach.files}
        for path in self.project.code:
            if not self.project.is_application(path):
                continue
            line, leave = 0, glance.holds(path, "leave") and self.speaks.search(self.project.text(path) or "") is not None
            if path in around and glance.holds(path, "acting") and (leave or glance.holds(path, "consent")):
                source = self.project.source(path)
                line = self._asked(source) if source else 0
            if not line and leave and (path in around or self.tells.search(self.project.text(path) or "")):
                source = self.project.source(path)
                line = self._waits(source, around=path in around) if source else 0
            if line:
                name = self._name(self.project.source(path), line) if line else ""
                yield self.project.fact("safety-measure", path, line, measure="approval", sides=["action"], tool="", function=name)

    def _name(self, source: Source | None, line: int) -> str:
        """The function that asks at a line, or the innermost named one around it."""
        calls = [c for c in source.calls if self.confirms.search(c.callee) or self.requests.search(snake(c.callee))] if source else []
        for call in sorted(calls, key=lambda c: c.line != line):
            return call.callee.rsplit(".", 1)[-1]
        inside = [f for f in source.functions if f.name and f.line <= line <= f.end_line] if source else []
        return max(inside, key=lambda f: f.line).name if inside else ""

    def _waits(self, source: Source, *, around: bool) -> int:
        """The line of a request for leave to act, or of a record of one; 0 for none."""
        for declared in source.classes:
            if self.records.search(snake(declared.name)):
                own = [snake(a.name.rsplit(".", 1)[-1]) for a in source.assignments if a.owner == declared.name and a.function < 0]
                if any(self.wanted.search(n) for n in own) and any(self.decided.search(n) for n in own):
                    return declared.line
        for text in source.texts:
            if self.flags.search(text.value):
                return text.line
        if not around:
            return 0
        for call in source.calls:
            if self.requests.search(snake(call.callee)) and self._is_about_action(source, call):
                return call.line
            if self.answers.search(snake(call.callee)) and any(
                self.said.search(v.text) for v in _all(call.arguments, 3) if v.kind == "string"
            ):
                return call.line
        return 0

    def _is_about_action(self, source: Source, call: Call) -> bool:
        """Whether leave is asked for a tool, a command or an edit, and something is said for the case that it is refused."""
        told = snake(" ".join((call.callee, *(w for v in _all(call.arguments, 3) for w in (v.text, *v.keys)))))
        if self.no_subjects.search(told):
            return False
        function = source.functions[call.function] if call.function >= 0 else None
        around = snake(" ".join((function.name, function.owner, *function.parameters))) if function else ""
        first, last = _span(source, call.function)
        refused = any(self.refused.search(row) for row in source.lines[max(0, call.line - 1) : min(last, call.line + 25)])
        return bool(self.subjects.search(told) or self.subjects.search(around)) and (refused or last - first < 8)

    def _asked(self, source: Source) -> int:
        """The line of a question that stands before an action, in a function on the way to or from a model; 0 for none."""
        for call in source.calls:
            if self.pending.search(snake(call.callee.rsplit(".", 1)[-1])) and any(
                v.kind == "mapping" and v.keys for v in call.arguments.items
            ):
                return call.line
        leads = source.path in self.asking.graph.leading
        questions = [c for c in source.calls if self._is_question(source, c)]
        for call in questions:  # a function that is told of a tool or a command, asks, and leaves it to its caller to act
            if call.function >= 0 and any(self.given.search(snake(p)) for p in source.functions[call.function].parameters):
                return call.line
        if not leads:  # a module of a tool, say: what is done must be what was handed to it
            return next((c.line for c in questions if c.function >= 0 and self._acts_after(source, c, given=True)), 0)
        wanted = self._near_model(source) if questions else frozenset()
        loose = any(c.function < 0 for c in self._asking(source))  # a script that asks the model outside of all functions
        for call, asked in self._handed(source, questions):
            near = set(owners(source, call.function)) & wanted or (loose and call.function < 0)
            if near and self._acts_after(source, call):
                return asked.line
        about = [c for c in questions if self._is_about_change(source, c)]
        for call in about:
            if any(self.askers.search(snake(n)) for n in owners(source, call.function)):
                return call.line
        wanted = self._near_model(source, HOPS) if about else frozenset()
        for call, asked in self._handed(source, about, HOPS):
            if set(owners(source, call.function)) & wanted and (
                self._acts_after(source, call) or (self._has_answer(source, call) and self._writes_after(source, call))
            ):
                return asked.line
        return 0

    @staticmethod
    def _handed(source: Source, questions: list[Call], hops: int = 1) -> list[tuple[Call, Call]]:
        """(call, question) for the questions, for calls of the functions that ask them, and in further steps of those that call these."""
        found = [(q, q) for q in questions]
        wave = {n: q for q in reversed(questions) for n in owners(source, q.function) if n}
        known = set(wave)
        for _ in range(hops if wave else 0):
            calls = [(c, wave[tail]) for c in source.calls if (tail := c.callee.rsplit(".", 1)[-1]) in wave]
            found += calls
            wave = {n: q for c, q in reversed(calls) for n in owners(source, c.function) if n and n not in known}
            known |= wave.keys()
        return found

    def _is_about_change(self, source: Source, call: Call) -> bool:
        """Whether a question names what is done with what the model wrote: these changes, this command, a new file."""
        first, last = _span(source, call.function)
        asked = [v.text for v in _all(call.arguments, 3) if v.kind in ("string", "template")]
        near = [t.value for t in source.texts if first <= t.line <= last and call.line - 3 <= t.line <= call.line + 1]
        return any(self.changes.search(t) for t in (*asked, *near))

    def _has_answer(self, source: Source, call: Call) -> bool:
        """Whether a model was asked before a call in the same function, or the function was handed something to ask about."""
        first, _ = _span(source, call.function)
        if any(first <= c.line <= call.line and c is not call for c in self._asking(source)):
            return True
        inside = {n for c in self._asking(source) for n in owners(source, c.function)}
        function = source.functions[call.function] if call.function >= 0 else None
        handed = function is not None and bool(function.owner or set(function.parameters) - {"self", "cls", "this"})
        return function is not None and handed and function.name not in inside

    def _asking(self, source: Source) -> list[Call]:
        return [*self.asking.calls(source.path), *(c for c in source.calls if self.models.search(snake(c.callee)))]

    def _writes_after(self, source: Source, call: Call) -> bool:
        """Whether a file is written or a query executed after a call, with something that is no literal, there or by a function called."""
        _, last = _span(source, call.function)
        acts = [c for c in source.calls if self.weak_actions.search(c.callee) and any(v.kind not in LITERAL for v in c.arguments.items)]
        actors = {n for c in acts for n in owners(source, c.function)} - {""}
        return any(call.line <= c.line <= last for c in acts) or any(
            call.line < c.line <= last and c.callee.rsplit(".", 1)[-1] in actors and any(v.kind not in LITERAL for v in c.arguments.items)
            for c in source.calls
        )

    def _near_model(self, source: Source, hops: int = 1) -> frozenset[str]:
        """Functions of a file that lead to a model, and those that they call with what they got."""
        leading = self.asking.names(source.path) | {n for c in self._asking(source) for n in owners(source, c.function)}
        leading -= {""} if any(f.parent < 0 for f in source.functions) else set()
        named = {f.name for f in source.functions if f.name}
        for _ in range(hops):
            called = {c.callee.rsplit(".", 1)[-1] for c in source.calls if set(owners(source, c.function)) & leading}
            leading = leading | (called & named)
        return frozenset(leading)

    def _is_question(self, source: Source, call: Call) -> bool:
        """Whether a call asks a person for consent: a confirmation, or a key or line that is read after a question of that kind."""
        asked = [v.text for v in call.arguments.items if v.kind in ("string", "template")]
        if self.confirms.search(call.callee):
            return not asked or any(self.questions.search(t) for t in asked)
        if not self.reads.search(call.callee):
            return False
        first, last = _span(source, call.function)
        near = [t.value for t in source.texts if first <= t.line <= last and t.line >= call.line - 15 and t.line <= call.line + 10]
        if any(self.questions.search(t) for t in (*asked, *near) if len(t) < 200):
            return True
        around = source.lines[max(first, call.line - 8) - 1 : call.line]  # a prompt that is a confirmation by a field of its own
        return any(CONFIRMS in row for row in around) and any(self.labelled.search(t) for t in (*asked, *near) if len(t) < 200)

    def _is_action(self, call: Call) -> bool:
        return bool(self.actions.search(call.callee) or self.actions.search(snake(call.callee)))

    def _acts_after(self, source: Source, call: Call, *, given: bool = False) -> bool:
        """Whether something is run, sent or written after a call in the same function; `given`: something that is no literal."""
        _, last = _span(source, call.function)
        after = [c for c in source.calls if call.line <= c.line <= last and c is not call and self._is_action(c)]
        if given:
            after = [c for c in after if any(v.kind in ("name", "template", "list", "call") for v in c.arguments.items[:2])]
        return any(not any(v.kind == "string" and self.no_actions.search(v.text) for v in c.arguments.items) for c in after)


def _span(source: Source, function: int) -> tuple[int, int]:
    """The lines of the outermost function around a place."""
    while function >= 0 and source.functions[function].parent >= 0:
        function = source.functions[function].parent
    return (source.functions[function].line, source.functions[function].end_line) if function >= 0 else (1, len(source.lines))


def _all(value: Value, depth: int) -> Iterator[Value]:
    """An expression and the ones that it is made of."""
    yield value
    for item in value.items if depth else ():
        yield from _all(item, depth - 1)
