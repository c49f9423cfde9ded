"""What protects users and the system at run time; with the tests of it and the attacks on it, all facts of safety."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ahocorasick_rs import AhoCorasick

from rung.facts.code.source import Call, Source
from rung.facts.fact import Fact
from rung.link.approvals import Approvals
from rung.link.asking import Asking
from rung.link.attacks import Attacks
from rung.link.decisions import Decisions
from rung.link.direct import owners
from rung.link.entities import snake
from rung.link.evaluation import Evaluation
from rung.link.gates import Gates, Reach
from rung.link.graph import Graph
from rung.link.guard_models import GuardModels
from rung.link.models import Models
from rung.link.offers import Offers
from rung.link.pattern_lists import PatternLists
from rung.link.project import Project
from rung.link.redactions import Redactions, done_where
from rung.link.refusals import Refusals
from rung.link.safety_tests import SafetyTests
from rung.link.screening import Screening
from rung.link.second_opinions import SecondOpinions
from rung.link.sides import Sides
from rung.link.trials import Trials
from rung.link.wired import Wired
from rung.link.withholding import Withholding
from rung.link.wrappers import Wrappers
from rung.regex import regex

MEASURES = frozenset({"guardrail", "moderation", "pii-redaction", "injection-detection", "approval"})
# Classes of what a measure is told and says, which measure nothing themselves.
DATA = regex(
    r"(?:Result|Response|Decision|Verdict|State|Status|Request|Violation|Error|Exception|Config|Settings|Options|Params|Schema|Model)s?$"
)
# Classes whose objects measure something; a moderator may as well lead a conversation.
NAMED = regex(r"(?=[A-Z]\w+$)\w*(?:Guard|Shield|Injection|Jailbreak|PII|Redact|Moderation)")
IDENTIFIER = regex(r"[A-Za-z_]\w*(?:\.\w+)*")
# A field that is given something, in the files that define infrastructure.
SET = r"(?:%s)\b[\"']?(?:\s{0,8}[:=]\s{0,8}|[ ]{1,8}(?!string\b|=))(?![\"']?(?:null|None|nil|undefined|Microsoft\.Default)|\"\"|'')\S"
ATTACHES = regex(r"\.(?:tf|tfvars|bicep|bicepparam|json|ya?ml|ts|js|py|cs|go|java|sh|ps1)$")
# Calls that put the steps of a graph or pipeline together.
STEPS = regex(
    r"(?:^|\.)(?:(?:router|app|server)\.post|add_node|addNode|add_component|add_step|addStep|pipe|use|add_middleware|RunnableLambda)$"
)
# What a program was started and set up with.
SHOWN = regex(r"(?:^|\.)(?:print\w*|log\w*|debug|info|warn(?:ing)?|error|echo)$|^(?:io|ui|console|terminal)\.\w+$", re.IGNORECASE)
SETTINGS = regex(
    r"^(?:args|argv|cmd_?line|command_?line|settings|config\w*|env\w*|options|opts|parser|headers|os|sys|process)(?:\.|$)", re.IGNORECASE
)
CONTENT = regex(r"message|prompt|content|text|input|query|question|answer|response|completion|output|body", re.IGNORECASE)


class Safety:
    """Facts of kind `safety-measure`, `safety-test` and `adversarial-evaluation`."""

    def __init__(
        self, project: Project, graph: Graph, asking: Asking, models: Models, uses: list[Fact], evaluations: list[Evaluation]
    ) -> None:
        self.project, self.graph, self.asking, self.models = project, graph, asking, models
        self.uses = uses
        self._kinds: dict[str, str] = {}
        self._screening: dict[str, Mapping[str, str]] = {}
        words = project.vocabulary["safety"]
        self.words = AhoCorasick(sorted({w.rstrip("(").lower() for w in project.vocabulary["glances"]["measure"]}))
        self.measures = {kind: regex(p, re.IGNORECASE) for kind, p in words["measures"].items()}
        self.answering = regex(words["answers"], re.IGNORECASE)
        self.hiding = regex(words["hiding_parameters"], re.IGNORECASE)
        self.not_measures = regex(words["not_measures"], re.IGNORECASE)
        self.off, self.on = regex(words["filters_off"]), regex(words["filters_on"])
        self.subjects = regex(project.vocabulary["approvals"]["subjects"])
        self.hooks, self.hook_checks = frozenset(words["hooks"]), regex(words["hook_checks"])
        self.glance = asking.uses.glance
        self.sides = Sides(project, asking)
        self.wired = Wired(project, asking, self.sides)
        self.guards = GuardModels(project, asking, self.sides, self.wired)
        self.screening, self.lists = Screening(project, self.glance), PatternLists(project, self.glance)
        self.wrappers, self.withholding = Wrappers(project), Withholding(project)
        self.refusals = Refusals(project, asking, self.wrappers)
        self.opinions = SecondOpinions(project, asking)
        self.tests = SafetyTests(project, graph, self.glance, evaluations, self._measure)
        self.trials = Trials(project, asking, self.opinions)
        self.attacks = Attacks(project, uses, evaluations)

    def facts(self) -> list[Fact]:
        """All facts of this room."""
        measures = [*self._of_tools(), *self.guards.facts(), *self._own(), *self._inline(), *self._hiding()]
        reach = Reach(self.project, self.asking)
        gates = [f for kind in (Approvals, Offers, Decisions, Gates, Redactions) for f in kind(self.project, self.asking, reach).facts()]
        measures += [f for f in gates if not _evaluates(f.location.path)]
        tried = {p: n for p in self.project.code if self.project.is_own(p) and (n := self.trials.line(p))}
        measures = [m for m in measures if m.location.path not in tried]
        attacks = [*self.attacks.facts(), *(self.project.fact("adversarial-evaluation", p, n) for p, n in tried.items())]
        return [*measures, *self._summary(measures), *self.tests.facts(measures), *attacks]

    def _of_tools(self) -> Iterator[Fact]:
        """Tools in use in application code; a resource that is provisioned counts only beside code that uses it."""
        for use in self.uses:
            if (
                use.fields["category"] in MEASURES
                and use.fields["role"] == "application"
                and use.fields["via"] != "resource"
                and not self._is_provisioned(use)
                and not _evaluates(use.location.path)
                and not self._is_off(use)
                and not self._only_hooks(use)
                and self.wired.is_in(use)
            ):
                sides = self.sides.of(use)
                yield Fact("safety-measure", use.location, use.text, {**use.fields, "measure": use.fields["category"], "sides": sides})
        for use in self.uses:
            provisioned = use.fields["category"] in MEASURES and (use.fields["via"] == "resource" or self._is_provisioned(use))
            if provisioned and self._is_called(use):
                yield Fact(
                    "safety-measure",
                    use.location,
                    use.text,
                    {**use.fields, "measure": use.fields["category"], "sides": use.fields["protects"] or ["input"]},
                )

    def _is_off(self, use: Fact) -> bool:
        """Whether a filter that can be switched off is set to let everything pass, in the file or one that it takes names from."""
        path = use.location.path
        if not self.project.catalogue.by_id[str(use.fields["tool"])].strings("excludes"):
            return False
        near = [path, *(self.graph.touches(path) if path in self.project.code else ())]
        texts = [self.project.text(p) or "" for p in near if self.project.is_own(p)]
        return any(self.off.search(t) for t in texts) and not any(self.on.search(t) for t in texts)

    def _only_hooks(self, use: Fact) -> bool:
        """Whether a use is of a hook, in a file that refuses nothing and asks nobody."""
        if str(use.fields["tool"]) not in self.hooks:
            return False
        path = use.location.path
        near = (
            [path, *(t for t in sorted(self.graph.glanced(path)) if self.project.is_application(t))]
            if path in self.project.code
            else [path]
        )
        return not any(self.hook_checks.search(self.project.text(p) or "") for p in near)

    def _is_called(self, use: Fact) -> bool:
        """A filter policy attached to a model's deployment works without code; anything else must be named by code."""
        tool = self.project.catalogue.by_id[str(use.fields["tool"])]
        if tool.text("declared") == "suffices":
            return self._is_attached(tool.strings("attached"))
        same = [u for u in self.uses if u.fields["tool"] == tool.id and u.fields["via"] != "resource"]
        return any(not self._is_provisioned(u) for u in same) or any(self._names_beside(u) for u in same)

    def _is_provisioned(self, use: Fact) -> bool:
        """Whether a use in code is of a resource that infrastructure code makes."""
        path = use.location.path
        source = self.project.source(path) if use.fields["via"] == "call" and path in self.project.code else None
        return any(self._makes(c, str(use.fields["tool"])) for c in source.calls if c.line == use.location.line) if source else False

    def _makes(self, call: Call, tool: str) -> bool:
        found = self.project.catalogue.resources.find(call.callee.split(".")[-1])
        return any(m.tool.id == tool for m in found) and not any(k in self._keywords(tool) for k in call.arguments.keys)

    def _keywords(self, tool: str) -> tuple[str, ...]:
        return self.project.catalogue.by_id[tool].strings("keywords")

    def _names_beside(self, use: Fact) -> bool:
        """Whether infrastructure code hands a measure that it makes to something by a keyword, such as an agent's settings."""
        source = self.project.source(use.location.path)
        tool = str(use.fields["tool"])
        return any(self.sides.is_of(c, tool) and not self._makes(c, tool) for c in source.calls) if source else False

    def _is_attached(self, fields: tuple[str, ...]) -> bool:
        """Whether one of these fields is set to anything but nothing and a provider's default; where there are none, it always is."""
        if not fields:
            return True
        named = re.compile(SET % "|".join(map(re.escape, fields)))
        texts = (self.project.text(p) or "" for p in self.project.paths if ATTACHES.search(p) and self.project.is_application(p))
        return any(named.search(t) for t in texts if any(f in t for f in fields))

    def _own(self) -> Iterator[Fact]:
        """Functions of the repository's own that code which asks the model calls on the way in or out."""
        seen: set[tuple[str, str, str]] = set()
        for path in self.project.code:
            if path not in self.graph.leading or not self.project.is_application(path) or _evaluates(path):
                continue
            screens = {n: k for t in (path, *sorted(self.graph.glanced(path))) for n, k in self._screens(t).items()}
            screens |= self._opinions(path)
            found = {n for t in (path, *sorted(self.graph.glanced(path))) for n in self.lists.functions(t)}
            listed = {n for n in found if n not in screens and not self._measure(n)}
            screens |= dict.fromkeys(listed, "guardrail")
            source = self.project.source(path) if screens or self._names_measure(path) else None
            if source is None:
                continue
            if not any(self._kind_of(n, screens) and self._defined(source, n) for n in _named(source)):
                continue
            handed = self.wrappers.of(source)
            asking: dict[int, Call] = {}
            for call in (*(c for c in source.calls if handed.get(c.function) == c.line), *self.asking.calls(path)):
                if call.function not in asking or call.line < asking[call.function].line:
                    asking[call.function] = call
            for call, named, side in self._measuring(source, asking):
                kind = self._kind_of(named, screens)
                if named.rsplit(".", 1)[-1] in listed and not self.lists.withholds(source, call):
                    continue
                if kind == "approval" and side == "input" and not self._is_about_action(source, call):
                    continue  # before the model is asked there is nothing of its to approve
                if kind and not _of_no_content(source, call) and self._defined(source, named) and (kind, named, side) not in seen:
                    seen.add((kind, named, side))
                    yield self.project.fact("safety-measure", path, call.line, measure=kind, sides=[side], tool="", function=named)

    def _is_about_action(self, source: Source, call: Call) -> bool:
        """Whether what is approved is a tool, a command or an edit."""
        function = source.functions[call.function] if call.function >= 0 else None
        told = (call.callee, *(v.text for v in call.arguments.items), *(function.parameters if function else ()))
        return bool(self.subjects.search(snake(" ".join(told))))

    def _screens(self, path: str) -> Mapping[str, str]:
        """The kind of measure by the name of each function of a file that looks for what it holds in a text."""
        known = self._screening.get(path)
        if known is None:
            source = self.project.source(path) if self.glance.holds(path, "banned") and self.project.is_application(path) else None
            withheld = self.withholding.functions(path) if self.project.is_application(path) else {}
            known = {**withheld, **(self.refusals.functions(source) if source else {}), **self.screening.functions(path)}
            self._screening[path] = known
        return known

    def _opinions(self, path: str) -> Mapping[str, str]:
        """Functions that have a second model judge, where code that uses them asks another question as well."""
        near = (t for t in (path, *sorted(self.graph.glanced(path))) if t in self.graph.near and self.glance.holds(t, "verdict"))
        found = {n: k for t in near if self.project.is_application(t) and not _evaluates(t) for n, k in self.opinions.functions(t).items()}
        source = self.project.source(path) if found else None
        others = (c for c in self.asking.calls(path) if c.callee.rsplit(".", 1)[-1] not in found) if source else ()
        return found if any(source and found.keys().isdisjoint(owners(source, c.function)) for c in others) else {}

    def _inline(self) -> Iterator[Fact]:
        """Lists of words and topics that functions look for which ask the model themselves."""
        for path in sorted(self.graph.leading):
            if self.project.is_application(path) and not _evaluates(path) and self.glance.holds(path, "banned"):
                source = self.project.source(path)
                yield from self.refusals.facts(source) if source else ()

    def _measuring(self, source: Source, asking: dict[int, Call]) -> Iterator[tuple[Call, str, str]]:
        """(call, function, side) for functions that are called beside the model, or handed to what puts steps around it together."""
        for call in source.calls:
            if call.function in asking:
                yield call, call.callee, "output" if _is_after(call, asking[call.function]) else "input"
            elif NAMED.match(call.callee) and not DATA.search(call.callee):
                yield call, call.callee, "output" if self.answering.search(call.callee) else "input"
            if STEPS.search(call.callee):
                for value in call.arguments.items:
                    if value.kind == "name":
                        yield call, value.text, "output" if self.answering.search(value.text) else "input"

    def _names_measure(self, path: str) -> bool:
        """Whether a file seems to call or hand on what is called like a measure; asked before it is parsed."""
        if not self.glance.holds(path, "measure"):
            return False
        return any(map(self._measure, sorted(set(IDENTIFIER.findall(self.project.text(path) or "")))))

    def _hiding(self) -> Iterator[Fact]:
        """A function that leads to the model and is told by a parameter to hide names and secrets from it."""
        for path in sorted(self.graph.leading):
            if not self.project.is_application(path) or _evaluates(path) or not self.glance.holds(path, "hiding"):
                continue
            source, names = self.project.source(path), self.asking.names(path)
            for function in source.functions if source else ():
                hidden = [p for p in function.parameters if self.hiding.match(p)] if function.name in names else []
                if hidden and source:
                    done = [c for c in done_where(source, function, hidden[0]) if self._defined(source, c)] or [""]
                    for name in done:
                        yield self.project.fact(
                            "safety-measure", path, function.line, measure="pii-redaction", sides=["input"], tool="", function=name
                        )
                    return

    def _kind_of(self, name: str, screens: Mapping[str, str]) -> str:
        """The kind of measure that a function is by its name or by what it holds; empty for none."""
        return self._measure(name) or screens.get(name.rsplit(".", 1)[-1], "")

    def _measure(self, callee: str) -> str:
        """The kind of measure that a callee's name says; empty for none."""
        if callee not in self._kinds:
            self._kinds[callee] = self._kind(callee)
        return self._kinds[callee]

    def _kind(self, callee: str) -> str:
        name = ".".join(callee.split(".")[-2:])
        tail = callee.rsplit(".", 1)[-1]
        spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", tail)
        if not self.words.find_matches_as_indexes(name.lower()) or self.not_measures.search(spaced):
            return ""
        return next((k for k, p in self.measures.items() if p.search(tail) or p.search(spaced) or p.search(name)), "")

    def _defined(self, source: Source, callee: str) -> bool:
        """Whether the called function is the repository's own, with a body that decides something."""
        tail = callee.rsplit(".", 1)[-1]
        for path in (source.path, *self.graph.touches(source.path)):
            other = self.project.source(path) if tail in (self.project.text(path) or "") else None
            for index, function in enumerate(other.functions if other else ()):
                if function.name == tail and other is not None and (function.end_line > function.line or _does(other, index)):
                    return True
            if tail[:1].isupper() and any(c.name == tail and c.end_line > c.line + 1 for c in (other.classes if other else ())):
                return True
        return False

    def _summary(self, measures: list[Fact]) -> Iterator[Fact]:
        """One fact that says how many kinds there are and whether input and output are both protected."""
        if measures:
            kinds = sorted({str(m.fields["measure"]) for m in measures})
            sides = sorted({s for m in measures for s in m.fields["sides"]})
            first = measures[0]
            yield Fact(
                "safety-cover",
                first.location,
                first.text,
                {"role": "application", "kinds": len(kinds), "both_sides": "input" in sides and "output" in sides},
            )


def _does(source: Source, function: int) -> bool:
    """Whether a one-line function does anything: calls or compares."""
    return any(c.function == function for c in source.calls) or any(c.function == function for c in source.comparisons)


def _is_after(call: Call, asked: Call) -> bool:
    """Whether a call gets what another one returns: it stands below all of it, or around it."""
    around = call.line <= asked.line and asked.end_line <= call.end_line and (call.line, call.column) < (asked.line, asked.column)
    return call.line > asked.end_line or (around and call.callee != asked.callee)


def _evaluates(path: str) -> bool:
    return bool(re.search(r"(?:^|/)(?:\w*(?<!ri)evals?|evaluations?|red-?_?team\w*|benchmarks?)(?:/|_|\.)", path, re.IGNORECASE))


def _of_no_content(source: Source, call: Call) -> bool:
    """Whether a call is handed nothing but settings and the program's own arguments, or stands in what is only shown or logged."""
    items = call.arguments.items
    if items and all(v.kind in ("name", "call") and SETTINGS.search(v.text) and not CONTENT.search(v.text) for v in items):
        return True
    return any(c.line <= call.line <= c.end_line and SHOWN.search(c.callee) for c in source.calls)


def _named(source: Source) -> list[str]:
    """All that a file calls or hands on by name, each once."""
    names = (n for c in source.calls for n in (c.callee, *(v.text for v in c.arguments.items if v.kind == "name")))
    return list(dict.fromkeys(names))
