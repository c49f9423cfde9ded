"""A person's consent between the model and an action: code asks before it runs, sends or writes what the model proposed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Call, Source
from rung.facts.fact import Fact
from rung.link.asking import Asking, owners
from rung.link.entities import snake
from rung.link.project import Project


class Approvals:
    """Facts of kind `safety-measure` for questions that a program asks a person before an action of the model's."""

    def __init__(self, project: Project, asking: Asking) -> None:
        self.project, self.asking = project, asking
        words = project.vocabulary["approvals"]
        self.confirms = re.compile(words["confirms"])
        self.reads = re.compile(words["reads"])
        self.questions = re.compile(words["questions"], re.IGNORECASE)
        self.actions = re.compile(words["actions"])
        self.no_actions = re.compile(words["no_actions"])
        self.models = re.compile(words["models"])
        self.pending = re.compile(words["pending"])

    def facts(self) -> Iterator[Fact]:
        """One measure a file, in files that lead to a model."""
        glance = self.asking.uses.glance
        for path in sorted({*self.asking.graph.near, *self.asking.graph.leading}):
            if not self.project.is_application(path) or not (glance.holds(path, "consent") and glance.holds(path, "acting")):
                continue
            source = self.project.source(path)
            line = self._asked(source) if source else 0
            if line:
                yield self.project.fact("safety-measure", path, line, measure="approval", sides=["action"], tool="")

    def _asked(self, source: Source) -> int:
        """The line of a question that stands before an action, in a function on the way to or from a model; 0 for none."""
        for call in source.calls:
            if self.pending.search(snake(call.callee.rsplit(".", 1)[-1])) and any(
                v.kind == "mapping" and v.keys for v in call.arguments.items
            ):
                return call.line
        leads = source.path in self.asking.graph.leading
        questions = [c for c in source.calls if self._is_question(source, c)] if leads else []
        wanted = self._near_model(source) if questions else frozenset()
        askers = {n for c in questions for n in owners(source, c.function)} - {""}
        handed = [c for c in source.calls if c.callee.rsplit(".", 1)[-1] in askers] if askers else []
        for call in (*questions, *handed):
            if set(owners(source, call.function)) & wanted and self._acts_after(source, call):
                return call.line
        return 0

    def _near_model(self, source: Source) -> frozenset[str]:
        """Functions of a file that lead to a model, and those that they call with what they got."""
        asking = [*self.asking.calls(source.path), *(c for c in source.calls if self.models.search(snake(c.callee)))]
        leading = self.asking.names(source.path) | {n for c in asking for n in owners(source, c.function)}
        leading -= {""} if any(f.parent < 0 for f in source.functions) else set()
        named = {f.name for f in source.functions if f.name}
        called = {c.callee.rsplit(".", 1)[-1] for c in source.calls if set(owners(source, c.function)) & leading}
        return frozenset(leading | (called & named))

    def _is_question(self, source: Source, call: Call) -> bool:
        """Whether a call asks a person for consent: a confirmation, or a key or line that is read after a question of that kind."""
        asked = [v.text for v in call.arguments.items if v.kind in ("string", "template")]
        if self.confirms.search(call.callee):
            return not asked or any(self.questions.search(t) for t in asked)
        if not self.reads.search(call.callee):
            return False
        first, last = _span(source, call.function)
        near = [t.value for t in source.texts if first <= t.line <= last and t.line >= call.line - 15 and t.line <= call.line + 10]
        return any(self.questions.search(t) for t in (*asked, *near) if len(t) < 200)

    def _acts_after(self, source: Source, call: Call) -> bool:
        """Whether something is run, sent or written after a call in the same function."""
        _, last = _span(source, call.function)
        after = [c for c in source.calls if call.line <= c.line <= last and c is not call and self.actions.search(c.callee)]
        return any(not any(v.kind == "string" and self.no_actions.search(v.text) for v in c.arguments.items) for c in after)


def _span(source: Source, function: int) -> tuple[int, int]:
    """The lines of the outermost function around a place."""
    while function >= 0 and source.functions[function].parent >= 0:
        function = source.functions[function].parent
    return (source.functions[function].line, source.functions[function].end_line) if function >= 0 else (1, len(source.lines))
