"""Automated prompt optimization without a library: a loop has a model rewrite a prompt and keeps what an evaluation scores best."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Comparison, Source
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.data_files import locate
from rung.link.evaluation import Evaluation
from rung.link.project import Project
from rung.regex import regex

REWRITES = (
    r"(?:improv\w{0,5}|rewrit\w{0,4}|optimi[sz]\w{0,5}|refin\w{0,4}|revis\w{0,4}|rephras\w{0,4}|mutat\w{0,4}|better|vary"
    r"|variations?|crossover|combine)"
)
BETTER = regex(
    rf"\b{REWRITES}\b[^.!?]{{0,80}}\b(?:prompts?|instructions?|templates?)\b|\b(?:prompts?|instructions?|templates?)\b[^!?]{{0,160}}\b{REWRITES}\b",
    re.IGNORECASE,
)
SCORE = regex(
    r"(?<![a-z])(?:scores?|best|accuracy|acc|f1|fitness|loss|metric|after|before|rate|hits|correct|wins?|errors?)(?![a-z])", re.IGNORECASE
)
MEASURES = regex(r"score|accuracy|evaluat|fitness|pass_?rate|win_?rate|f1", re.IGNORECASE)  # functions that ask and measure
PICKS = regex(r"(?:^|\.)(?:max|min|sorted|sort|nlargest|nsmallest|idxmax|argmax)$")
PROMPT_FILE = regex(r"[\w./-]{1,80}\.(?:txt|md|j2|jinja2?|prompt|prompty|ya?ml)")
SHORTEST = 30


class Optimizing:
    """Facts of kind `optimization`."""

    def __init__(self, project: Project, asking: Asking, evaluations: list[Evaluation]) -> None:
        self.project, self.asking = project, asking
        self.evaluations = frozenset(e.path for e in evaluations)

    def facts(self) -> Iterator[Fact]:
        """At most one, of a file that is or uses an evaluation, or has a function of its own that scores answers."""
        graph = self.asking.graph
        for path in self.project.code:
            if path not in graph.leading or not self.project.is_application(path):
                continue
            text = self.project.text(path) or ""
            if "prompt" not in text.lower() and "instruction" not in text.lower():
                continue
            near = path in self.evaluations or not self.evaluations.isdisjoint(graph.glanced(path))
            if not near and not any(MEASURES.search(name) for name in self.asking.names(path)):
                continue
            source = self.project.source(path)
            line = self._line(source) if source else 0
            if line:
                yield self.project.fact("optimization", path, line)
                return

    def _line(self, source: Source) -> int:
        """The line of the loop in which candidates are scored and the best is kept; 0 where there is none."""
        if not any(BETTER.search(text) for text in self._texts(source)) or not self.asking.calls(source.path):
            return 0
        asked = {c.function for c in self.asking.calls(source.path)}
        callers = {source.functions[f].name for f in asked if f >= 0}
        kept = [c.line for c in source.comparisons if _by_score(c)]
        kept += [
            c.line for c in source.calls if PICKS.search(c.callee) and ("key" in c.arguments.keys or SCORE.search(_written(source, c.line)))
        ]
        for loop in source.loops:
            inside = [c for c in source.calls if loop.line <= c.line <= loop.end_line]
            asks = any(c.callee.rsplit(".", 1)[-1] in callers for c in inside) or any(c in inside for c in self.asking.calls(source.path))
            if loop.end_line > loop.line and asks and any(loop.line <= line <= loop.end_line for line in kept):
                return loop.line
        return 0

    def _texts(self, source: Source) -> Iterator[str]:
        """Long texts of a file and of those that it uses, and the files of prompts that it names."""
        beside = (s for t in sorted(self.asking.graph.touches(source.path)) if (s := self.project.source(t)))
        for where in (source, *beside):
            for text in where.texts:
                if len(text.value) >= SHORTEST:
                    yield text.value[:4000]
                elif PROMPT_FILE.fullmatch(text.value) and (target := locate(self.project, where.path, text.value)):
                    yield (self.project.text(target) or "")[:4000]


def _by_score(comparison: Comparison) -> bool:
    sides = f"{comparison.left} {comparison.right}"
    figures = any(re.fullmatch(r"-?[\d.]+", s.strip()) for s in (comparison.left, comparison.right))
    return comparison.operator in ("<", "<=", ">", ">=") and not figures and bool(SCORE.search(sides.replace("_", " ")))


def _written(source: Source, line: int) -> str:
    return source.lines[line - 1].replace("_", " ")
