"""What controls a change of a prompt: versions, owners, and tests or evaluations of the application's own prompts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rung.facts.code.source import Function, Source
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.checks import assertions
from rung.link.declared_tests import TestUnit, test_units
from rung.link.evaluation import Evaluation
from rung.link.graph import Graph
from rung.link.handed_prompts import WARNS, HandedPrompts
from rung.link.project import Project
from rung.link.prompt_file_variants import PromptFileVariants
from rung.link.prompt_variants import PromptVariants
from rung.link.rendered_prompts import RenderedPrompts
from rung.link.subjects import JUDGING
from rung.regex import regex
from rung.repository import Role

# Requests that only search or store: whoever sends these alone sees no prompt at work.
SEARCHES = regex(r"^/[\w/{}-]*\b(?:query|queries|search|upsert|retrieve\w*|embed\w*|delete|documents?|index)/?$", re.IGNORECASE)
ROUTE = regex(r"^/[a-z][\w/{}-]*$", re.IGNORECASE)
# A look at a text that decides whether a test fails, where the language has no assertion for it.
LOOKS = regex(r"^\s*if\b(?!.*(?:\bnil\b|\berr\b|== \"\")).*(?:strings\.|!=|==)")
RENDERED = regex(r"prompt|template|instruction|render", re.IGNORECASE)
# What imitates a repository for a test of the program that reads it.
FIXTURE = regex(r"(?:^|/)(?:__fixtures__|fixtures?|testdata|test_data|test-data)/", re.IGNORECASE)
LONG = 40
MOST = 60  # files on the way from an evaluation to a model
# What fills a template, or reads one that is built into the program.
FILLS = regex(
    r"\bExecute(?:Template)?\(|\b[rR]ender\w*[!(]|\.render\b|\bresult_with_hash\b|\bTemplate\.parse\b|Template\.Parse\b|substitute\(|[hH]andlebars|[mM]ustache|[lL]iquid|nunjucks"
    r"|[jJ]inja|\bTera\b|PromptTemplate\b|include_str!|GetManifestResource|getResource(?:AsStream)?\("
)
TEMPLATE = regex(r"te?mpl|text|source|content|prompt|^t$|^s$|string|body|file|path", re.IGNORECASE)
# What makes a text, or hands one on.
TEXTUAL = regex(
    r"[fF]ormat|[rR]eplace|[jJ]oin|[cC]oncat|[pP]rintf|[rR]ender|[pP]rompt|[tT]e?mpl|[tT]ext\b|[sS]tring\b|\bstr\b|[rR]ead|[lL]oad|[gG]et[A-Z(]|build|Build|[\"'`]"
)
CALLED = regex(r"\b([A-Za-z_]\w{0,80})\(")
OWN_TESTS = "#[cfg(test)]"
FORMAL = regex(r"assert_called|called_with|is not None|isinstance|err\b|Err")


class PromptControl:
    """Facts of kind `prompt-control`: version, owner or test."""

    def __init__(self, project: Project, graph: Graph, asking: Asking, prompts: list[Fact], evaluations: list[Evaluation]) -> None:
        self.project, self.graph, self.asking, self.prompts = project, graph, asking, prompts
        self.evaluations = [e for e in evaluations if not e.dead and not FIXTURE.search(e.path)]
        words = project.vocabulary["prompts"]
        self.variants, self.file_variants = PromptVariants(project, graph), PromptFileVariants(project, graph)
        self.modules = regex(words["modules"], re.IGNORECASE)

    def facts(self) -> list[Fact]:
        """At most one fact a control."""
        return [*self._versions(self.prompts), *self._owned(self.prompts), *self._tested(self.prompts)]

    def _versions(self, prompts: list[Fact]) -> Iterator[Fact]:
        """(a) explicit versions or variants: in names, fields, or a registry with labels."""
        found, is_version = next(self.file_variants.among(prompts), (None, False))
        if not is_version:
            for path, line in self.variants.in_code(prompts):
                yield self.project.fact("prompt-control", path, line, control="version", variant=False)
                return
        other = None if found else self.variants.overriding(prompts) or self.variants.by_name(prompts) or self.variants.by_model(prompts)
        if other:
            yield self.project.fact("prompt-control", *other, control="version", variant=True)
        if found:
            fields = {"role": "application", "control": "version", "variant": not is_version}
            yield Fact("prompt-control", found.location, found.text, fields)

    def _owned(self, prompts: list[Fact]) -> Iterator[Fact]:
        """(b) code owners whose patterns cover the prompt files."""
        repository = self.project.repository
        places = [p.location.path for p in prompts] or [p for p in self.project.code if self.asking.direct(p)][:1]
        for path in places:
            if repository.owners(path):
                rule = repository.owner_rule(path)
                if rule:
                    yield self.project.fact("prompt-control", rule[0], rule[1], control="owner", covers=path)
                    return

    def _tested(self, prompts: list[Fact]) -> Iterator[Fact]:
        """(c) an evaluation and a test that exercise the application's own prompts: the one holds without the other."""
        files = {p.location.path for p in prompts}
        ran = next((e for e in self.evaluations if self._exercises(e, files)), None)
        if ran:
            yield self.project.fact("prompt-control", ran.path, ran.line, control="test")
        rendered = RenderedPrompts(self.project, self.asking, prompts)
        handed = HandedPrompts(self.project, self.asking)
        for path in self.project.code:
            if self.project.role(path) is Role.TEST or self._tests_itself(path):
                line = 0 if ran and path == ran.path else self._renders(path, files) or rendered.line(path) or handed.line(path)
                if line:
                    yield self.project.fact("prompt-control", path, line, control="test")
                    return

    def _tests_itself(self, path: str) -> bool:
        """Whether a file of prompts holds tests too, as Rust's do."""
        return path.endswith(".rs") and bool(self.modules.search(path)) and OWN_TESTS in (self.project.text(path) or "")

    def _exercises(self, evaluation: Evaluation, files: set[str]) -> bool:
        """Whether an evaluation runs prompts of the application's: its files, the application, or those of the notebook that it is."""
        if files & set(evaluation.prompts):
            return True
        asks = bool(self.asking.direct(evaluation.path))
        if not evaluation.own_prompts:
            return asks and evaluation.form == "notebook" and self.project.is_application(evaluation.path)
        if not asks and self._asks_itself(evaluation, files):
            return False
        source = self.project.source(evaluation.path) if evaluation.form == "test" and not asks else None
        routes = [t.value for t in source.texts if ROUTE.match(t.value)] if source else []
        return not routes or not all(SEARCHES.match(r) for r in routes)

    def _asks_itself(self, evaluation: Evaluation, files: set[str]) -> bool:
        """Whether all that asks a model for an evaluation is the harness that it belongs to, and no prompt is on the way there."""
        seen, wave = {evaluation.path}, [evaluation.path]
        while wave and len(seen) < MOST:
            near = {t for path in wave for t in self.graph.touches(path) if t in self.graph.leading and self.project.is_own(t)}
            wave = sorted(near - seen)
            seen |= near
        asked = [path for path in seen if self.asking.direct(path) and not self._is_judge(path)]
        return bool(asked) and all(JUDGING.search(path) for path in asked) and files.isdisjoint(seen)

    def _is_judge(self, path: str) -> bool:
        """Whether a file makes a model of its own fit for a tool that judges, by a class of that tool's."""
        source, by_id = self.project.source(path), self.project.catalogue.by_id
        if source is None or not any(by_id[tool].category == "evaluation" for tool in self.asking.uses.imported(path)):
            return False
        taken = {name for imported in source.imports for name, _ in imported.names}
        return any(base.rsplit(".", 1)[-1] in taken for kind in source.classes for base in kind.bases)

    def _may_touch(self, path: str, files: set[str]) -> bool:
        return any(t in files or self._is_module(t) for t in self.graph.glanced(path))

    def _is_module(self, path: str) -> bool:
        """Whether a file bears the name of prompts that the application sends: those of tests are what a stand-in is asked."""
        return bool(self.modules.search(path)) and self.project.role(path) is not Role.TEST

    def _renders(self, path: str, files: set[str]) -> int:
        """The line of an assertion on a rendered prompt in a test; 0 when there is none."""
        itself = self._tests_itself(path)
        if not self.asking.uses.glance.holds(path, "prompt") or not (itself or self._may_touch(path, files)):
            return 0
        source = self.project.source(path)
        if source is None:
            return 0
        touched = {t for t in self.graph.touches(path) if t in files}
        near = [t for t in self.graph.touches(path) if self._is_module(t)] + [path] * itself
        if not touched and not near:
            return 0
        taken = {n for t in (*touched, *near) for n in (self.graph.touches(path).get(t) or ())}
        givers = self._givers((*touched, *near))
        givers |= _handing_on(source, givers)
        others = self._others((*touched, *near), givers)
        for unit in test_units(source):
            inside = " ".join(source.lines[unit.line - 1 : unit.end_line])
            if taken and not any(n in inside for n in taken):
                continue
            rendered = _rendered(source, unit, givers)
            for call in assertions(source, unit.functions):
                text = " ".join(source.lines[call.line - 1 : call.end_line])
                text = others.sub("", text) if others else text
                if (RENDERED.search(text) or any(r.search(text) for r in rendered)) and not FORMAL.search(text):
                    return call.line
            for number in range(unit.line, unit.end_line if source.language == "go" else unit.line):
                line = source.lines[number - 1]
                if LOOKS.match(line) and any(r.search(line) for r in rendered):
                    return number
        return 0

    def _givers(self, paths: Iterable[str]) -> frozenset[str]:
        """Names of functions of files of prompts that give a prompt: a text stands in them, or a prompt's constant."""
        found: set[str] = set()
        for source in (s for p in paths if (s := self.project.source(p))):
            speaking = {t.function for t in source.texts if len(t.value) >= LONG and not WARNS.search(source.lines[t.line - 1])}
            constants = {a.name for a in source.assignments if a.function < 0 and len(a.value.text) >= LONG}
            for index, function in enumerate(source.functions):
                body = "\n".join(source.lines[function.line - 1 : function.end_line])
                own = function.owner and any(
                    re.search(rf"\b(?:self|this|cls)\.{a}\b", body) for a in _fields(source, function.owner, constants)
                )
                if function.name and (index in speaking or any(c in body for c in constants) or own or _fills(function, body)):
                    found.add(function.name)
        return frozenset(found)

    def _others(self, paths: Iterable[str], givers: frozenset[str]) -> re.Pattern[str] | None:
        """A pattern of calls of what stands in files of prompts and plainly gives none: it bears the file's name, and makes no text."""
        names: set[str] = set()
        for source in (s for p in paths if (s := self.project.source(p))):
            for index, function in enumerate(source.functions):
                body = "\n".join(source.lines[function.line - 1 : function.end_line]).partition(function.name)[2] if function.name else ""
                speaks = any(t.function == index for t in source.texts) or TEXTUAL.search(body)
                if function.name and function.name not in givers and not speaks:
                    names.add(function.name)
        return re.compile(rf"\b\w{{1,60}}(?:\.|::|->)(?:{'|'.join(map(re.escape, sorted(names)))})\b") if names else None


def _fields(source: Source, owner: str, constants: set[str]) -> list[str]:
    """Fields of a class that hold a prompt's text: one that is written there, or a constant that is named."""
    own = (a for a in source.assignments if a.owner == owner and a.name.isidentifier())
    held = (a.name for a in own if (a.value.kind == "name" and a.value.text in constants) or a.name in constants)
    return [name for name in held if name.isascii()]


def _fills(function: Function, body: str) -> bool:
    """Whether a function fills a template that it is not itself handed."""
    return bool(FILLS.search(body)) and not any(TEMPLATE.search(p) for p in function.parameters)


def _handing_on(source: Source, givers: frozenset[str]) -> frozenset[str]:
    """Helpers of a test's file that give what a giver of prompts gave them, filled in."""
    inside = {i for unit in test_units(source) for i in unit.functions}
    return frozenset(
        source.functions[c.function].name
        for c in source.calls
        if c.function >= 0 and c.function not in inside and c.callee.rsplit(".", 1)[-1] in givers and source.functions[c.function].name
    )


def _rendered(source: Source, unit: TestUnit, givers: frozenset[str]) -> list[re.Pattern[str]]:
    """Patterns of the names that hold a rendered prompt in a test, and of the functions that render one."""
    names = {
        a.name.split(",")[0].strip()
        for a in source.assignments
        if a.function in unit.functions
        and (
            (a.value.kind == "call" and a.value.text.rsplit(".", 1)[-1] in givers)
            or (a.value.kind != "call" and givers.intersection(CALLED.findall(source.lines[a.line - 1])))
        )
    }
    return [re.compile(rf"\b{re.escape(n)}\b") for n in sorted(names | givers)]
