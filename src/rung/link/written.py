"""Things that a model writes for an application: records that a function fills and stores once it has asked the model."""

from __future__ import annotations

from functools import cached_property

from rung.facts.code.source import Call, Source
from rung.link.asking import Asking
from rung.link.entities import Entity, snake
from rung.link.project import Project
from rung.regex import regex

SHORTEST = 3
PARTS = regex(r"[.:>\-\[\]()$?!@]+")
REFERENCE = regex(r"_?(?:id|uuid|ref|key)$")
OWNED = regex(r"^(?:self|this|db|session|prisma|objects|repository|repo|store)$")


class Written:
    """Tells whether a record of votes is about something that the application has a model write."""

    def __init__(self, project: Project, asking: Asking) -> None:
        self.project, self.asking = project, asking
        words = project.vocabulary["monitoring"]
        self.stores, self.other = regex(words["written"]), regex(words["not_written"])

    def is_rated(self, entity: Entity) -> bool:
        """Whether a field refers to what a function stores that has asked a model."""
        return any(singular(REFERENCE.sub("", n)) in self.things for n in entity.spaced)

    def is_written(self, entity: Entity) -> bool:
        """Whether records of a kind are what a function stores that has asked a model."""
        return singular(snake(entity.name)) in self.things

    @cached_property
    def things(self) -> frozenset[str]:
        """Names, in snake case and singular, of what is stored by functions after a model was asked."""
        found: set[str] = set()
        for path in sorted(self.asking.graph.leading):
            source = self.project.source(path) if self.project.is_application(path) else None
            asked = self._asked(source) if source else []
            for call in source.calls if source and asked else ():
                if self.stores.search(call.callee) and any(_is_before(source, a, call) for a in asked):
                    found |= {singular(snake(p)) for p in PARTS.split(call.callee)[:-1]}
        return frozenset(n for n in found if len(n) >= SHORTEST and not self.other.search(n) and not OWNED.search(n))

    def _asked(self, source: Source) -> list[Call]:
        """Calls that ask a model, also by a name that says little, where the file uses one with such a function that does."""
        leading = self.asking.graph.leading
        near = [t for t in sorted(self.asking.graph.touches(source.path)) if t in leading and t != source.path]
        names = {n for t in near for n in self.asking.names(t) if n}
        other = [c for c in source.calls if names and "." in c.callee and c.callee.rsplit(".", 1)[-1] in names]
        return [*self.asking.calls(source.path), *other]


def singular(name: str) -> str:
    """A noun in its singular, as far as its ending tells."""
    return f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s")


def _is_before(source: Source | None, asked: Call, call: Call) -> bool:
    """Whether a model is asked in the same function before a call, or within its arguments."""
    return source is not None and asked.function == call.function and asked is not call and asked.line <= call.end_line
