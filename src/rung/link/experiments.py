"""Experiments: comparisons of variants by a harness that is here, with results committed or recorded by the harness."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator

from rung.facts.code import language_of
from rung.facts.code.source import Loop, Source
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.commands import STARTS
from rung.link.each import each
from rung.link.evaluation import Evaluation
from rung.link.models import EVALUATES, Models
from rung.link.project import Project
from rung.link.result_files import REPORT, comparing, told, told_of
from rung.link.sweeps import sweep
from rung.regex import regex

TABLE_ROW = regex(r"^\s*\|(.+)\|\s*$")
CELLS = regex(r"\s{2,}|\t|,")
FIGURE = regex(r"\d")
DECIMAL = regex(r"^-?\d*\.\d+%?$|^\d+(?:\.\d+)?%$")
DECIMALS = regex(r"(?<![\w.])\d{1,3}\.\d{1,6}\b")
FEWEST = 2
RESULT_WORDS = regex(
    r"accura|right|correct|score|pass|wins?\b|eval|f1|recall|precision|%|faithful|relevan|quality|rating|bleu|rouge|meteor|judge|success|solved",
    re.IGNORECASE,
)
# What a harness goes through when it compares: the plural of what can vary.
VARIANTS = regex(
    r"(?:^|[\s(._\[])(?:models?_?(?:names|ids|list|configs)?|llms|variants|prompt_?(?:versions|variants|templates|styles)|prompts_to_\w+"
    r"|chunk_?sizes|temperatures|top_?ks|retrievers|rerankers|strategies|configurations|experiments|arms|treatments)\b",
    re.IGNORECASE,
)
# In Python, what a loop over variants calls the one of this round, and tables of prompts that it goes through.
VARIANT = regex(
    r"\s*(?:async\s+)?for\s+\(?\s*(?:\w{1,30}\s*,\s*)?(?:\w{1,30}_)?(?:variant|version|strategy|temperature|temp|chunk_?size|top_?k|retriever|reranker|arm|treatment"
    r"|setting|configuration|approach|style|(?:prompt|template|system|model|config)(?:_?(?:name|id|key|version|variant|style|file|path))?)\b"
)
# The same in other languages: the head of a loop, and what goes through cases in one expression.
EACH = regex(
    r"\bfor(?:each)?\b\s{0,4}\(?\s{0,4}(?:const |let |var |val |auto |String |string )?"
    r"(?:\w{1,40}\s{0,2},\s{0,2})?(\w{1,40})\s{0,4}(?::= ?range\b|in\b|of\b|:)"
    r"|\.each(?:_pair|_with_index)?\b[^|\n]{0,20}\|\s?(\w{1,40})"
)
THROUGH = regex(r"\.(?:map|each|forEach|sumOf|sum|average|count|all|mapNotNull|Select|Average|Sum|filter|collect|reduce)$")
COMPARING = regex(r"experiment|compar|ablat|sweep|variant", re.IGNORECASE)
PROMPTS = regex(
    r"\b(?:PROMPTS|TEMPLATES|VERSIONS|VARIANTS|PROMPT_\w{1,30}S|[A-Z]{1,30}_(?:PROMPTS|TEMPLATES|VERSIONS))\b|\bproduct\(|ParameterGrid"
)
RECORDS = regex(
    r"(?:append_?jsonl?|append_?file|appendFile\w*|write_?text|writeFile\w*|to_csv|to_json|to_parquet|json\.dump|writerow\w*|DictWriter"
    r"|log_metrics?|logMetrics?|log_table|save_?\w*results?|write_?\w*results?|record_?\w*results?|WriteFile|write_all|AppendAllText\w*"
    r"|WriteAllText\w*|json\.dumps?|writeTextFile(?:Sync)?|Bun\.write|(?:File|IO|Files)\.write\w*|file_put_contents|fputcsv|log_scalar"
    r"|fs::write|CSV\.open)$",
    re.IGNORECASE,
)
# A shell's loop over what varies, and scripts that may hold one.
SHELL_LOOP = regex(r"\s*for\s+\w*(?:model|llm|prompt|variant|temp|chunk|strategy|config|format)\w*\s+in\b", re.IGNORECASE)
RUNNER = regex(r"(?:^|/)(?:scripts?|experiments?|tools)/|(?:^|[/_-])(?:sweep|grid|compare\w*|ablat\w*|run_all)[\w-]*\.\w+$", re.IGNORECASE)


class Experiments:
    """Facts of kind `experiment`."""

    def __init__(self, project: Project, asking: Asking, models: Models, evaluations: list[Evaluation]) -> None:
        self.project, self.asking, self.models, self.evaluations = project, asking, models, evaluations

    def facts(self) -> Iterator[Fact]:
        """Nothing where no harness is here."""
        if self.evaluations:
            yield from self._tables()
            yield from self._notebooks()
            yield from self._variants()
            yield from self._harnesses()
            yield from self._grids()
            yield from self._swept()
            yield from self._reports()
            yield from self._data()
            yield from self._held_against()

    def _held_against(self) -> Iterator[Fact]:
        """A tool's comparison of experiments that it keeps, each of them named."""
        words = self.project.vocabulary["evaluation"]
        compares, unnamed = re.compile(words["comparisons"]), re.compile(words["unnamed"], re.IGNORECASE)
        for path in sorted({e.path for e in self.evaluations if e.form != "configuration"}):
            source = self.project.source(path)
            texts = {a.name: a.value.text for a in source.assignments if a.value.kind == "string"} if source else {}
            for call in source.calls if source else ():
                given = call.arguments.items if compares.search(call.callee) else ()
                named = [texts.get(i.text, "") if i.kind == "name" else i.text for v in given if v.kind == "list" for i in v.items]
                if len({n for n in named if not unnamed.search(n)}) >= FEWEST:
                    yield self.project.fact("experiment", path, call.line)
                    return

    def _data(self) -> Iterator[Fact]:
        """A file of scores by model or variant that the harness here comes to."""
        harness = "\n".join(self.project.text(path) or "" for path in sorted({e.path for e in self.evaluations}))
        for path in comparing(self.project, self.models.is_model, harness):
            yield self.project.fact("experiment", path, 1)
            return

    def _tables(self) -> Iterator[Fact]:
        """A table of results over two or more models or variants."""
        for path in self.project.repository.files:
            if not path.endswith((".md", ".mdx", ".rst", ".csv")) or not self.project.repository.in_scope(path):
                continue
            text = self.project.text(path) or ""
            if "|" not in text or not RESULT_WORDS.search(text):
                continue
            line = self._table_line(text)
            if line:
                yield self.project.fact("experiment", path, line)
                return

    def _table_line(self, text: str) -> int:
        """The first line of a table whose rows give figures for at least two models; 0 when there is none."""
        start, header = 0, ""
        named: set[str] = set()
        for number, line in enumerate(text.splitlines(), 1):
            row = TABLE_ROW.match(line)
            if not row:
                start, header, named = 0, "", set()
                continue
            if not start:
                start, header = number, line
                continue
            cells = [c.strip(" *`_") for c in row.group(1).split("|")]
            models = [c for c in cells if self.models.is_model(c.split(" ")[0].split("(")[0])]
            figures = [c for c in cells if FIGURE.search(c) and c not in models]
            if models and figures:
                named.add(models[0])
            if len(named) >= 2 and RESULT_WORDS.search(header):
                return start
        return 0

    def _notebooks(self) -> Iterator[Fact]:
        """A notebook's committed output that gives scores for at least two models."""
        for path in self.project.paths:
            if path.endswith(".ipynb") and self.project.is_own(path) and self.models.uses.glance.names_model(path):
                text = self.project.text(path) or ""
                scored = next((s for o in _outputs(text) if (s := self._scores(o))), "") if RESULT_WORDS.search(text) else ""
                if scored:
                    row = re.compile(rf"{re.escape(scored)}\W.*\d\.\d")
                    line = next((n for n, t in enumerate(text.splitlines(), 1) if row.search(t)), 1)
                    yield self.project.fact("experiment", path, line)
                    return

    def _scores(self, output: str) -> str:
        """A model among two or more that an output gives figures for; "" where it is no such table."""
        named: set[str] = set()
        for line in output.splitlines()[:200]:
            first, *cells = CELLS.split(line.strip())
            if self.models.is_model(first) and any(DECIMAL.match(c.strip()) for c in cells):
                named.add(first)
        return min(named) if len(named) >= 2 and RESULT_WORDS.search(output) else ""

    def _variants(self) -> Iterator[Fact]:
        """Prompt definitions with variants that an evaluation harness runs."""
        for path in self.project.paths:
            if path.endswith((".yaml", ".yml")) and self.project.is_own(path) and "variants" in (self.project.text(path) or ""):
                data = self.project.data(path)
                groups = data.get("node_variants") or data.get("variants") if isinstance(data, dict) else None
                if isinstance(groups, dict) and any(
                    isinstance(g, dict) and isinstance(g.get("variants"), dict) and len(g["variants"]) >= 2 for g in groups.values()
                ):
                    yield self.project.fact("experiment", path, _line(self.project.text(path) or "", "variants"))
                    return

    def _harnesses(self) -> Iterator[Fact]:
        """A harness that scores every variant in turn and records what came out."""
        for path in sorted({e.path for e in self.evaluations if e.form in ("script", "notebook")}):
            source = self.project.source(path)
            if source is None or not (any(RECORDS.search(c.callee) for c in source.calls) or self._shows(path)):
                continue
            if line := self._goes_through(source):
                yield self.project.fact("experiment", path, line)
                return
            if source.language != "python" and not any(p.search(path) for p in (EVALUATES, RESULT_WORDS, COMPARING)):
                continue
            loop = next((found for found in source.loops if self._compares(source, found)), None)
            if loop:
                yield self.project.fact("experiment", path, loop.line)
                return

    def _goes_through(self, source: Source) -> int:
        """The line at which a harness has a function ask the model that it calls with each variant (`variants.map { |v| mean(v) }`)."""
        asked = self.asking.calls(source.path)
        for index, _, _ in each(source) if source.language != "python" else ():
            function = source.functions[index]
            if any(VARIANTS.search(d) for d in function.decorators) and any(function.line <= c.line <= function.end_line for c in asked):
                return function.line
        return 0

    def _swept(self) -> Iterator[Fact]:
        """A harness that is told to run over variants and records what came out of each."""
        for path in sorted({e.path for e in self.evaluations if e.form == "script"}):
            found = sweep(self.project, path) if self._records(path) else None
            if found:
                yield self.project.fact("experiment", *found)
                return

    def _shows(self, path: str) -> bool:
        """Whether a notebook's committed outputs hold a table of scores."""
        outputs = _outputs(self.project.text(path) or "") if path.endswith(".ipynb") else ()
        return any(RESULT_WORDS.search(o) and len(DECIMALS.findall(o[:20_000])) >= FEWEST for o in outputs)

    def _grids(self) -> Iterator[Fact]:
        """A script that goes through variants and starts with each of them an evaluation that records what came out."""
        recording = [e.path for e in self.evaluations if e.form == "script" and self._records(e.path)]
        names = {posixpath.basename(path) for path in recording}
        folders = {posixpath.dirname(path) for path in recording}
        for path in self.project.paths if names else ():
            if path in recording or not (posixpath.dirname(path) in folders or EVALUATES.search(path) or RUNNER.search(path)):
                continue
            if path.endswith(".sh"):
                line = _shell_grid(self.project.text(path) or "", names) if self.project.is_own(path) else 0
            else:
                line = self._grid_line(path, names, frozenset(recording))
            if line:
                yield self.project.fact("experiment", path, line)
                return

    def _records(self, path: str) -> bool:
        """Whether a file writes down what comes out."""
        source = self.project.source(path)
        return source is not None and any(RECORDS.search(c.callee) for c in source.calls)

    def _grid_line(self, path: str, names: set[str], recording: frozenset[str]) -> int:
        """The line of a loop over variants in a file that starts one of these evaluations, or imports one and calls it in the loop."""
        graph = self.asking.graph
        text = self.project.text(path) or ""
        imported = not recording.isdisjoint(graph.glanced(path)) if language_of(path) else False
        if not language_of(path) or not (imported or any(name in text for name in names)):
            return 0
        source = self.project.source(path)
        if source is None:
            return 0
        starts = any(STARTS.match(c.callee) for c in source.calls) and any(name in t.value for name in names for t in source.texts)
        taken = {n for target, names_ in graph.touches(path).items() if target in recording for n in names_ or ()} if imported else set()
        for loop in source.loops:
            inside = {c.callee.rsplit(".", 1)[-1] for c in source.calls if loop.line <= c.line <= loop.end_line}
            own = {f.name for f in source.functions} | {"run", "call", "check_call", "execSync", "spawnSync", "system", "Command"}
            if VARIANTS.search(loop.iterable) and ((starts and inside & own) or inside & taken):
                return loop.line
        return 0

    def _reports(self) -> Iterator[Fact]:
        """A report in sentences on two models or more."""
        for path in self.project.repository.files:
            if REPORT.search(path) and self.project.repository.in_scope(path):
                text = self.project.text(path) or ""
                line = told(path, text)
                if line and len(told_of(text, self.models.is_model)) >= 2:
                    yield self.project.fact("experiment", path, line)
                    return

    def _compares(self, source: Source, loop: Loop) -> bool:
        """A loop over variants in which the model is asked, directly or through functions."""
        if (loop.end_line <= loop.line and source.language != "python") or not (
            VARIANTS.search(loop.iterable) or _over_variants(source, loop)
        ):
            return False
        inside = [c for c in source.calls if loop.line <= c.line <= loop.end_line]
        asked = {id(c) for c in self.asking.calls(source.path)}
        return any(id(c) in asked for c in inside)


def _over_variants(source: Source, loop: Loop) -> bool:
    """A loop over variants, told by what it calls each, or in Python over a table of prompts, with a loop over cases in it."""
    if source.language != "python":
        head = EACH.search(source.lines[loop.line - 1])
        through = any(THROUGH.search(c.callee) and c.line <= loop.end_line and c.line > loop.line for c in source.calls)
        nested = any(loop.line < inner.line <= inner.end_line <= loop.end_line for inner in source.loops)
        return (through or nested) and head is not None and bool(VARIANT.match(f"for {head[1] or head[2]} "))
    cases = any(loop.line < inner.line <= inner.end_line <= loop.end_line for inner in source.loops)
    looping = {source.functions[inner.function].name for inner in source.loops if inner.function not in (-1, loop.function)}
    cases = cases or any(c.callee in looping for c in source.calls if loop.line <= c.line <= loop.end_line)
    named = bool(VARIANT.match(source.lines[loop.line - 1]))
    return cases and (named or bool(PROMPTS.search(loop.iterable)))


def _outputs(text: str) -> Iterator[str]:
    """The plain-text outputs of a notebook's cells."""
    try:
        cells = json.loads(text).get("cells", [])
        for cell in cells:
            for output in cell.get("outputs", []) if isinstance(cell, dict) else ():
                told = output.get("text") or output.get("data", {}).get("text/plain") or ""
                yield told if isinstance(told, str) else "".join(map(str, told))
    except (ValueError, AttributeError, TypeError, RecursionError):
        return


def _shell_grid(text: str, names: set[str]) -> int:
    """The line of a shell's loop over variants in which one of these files is started; 0 when there is none."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if SHELL_LOOP.match(line):
            end = next((n for n, other in enumerate(lines[number:], number) if other.strip().startswith("done")), len(lines))
            if any(name in other for name in names for other in lines[number:end]):
                return number
    return 0


def _line(text: str, word: str) -> int:
    return next((i for i, line in enumerate(text.splitlines(), 1) if word in line), 1)
