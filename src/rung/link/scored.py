"""What scores answers: calls of evaluation tools, and comparisons and functions of a harness of the project's own."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from rung.facts.catalogue import Tool, glob_matches
from rung.facts.code.source import Call, Comparison, Source
from rung.link import metrics as scoring
from rung.link.asking import Asking
from rung.link.graph import Graph
from rung.link.marking import SCORER
from rung.link.project import Project
from rung.link.rubrics import judge_file
from rung.link.tried import tried, trying
from rung.link.uses import Uses
from rung.link.verdict_schemas import verdict_line
from rung.regex import regex
from rung.repository import Role

SCORE_CALL = regex(
    r"(?:^|\.)(?:ratio|SequenceMatcher|rouge\w*|bleu\w*|compute|sentence_bleu|levenshtein\w*|distance|cosine\w*|similarity|f1_score|accuracy_score|"
    r"precision_score|recall_score|classification_report|startsWith|startswith|includes|contains|search|match|test|equals|EqualFold|HasPrefix|MatchString"
    r"|str_contains|preg_match|similar_text|jaro\w*|partial_ratio|token_set_ratio|containsMatchIn|is_?match)$",
    re.IGNORECASE,
)
RUBY_LOOKS = ("include", "match", "start_with", "end_with", "casecmp")  # Ruby's, without the question mark
GRADES = regex(r"evaluat|judge|(?<!up)grade|score|rate_", re.IGNORECASE)
MODULE = regex(
    r"(?:^|/)[\w-]*(?:scor(?:e|er|ers|ing)|metrics?|grad(?:e|er|ers|ing)|judges?|checks?|checkers?|evaluators?|assertions?|matchers?|verif(?:y|ier|ication))[\w-]*(?:/[\w-]+)?\.\w+$",
    re.IGNORECASE,
)
# What is compared with something is no answer's content: where the program stands, how a call or a process ended, that something came back.
NO_ANSWER = regex(
    r"__name__|\.argv|None\b|null\b|\bnil\b|status|finish_reason|\.type\b|\.role\b|(?:return|exit)_?code|len\(|\.length\b|\.size\(\)"
    r"|^\s*(?:\"\"|''|``)\s|\s(?:\"\"|''|``)\s*$|[\"'](?:exit|quit|q|__main__)[\"']",
    re.IGNORECASE,
)
# A key of a mapping, looked for among what stands in it (`"rubric_grading" in results`).
KEY = regex(r"[\"'][a-z]+(?:_[a-z]+)+[\"']")
# In these languages a name is taken with its whole namespace, so it can't be told from an import whose it is.
BY_NAMESPACE = ("csharp", "java", "ruby", "rust", "go")


EVALUATION = frozenset({"evaluation"})
# Modules of a tool from which what goes with its cases is taken, and nothing that scores.
HELPERS = regex(
    r"\.(?:constants?|types?|typing|utils?|helpers?|data|data_?structures?|schemas?|test_?sets?|synthesi\w+|docker\w*|versions?)(?:\.|$)"
)


def evaluation_tools(uses: Uses, path: str) -> list[Tool]:
    """The evaluation tools that a source file uses."""
    by_id = uses.catalogue.by_id
    return [by_id[f.fields["tool"]] for f in uses.in_source(path) if f.fields["category"] in EVALUATION and f.fields["via"] != "host"]


def _asks_for_key(comparison: Comparison) -> bool:
    return comparison.operator in ("in", "not in") and bool(KEY.fullmatch(comparison.left.strip()))


def scores(project: Project, call: Call, tools: Sequence[Tool], source: Source) -> bool:
    """Whether a call is of one of the evaluation tools that its file uses."""
    tail = call.callee.rsplit(".", 1)[-1]
    for tool in tools:
        if any(m.tool.id == tool.id for m in project.catalogue.calls.find(call.callee)):
            return True
        imported = {
            alias or name for i in source.imports for name, alias in i.names if tool in _import_tools(project, source, i.module, name)
        }
        if {call.callee, tail} & imported or call.callee.split(".")[0] in imported:
            return True
        if source.language in BY_NAMESPACE:
            if any(glob_matches(glob, t) for glob in tool.entry.get("metrics", {}) for t in (call.callee, tail)):
                return True
        elif _of_module(project, call, tail, tool, source):
            return True
    return False


def _of_module(project: Project, call: Call, tail: str, tool: Tool, source: Source) -> bool:
    """A call of a module that was imported as a whole (`harness.evaluate(...)`)."""
    if "calls" in tool.entry or "." not in call.callee:
        return False
    wanted = tool.strings("names")
    if wanted and not any(glob_matches(w, tail) for w in wanted):
        return False
    heads = [i.alias or i.module for i in source.imports if not i.names and tool in _import_tools(project, source, i.module, tail)]
    return any(call.callee.startswith(f"{head}.") for head in heads)


def _import_tools(project: Project, source: Source, module: str, name: str) -> tuple[Tool, ...]:
    modules = project.catalogue.imports.get(source.language)
    found = (*modules.find(module), *modules.find(f"{module}.{name}")) if modules else ()
    if not HELPERS.search(module):
        return found
    return tuple(t for t in found if any(glob_matches(glob, name) for glob in (*t.entry.get("metrics", {}), *t.strings("names"))))


class Harness:
    """Finds where a harness of the project's own scores answers."""

    def __init__(self, project: Project, graph: Graph, asking: Asking) -> None:
        self.project, self.graph, self.asking = project, graph, asking

    def score_line(self, source: Source) -> int:
        """The line where an answer is compared with what was expected, or judged; 0 when nothing is."""
        for comparison in source.comparisons:
            sides = f"{comparison.left} {comparison.right}"
            if (
                comparison.operator in ("==", "!=", "in", "not in", "===", "!==")
                and re.search(
                    r"expect|label|answer|truth|reference|gold|target|ideal|solution|correct|actual|output|response|result|reply|completion|predict|pred\b|generated|keyword|\bgot\b|\bwant\b|\[[\"']\w+[\"']\]",
                    sides,
                    re.IGNORECASE,
                )
                and not NO_ANSWER.search(sides)
                and not _asks_for_key(comparison)
            ):
                return comparison.line
        asking = {id(c) for c in self.asking.calls(source.path)}
        scorers = self.scorers(source)
        asked = [c for c in source.calls if id(c) in asking]
        own = {f.name for f in source.functions if SCORER.search(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", f.name))} if asked else set()
        answers = {a.name for a in source.assignments if any(a.line <= c.line <= a.value.line for c in asked)}
        for call in source.calls:
            tail = call.callee.rsplit(".", 1)[-1]
            if id(call) in asking and (GRADES.search(tail) or scoring.named(self.project, tail)):
                return call.line
            if tail in scorers or (call.callee in own and self._handed(source, call, answers)):
                return call.line
            if source.language == "ruby" and tail in RUBY_LOOKS and call.callee.partition(".")[0] in answers:
                return call.line
            if SCORE_CALL.search(call.callee) and not re.match(r"^(?:re|os|path|logger)\.", call.callee):
                return call.line
        if line := scoring.judged(source) or (verdict_line(self.project, source) if asked else 0):
            return line
        return next((c.line for c in source.calls if id(c) in asking), 0) if judge_file(self.project, source) else 0

    def _handed(self, source: Source, call: Call, answers: set[str]) -> bool:
        """Whether a scoring function is handed an answer, held by one of these names or asked for right there, and something else."""
        given = call.arguments.items
        inner = {c.callee for c in self.asking.calls(source.path) if call.line <= c.line <= call.end_line}
        return len(given) > 1 and any(v.text in (answers if v.kind == "name" else inner if v.kind == "call" else ()) for v in given)

    def tried_line(self, source: Source) -> int:
        """The line at which a harness, or a function that it takes from a file beside it, tries out what was made; 0 when none does."""
        if lines := tried(self.project.catalogue, source):
            return lines[0]
        folder = posixpath.dirname(source.path)
        near = [t for t in sorted(self.graph.touches(source.path)) if posixpath.dirname(t) == folder]
        beside = [m for t in near if self.project.role(t) is not Role.TEST and (m := self.project.source(t))]
        names = {name for module in beside for name in trying(self.project.catalogue, module)}
        return next((c.line for c in source.calls if c.callee.rsplit(".", 1)[-1] in names), 0)

    def scorers(self, source: Source) -> frozenset[str]:
        """Functions that a harness takes from a module of its own that scores (`scorers.py`, `metrics.ts`)."""
        near = [
            (p, taken) for p, taken in self.graph.touches(source.path).items() if MODULE.search(p) and self._beside_or_below(p, source.path)
        ]
        modules = [(m, taken) for p, taken in sorted(near, key=lambda pair: pair[0]) if (m := self.project.source(p))]
        return frozenset(
            f.name for m, taken in modules for f in m.functions if f.name and (taken is None or f.name in taken or f.owner in taken)
        )

    def _beside_or_below(self, path: str, other: str) -> bool:
        return path.startswith(posixpath.dirname(other) + "/") or self.project.role(path) is Role.TEST
