"""Which side of the model a measure protects: what is handed to it, and whether that comes before the model is asked or after."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Call, Source, Value
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.direct import owners
from rung.link.project import Project
from rung.regex import regex

DEPTH = 4


class Sides:
    """Tells for the use of a measure whether it looks at the input, at the output or at both."""

    def __init__(self, project: Project, asking: Asking) -> None:
        self.project, self.asking = project, asking
        words = project.vocabulary["safety"]
        self.answers, self.questions = regex(words["answers"], re.IGNORECASE), regex(words["questions"], re.IGNORECASE)

    def of(self, use: Fact) -> list[str]:
        """The sides that a use protects: those of its tool, and the output where the tool is called with an answer as well."""
        sides = list(use.fields["protects"] or ["input"])
        path, tool = use.location.path, str(use.fields["tool"])
        source = self.project.source(path) if sides == ["input"] and path in self.asking.graph.leading else None
        if source is None or use.fields["via"] not in ("call", "import", "host"):
            return sides
        calls = [c for c in source.calls if self.is_of(c, tool)]
        if not calls and use.fields["via"] != "import":  # told by an address or a path in a text
            calls = [c for c in source.calls if c.line <= use.location.line <= c.end_line]
        found = self.of_calls(source, calls)
        return found if len(found) > 1 else sides

    def of_calls(self, source: Source, calls: list[Call]) -> list[str]:
        """The sides that calls of a file look at, themselves or where the functions around them are called."""
        found = {self.side(source, c) for c in calls}
        wrappers = {n for c in calls for n in owners(source, c.function)} - {""}
        for other in self._users(source.path, wrappers):
            of_wrappers = [c for c in other.calls if c.callee.rsplit(".", 1)[-1] in wrappers]
            found |= {self.side(other, c) for c in of_wrappers}
            names = {n for c in of_wrappers if not self._asks_beside(other, c) for n in owners(other, c.function)} - {"", *wrappers}
            found |= {self.side(other, c) for c in other.calls if c.callee.rsplit(".", 1)[-1] in names}
        return sorted(found - {""})

    def side(self, source: Source, call: Call) -> str:
        """`input` or `output`, told by what is handed to a call, else by its place; empty where neither tells."""
        asking = [c for c in self.asking.calls(source.path) if c.function == call.function and c is not call]
        given = {v.text for v in _walk(call.arguments, DEPTH) if v.kind in ("call", "name")}
        if any(c.callee in given and call.line <= c.line <= call.end_line for c in asking):
            return "output"  # handed the answer right where it is asked for
        if side := self.told(" ".join(v.text for v in _walk(call.arguments, DEPTH))):
            return side
        asked = [c.line for c in asking]
        return ("output" if call.line > min(asked) else "input") if asked else ""

    def _asks_beside(self, source: Source, call: Call) -> bool:
        return any(c.function == call.function and c is not call for c in self.asking.calls(source.path))

    def told(self, text: str) -> str:
        """`input` or `output`, by the words of a text; empty where they don't tell."""
        answers, questions = len(self.answers.findall(text)), len(self.questions.findall(text))
        return "" if answers == questions else "output" if answers > questions else "input"

    def is_of(self, call: Call, tool: str) -> bool:
        """Whether a call is one of a tool's, by its name or by a keyword."""
        catalogue = self.project.catalogue
        keywords = (*call.arguments.keys, *(k for v in call.arguments.items for k in v.keys))
        return any(m.tool.id == tool for m in catalogue.calls.find(call.callee)) or any(
            t.id == tool for k in keywords if k for t in catalogue.keywords.get(k, ())
        )

    def _users(self, path: str, names: set[str]) -> Iterator[Source]:
        """The file of some functions, and the files that lead to a model and name one of them."""
        for user in (path, *self.asking.graph.used.get(path, ())) if names else ():
            text = self.project.text(user) or ""
            if user in self.asking.graph.leading and self.project.is_application(user) and any(n in text for n in names):
                source = self.project.source(user)
                if source is not None:
                    yield source


def _walk(value: Value, depth: int) -> Iterator[Value]:
    """An expression and the ones that it is made of."""
    yield value
    for item in value.items if depth else ():
        yield from _walk(item, depth - 1)
