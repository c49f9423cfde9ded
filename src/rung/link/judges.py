"""Judges of the project's own: modules with a prompt that asks a model for a score, and what hands answers to them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from rung.facts.code.source import Source, Value
from rung.link.asking import Asking
from rung.link.graph import Graph
from rung.link.metrics import of_names
from rung.link.panels import panel
from rung.link.project import Project
from rung.link.rubrics import asked_for, judges, judges_in, named_criteria
from rung.link.web import CALL as WEB_CALL
from rung.regex import regex

EVALUATES = regex(
    r"(?:^|[/_.-])(?:evals?|evaluations?|evaluate|bench|benchmarks?|judges?|grad(?:er|ers|ing)|quality)(?:[/_.-]|$)", re.IGNORECASE
)
JUDGES = regex(
    r"(?:^|\.)_*(?:llm_?)?(?:judge|grade)(?:$|_\w+$|[A-Z]\w*$)|_(?:as|with)_judge$|(?:^|[._])judge\.(?:evaluate|score|run|assess|rate|grade)\w*$"
)
EACH = regex(r"(?:^|\.)(?:map|forEach|each|apply|imap|Select|ForEach|gather|all|\w*[eE]ach\w*)$")
# What is named after judging, in any spelling: `judge`, `grade_answer`, `JUDGE_PROMPT`, `AnswerGrader`, `scoreFaithfulness`.
JUDGING = regex(
    r"(?<![a-z])(?:judg\w*|grad(?:e|er|ing)s?|scor(?:e|er|ing)|rat(?:e|er|ing)|evaluat\w*|assess\w*|critic|rubric|verdict|referee|examiner)(?![a-z])",
    re.IGNORECASE,
)
WORD = regex(r"[A-Za-z_]\w{2,80}")
VALUES_DEEP = 2


class Judges:
    """Finds the judges that an evaluation uses, whatever client they ask a model through."""

    def __init__(self, project: Project, graph: Graph, asking: Asking) -> None:
        self.project, self.graph, self.asking = project, graph, asking

    def line(self, source: Source) -> int:
        """The line at which an evaluation hands answers to a judge of the project, one after the other; 0 when it does not."""
        if of_panel := panel(self.project, self.asking, source):
            return min(line for _, line in of_panel.values())
        if not EVALUATES.search(source.path) or not (source.loops or any(EACH.search(c.callee) for c in source.calls)):
            return 0
        found = next((c.line for c in source.calls if JUDGES.search(c.callee)), 0)
        return found if found and (judges(self.project, source) or any(True for _ in self._modules(source.path))) else 0

    def away(self, source: Source) -> int:
        """The line at which an evaluation asks a judge that stands among the application's code; 0 when it does not."""
        if not self._of_application(source):
            return 0
        asked = self.asking.calls(source.path)
        telling = (c.line for c in asked if says_judging(" ".join(source.lines[c.line - 1 : c.end_line])))
        return next(telling, asked[-1].line)

    def metrics(self, source: Source) -> dict[str, tuple[str, int]]:
        """Advanced metrics that judges score which an evaluation imports from beside it."""
        found: dict[str, tuple[str, int]] = {}
        for module in self._modules(source.path):
            for metric, line in of_names(self.project, module).items():
                found.setdefault(metric, (module.path, line))
        return found

    def criteria(self, source: Source) -> dict[str, tuple[str, int]]:
        """Criteria that the judges of an evaluation score one by one: its own judge's, and those of the modules that it imports."""
        found = panel(self.project, self.asking, source) | named_criteria(self.project, source)
        for module in self._modules(source.path):
            found = named_criteria(self.project, module) | found
        for metric, place in self._of_application(source).items():
            found.setdefault(metric, place)
        return found

    def _of_application(self, source: Source) -> dict[str, tuple[str, int]]:
        """Criteria of judges that stand among the application's code: what the evaluation calls or hands on besides what answers."""
        own = {f.name for f in source.functions}
        answering = [c for c in self.asking.calls(source.path) if (t := c.callee.rsplit(".", 1)[-1]) not in own and not says_judging(t)]
        if not answering:
            return {}  # what it asks is the judge alone: an application that grades
        words = set(WORD.findall("\n".join(source.lines)))
        found: dict[str, tuple[str, int]] = {}
        for prompt, place in self._prompts(source.path, words):
            for metric, where in asked_for(self.project, prompt, place).items():
                found.setdefault(metric, where)
        return found

    def _prompts(self, path: str, words: set[str], deep: int = 1) -> Iterator[tuple[str, tuple[str, int]]]:
        """Judges' prompts that these words of a file mean: constants of the files it uses, and what their functions and classes hold."""
        for target in sorted(self.graph.touches(path)):
            module = self.project.source(target) if self.project.is_application(target) else None
            if module is None:
                continue
            for assignment in module.assignments:
                if assignment.function < 0 and assignment.name in words:
                    yield from (
                        (t, (target, assignment.line)) for t in _texts(assignment.value, assignment.name, VALUES_DEEP) if judges_in(t)
                    )
            declared = [(f.name, f.line, f.end_line) for f in module.functions] + [(c.name, c.line, c.end_line) for c in module.classes]
            for name, first, last in declared:
                if name not in words or not says_judging(name):
                    continue
                yield from ((t.value, (target, t.line)) for t in module.texts if first <= t.line <= last and judges_in(t.value))
                inside = set(WORD.findall("\n".join(module.lines[first - 1 : last])))
                here = [a for a in module.assignments if a.function < 0 and a.name in inside]
                yield from ((t, (target, a.line)) for a in here for t in _texts(a.value, a.name, VALUES_DEEP) if judges_in(t))
                if deep:
                    yield from self._prompts(target, inside, deep - 1)

    def _modules(self, path: str) -> Iterator[Source]:
        """Modules with a judge's prompt that a file imports from its own folder, one below or one beside it."""
        above = posixpath.dirname(posixpath.dirname(path))
        for target in sorted(self.graph.touches(path)):
            near = target.startswith(f"{above}/") if above else True
            source = self.project.source(target) if near and EVALUATES.search(target) else None
            if source and judges(self.project, source) and not self._is_evaluated(path, target):
                yield source

    def _is_evaluated(self, path: str, target: str) -> bool:
        """Whether what judges is itself what an evaluation runs (an application that grades): elsewhere, and all that is asked."""
        other, source = self.project.source(target), self.project.source(path)
        beside = posixpath.dirname(target).startswith(posixpath.dirname(path)) or not self.project.is_application(target)
        if beside or other is None or source is None or any(WEB_CALL.search(c.callee) for c in source.calls):
            return False
        asked = {c.callee.rsplit(".", 1)[-1] for c in self.asking.calls(path)} - {f.name for f in source.functions}
        return bool(asked) and asked <= {f.name for f in other.functions}


def says_judging(name: str) -> bool:
    """Whether a name says that something judges."""
    return bool(JUDGING.search(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)))


def _texts(value: Value, name: str, deep: int) -> Iterator[str]:
    """Texts that are named after judging: of a constant, or of an entry in a table."""
    if value.kind in ("string", "template"):
        if says_judging(name):
            yield value.text
        return
    for key, item in zip(value.keys or ("",) * len(value.items), value.items, strict=False):
        if deep:
            yield from _texts(item, key if value.kind == "mapping" else name, deep - 1)
