"""What an evaluation asks: the application or a prompt of the project's own, or something that is neither."""

from __future__ import annotations

import re

from rung.facts.code.source import Source
from rung.link.asking import Asking
from rung.link.evaluated_prompts import EvaluatedPrompts
from rung.link.fixtures import Fixtures
from rung.link.graph import Graph
from rung.link.project import Project
from rung.link.requests import Requests
from rung.link.served import Served
from rung.link.speaking import Speaking, words
from rung.link.uses import Uses
from rung.link.web import CALL as WEB_CALL
from rung.regex import regex
from rung.repository import Role

# Keywords under which a tool is handed what it is to ask.
APPLICATION = ("agent", "app", "target", "predict_fn", "model_callback", "agent_under_test")
HANDED = (*APPLICATION, "task", "llm_or_chain_factory", "model", "runnable", "chain", "fn")
# Keys under which a tool is handed what was answered.
ANSWER = regex(r"(?:actual_)?(?:output|answer|response|prediction|completion|generated_(?:text|answer))s?")

# How an answer is put to the others.
GATHERS = regex(r"\.(?:append|extend|push|add)$")
ROUNDS = 3
# Files of application code that hold what judges, not what answers.
JUDGING = regex(r"(?:^|[/_.-])(?:\w*(?<!ri)evals?|evaluat\w*|judges?|grad(?:er|ing)s?|rubrics?|bench\w*|lab)(?:[/_.-]|$)", re.IGNORECASE)


class Subjects:
    """Tells what the files of evaluations ask; `requests`, `served`, `fixtures` and `prompts` are the ways to it."""

    def __init__(self, project: Project, graph: Graph, uses: Uses, asking: Asking) -> None:
        self.project, self.graph, self.asking = project, graph, asking
        self.requests = Requests(project, graph, asking)
        self.served = Served(project, graph, uses.glance)
        self.fixtures = Fixtures(project, graph, asking)
        self.prompts = EvaluatedPrompts(project)
        self.speaking = Speaking(project, graph)

    def touches_model(self, source: Source) -> bool:
        """Whether a file asks a model, uses what asks one, or hands the application to a tool that asks it."""
        if self.asking.calls(source.path) or any(self.asking.names(t) for t in self.graph.touches(source.path)):
            return True
        handed = any(c.argument(*APPLICATION) is not None for c in source.calls)  # the tool asks what it is handed
        return handed and any(t in self.graph.near and self.project.role(t) is Role.APPLICATION for t in self.graph.touches(source.path))

    def echoes(self, source: Source) -> bool:
        """Whether what a tool is handed to run is a function of the file's own that plainly leads to no model, such as a starter's."""
        tasks = [v for c in source.calls if (v := c.argument("task")) is not None]
        if not tasks or any(v.kind != "function" for v in tasks) or self.graph.touches(source.path) or self.prompts.of(source):
            return False
        imported = [i for i in source.imports if i.module.startswith((".", "@/", "~/", "#"))]
        return not imported and not self.touches_model(source) and not any(WEB_CALL.search(c.callee) for c in source.calls)

    def asks_application(self, source: Source) -> bool:
        """Whether a file asks a model through the application, in the repository or running."""
        own = [t for t in self.graph.touches(source.path) if self.project.role(t) is Role.APPLICATION]
        direct = {id(c) for c in self.asking.direct(source.path)}
        return (
            any(self.asking.names(t) for t in own)
            or (bool(own) and any(id(c) not in direct for c in self.asking.calls(source.path)))
            or any(c.argument("target") is not None for c in source.calls)
            or self._asks_with_own(source)
            or bool(self.requests.of(source) or self.served.calls(source) or self.fixtures.may_ask(source.path))
            or any(re.match(r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0)[:/]", t.value) for t in source.texts)
        )

    def _asks_with_own(self, source: Source) -> bool:
        """Whether a file asks a model, itself or by a tool, with what the application gives: a chain, a prompt's text."""
        taken = {
            n: t
            for t, names in sorted(self.graph.touches(source.path).items())
            if self.project.role(t) is Role.APPLICATION and not JUDGING.search(t)
            for n in names or ()
        }
        if not taken:
            return False
        asked = [(c.function, {*words(c.arguments), *re.findall(r"\w+", c.callee)}) for c in self.asking.direct(source.path)]
        handed = ((c.function, v) for c in source.calls if (v := c.argument(*HANDED)) is not None)
        asked += [(function, set(words(value))) for function, value in handed]
        return any(self.speaking.gives(taken[n], n) for f, used in asked for n in sorted(self._used(source, f, used) & taken.keys()))

    def _used(self, source: Source, function: int, used: set[str]) -> set[str]:
        """Names, and those that what they hold is made of, or that stand in the file's functions of these names."""
        for _ in range(ROUNDS):
            used |= {w for a in source.assignments if a.name in used and a.function in (function, -1) for w in words(a.value)}
            spans = [(f.line, f.end_line) for f in source.functions if f.name in used]
            used |= {w for first, last in spans for line in source.lines[first:last] for w in re.findall(r"\w+", line)}
        return used

    def scores_own(self, source: Source) -> bool:
        """Whether a notebook scores what its own function, with its own prompt, answers: what holds it is handed on as the answer."""
        direct = {id(c) for c in self.asking.direct(source.path)}
        asked = [c for c in self.asking.calls(source.path) if id(c) not in direct]
        held = {n for a in source.assignments for c in asked if a.line <= c.line <= a.value.line for n in re.findall(r"\w+", a.name)}
        gathering = (c for c in source.calls if GATHERS.search(c.callee) and any(v.text in held for v in c.arguments.items))
        held |= {c.callee.rpartition(".")[0] for c in gathering}
        given = [v for c in source.calls for v in (c.arguments, *c.arguments.items)] + [a.value for a in source.assignments]
        pairs = ((k, v) for value in given for k, v in zip(value.keys, value.items, strict=False) if ANSWER.fullmatch(k))
        return any(held & {w for i in (v, *v.items) for w in re.findall(r"\w+", i.text)} for _, v in pairs)

    def scored_by_user(self, source: Source) -> bool:
        """Whether a file of the application that asks a model hands what it answers to a scorer that stands here."""
        scoring_here = {f.name for f in source.functions if f.name}
        for user in self.graph.used.get(source.path, ()):
            answers = user in self.graph.leading and self.project.is_application(user) and not JUDGING.search(user)
            other = self.project.source(user) if answers else None
            if other is None or not any(c.callee.rsplit(".", 1)[-1] in scoring_here for c in other.calls):
                continue
            if any(c.callee.rsplit(".", 1)[-1] not in scoring_here for c in self.asking.calls(user)):
                return True
        return False
