"""Evaluations: what runs the application or a prompt and scores or asserts on the content of the model's output.

Home-made ones are recognized by what the code does: it takes cases, asks the model (directly or through the application), and
compares or scores what comes back. A name such as `evals/` only decides which scripts are looked at.
"""

from __future__ import annotations

import posixpath
import re
from functools import cached_property

from rung.facts.catalogue import Tool
from rung.facts.code.source import Call, Source
from rung.link import metrics as scoring
from rung.link.answers import administrates, asserts_content, can_be_called, judges_answer
from rung.link.asking import COMMON, Asking
from rung.link.checks import OPTIONAL, TestUnit, asserts, test_units
from rung.link.commands import started
from rung.link.configurations import Configurations
from rung.link.criteria import baseline, criterion
from rung.link.datasets import data_nearby, data_set, defined_cases, goes_through_folder
from rung.link.dead import Dead
from rung.link.direct import owners
from rung.link.doubles import gives_double
from rung.link.evaluated_prompts import EvaluatedPrompts
from rung.link.evaluation import Evaluation
from rung.link.expression import Expression
from rung.link.fixtures import Fixtures
from rung.link.graph import Graph
from rung.link.handed_cases import handed_cases
from rung.link.judges import Judges
from rung.link.marking import EACH, TALLIES, Marking
from rung.link.named_judges import of_judges
from rung.link.project import Project
from rung.link.replaced import replaced_beside
from rung.link.requests import Requests
from rung.link.runner_files import is_costly
from rung.link.scored import Harness, scores
from rung.link.scored_names import scored_by_name
from rung.link.served import Served, tells
from rung.link.shell_harness import shell_harnesses
from rung.link.stand_ins import fixtures_stand_in, stands_in
from rung.link.stub_servers import StubServers
from rung.link.targets import asks_running, target_files
from rung.link.tried import tried
from rung.link.uses import Uses
from rung.link.verdict_schemas import verdict_line
from rung.link.verdicts import Verdicts
from rung.link.web import CALL as WEB_CALL
from rung.repository import Role

HINT = re.compile(
    r"(?:^|[/_.-])(?:evals?|evaluat\w*|\w+_evals?|bench\w*|experiments?|quality|scor(?:e|er|ers|ing)|judges?|grad(?:e|er|ing)|golden|regression|compare\w*|accuracy"
    r"|scorecards?|goldens|attack(?:s|er)?|jail_?-?breaks?|red_?-?team\w*|adversarial)(?:[/_.-]|$)",
    re.IGNORECASE,
)
# The same in the names of types (`TriageEvalTest.java`), and what makes a program of a file that holds one.
TYPE_HINT = re.compile(
    r"(?<=[a-z0-9/_.-])(?:Evals?|Evaluat(?:e|or|ors|ion|ions)|Benchmarks?|Accuracy|Golden|Regression|Experiments?|Compar(?:e|ison)|Scor(?:e|er|ing|ecard)|Judge|Grad(?:e|er|ing)"
    r"|Quality|RedTeam)(?=[A-Z][a-zA-Z]*\.|\.)[^/]*$"
)
PROGRAM = re.compile(r"\bfun main\(|\bvoid main\(|\bMain\(|\bCommandLineRunner\b|\bApplicationRunner\b")
# Tests wherever they stand, as a runner's configuration may have it.
WRITTEN = re.compile(r"^[ \t]{0,8}(?:describe|it|test)(?:\.\w{1,20}){0,2}\(", re.MULTILINE)
IGNORED = re.compile(r"--(?:include-)?ignored\b|--run-ignored\b")
# How an answer is put to the others.
GATHERS = re.compile(r"\.(?:append|extend|push|add)$")
WITHIN = ("#[cfg(test)]", "#[tokio::test]")
SCRIPTS = (".ts", ".js", ".mts", ".mjs", ".tsx", ".cjs")
ABOUT_MEASURE = re.compile(r"guard_?rail|moderation|content_?filter|is_?blocked|approval", re.IGNORECASE)
LIVE_GO = Expression(r"API_KEY|_LIVE|LIVE_|[Ee]valuat")
# What a Go test says that asks a model: an accuracy, a flag.
AIMED_GO = re.compile(r"(?:^|[/_])(?:live|llm|evals?|golden)_test\.go$")
COSTLY_GO = Expression(r"[aA]ccuracy\b|flag\.Bool\(\"(?:live|evals?|llm|online)\b")
# Where these words stand in a test, something is replaced; but for what a test's surroundings need, and for other words.
REPLACING = re.compile(
    r"(?<![a-z])(?:mock|(?:monkey)?patch|fake|stub|vcr|cassette|respx|nock|msw|httptest|noop|pollyjs|betamax|httprr)", re.IGNORECASE
)
HARMLESS = re.compile(r"\bmonkeypatch(?:\.(?:setenv|delenv|chdir|syspath_prepend)\b|(?!\.))|patch\.dict\(\s*(?:\"os|'os|os)\.environ")
LIVE_PATH = re.compile(
    r"(?:^|[/_.-])(?:e2e|end_?to_?end|live|integration|functional|system|acceptance)(?:[_.-]?tests?)?(?:[/_.-]|$)|IT\.java$", re.IGNORECASE
)
TYPED = (".cs", ".java", ".kt")  # whose tests are given an interface, and its implementation stands further from the model
# Scripts that make or move data, and score nothing.
PREPARES = re.compile(
    r"^(?:gen|generat\w*|create|make|build|synth\w*|prepare|download|upload|export|import|convert|collect|augment|annotate|seed|ingest|index(?!\.[mc]?[jt]sx?$)|extract|migrate)[_.-]"
    r"|[_-](?:generat(?:e|or|ion)|download(?:er)?|prepare|synthesi\w+)\.\w+$",
    re.IGNORECASE,
)
LOADS = re.compile(
    r"(?:^|\.)(?:load_dataset|read_csv|read_json|read_parquet|DictReader|get_dataset|load_jsonl?|loads?_?cases?|from_jsonl?|jsonlines\.open)$"
)
CASES = re.compile(
    r"(?:cases?|data_?sets?|data|questions?|scenarios?|golden|fixtures|samples|examples|quer(?:y|ies)|tasks?)\.\w+$", re.IGNORECASE
)
STALE = re.compile(r"(?:^|/)_?(?:archived?|archives|deprecated|legacy|old|unused|attic|graveyard|obsolete)/", re.IGNORECASE)
# Keywords under which a tool is handed what it is to ask.
APPLICATION = ("agent", "app", "target", "predict_fn", "model_callback", "agent_under_test")
RUNS_SCORERS = re.compile(r"(?:^|\.)Evaluate(?:Async)?$")  # with what a class of tests holds in its fields
SERVER = re.compile(
    r"(?:^|\.)(?:listen|serve|ListenAndServe|uvicorn\.run|APIRouter|FastAPI|Flask|createServer|HandleFunc|WebApplication\.CreateBuilder)$"
)
# What ends a program with an error, what looks at a text, and what cases call what they expect.
EXITS = Expression(
    r"process\.exit|os\.Exit|log\.Fatal|System\.exit|exitProcess|Environment\.Exit|Deno\.exit|\bexit[ (!]|\babort\b|process::exit|::FAILURE"
)
LOOKS_AT = re.compile(
    r"(?:^|[.:])(?:includes|include\?|contains|Contains|test|match|match\?|MatchString|EqualFold|str_contains|stripos|preg_match|is_match|some|every|all|any)$"
)
EXPECTS = re.compile(
    r"expect|gold|truth|reference|must_?|\bwant|any_?of|all_?of|keywords?|\bfacts?\b|should|(?<!in)correct|\bideal|needles?|mentions?",
    re.IGNORECASE,
)
# Keys under which a tool is handed what was answered.
ANSWER = re.compile(r"(?:actual_)?(?:output|answer|response|prediction|completion|generated_(?:text|answer))s?")
EVALUATION = frozenset({"evaluation"})


class Evaluations:
    """Finds the evaluations of a project."""

    def __init__(self, project: Project, graph: Graph, uses: Uses, asking: Asking) -> None:
        self.project, self.graph, self.uses, self.asking = project, graph, uses, asking
        self.dead = Dead(project)
        self.requests = Requests(project, graph, asking)
        self.served = Served(project, graph, uses.glance)
        self.judges = Judges(project, graph)
        self.fixtures = Fixtures(project, graph, asking)
        self.prompts = EvaluatedPrompts(project)
        self.stubs = StubServers(project)
        self.harness = Harness(project, graph, asking)
        self._scorers: dict[str, frozenset[str]] = {}

    def all(self) -> list[Evaluation]:
        """All evaluations, dead ones too (`dead` says why), in the order of their paths."""
        found = [e for path in self.project.code if (e := self.of_code(path))]
        found += [self._aimed(e) for e in Configurations(self.project).all()]
        found += shell_harnesses(self.project, HINT, self.requests.programs, self.graph.leading)
        verdicts = Verdicts(self.project)
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
        if STALE.search(path) and not self.graph.used.get(path):
            return None  # laid aside, and nothing uses it any more
        hinted = self.project.role(path) is Role.TEST or bool(HINT.search(path)) or self._holds_tests(path)
        told = not hinted and self._may_mark(path)
        if not (hinted and self._may_be_live(path)) and not told and not self._mentions_tool(path):
            return None
        source = self.project.source(path)
        if source is None:
            return None
        tools = self._tools(path)
        if told and not tools:
            found = self._marked(source)
            if found:
                self._complete(found, source, tools)
            return found
        if (not hinted and not tools) or (tools and self._unfilled.search("\n".join(source.lines)) and not self._touches_model(source)):
            return None
        units = test_units(source)
        found = self._tests(source, units, tools) if units else self._script(source, tools)
        if found:
            self._complete(found, source, tools)
        return found

    def _holds_tests(self, path: str) -> bool:
        """Whether a file that leads to a model is a program named after an evaluation, or holds tests beside the application."""
        if path not in self.graph.leading:
            return False
        text = self.project.text(path) or ""
        if path.endswith(TYPED):
            return bool(TYPE_HINT.search(path) and PROGRAM.search(text))
        if path.endswith(".rs"):
            return any(word in text for word in WITHIN)
        return path.endswith(SCRIPTS) and "expect(" in text and bool(WRITTEN.search(text))

    def _may_be_live(self, path: str) -> bool:
        """Whether a file leads to a model and, for a test, nothing in its text stands in for it."""
        if self.served.may_ask(path) or self.fixtures.may_ask(path):
            return True
        if path not in self.graph.leading:
            return self.requests.may_be_sent(path) or self.requests.may_start_application(path)
        usual = not HINT.search(path) and not (path.endswith(TYPED) and (LIVE_PATH.search(path) or TYPE_HINT.search(path)))
        if usual and not any(target in self.graph.near for target in (path, *self.graph.glanced(path))):
            return False  # an ordinary test that far from any model has others stand in for it
        if path.endswith("_test.go") and not HINT.search(path) and not self._is_aimed_go(path):
            return False  # a Go test calls whole packages: only one that asks for a key or says so is taken to ask a model
        if HINT.search(path) or not self.uses.glance.holds(path, "stand-in"):
            return True
        text = self.project.text(path) or ""
        return bool(LIVE_PATH.search(path) or LIVE_GO.search(text)) or not REPLACING.search(HARMLESS.sub("", text))

    def _is_aimed_go(self, path: str) -> bool:
        """Whether a Go test says that it is no ordinary one: by a key, a word, its name or a build tag of the project's own."""
        text = self.project.text(path) or ""
        return bool(LIVE_GO.search(text) or COSTLY_GO.search(text) or AIMED_GO.search(path)) or is_costly(text)

    def _may_mark(self, path: str) -> bool:
        """Whether a script that nothing else uses, whatever it is called, may hold a model's answers against what cases expect."""
        if not self.project.is_application(path) or not (path in self.graph.leading or self.requests.may_be_sent(path)):
            return False
        if not path.endswith((".py", ".ipynb")) and not TYPE_HINT.search(path) and not EXITS.search(self.project.text(path) or ""):
            return False
        folder = posixpath.dirname(path)
        alone = all(posixpath.dirname(user) == folder or self.project.role(user) is Role.TEST for user in self.graph.used.get(path, ()))
        return alone and bool(TALLIES.search(self.project.text(path) or ""))

    def _marking(self, source: Source, *, judges: bool = True) -> int:
        """The line at which a file holds what the model answered against what its cases expect; 0 where it does not."""
        names = {n for t in self.graph.touches(source.path) for n in self.asking.names(t)} - COMMON - {""}
        graded = bool(verdict_line(self.project, source))
        return Marking(source, [*self.asking.calls(source.path), *self.requests.sent(source)], frozenset(names), graded).line(judges)

    def _marked(self, source: Source) -> Evaluation | None:
        """A script that is one by what it does: it asks the model for cases and counts how often the answers are right."""
        serves = any(SERVER.search(c.callee) for c in source.calls)
        if serves or PREPARES.search(posixpath.basename(source.path)) or stands_in(source, None) or not self._loops_over_cases(source):
            return None
        line = self._marking(source, judges=False) if source.language == "python" or self._comes_to(source) else 0
        if not line and criterion(source) and self._cases(source):  # what a judge says decides on the run
            line = self._marking(source) or (0 if source.language == "python" else self._held(source))
        return Evaluation(source.path, line, "notebook" if source.path.endswith(".ipynb") else "script") if line else None

    def _comes_to(self, source: Source) -> bool:
        """Whether a program with a data set ends by its scores, or is named after an evaluation."""
        return bool(self._cases(source)) and bool(TYPE_HINT.search(source.path) or criterion(source))

    def _held(self, source: Source) -> int:
        """The line at which a program holds what a model or the running application answered against what cases expect; 0 if none does."""
        if not self.asking.calls(source.path) and not self.requests.sent(source):
            return 0
        compared = [c.line for c in source.comparisons if c.operator in ("==", "!=", "===", "!==", "in")]
        looked = [c.line for c in source.calls if LOOKS_AT.search(c.callee)]
        return min((n for n in (*compared, *looked) if EXPECTS.search(source.lines[n - 1])), default=0)

    def _mentions_tool(self, path: str) -> bool:
        by_id = self.project.catalogue.by_id
        if any(by_id[t].category in EVALUATION for t in self.uses.glance.tools(path)) or self._scoring_helpers(path):
            return True
        return bool(HINT.search(path) and self._programs.search(self.project.text(path) or ""))

    @cached_property
    def _unfilled(self) -> re.Pattern[str]:
        return re.compile(self.project.vocabulary["evaluation"]["placeholders"])

    @cached_property
    def _programs(self) -> re.Pattern[str]:
        """Names of the programs that evaluate, in quotes."""
        names = sorted(p for p, tools in self.project.catalogue.commands.items() if any(t.category in EVALUATION for _, t in tools))
        return re.compile("[\"'](?:" + "|".join(map(re.escape, names)) + ")\\b")

    def _scoring_helpers(self, path: str) -> bool:
        """Whether a test imports from a helper near it that may score with an evaluation tool."""
        if self.project.role(path) is not Role.TEST:
            return False
        named = {w for module, names in self.uses.glance.modules(path) for w in re.findall(r"\w+", f"{module} {names}")}
        return not named.isdisjoint(self._helpers)

    @cached_property
    def _helpers(self) -> frozenset[str]:
        """Stems of the files near tests that may use an evaluation tool, and of those that import them."""
        by_id = self.project.catalogue.by_id
        near = [p for p in self.project.code if self._near_tests(p)]
        found = {
            posixpath.basename(p).split(".")[0] for p in near if any(by_id[t].category in EVALUATION for t in self.uses.glance.tools(p))
        }
        for _ in range(2):
            found |= {
                posixpath.basename(p).split(".")[0]
                for p in near
                if any(w in found for module, _ in self.uses.glance.modules(p) for w in re.findall(r"\w+", module))
            }
        return frozenset(found - {"__init__", "index"})

    def _tools(self, path: str) -> list[Tool]:
        by_id = self.project.catalogue.by_id
        return [
            by_id[f.fields["tool"]] for f in self.uses.in_source(path) if f.fields["category"] in EVALUATION and f.fields["via"] != "host"
        ]

    def scorers(self, path: str, depth: int = 3) -> frozenset[str]:
        """Names of a file's functions that lead to an evaluation tool's scoring."""
        if path not in self._scorers:
            source = self.project.source(path)
            if source is None or depth == 0:
                return frozenset()
            self._scorers[path] = frozenset()  # breaks cycles
            tools = self._tools(path)
            outside = {n for t in self.graph.touches(path) if self._near_tests(t) for n in self.scorers(t, depth - 1)}
            found = {
                n
                for c in source.calls
                if self._scores(c, tools, source) or c.callee.rsplit(".", 1)[-1] in outside
                for n in owners(source, c.function)
            }
            self._scorers[path] = frozenset(found - {""})
        return self._scorers[path]

    def _near_tests(self, path: str) -> bool:
        return self.project.role(path) is Role.TEST or bool(HINT.search(path))

    def _tests(self, source: Source, units: list[TestUnit], tools: list[Tool]) -> Evaluation | None:
        """Tests in which a model answers and the content of its answer is asserted on."""
        if self.stubs.stands_in(source):
            return None
        asking: list[Call] | None = None
        scorers = {n for t in self.graph.touches(source.path) if self._near_tests(t) for n in self.scorers(t)}
        served, posted = self.requests.of(source), self.served.calls(source)
        harmless = replaced_beside(self.project, self.graph, source) if self.uses.glance.holds(source.path, "stand-in") else frozenset()
        held = any(c.function < 0 and self._scores(c, tools, source) for c in source.calls) if source.language == "csharp" else False
        live: list[TestUnit] = []
        decided: list[TestUnit] = []
        for unit in units:
            if ABOUT_MEASURE.search(unit.name):
                continue  # looks at what the guard says, not at the model's answer
            if OPTIONAL in unit.marks and source.language == "rust" and not self._runs_ignored:
                continue
            scored = any(
                c.function in unit.functions and (c.callee.rsplit(".", 1)[-1] in scorers or self._scores(c, tools, source))
                for c in source.calls
            ) or (held and any(RUNS_SCORERS.search(c.callee) for c in source.calls if c.function in unit.functions))
            if tells(source, unit, [c for c in posted if c.function in unit.functions]):  # nothing here stands in for what runs elsewhere
                live.append(unit)
                decided.append(unit)
                continue
            if not scored and (stands_in(source, unit, harmless) or fixtures_stand_in(self.project, source, unit)):
                continue
            if asking is None:  # asked late, since it parses all that leads to the model
                asking = self.asking.calls(source.path)
            helpers = self._helper_names(source, [*asking, *served])
            calls = [c for c in asking if c.function in unit.functions]
            calls += [c for c in source.calls if c.function in unit.functions and c.callee.rsplit(".", 1)[-1] in helpers]
            calls += [c for c in served if c.function in unit.functions]
            calls += self.fixtures.calls(source, unit)
            calls = [c for c in calls if not administrates(c) and can_be_called(self.project, self.graph, source, c)]
            calls = [] if calls and gives_double(self.graph, self.asking, source, unit) else calls
            given = self.fixtures.answers(source, unit) if source.language == "python" else frozenset()
            content = bool(calls or given) and (judges_answer(source, unit, calls, given) or self._tries(source, unit))
            if content or (calls and scored) or (scored and asserts(source, unit) and self._touches_model(source)):
                live.append(unit)
                decided += [unit] if content or (scored and asserts_content(source, unit, scorers)) else []
        if not live:
            return None
        criterion = (source.path, decided[0].line) if decided else None
        return Evaluation(source.path, live[0].line, "test", [t.id for t in tools], live, criterion=criterion)

    @cached_property
    def _runs_ignored(self) -> bool:
        """Whether something in the repository runs tests that are left out unless they are asked for."""
        written = [c.text for unit in self.project.units for c in unit.commands] + [run.text for run in self.project.runs]
        return any(IGNORED.search(text) for text in written)

    def _tries(self, source: Source, unit: TestUnit) -> bool:
        """A test of an evaluation that tries out what the application made, and asserts on how that ends."""
        lines = tried(self.project.catalogue, source) if HINT.search(source.path) else ()
        return any(unit.line <= line <= unit.end_line for line in lines) and asserts(source, unit)

    def _helper_names(self, source: Source, asking: list[Call]) -> set[str]:
        """Helpers and fixtures of the file, outside its tests, that ask the model."""
        return {
            source.functions[c.function].name
            for c in asking
            if c.function >= 0 and source.functions[c.function].name and source.functions[c.function].parent < 0
        }

    def _touches_model(self, source: Source) -> bool:
        if self.asking.calls(source.path) or any(self.asking.names(t) for t in self.graph.touches(source.path)):
            return True
        handed = any(c.argument(*APPLICATION) is not None for c in source.calls)  # the tool asks what it is handed
        return handed and any(t in self.graph.near and self.project.role(t) is Role.APPLICATION for t in self.graph.touches(source.path))

    def _echoes(self, source: Source) -> bool:
        """Whether what a tool is handed to run is a function of the file's own that plainly leads to no model, such as a starter's."""
        tasks = [v for c in source.calls if (v := c.argument("task")) is not None]
        if not tasks or any(v.kind != "function" for v in tasks) or self.graph.touches(source.path) or self.prompts.of(source):
            return False
        imported = [i for i in source.imports if i.module.startswith((".", "@/", "~/", "#"))]
        return not imported and not self._touches_model(source) and not any(WEB_CALL.search(c.callee) for c in source.calls)

    def _scores(self, call: Call, tools: list[Tool], source: Source) -> bool:
        return scores(self.project, call, tools, source)

    def _script(self, source: Source, tools: list[Tool]) -> Evaluation | None:
        """A script or notebook that asks the model for cases and scores what comes back."""
        form = "notebook" if source.path.endswith(".ipynb") else "script"
        if any(SERVER.search(c.callee) for c in source.calls) and not tools:
            return None
        if tools and self._echoes(source):
            return None
        if tools and any(self._scores(c, tools, source) for c in source.calls):
            line = next(c.line for c in source.calls if self._scores(c, tools, source))
            if form == "notebook" and not self._asks_application(source) and not self.prompts.of(source) and not self._scores_own(source):
                return None  # tries a tool on something else than the application
            return Evaluation(source.path, line, form, [t.id for t in tools])
        for tool, line in started(self.project.catalogue, source) if HINT.search(source.path) else ():
            if tool.category in EVALUATION:
                return Evaluation(source.path, line, form, [tool.id])
        if PREPARES.search(posixpath.basename(source.path)) or stands_in(source, None):
            return None
        if line := self.judges.line(source):
            return Evaluation(source.path, line, form)
        if not self.asking.calls(source.path) and not self.requests.sent(source) and not self._hands_over(source):
            return None
        tested = self.harness.tried_line(source)
        line = tested or self.harness.score_line(source) or self._marking(source)
        if not line or not (self._loops_over_cases(source) or (tested and goes_through_folder(source))):
            return None
        return Evaluation(source.path, line, form)

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
        return any(LOADS.search(c.callee) for c in source.calls) or bool(self._cases(source) or data_nearby(self.project, source))

    def _cases(self, source: Source) -> tuple[str, int] | None:
        """The data set of a script, in it or in a module beside it from which it takes the cases."""
        for path, taken in sorted(self.graph.touches(source.path).items()):
            module = self.project.source(path) if CASES.search(path) and self._beside(path, source.path) else None
            if module and (found := defined_cases(module, taken)):
                return data_set(self.project, source) or found
        return data_set(self.project, source) or handed_cases(self.project, source)

    def _decided(self, source: Source) -> tuple[str, int] | None:
        """What decides on a run of a script, in it or in a module beside it that runs it."""
        users = (s for u in self.graph.used.get(source.path, ()) if self._beside(u, source.path) and (s := self.project.source(u)))
        return criterion(source) or next((found for s in users if (found := criterion(s))), None)

    def _beside(self, path: str, other: str) -> bool:
        return posixpath.dirname(path) == posixpath.dirname(other) and bool(HINT.search(path)) and self.project.role(path) is not Role.TEST

    def _complete(self, found: Evaluation, source: Source, tools: list[Tool]) -> None:
        found.dead = self._dead(source)
        tested = found.form == "test"
        found.data_set = data_set(self.project, source, found.tests) if tested else self._cases(source)
        found.data_set = found.data_set or data_nearby(self.project, source)
        built_in = (source.path, found.line) if any(t.text("criterion") == "built-in" for t in tools) else None
        decided = found.criterion or built_in or (criterion(source) if tested else self._decided(source))
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
        helpers = [t for t in sorted(self.graph.touches(source.path)) if self._near_tests(t)]
        for metric, place in scored_by_name(self.project, source, (s for t in helpers if (s := self.project.source(t)))).items():
            found.metrics.setdefault(metric, place)
        if not found.metrics:
            line = scoring.judged(source)
            found.metrics["judged" if line else "exact-match"] = (source.path, line or found.line)
        found.own_prompts = self._asks_application(source) or bool(self.prompts.of(source)) or self._scored_by_user(source)
        found.prompts = self.prompts.of(source)

    def _dead(self, source: Source) -> str:
        """Why an evaluation can't run: its own imports say so, or those of a helper near it."""
        helpers = [t for t in sorted(self.graph.touches(source.path)) if self._near_tests(t) and self.project.role(t) is not Role.EXAMPLE]
        near = (s for t in helpers if (s := self.project.source(t)))
        return self.dead.reason(source) or next((why for s in near if (why := self.dead.reason(s))), "")

    def _scores_own(self, source: Source) -> bool:
        """Whether a notebook scores what its own function, with its own prompt, answers: what holds it is handed on as the answer."""
        direct = {id(c) for c in self.asking.direct(source.path)}
        asked = [c for c in self.asking.calls(source.path) if id(c) not in direct]
        held = {n for a in source.assignments for c in asked if a.line <= c.line <= a.value.line for n in re.findall(r"\w+", a.name)}
        held |= {
            c.callee.rpartition(".")[0] for c in source.calls if GATHERS.search(c.callee) and any(v.text in held for v in c.arguments.items)
        }
        given = [v for c in source.calls for v in (c.arguments, *c.arguments.items)] + [a.value for a in source.assignments]
        pairs = ((k, v) for value in given for k, v in zip(value.keys, value.items, strict=False) if ANSWER.fullmatch(k))
        return any(held & {w for i in (v, *v.items) for w in re.findall(r"\w+", i.text)} for _, v in pairs)

    def _scored_by_user(self, source: Source) -> bool:
        """Whether a file of the application that asks a model hands what it answers to a scorer that stands here."""
        scoring_here = {f.name for f in source.functions if f.name}
        for user in self.graph.used.get(source.path, ()):
            other = self.project.source(user) if user in self.graph.leading and self.project.is_application(user) else None
            if other is None or not any(c.callee.rsplit(".", 1)[-1] in scoring_here for c in other.calls):
                continue
            if any(c.callee.rsplit(".", 1)[-1] not in scoring_here for c in self.asking.calls(user)):
                return True
        return False

    def _asks_application(self, source: Source) -> bool:
        own = [t for t in self.graph.touches(source.path) if self.project.role(t) is Role.APPLICATION]
        direct = {id(c) for c in self.asking.direct(source.path)}
        return (
            any(self.asking.names(t) for t in own)
            or (bool(own) and any(id(c) not in direct for c in self.asking.calls(source.path)))
            or any(c.argument("target") is not None for c in source.calls)
            or bool(self.requests.of(source) or self.served.calls(source) or self.fixtures.may_ask(source.path))
            or any(re.match(r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0)[:/]", t.value) for t in source.texts)
        )
