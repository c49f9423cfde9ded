"""What an evaluation asks: the application or a prompt of the project's own, or something that is neither."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Source, Value
from rung.link.asking import Asking
from rung.link.evaluated_prompts import EvaluatedPrompts
from rung.link.fixtures import Fixtures
from rung.link.graph import Graph
from rung.link.project import Project
from rung.link.requests import Requests
from rung.link.served import Served
from rung.link.uses import Uses
from rung.link.web import CALL as WEB_CALL
from rung.repository import Role

# Keywords under which a tool is handed what it is to ask.
APPLICATION = ("agent", "app", "target", "predict_fn", "model_callback", "agent_under_test")
# Keys under which a tool is handed what was answered.
ANSWER = re.compile(r"(?:actual_)?(?:output|answer|response|prediction|completion|generated_(?:text|answer))s?")

# A class that is called after what it gives.
SPEAKS = re.compile(r"prompt|template|message|instruct|conversation", re.IGNORECASE)
# How an answer is put to the others.
GATHERS = re.compile(r"\.(?:append|extend|push|add)$")
PROMPT_LENGTH = 40
DEEPEST = 5
ROUNDS = 3
# Files of application code that hold what judges, not what answers.
JUDGING = re.compile(
    r"(?:^|[/_.-])(?:\w*(?<!ri)evals?|evaluat\w*|judges?|grad(?:er|ing)s?|rubrics?|bench\w*|lab)(?:[/_.-]|$)", re.IGNORECASE
)


class Subjects:
    """Tells what the files of evaluations ask; `requests`, `served`, `fixtures` and `prompts` are the ways to it."""

    def __init__(self, project: Project, graph: Graph, uses: Uses, asking: Asking) -> None:
        self.project, self.graph, self.asking = project, graph, asking
        self.requests = Requests(project, graph, asking)
        self.served = Served(project, graph, uses.glance)
        self.fixtures = Fixtures(project, graph, asking)
        self.prompts = EvaluatedPrompts(project)

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
        """Whether a file asks a model itself with what the application's code gives it: a request, or a prompt's text."""
        taken = {
            n: t
            for t, names in sorted(self.graph.touches(source.path).items())
            if self.project.role(t) is Role.APPLICATION and not JUDGING.search(t)
            for n in names or ()
        }
        for call in self.asking.direct(source.path) if taken else ():
            used = set(_words(call.arguments))
            for _ in range(ROUNDS):
                used |= {w for a in source.assignments if a.name in used and a.function in (call.function, -1) for w in _words(a.value)}
            if any(self._speaks(taken[n], n) for n in sorted(used & taken.keys())):
                return True
        return False

    def _speaks(self, path: str, name: str) -> bool:
        """Whether a name of a file is a text as long as a prompt, or a function or class in which one stands or is named."""
        source = self.project.source(path)
        if source is None:
            return False
        speaking = {t.function for t in source.texts if len(t.value) >= PROMPT_LENGTH and " " in t.value}
        if any(f.name == name and i in speaking for i, f in enumerate(source.functions)):
            return True
        texts = {
            a.name
            for a in source.assignments
            if a.value.kind in ("string", "template") and len(a.value.text) >= PROMPT_LENGTH and " " in a.value.text and a.function < 0
        }
        if name in texts:
            return True
        kind = next((c for c in source.classes if c.name == name), None)
        if kind is None or not SPEAKS.search(name):
            return False
        inside = any(kind.line <= t.line <= kind.end_line and len(t.value) >= PROMPT_LENGTH and " " in t.value for t in source.texts)
        return inside or not texts.isdisjoint(re.findall(r"\w+", "\n".join(source.lines[kind.line - 1 : kind.end_line])))

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
            other = self.project.source(user) if user in self.graph.leading and self.project.is_application(user) else None
            if other is None or not any(c.callee.rsplit(".", 1)[-1] in scoring_here for c in other.calls):
                continue
            if any(c.callee.rsplit(".", 1)[-1] not in scoring_here for c in self.asking.calls(user)):
                return True
        return False


def _words(value: Value, deep: int = DEEPEST) -> Iterator[str]:
    """The names in a value and in all that stands in it."""
    if value.kind not in ("string", "number"):
        yield from re.findall(r"\w+", value.text)
    for item in value.items if deep else ():
        yield from _words(item, deep - 1)
