"""Criteria outside the evaluation itself: a script that holds its results against thresholds, a step of a pipeline that does, an option."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property

from rung.facts.catalogue import Tool
from rung.facts.code.source import Source
from rung.facts.pipelines.types import Pipeline
from rung.link.commands import command_tools
from rung.link.criteria import BAR, criterion
from rung.link.evaluation import Evaluation
from rung.link.project import Project
from rung.regex import regex

Place = tuple[str, int]

NAMED = regex(
    r"(?:^|/)(?:[\w.-]*[_.-])?(?:check\w*|assert\w*|gates?|verify|verdict|enforce\w*|thresholds?|validate|compare\w*|regressions?|ci_eval\w*)(?:[_.-][\w.-]*)?\.(?:py|[mc]?[jt]s|rb|go)$",
    re.IGNORECASE,
)
READS = regex(
    r"json\.loads?\b|JSON\.parse|json\.Unmarshal|NewDecoder|DictReader|read_csv|read_json|safe_load|JSON\.load|jsonlines|\.json\(\)"
    r"|require\([\"'][^\"']+\.json"
)
SCORE = (
    r"score|accuracy|pass_?-?rate|grounded\w*|faithful\w*|relevan\w+|coheren\w+|fluency|f1|similarity|correctness|recall|precision"
    r"|hallucinat\w*|hit_?rate|quality"
)
SCORED = regex(SCORE, re.IGNORECASE)
NOT_OF_ANSWERS = regex(r"coverage|bundle_?size|lighthouse|vulnerab|\blint\b", re.IGNORECASE)
RESULTS = regex(r"(?<![\w-])[\w-]{0,60}?(?:result|score|report|summary|metric|eval)[\w-]{0,60}\.(?:jsonl?|csv)\b", re.IGNORECASE)
COMPARED = regex(rf"(?:{SCORE}).*?(?:\s-(?:lt|le|ge|gt)\s|[<>]=?|\bbc\b)|\bjq\s+(?:-\w+\s+)*(?:-e|--exit-status)\b.*[<>]", re.IGNORECASE)
ENDS = regex(r"\bexit\s+(?:1|\"?\$)|\bfalse$|setFailed|sys\.exit\(|SystemExit|process\.exit\(1|set-output|GITHUB_OUTPUT|\bassert\b")
# Options by which a tool's command is told from what score on a run is good enough.
OPTION = regex(r"(?<=\s)--(?:fail-(?:below|under|on[\w-]*)|[\w-]*threshold[\w-]*|min-[\w-]+|gate)\b")
FOR_EVALUATIONS = regex(r"(?:^|[/_-])(?:\w*(?<!ri)evals?|evaluat\w*|bench\w*|quality|judges?|golden)(?:[/_-]|$)", re.IGNORECASE)
WITHIN = 8
LONGEST = 1000
SHELL = (".sh", ".bash", ".yml", ".yaml", "Makefile", "justfile", "Taskfile.yml", "package.json")


class Verdicts:
    """Finds what decides on the runs of evaluations that decide on nothing themselves."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def of(self, evaluation: Evaluation, tools: list[Tool]) -> Place | None:
        """The place of a criterion that is held against the results of an evaluation."""
        callers = self._callers(evaluation)
        for path, place in self._scripts:
            if self._together(evaluation.path, path) or self._handed(evaluation.path, path) or any(self._called(path, c) for c in callers):
                return place
        for caller in callers:
            if line := self._inline(caller):
                return caller, line
        return self._option({t.id for t in tools})

    def _callers(self, evaluation: Evaluation) -> list[str]:
        """Pipelines and files of targets and scripts in which an evaluation is started."""
        found = {step.path for run in self.project.runs if run.file == evaluation.path for step in run.reach}
        found |= {p for p in self._starting if self._called(evaluation.path, p)}
        return sorted(p for p in found if p.endswith(SHELL))

    @cached_property
    def _starting(self) -> list[str]:
        return sorted({p.path for p in self.project.pipelines} | {u.path for u in self.project.units if self.project.is_own(u.path)})

    def _called(self, path: str, caller: str) -> bool:
        """Whether the text of a file that starts others names this one, by its path, from its folder, or as a module."""
        text = self.project.text(caller) or ""
        name = posixpath.basename(path)
        if name not in text and not path.endswith(".py"):
            return False
        stem = posixpath.splitext(path)[0].replace("/", ".")
        beside = posixpath.dirname(path).startswith(posixpath.dirname(caller)) and name.count(".") == 1
        near = posixpath.relpath(path, posixpath.dirname(caller) or ".")
        if path in text or near in text or (path.endswith(".py") and re.search(rf"-m\s+{re.escape(stem)}\b", text)):
            return True
        folder = posixpath.basename(posixpath.dirname(path))
        return bool(folder) and beside and f"{folder}/{name}" in text

    @cached_property
    def _scripts(self) -> list[tuple[str, Place]]:
        """Scripts that hold scores which they read from a file against thresholds, each with the place where they do."""
        found = []
        for path in self.project.code:
            if not NAMED.search(path):
                continue
            text = self.project.text(path) or ""
            if not READS.search(text) or not SCORED.search(text) or NOT_OF_ANSWERS.search(text):
                continue
            source = self.project.source(path)
            place = source and (criterion(source) or self._answers(source))
            if place:
                found.append((path, place))
        return found

    def _answers(self, source: Source) -> Place | None:
        """A script that prints whether scores are good enough, where a pipeline's step asks for that."""
        line = next((c.line for c in source.comparisons if c.operator in ("<", "<=", ">", ">=") and _on_score(f"{c.left} {c.right}")), 0)
        asked = re.compile(rf"(?:\$\(|`|\bif\b)[^\n]{{0,200}}{re.escape(posixpath.basename(source.path))}")
        if line and any(asked.search(self.project.text(p) or "") for p in self._starting):
            return source.path, line
        return None

    def _together(self, path: str, other: str) -> bool:
        """Whether two files stand in one folder, or one in a folder of the other's that is for evaluations."""
        one, two = sorted((posixpath.dirname(path), posixpath.dirname(other)), key=len)
        return bool(one) and (one == two or (two.startswith(one + "/") and bool(FOR_EVALUATIONS.search(one))))

    def _handed(self, path: str, other: str) -> bool:
        """Whether two files name the same file of results."""
        return bool(set(RESULTS.findall(self.project.text(path) or "")) & set(RESULTS.findall(self.project.text(other) or "")))

    def _inline(self, caller: str) -> int:
        """The line of a step, target or script that compares a score and ends with an error; 0 when there is none."""
        lines = (self.project.text(caller) or "").splitlines()
        for first, last in self._live(caller, len(lines)):
            for number in range(first, last + 1):
                line = lines[number - 1].strip()
                if len(line) > LONGEST or line.startswith(("#", "//")) or not COMPARED.search(line) or NOT_OF_ANSWERS.search(line):
                    continue
                after = "\n".join(lines[number - 1 : min(last, number + WITHIN)])
                if re.search(r"\bjq\s.*(?:-e|--exit-status)\b", line) or ENDS.search(after):
                    return number
        return 0

    def _live(self, caller: str, length: int) -> Iterator[tuple[int, int]]:
        """The ranges of lines of a file that can run: those of a pipeline's live steps."""
        pipelines = [p for p in self.project.pipelines if p.path == caller]
        if not pipelines:
            yield 1, length
        for pipeline in pipelines:
            yield from _steps(pipeline, length)

    def _option(self, tools: set[str]) -> Place | None:
        """A command of the evaluation's tool that is told which score is good enough."""
        if not tools:
            return None
        for unit in self.project.units:
            for command in unit.commands if self.project.is_own(unit.path) else ():
                if OPTION.search(command.text) and self._is_of(command.words, tools):
                    return unit.path, command.line
        for run in self.project.runs:
            if OPTION.search(run.text) and tools & {t.id for t in command_tools(self.project.catalogue, run.program, run.arguments)}:
                return run.location.path, run.location.line
        return None

    def _is_of(self, words: tuple[str, ...], tools: set[str]) -> bool:
        return any(tools & {t.id for t in command_tools(self.project.catalogue, word, words[i + 1 :])} for i, word in enumerate(words[:4]))


def _on_score(text: str) -> bool:
    return bool(SCORED.search(text) or BAR.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text)))


def _steps(pipeline: Pipeline, length: int) -> Iterator[tuple[int, int]]:
    starts = sorted({s.line for j in pipeline.jobs for s in j.steps if not s.path} | {j.line for j in pipeline.jobs})
    for job in pipeline.jobs:
        for step in job.steps if job.live else ():
            if step.live and not step.path and 0 < step.line <= length:
                yield step.line, next((s - 1 for s in starts if s > step.line), length)
