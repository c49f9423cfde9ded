"""Scripts and notebooks that are evaluations: they take cases, ask the model and score or compare what comes back."""

from __future__ import annotations

import posixpath
import re

from rung.facts.catalogue import Tool
from rung.facts.code.source import Source
from rung.link.asking import COMMON
from rung.link.candidates import HINT, TYPE_HINT
from rung.link.commands import started
from rung.link.criteria import criterion
from rung.link.data_files import data_nearby
from rung.link.datasets import data_set, defined_cases, goes_through_folder
from rung.link.evaluation import Evaluation
from rung.link.handed_cases import handed_cases
from rung.link.judges import Judges
from rung.link.marking import EACH, Marking
from rung.link.scored import EVALUATION, Harness, scores
from rung.link.stand_ins import stands_in
from rung.link.subjects import Subjects
from rung.link.verdict_schemas import verdict_line
from rung.regex import regex
from rung.repository import Role

SERVER = regex(
    r"(?:^|\.)(?:listen|serve|ListenAndServe|uvicorn\.run|APIRouter|FastAPI|Flask|createServer|HandleFunc|WebApplication\.CreateBuilder)$"
)
# Scripts that make or move data, and score nothing.
PREPARES = regex(
    r"^(?:gen|generat\w*|create|make|build|synth\w*|prepare|download|upload|export|import|convert|collect|augment|annotate|seed|ingest|index(?!\.[mc]?[jt]sx?$)|extract|migrate)[_.-]"
    r"|[_-](?:generat(?:e|or|ion)|download(?:er)?|prepare|synthesi\w+)\.\w+$",
    re.IGNORECASE,
)
LOADS = regex(
    r"(?:^|\.)(?:load_dataset|read_csv|read_json|read_parquet|DictReader|get_dataset|load_jsonl?|loads?_?cases?|from_jsonl?|jsonlines\.open)$"
)
CASES = regex(
    r"(?:cases?|data_?sets?|data|questions?|scenarios?|golden|fixtures|samples|examples|quer(?:y|ies)|tasks?)\.\w+$", re.IGNORECASE
)
# What looks at a text, and what cases call what they expect.
LOOKS_AT = regex(
    r"(?:^|[.:])(?:includes|include\?|contains|Contains|test|match|match\?|MatchString|EqualFold|str_contains|stripos|preg_match|is_match|some|every|all|any)$"
)
EXPECTS = regex(
    r"expect|gold|truth|reference|must_?|\bwant|any_?of|all_?of|keywords?|\bfacts?\b|should|(?<!in)correct|\bideal|needles?|mentions?",
    re.IGNORECASE,
)


class EvaluationScripts:
    """Finds the evaluation that a script or notebook is, the cases that it takes and what decides on a run."""

    def __init__(self, subjects: Subjects, judges: Judges) -> None:
        self.subjects, self.judges = subjects, judges
        self.project, self.graph, self.asking = subjects.project, subjects.graph, subjects.asking
        self.harness = Harness(self.project, self.graph, self.asking)

    def of(self, source: Source, tools: list[Tool]) -> Evaluation | None:
        """A script or notebook that asks the model for cases and scores what comes back."""
        form = "notebook" if source.path.endswith(".ipynb") else "script"
        if any(SERVER.search(c.callee) for c in source.calls) and not tools:
            return None
        if tools and self.subjects.echoes(source):
            return None
        if tools and any(scores(self.project, c, tools, source) for c in source.calls):
            line = next(c.line for c in source.calls if scores(self.project, c, tools, source))
            if (
                form == "notebook"
                and not self.subjects.asks_application(source)
                and not self.subjects.prompts.of(source)
                and not self.subjects.scores_own(source)
            ):
                return None  # tries a tool on something else than the application
            return Evaluation(source.path, line, form, [t.id for t in tools])
        for tool, line in started(self.project.catalogue, source) if HINT.search(source.path) else ():
            if tool.category in EVALUATION:
                return Evaluation(source.path, line, form, [tool.id])
        if PREPARES.search(posixpath.basename(source.path)) or stands_in(source, None):
            return None
        if line := self.judges.line(source):
            return Evaluation(source.path, line, form)
        if not self.asking.calls(source.path) and not self.subjects.requests.sent(source) and not self._hands_over(source):
            return None
        tested = self.harness.tried_line(source)
        line = tested or self.harness.score_line(source) or self._marking(source) or self.judges.away(source)
        if not line or not (self._loops_over_cases(source) or (tested and goes_through_folder(source))):
            return None
        return Evaluation(source.path, line, form)

    def marked(self, source: Source) -> Evaluation | None:
        """A script that is one by what it does: it asks the model for cases and counts how often the answers are right."""
        serves = any(SERVER.search(c.callee) for c in source.calls)
        if serves or PREPARES.search(posixpath.basename(source.path)) or stands_in(source, None) or not self._loops_over_cases(source):
            return None
        line = self._marking(source, judges=False) if source.language == "python" or self._comes_to(source) else 0
        if not line and criterion(source) and self.cases(source):  # what a judge says decides on the run
            line = self._marking(source) or (0 if source.language == "python" else self._held(source))
        return Evaluation(source.path, line, "notebook" if source.path.endswith(".ipynb") else "script") if line else None

    def _comes_to(self, source: Source) -> bool:
        """Whether a program with a data set ends by its scores, or is named after an evaluation."""
        return bool(self.cases(source)) and bool(TYPE_HINT.search(source.path) or criterion(source))

    def _held(self, source: Source) -> int:
        """The line at which a program holds what a model or the running application answered against what cases expect; 0 if none does."""
        if not self.asking.calls(source.path) and not self.subjects.requests.sent(source):
            return 0
        compared = [c.line for c in source.comparisons if c.operator in ("==", "!=", "===", "!==", "in")]
        looked = [c.line for c in source.calls if LOOKS_AT.search(c.callee)]
        return min((n for n in (*compared, *looked) if EXPECTS.search(source.lines[n - 1])), default=0)

    def _marking(self, source: Source, *, judges: bool = True) -> int:
        """The line at which a file holds what the model answered against what its cases expect; 0 where it does not."""
        names = {n for t in self.graph.touches(source.path) for n in self.asking.names(t)} - COMMON - {""}
        graded = bool(verdict_line(self.project, source))
        asked = [*self.asking.calls(source.path), *self.subjects.requests.sent(source)]
        return Marking(source, asked, frozenset(names), graded, self.harness.scorers(source)).line(judges)

    def _hands_over(self, source: Source) -> bool:
        """Whether a function that asks is handed uncalled to what calls it with each case (`cases.text.map(desk.answer)`)."""
        handed = {v.text.rsplit(".", 1)[-1] for c in source.calls if EACH.search(c.callee) for v in c.arguments.items if v.kind == "name"}
        return bool(handed) and any(handed & (self.asking.names(t) - COMMON) for t in self.graph.touches(source.path))

    def _loops_over_cases(self, source: Source) -> bool:
        iterates = source.loops or any(
            re.search(
                r"(?:^|\.)(?:map\w*|forEach|each\w*|apply|imap|Select|ForEach|gather|all|associate\w*|flatMap|sum_?[oO]f|count|filter|for_each|groupBy|stream"
                r"|reject|select|partition|filter_map|sum|average|array_map|array_filter|Sum|Average|Where|Count|All)$",
                c.callee,
            )
            for c in source.calls
        )
        if not iterates:
            return False
        return any(LOADS.search(c.callee) for c in source.calls) or bool(self.cases(source) or data_nearby(self.project, source))

    def cases(self, source: Source) -> tuple[str, int] | None:
        """The data set of a script, in it or in a module beside it from which it takes the cases."""
        for path, taken in sorted(self.graph.touches(source.path).items()):
            module = self.project.source(path) if CASES.search(path) and self._beside(path, source.path) else None
            if module and (found := defined_cases(module, taken)):
                return data_set(self.project, source) or found
        return data_set(self.project, source) or handed_cases(self.project, source)

    def decided(self, source: Source) -> tuple[str, int] | None:
        """What decides on a run of a script, in it or in a module beside it that runs it."""
        users = (s for u in self.graph.used.get(source.path, ()) if self._beside(u, source.path) and (s := self.project.source(u)))
        return criterion(source) or next((found for s in users if (found := criterion(s))), None)

    def _beside(self, path: str, other: str) -> bool:
        return posixpath.dirname(path) == posixpath.dirname(other) and bool(HINT.search(path)) and self.project.role(path) is not Role.TEST
