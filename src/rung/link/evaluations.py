"""Evaluations: what runs the application or a prompt and scores or asserts on the content of the model's output.

Home-made ones are recognized by what the code does: it takes cases, asks the model (directly or through the application), and
compares or scores what comes back. A name such as `evals/` only decides which scripts are looked at.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from functools import cached_property

from rung.facts.catalogue import Tool
from rung.facts.code.source import Call, Source
from rung.link import metrics as scoring
from rung.link.asking import Asking
from rung.link.candidates import HINT, Candidates, is_near_tests
from rung.link.commands import command_tools
from rung.link.configurations import LAUNCHERS, Configurations
from rung.link.criteria import baseline, criterion
from rung.link.data_files import data_nearby
from rung.link.datasets import data_set
from rung.link.dead import Dead
from rung.link.declared_tests import test_units
from rung.link.evaluation import Evaluation
from rung.link.evaluation_scripts import EvaluationScripts
from rung.link.evaluation_tests import EvaluationTests
from rung.link.files import matching
from rung.link.gone_routes import GoneRoutes
from rung.link.graph import Graph
from rung.link.judges import Judges, says_judging
from rung.link.misfits import Misfits
from rung.link.named_judges import of_judges
from rung.link.project import Project
from rung.link.scored import evaluation_tools
from rung.link.scored_names import scored_by_name
from rung.link.shell_harness import shell_harnesses
from rung.link.subjects import Subjects
from rung.link.targets import asks_running, target_files
from rung.link.uses import Uses
from rung.link.verdicts import Verdicts
from rung.regex import regex
from rung.repository import Role

# A name that a flow is known by.
FLOW = regex(r"[A-Za-z]\w{3,60}")


class Evaluations:
    """Finds the evaluations of a project."""

    def __init__(self, project: Project, graph: Graph, uses: Uses, asking: Asking) -> None:
        self.project, self.graph, self.uses, self.asking = project, graph, uses, asking
        self.dead, self.judges = Dead(project), Judges(project, graph, asking)
        self.misfits = Misfits(project, self.dead)
        self.subjects = Subjects(project, graph, uses, asking)
        self.routes = GoneRoutes(project, graph, uses)
        self.candidates = Candidates(project, graph, uses.glance, self.subjects)
        self.tests = EvaluationTests(uses, self.subjects)
        self.scripts = EvaluationScripts(self.subjects, self.judges)

    def all(self) -> list[Evaluation]:
        """All evaluations, dead ones too (`dead` says why), in the order of their paths."""
        found = [e for path in self.project.code if (e := self.of_code(path))]
        found += [self._aimed(e) for e in Configurations(self.project).all()]
        found += shell_harnesses(self.project, HINT, self.subjects.requests.programs, self.graph.leading)
        verdicts = Verdicts(self.project)
        _hand_over_cases(found)
        for evaluation in found:
            if not evaluation.dead and not evaluation.criterion and evaluation.form != "test":
                evaluation.criterion = verdicts.of(evaluation, [self.project.catalogue.by_id[t] for t in evaluation.tools])
        return sorted(found, key=lambda e: (e.path, e.line))

    def _aimed(self, found: Evaluation) -> Evaluation:
        """A configuration, with whether what it asks is the application, where it has no prompts of its own to run."""
        if not found.own_prompts:
            files = target_files(self.project, found.path)
            asked = (t for f in files for t in (f, *self.graph.touches(f)) if self.project.is_own(t))
            found.own_prompts = asks_running(self.project, found.path) or any(self.asking.names(t) for t in asked)
        return found

    def of_code(self, path: str) -> Evaluation | None:
        """The evaluation that a source file is, if it is one."""
        if self.candidates.is_stale(path):
            return None
        hinted = self.candidates.is_named(path)
        told = not hinted and self.candidates.may_mark(path)
        if not (hinted and self.candidates.may_be_live(path)) and not told and not self.candidates.mentions_tool(path):
            return None
        source = self.project.source(path)
        if source is None:
            return None
        tools = evaluation_tools(self.uses, path)
        if told and not tools:
            found = self.scripts.marked(source)
            if found:
                self._complete(found, source, tools)
            return found
        if (not hinted and not tools) or (
            tools and self._unfilled.search("\n".join(source.lines)) and not self.subjects.touches_model(source)
        ):
            return None
        units = test_units(source)
        found = self.tests.of(source, units, tools) if units else self.scripts.of(source, tools)
        if found:
            self._complete(found, source, tools)
        return found

    @cached_property
    def _unfilled(self) -> re.Pattern[str]:
        return re.compile(self.project.vocabulary["evaluation"]["placeholders"])

    def _complete(self, found: Evaluation, source: Source, tools: list[Tool]) -> None:
        found.dead = self._dead(source) or self._misfit(found, source)
        tested = found.form == "test"
        found.data_set = data_set(self.project, source, found.tests) if tested else self.scripts.cases(source)
        found.data_set = found.data_set or data_nearby(self.project, source)
        built_in = (source.path, found.line) if any(t.text("criterion") == "built-in" for t in tools) else None
        decided = found.criterion or built_in or (criterion(source) if tested else self.scripts.decided(source))
        found.criterion = decided or baseline(self.project, source.path)
        for metric, line in (scoring.of_tools(source, tools) | of_judges(self.project, source, tools)).items():
            found.metrics.setdefault(metric, (source.path, line))
        for metric, place in scoring.of_criteria(self.project, source).items():
            found.metrics.setdefault(metric, place)
        if not found.metrics:
            for metric, line in scoring.of_names(self.project, source).items():
                found.metrics.setdefault(metric, (source.path, line))
            found.metrics = self.judges.metrics(source) | found.metrics
            if found.form != "test":
                folder = posixpath.dirname(source.path)
                if folder:
                    found.metrics |= {
                        m: place for m, place in scoring.of_prompt_files(self.project, folder).items() if m not in found.metrics
                    }
        for metric, place in self.judges.criteria(source).items():
            found.metrics.setdefault(metric, place)
        helpers = [t for t in sorted(self.graph.touches(source.path)) if is_near_tests(self.project, t)]
        for metric, place in scored_by_name(self.project, source, (s for t in helpers if (s := self.project.source(t)))).items():
            found.metrics.setdefault(metric, place)
        if not found.metrics:
            line = scoring.judged(source)
            found.metrics["judged" if line else "exact-match"] = (source.path, line or found.line)
        found.own_prompts = (
            self.subjects.asks_application(source)
            or bool(self.subjects.prompts.of(source))
            or self.subjects.scored_by_user(source)
            or self._runs_flow({t.id for t in tools})
            or self._reads_flows(source, tools)
            or self._is_answered({t.id for t in tools})
        )
        found.prompts = self.subjects.prompts.of(source)

    def _runs_flow(self, tools: set[str]) -> bool:
        """Whether a command of the evaluation's tool says which flow of the application's, known there by a name, it is to run."""
        words: set[str] = set()
        for unit in self.project.units if tools else ():
            for command in unit.commands if self.project.is_own(unit.path) else ():
                text = command.words
                while text and (text[0] in LAUNCHERS or text[0] == "exec"):
                    text = text[1:]
                found = [t for t in command_tools(self.project.catalogue, text[0], text[1:]) if t.id in tools] if text else []
                own = {w for t in found for c in t.strings("commands") for w in c.split()}
                words |= {w for w in text[1:] if found and FLOW.fullmatch(w)} - own
        near = (p for p in sorted(self.graph.near) if words and self.project.is_application(p))
        return any(re.search(rf"[\"'`]{re.escape(w)}[\"'`]", self.project.text(p) or "") for p in near for w in words)

    def _reads_flows(self, source: Source, tools: list[Tool]) -> bool:
        """Whether a harness names the files in which its tool's flows are kept, and the application has such files that ask a model."""
        kept = {_stem(f["glob"]) for t in tools for f in t.entry.get("files", ())} - {""}
        named = {k for k in kept if any(re.search(rf"(?:^|[/\\]){re.escape(k)}\.", t.value) for t in source.texts)}
        asking = (s for s, t in self.project.catalogue.files if t.category == "framework" and _stem(s["glob"]) in named)
        judging = {p for t in tools for f in t.entry.get("files", ()) if named for p in matching(self.project, f)}
        return any(self.project.is_application(p) and p not in judging for s in asking for p in matching(self.project, s))

    def _is_answered(self, tools: set[str]) -> bool:
        """Whether the evaluation is a benchmark's, and application code that leads to a model writes what such a one takes as an answer."""
        words = self.project.vocabulary["evaluation"]
        if tools.isdisjoint(words["benchmarks"]):
            return False
        asking = (p for p in sorted(self.graph.leading) if self.project.is_application(p) and not HINT.search(p))
        return any(any(word in (self.project.text(p) or "") for word in words["predictions"]) for p in asking)

    def _dead(self, source: Source) -> str:
        """Why an evaluation can't run: its own imports say so, or those of a helper near it."""
        helpers = [
            t
            for t in sorted(self.graph.touches(source.path))
            if is_near_tests(self.project, t) and self.project.role(t) is not Role.EXAMPLE
        ]
        near = [s for t in helpers if (s := self.project.source(t))]
        if why := next((why for s in (source, *near) if (why := self.dead.reason(s))), ""):
            return why
        return next((why for s in (source, *near) if (why := self.routes.reason(s, self._asked_inside(source)))), "")

    def _misfit(self, found: Evaluation, source: Source) -> str:
        """Why an evaluation can't run: it calls what doesn't take what it is given."""
        if source.language != "python":
            return ""
        asked = [c.function for c in self.asking.calls(source.path)]
        names = [source.functions[f].name if f >= 0 else "" for f in asked]
        why = self.misfits.reason(source.path, [t.name for t in found.tests], names)
        return f"it calls {why}" if why else ""

    def _asked_inside(self, source: Source) -> list[Call]:
        """Calls of an evaluation that have the application answer by its functions, rather than by requests, or that of a judge."""
        own, direct = {f.name for f in source.functions}, {id(c) for c in self.asking.direct(source.path)}
        tails = ((c, c.callee.rsplit(".", 1)[-1]) for c in self.asking.calls(source.path) if id(c) not in direct)
        return [c for c, tail in tails if tail not in own and not says_judging(tail)]


def _stem(glob: str) -> str:
    """The fixed name of the files that a glob matches, without their ending; empty where it is free."""
    name = re.sub(r"\.(?:\{[^{}]*\}|\w+)$", "", posixpath.basename(glob))
    return "" if "*" in name or "." not in name else name


def _hand_over_cases(found: Sequence[Evaluation]) -> None:
    """Gives scripts that name no cases those of a file of their own tool's beside them, whose name they may work out."""
    kept = {(posixpath.dirname(e.path), tool): e.data_set for e in found if e.form == "configuration" and e.data_set for tool in e.tools}
    for evaluation in found:
        if evaluation.form == "script" and not evaluation.data_set:
            folder = posixpath.dirname(evaluation.path)
            evaluation.data_set = next((kept[folder, tool] for tool in evaluation.tools if (folder, tool) in kept), None)
