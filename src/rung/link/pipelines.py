"""What pipelines do for the application: run its tests, evaluate its model's answers, deliver it, release it."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace

from rung.facts.catalogue import Tool
from rung.facts.code import language_of
from rung.facts.code.source import Source
from rung.facts.fact import Fact, Step
from rung.facts.pipelines.types import Run
from rung.link.checks import asserting, assertions, asserts
from rung.link.commands import allowed, command_tools
from rung.link.declared_tests import OPTIONAL, TestUnit, test_units
from rung.link.evaluation import Evaluation
from rung.link.globs import path_pattern
from rung.link.gone_files import GoneFiles
from rung.link.graph import Graph
from rung.link.named_tasks import command_evaluation, starts
from rung.link.project import Project
from rung.link.publishing import publishing
from rung.link.runner_files import narrow
from rung.link.selection import Selection, options, select
from rung.link.skips import Surroundings
from rung.link.uses import Uses
from rung.regex import regex

CLOSURE = 4
GIVEN = regex(r"(?:arg(?:ument)?|option|param)s?$", re.IGNORECASE)
# Arguments that are only known when a command runs, and the shell's loop that may tell them.
UNKNOWN = regex(r"\$\{?(\w+)\}?|\$\((.*)|\$[@*]|`[^`]+`|\bxargs\b|\{\}")
LOOP = regex(r"\bfor\s+(\w+)\s+in\s+([^;]+?)\s*(?:;|$)")
LOOP_ABOVE = 6


class Pipelines:
    """Facts about runs of pipelines."""

    def __init__(self, project: Project, graph: Graph, uses: Uses, evaluations: list[Evaluation]) -> None:
        self.project, self.graph, self.uses = project, graph, uses
        self.evaluations = {e.path: e for e in evaluations if not e.dead}
        self.surroundings, self.gone = Surroundings(project, graph), GoneFiles(project)
        self._asserting: dict[str, bool] = {}
        self._tested: dict[tuple[str, Selection, str], str] = {}

    def facts(self) -> list[Fact]:
        """Facts of kind `run` (a tool run by a pipeline), `test-run` and `evaluation-run`."""
        found: list[Fact] = []
        own_clusters: set[Step] = set()
        for run in self.project.runs:
            tools = self.tools(run)
            jobs = {step for step in run.reach if step.kind == "job"}
            if any(t.category == "local-cluster" for t in tools):
                own_clusters |= jobs
            made = ((t, publishing(self.project, t, run.folder) or _artifact(t, jobs & own_clusters)) for t in tools)
            for tool, artifact in made:
                told = "" if artifact == "publishes" and self.gone.named_by(run) else artifact
                found.append(self._fact("run", run, tool=tool.id, category=tool.category, artifact=told))
            runners = [t for t in tools if t.category == "test-runner"]
            for tool in runners:
                found += self._tests(run, tool)
            found += [*self._evaluates(run, tools), *self._of_script(run)]
        return found

    def _fact(self, kind: str, run: Run, **fields: object) -> Fact:
        return Fact(
            kind,
            run.location,
            run.text[:200],
            {"role": "application", "triggers": sorted(run.triggers), "system": run.system, **fields},
            run.reach,
        )

    def tools(self, run: Run) -> list[Tool]:
        """The tools that a run's command or action is, by the catalogue."""
        catalogue = self.project.catalogue
        if run.action:
            action = "/".join((run.action.lower(), *run.arguments[:1]))
            given = [f"{k}: {v}".lower() for k, v in run.inputs.items()]
            found = [m.tool for m in catalogue.actions.find(action)]
            return [t for t in found if allowed(t, given, " ".join(run.inputs.values()).lower().split())]
        return command_tools(catalogue, run.program, run.arguments)

    def _tests(self, run: Run, tool: Tool) -> Iterator[Fact]:
        """A test command that finds tests which assert something."""
        program, arguments = (run.program, run.arguments) if not run.action else _of_inputs(run, tool)
        selection = select(self.project, program, arguments, run.folder)
        selection = replace(
            selection, narrowed=narrow(self.project, program, [*options(self.project, program, run.folder), *arguments], run.folder)
        )
        key = (tool.id, selection, run.folder)
        if key not in self._tested:
            self._tested[key] = self._first_asserting(tool, selection, run.folder)
        if self._tested[key]:
            yield self._fact("test-run", run, tests=self._tested[key])
        for path, evaluation in sorted(self.evaluations.items()):
            if self._is_collected(tool, path, selection, run.folder) and self._is_run(run, evaluation, selection):
                yield self._evaluation_fact(run, evaluation)

    def _is_run(self, run: Run, evaluation: Evaluation, selection: Selection) -> bool:
        """Whether what a command collects of an evaluation asks the model: a notebook runs as a whole, of tests those selected."""
        if evaluation.form == "notebook":
            return self._is_named(run, evaluation.path, selection)
        return any(selection.takes_unit(u) and self._can_ask(run, evaluation.path, u) for u in evaluation.tests)

    def _is_named(self, run: Run, path: str, selection: Selection) -> bool:
        """Whether it is plain that a command takes a notebook: not where a list is put together that can't be told from here."""
        if selection.paths:
            return True
        unknown = UNKNOWN.search(run.text)
        if not unknown:
            return True
        written = (self.project.text(run.location.path) or "").splitlines()[max(0, run.location.line - LOOP_ABOVE) : run.location.line]
        loops = [m for line in written if (m := LOOP.search(line)) and m[1] == (unknown[1] or unknown[2])]
        globs = [posixpath.normpath(posixpath.join(run.folder, w.strip("\"'"))) for m in loops[-1:] for w in m[2].split()]
        return any("$" not in g and path_pattern(g).fullmatch(path) for g in globs)

    def _can_ask(self, run: Run, path: str, unit: TestUnit) -> bool:
        source = self.project.source(path)
        return source is None or self.surroundings.lets_run(run, source, unit)

    def _first_asserting(self, tool: Tool, selection: Selection, folder: str) -> str:
        """The first of the collected files with a test that asserts something; empty when there is none."""
        compares = tool.text("criterion") == "built-in"  # with the outputs that a notebook keeps
        found = self._collected(tool, selection, folder)
        return next((p for p in found if (compares and self._keeps_outputs(p)) or self._has_asserting(p, selection)), "")

    def _keeps_outputs(self, path: str) -> bool:
        return path.endswith(".ipynb") and '"output_type"' in (self.project.text(path) or "")

    def _collected(self, tool: Tool, selection: Selection, folder: str) -> Iterator[str]:
        for path in self.project.paths:
            if self._is_collected(tool, path, selection, folder):
                yield path

    def _is_collected(self, tool: Tool, path: str, selection: Selection, folder: str) -> bool:
        if not self.project.repository.in_scope(path) or not selection.takes_path(path, folder):
            return False
        if not selection.narrowed.takes_path(self.project, path):
            return False
        named = path in selection.paths
        globs = (*(selection.narrowed.collects or tool.strings("collects")), *selection.narrowed.also)
        return named or any(path_pattern(glob).fullmatch(path) for glob in globs)

    def _has_asserting(self, path: str, selection: Selection) -> bool:
        source = self.project.source(path)
        if source is None:
            return path.endswith((".bats", ".feature", ".robot", ".swift", ".exs", ".scala", ".dart")) and bool(
                (self.project.text(path) or "").strip()
            )
        units = test_units(source)
        if not selection.narrows_units or (source.language == "rust" and not any(OPTIONAL in u.marks for u in units)):
            if path not in self._asserting:
                self._asserting[path] = (
                    any(asserts(source, u) for u in units) or (not units and bool(assertions(source))) or self._through_helpers(source)
                )
            return self._asserting[path]
        return any(asserts(source, u) for u in units if selection.takes_unit(u))

    def _through_helpers(self, source: Source) -> bool:
        """Tests that call asserting helpers of other files."""
        touched = [s for t in self.graph.touches(source.path) if (s := self.project.source(t))]
        helpers = frozenset(name for other in touched for name in asserting(other))
        return bool(helpers) and any(asserts(source, u, helpers) for u in test_units(source))

    def _evaluates(self, run: Run, tools: list[Tool]) -> Iterator[Fact]:
        """A run of an evaluation: of its tool over a configuration, or of a file that is one or leads to one."""
        if any(t.category == "evaluation" for t in tools):
            evaluation = self._configured(run, tools)
            if evaluation:
                yield self._evaluation_fact(run, evaluation)
        if run.file and not any(t.category == "test-runner" for t in tools):
            found = self._leads_to(run.file) or command_evaluation(self.project, run, self.evaluations)
            if found and starts(self.project, run, found):
                yield self._evaluation_fact(run, found)

    def _of_script(self, run: Run) -> Iterator[Fact]:
        """Tools that the script a pipeline runs calls itself (a deployment through an SDK)."""
        if run.file and language_of(run.file):
            for use in self.uses.in_source(run.file):
                tool = self.project.catalogue.by_id[str(use.fields["tool"])]
                if tool.text("artifact") == "publishes" and use.fields["via"] == "call":
                    yield self._fact("run", run, tool=tool.id, category=tool.category, artifact="publishes")

    def _configured(self, run: Run, tools: list[Tool]) -> Evaluation | None:
        """The evaluation that a tool's command means: the file that it names, or what it finds in its folder."""
        ids = {t.id for t in tools}
        named = [
            posixpath.normpath(posixpath.join(run.folder, w.split("::")[0].split("@")[0]))
            for w in (*run.arguments, *run.inputs.values())
            if w and not w.startswith("-")
        ]
        for path in named:
            if path in self.evaluations:
                return self.evaluations[path]
            inside = [e for p, e in sorted(self.evaluations.items()) if p.startswith(path + "/")] if path not in (".", "") else []
            if inside:
                return inside[0]
        if any(n in self.project.repository.files and n.endswith((".yaml", ".yml", ".json", ".py", ".ts", ".js")) for n in named):
            return None
        mine = [e for _, e in sorted(self.evaluations.items()) if ids & set(e.tools) and posixpath.dirname(e.path).startswith(run.folder)]
        beside = [e for e in mine if posixpath.dirname(e.path) == run.folder]
        return next(iter(beside or mine), None)

    def _leads_to(self, path: str) -> Evaluation | None:
        seen, wave = {path}, [path]
        for _ in range(CLOSURE):
            for one in wave:
                if one in self.evaluations and not self.evaluations[one].tests:
                    return self.evaluations[one]
            wave = sorted({t for one in wave for t in self.graph.touches(one)} - seen)
            seen |= set(wave)
            if len(seen) > 200:
                break
        return None

    def _evaluation_fact(self, run: Run, evaluation: Evaluation) -> Fact:
        return self._fact("evaluation-run", run, evaluation=evaluation.path, tools=list(evaluation.tools))


def _artifact(tool: Tool, own_clusters: set[Step]) -> str:
    """What a tool's run does to what is delivered; what is installed into a cluster that the job made for itself is tried out."""
    artifact = tool.text("artifact")
    return artifact if artifact != "installs" else "tries" if own_clusters else "publishes"


def _of_inputs(run: Run, tool: Tool) -> tuple[str, tuple[str, ...]]:
    """The program that an action wraps, and the arguments that its inputs give it."""
    given = " ".join(v for k, v in run.inputs.items() if GIVEN.search(k))
    try:
        words = shlex.split(given)
    except ValueError:
        words = given.split()
    return next((c.split()[0] for c in tool.strings("commands")), ""), tuple(words)
