"""Ways back: commands, jobs, scripts, settings and runbooks that bring an earlier version back."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from rung.facts.code import language_of
from rung.facts.fact import Fact
from rung.facts.pipelines.types import Pipeline, Run
from rung.link.expression import Expression
from rung.link.project import Project
from rung.regex import regex
from rung.repository import Role

PRINTS = ("echo", "printf", "Write-Host", "Write-Output")
TOOLING = regex(r"(?:^|/)(?:scripts?|tools?|deploy(?:ment)?s?|ops|operations|ci|bin|hack|infra\w*|devops|release)/", re.IGNORECASE)
# Where a workflow uses what the person who starts it says.
GIVEN = regex(r"\$\{\{\s{0,4}(?:github\.event\.)?inputs\.([\w-]{1,60})[^}]{0,60}\}\}")
NO_USE = regex(r"\s*(?:-\s+)?(?:#|(?:run-)?name:|ref:|if:|echo\b|run:\s{0,4}echo\b)")
BY_HAND = frozenset({"manual", "call"})
ROLLS_BACK = ("rollback", "roll_back", "rollBack", "Rollback", "RollBack", "revert", "Revert", "restore_previous", "restorePrevious")


class Rollback:
    """Facts of kind `rollback`."""

    def __init__(self, project: Project, uses: Sequence[Fact], documents: Sequence[Fact]) -> None:
        self.project, self.uses, self.documents = project, uses, documents
        words = project.vocabulary["assets"]
        self._functions = regex(words["rollback_functions"])
        self._switches = Expression(words["rollback_switches"])
        self._redeployed, self._redeploys, self._no_redeploys = (regex(words[key]) for key in ("redeployed", "redeploys", "not_redeploys"))
        self._names, self._commands, self._data = (
            regex(words[key], re.IGNORECASE) for key in ("rollback_names", "rollback_commands", "rollback_of_data")
        )

    def facts(self) -> Iterator[Fact]:
        """All ways back of the project."""
        for fact in self.documents:
            if fact.kind == "document" and fact.fields["about"] == "rollback":
                yield Fact("rollback", fact.location, fact.text, dict(fact.fields))
        for use in self.uses:
            if use.fields["category"] == "rollback" and use.fields["role"] == "application":
                yield Fact("rollback", use.location, use.text, dict(use.fields))
        yield from self._units()
        yield from self._pipelines()
        yield from self._scripts()
        yield from self._functions_of_code()

    def _undoes(self, text: str) -> bool:
        return bool(self._commands.search(text)) and not self._data.search(text)

    def _named(self, name: str) -> bool:
        return bool(self._names.search(name)) and not self._data.search(name)

    def _units(self) -> Iterator[Fact]:
        for unit in self.project.units:
            if not self.project.repository.in_scope(unit.path) or not self.project.is_own(unit.path):
                continue
            for command in unit.commands:
                if self._undoes(command.text) and not re.match(rf"\s*(?:@?(?:{'|'.join(PRINTS)})\b|#)", command.text):
                    yield self.project.fact("rollback", unit.path, command.line, command.text)
            named = self._named(unit.name.rsplit("/", 1)[-1])
            if named and unit.commands and not any(self._data.search(c.text) for c in unit.commands):
                yield self.project.fact("rollback", unit.path, unit.line, unit.name)

    def _pipelines(self) -> Iterator[Fact]:
        for pipeline in self.project.pipelines:
            if self._named(pipeline.name) or any(self._named(j.name) and j.live for j in pipeline.jobs):
                yield self.project.fact("rollback", pipeline.path, pipeline.line, pipeline.name)
            elif line := self._redeploys_any(pipeline):
                yield self.project.fact("rollback", pipeline.path, line)
        for run in self.project.runs:
            if run.program not in PRINTS and (self._undoes(" ".join((run.program, *run.arguments))) or self._in_step(run)):
                yield Fact("rollback", run.location, run.text[:200], {"role": "application"}, run.reach)

    def _redeploys_any(self, pipeline: Pipeline) -> int:
        """The line of a job that deploys the built version which the person who starts the pipeline names; 0 where none does."""
        if "manual" not in pipeline.triggers or not pipeline.triggers <= BY_HAND:
            return 0
        lines = (self.project.text(pipeline.path) or "").splitlines()
        found, ends = 0, [*sorted(j.line for j in pipeline.jobs)[1:], len(lines) + 1]
        for job, end in zip(sorted(pipeline.jobs, key=lambda j: j.line), ends, strict=True):
            steps = [s for s in job.steps if s.live]
            does = "\n".join((job.uses, *(s.uses for s in steps), *(c.text for s in steps for c in s.commands)))
            if self._no_redeploys.search("\n".join((job.name, does, *(s.name for s in steps)))):
                return 0
            if not found and job.live and self._redeploys.search(does):
                rows = ((n, row) for n, row in enumerate(lines[job.line - 1 : end - 1], job.line) if not NO_USE.match(row))
                found = next((n for n, row in rows if self._is_chosen(row)), 0)
        return found

    def _is_chosen(self, row: str) -> bool:
        """Whether a line uses a version that the person who starts the pipeline names."""
        return any(self._redeployed.match(n.lower().replace("_", "-")) for n in GIVEN.findall(row))

    def _in_step(self, run: Run) -> bool:
        """A command, no mere message, of a step that is called after the way back."""
        named = any(step.kind == "step" and self._named(step.text) for step in run.reach)
        return named and bool(run.file or run.action or run.arguments) and not self._data.search(run.text)

    def _functions_of_code(self) -> Iterator[Fact]:
        """Functions of the application that switch an alias, a label or the traffic back to the version before."""
        for path in self.project.code:
            text = self.project.text(path) or ""
            if not any(word in text for word in ROLLS_BACK) or not self._switches.search(text) or not self.project.is_application(path):
                continue
            source = self.project.source(path)
            for function in source.functions if source else ():
                name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", function.name).lower()
                body = "\n".join(source.lines[function.line - 1 : function.end_line]) if source else ""
                if self._functions.search(name) and function.end_line > function.line and not self._data.search(body):
                    yield self.project.fact("rollback", path, function.line)

    def _scripts(self) -> Iterator[Fact]:
        """Programs among the deployment's tools that are called after the way back."""
        for path in self.project.code:
            if TOOLING.search(path) and self._named(posixpath.basename(path)) and self.project.role(path) is Role.APPLICATION:
                text = self.project.text(path) or ""
                if language_of(path) and len(text) > 80 and not self._data.search(text):
                    yield self.project.fact("rollback", path, 1)
