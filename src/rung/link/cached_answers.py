"""Answers that the application's own code keeps and gives again, instead of asking the model a second time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Call, Function, Source
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.expression import Expression
from rung.link.project import Project
from rung.regex import regex

SPEAKS = Expression(r"[cC]ach[ei]|CACH[EI]|[mM]emoi[sz]e")
_KEPT = r"(?:[\w.]|->|::)*(?:cach[ei]|memo)\w*(?:\(\))?"
_TABLE = r"\w*(?:cache|memo)"
# A look into what is kept, and a way to keep something, on one line.
READS = regex(
    rf"(?i)\b{_KEPT}[?!]?(?:\.|->|::)_?(?:try_?)?(?:get|lookup|look_up|fetch|find|read|load|match|has|contains|search|peek)\w*\b"
    rf"|\bin\s+(?:\w+\.)?{_TABLE}\b|{_TABLE}\[|\b_?(?:get|lookup|fetch|find|read|load|check)\w*_?cache\w*\(|\.h?(?:get|fetch|getItem)\(\s*{_KEPT}"
)
WRITES = regex(
    rf"(?i)\b{_KEPT}[?!]?(?:\.|->|::)_?(?:set|put|store|save|write|add|insert|upsert|update|push|remember)\w*\b"
    rf"|{_TABLE}\[[^\]]{{1,120}}\]\s*=(?!=)|\b_?(?:set|put|store|save|write|add|update)\w*_?cache\w*\(|\.h?(?:set(?:ex|nx|_ex)?|put|setItem)\(\s*{_KEPT}"
)
# Both at once: what is kept under a key, or else what a block gives.
THROUGH = regex(r"(?i)(?:^|[.:_]|->)(?:fetch|remember\w*|get_?or_?\w+|get|wrap|compute\w*|run)$")
WRAPPER = regex(r"(?i)^(?:unstable_|with_?|use_?)?(?:cache[ds]?|cachified|memoi[sz]ed?)$")
DECORATOR = regex(
    r"(?i)(?:^|\.)(?:(?:lru|ttl|async|aio|disk|redis|file|simple|response)?_?_?cach(?:e[ds]?|eable|e_data|e_response)|a?lru_cache|memoi[sz]e)$"
)
# A conversation that is kept between turns, and what a request is made with: no answers that are given again.
OTHERS = regex(
    r"(?i)session|histor|conversation|thread_?id|chat_?id|user_?id|memory|token|embedd|cache_?control|prompt_?cach|\.clear\b|tenant|folder|client|config|template"
)
LEAVES = regex(r"\breturn\b|\bif\b|\bunless\b|\bwhen\b|\?\?|\bor\b|\|\||\belse\b|\bmatch\b")


class CachedAnswers:
    """Facts of kind `cached-answer`, one a file."""

    def __init__(self, project: Project, asking: Asking) -> None:
        self.project, self.asking = project, asking

    def facts(self) -> Iterator[Fact]:
        """Places where application code gives a kept answer in place of a new one."""
        for path in sorted(self.asking.graph.leading):
            if not self.project.is_application(path) or not SPEAKS.search(self.project.text(path) or ""):
                continue
            source = self.project.source(path)
            line = self._line(source, self.asking.calls(path)) if source else 0
            if line:
                yield self.project.fact("cached-answer", path, line)

    def _line(self, source: Source, asked: list[Call]) -> int:
        for call in asked:
            if line := self._within(source, call):
                return line
            inside = [f for f in source.functions if f.line <= call.line <= f.end_line]
            for function in inside:
                if self._is_decorated(function):
                    return function.line
                if line := self._around(source, function, call):
                    return line
        return 0

    @staticmethod
    def _is_decorated(function: Function) -> bool:
        """Whether a function whose answer depends on what it is given is kept by its decorator."""
        given = [p for p in function.parameters if p.split(":")[0].strip() not in ("self", "cls", "this")]
        return bool(given) and any(DECORATOR.search(d) for d in function.decorators)

    @staticmethod
    def _within(source: Source, asked: Call) -> int:
        """The line of a call that gives what is kept, or else runs the block in which the model is asked."""
        for call in source.calls:
            if call is asked or not call.line <= asked.line <= call.end_line:
                continue
            head, _, tail = re.sub(r"->|::", ".", call.callee).rpartition(".")
            through = WRAPPER.search(tail) or (THROUGH.search(tail) and re.search(r"(?i)cach[ei]|memo", head))
            if through and not OTHERS.search(source.lines[call.line - 1]):
                return call.line
        return 0

    @staticmethod
    def _around(source: Source, function: Function, asked: Call) -> int:
        """The line that looks for a kept answer, where a function leaves with it or else asks, and keeps what is answered."""
        before = range(function.line, asked.line)
        after = range(asked.line, function.end_line + 1)
        read = next((n for n in before if READS.search(source.lines[n - 1]) and not OTHERS.search(source.lines[n - 1])), 0)
        if not read or not any(LEAVES.search(source.lines[n - 1]) for n in range(read, asked.line)):
            return 0
        kept = any(WRITES.search(source.lines[n - 1]) and not OTHERS.search(source.lines[n - 1]) for n in after)
        return read if kept else 0
