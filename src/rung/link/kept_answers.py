"""Records in which the application keeps what its model answered, told by what they are made with."""

from __future__ import annotations

import re
from functools import lru_cache

from rung.facts.code.source import Call, Source
from rung.link.asking import Asking
from rung.link.entities import snake
from rung.regex import regex

WORD = regex(r"[A-Za-z_]\w*")
ROUNDS = 2
LONGEST = 14  # lines of a call that are looked at


@lru_cache(50_000)
def plain_name(name: str) -> str:
    """A record's name in snake case and singular."""
    return snake(name.rsplit(".", 1)[-1]).removesuffix("s")


class KeptAnswers:
    """Follows answers within a function, and from there into a function that it hands them to."""

    def __init__(self, asking: Asking, stores: re.Pattern[str], judging: re.Pattern[str]) -> None:
        self.asking, self.stores, self.judging = asking, stores, judging
        self._known: dict[str, bool] = {}

    def holds_answer(self, name: str) -> bool:
        """Whether application code that asks a model makes or stores a record of this plain name with the answer."""
        if name not in self._known:
            self._known[name] = any(self._keeps(path, name) for path in sorted(self.asking.graph.leading))
        return self._known[name]

    def _keeps(self, path: str, name: str) -> bool:
        project = self.asking.project
        source = project.source(path) if project.is_application(path) and self.asking.calls(path) else None
        if source is None:
            return False
        handed: set[str] = set()
        for function in sorted({c.function for c in self.asking.calls(path)}):
            if self._is_judge(source, function):
                continue  # what it stores is its verdict
            answers, asked = self._answers(source, function)
            inside = [c for c in source.calls if c.function == function and not any(c is a for a in asked)]
            holding = [c for c in inside if answers & _words(source, c) or any(c.line <= a.line <= c.end_line for a in asked)]
            if any(self._stores(source, c, name) for c in holding):
                return True
            handed |= {c.callee.rsplit(".", 1)[-1] for c in holding}
        near = [path, *sorted(self.asking.graph.touches(path))]
        return any(self._stored_by(other, handed, name) for other in near if project.is_application(other))

    def _is_judge(self, source: Source, index: int) -> bool:
        function = source.functions[index] if index >= 0 else None
        return function is not None and bool(self.judging.search("\n".join(source.lines[function.line - 1 : function.end_line])))

    def _answers(self, source: Source, function: int) -> tuple[set[str], list[Call]]:
        """Names that hold an answer in a function, and the calls that ask for one."""
        asked = [c for c in self.asking.calls(source.path) if c.function == function]
        names: set[str] = set()
        for _ in range(ROUNDS):
            for a in source.assignments:
                last = max(a.line, a.value.line)
                row = "\n".join(source.lines[a.line - 1 : last]).partition("=")[2]
                if a.function == function and (any(a.line <= c.line <= last for c in asked) or names & set(WORD.findall(row))):
                    names |= set(WORD.findall(a.name.rsplit(".", 1)[-1]))
        return names, asked

    def _stores(self, source: Source, call: Call, name: str) -> bool:
        """Whether a call makes the record, or stores and names it."""
        if plain_name(call.callee) == name or any(plain_name(part) == name for part in call.callee.split(".")[:-1]):
            return True
        return bool(self.stores.search(call.callee)) and any(plain_name(w) == name for w in _words(source, call))

    def _stored_by(self, path: str, handed: set[str], name: str) -> bool:
        """Whether one of a file's functions, to which an answer is handed, stores the record with what it is handed."""
        source = self.asking.project.source(path)
        for index, function in enumerate(source.functions if source else ()):
            if source is None or function.name not in handed or not function.name:
                continue
            given = set(function.parameters) - {"self", "cls", "this"}
            if any(c.function == index and self._stores(source, c, name) and given & _words(source, c) for c in source.calls):
                return True
        return False


def _words(source: Source, call: Call) -> set[str]:
    """All that the lines of a call name."""
    return set(WORD.findall("\n".join(source.lines[call.line - 1 : min(call.end_line, call.line + LONGEST)])))
