"""Requests that a test or evaluation sends to the application itself: they ask the model where the application does."""

from __future__ import annotations

import re
from functools import cached_property

from rung.facts.code.source import Call, Source
from rung.link.asking import Asking
from rung.link.commands import STARTS
from rung.link.declared_tests import test_units
from rung.link.expression import Expression
from rung.link.graph import Graph
from rung.link.project import Project
from rung.regex import regex
from rung.repository import Role

IN_PROCESS = regex(
    r"(?:^|\.)(?:TestClient|AsyncTestClient|ASGITransport|test_client|supertest|WebApplicationFactory(?:<.*>)?|CreateClient|APIClient|httptest\.NewRequest|app\.(?:inject|request))$"
)
STARTS_APPLICATION = regex(
    r"TestClient|ASGITransport|test_client\(|supertest|WebApplicationFactory|APIClient|httptest\.|app\.(?:inject|request)\("
)
SENDS = regex(r"(?:^|\.)(?:post|stream|send|app\.(?:inject|request)|PostAsync|PostAsJsonAsync|websocket_connect)$")
ANSWERS = regex(r"chat|ask|complet|quer(?:y|ies)|answer|generat|invoke|messages?\b|agent|assist|converse|summar|respon", re.IGNORECASE)
# Most tests of a web application replace the model somewhere: only those that say they go all the way are taken to reach it.
ALL_THE_WAY = regex(
    r"(?:^|[/_.-])(?:e2e|end_?to_?end|live|integration|functional|system|acceptance|evals?|evaluations?|golden|adversarial\w{0,4}|attacks?|jail_?breaks?"
    r"|red_?-?team\w{0,4}|judges?|probes?)(?:[/_.-]|$)",
    re.IGNORECASE,
)
LIVE_MARK = regex(
    r"^(?:(?:real_?|live_?|requires?_?|needs_?|uses_?)?(?:llm|api_?keys?|model)s?|live|integration|e2e|end_?to_?end|online"
    r"|evals?|evaluations?|golden|adversarial|jail_?breaks?|red_?team(?:ing)?)$",
    re.IGNORECASE,
)
DOUBLE = regex(r"(?:^|_)(?:fake|stub|dummy|canned|mock|scripted)(?:_|$|(?=[A-Z]))|^_?(?:Fake|Stub|Dummy|Canned|Mock|Scripted)[A-Z]?")
NEAR = 1
# A request to wherever the application runs: the address of this machine or one that the surroundings give, and a path that answers.
EVALUATES = regex(r"(?:^|[/_.-])(?:\w*(?<!ri)evals?|evaluat\w*|bench\w*|judges?|golden)(?:[/_.-]|$)", re.IGNORECASE)
ADDRESS = Expression(
    r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|host\.docker\.internal|[a-z][\w-]*:\d)"
    r"|\b(?:BASE|API|APP|BACKEND|SERVER|SERVICE|AGENT|CHAT|TARGET|CHATBOT|BOT|RAG|DEPLOYED)_?(?:BASE_?)?(?:UR[LI]|HOST|ENDPOINT|ADDRESS)\b",
    re.IGNORECASE,
)
STARTING = regex(r"subprocess|child_process|execa|\bspawn|\bexec|Popen|system\(")
POSTS = regex(r"(?:^|\.)(?:post|fetch|request|stream|axios|urlopen|PostAsync|PostAsJsonAsync|SendAsync|Do|Post|aconnect_sse|connect_sse)$")
ANSWERING = Expression(
    r"/(?:chat|ask|complet\w*|quer(?:y|ies)|answers?|generat\w*|invoke|messages?|agents?|assist\w*|convers\w*|summar\w*|respon\w*|rag|predict|runs?(?:_sse)?|invocations)"
    r"(?:$|[/?\"'`{_-])",
    re.IGNORECASE,
)


def _decides(text: str) -> bool:
    """Whether a script's text looks as if it ended by what came of a file of questions that it put to a server, told without parsing it."""
    ends = "exit" in text or "Exit" in text
    return ends and ("http://" in text or "URL" in text) and any(end in text for end in (".json", ".yml", ".yaml", ".csv"))


class Requests:
    """Finds the requests of tests that come to the model through the application under test."""

    def __init__(self, project: Project, graph: Graph, asking: Asking) -> None:
        self.project, self.graph, self.asking = project, graph, asking

    def may_start_application(self, path: str) -> bool:
        """Whether a test that says it goes all the way starts the application itself, however many steps that stands from the model."""
        if not ALL_THE_WAY.search(path) or not any(t in self.graph.leading for t in self.graph.glanced(path)):
            return False
        return STARTS_APPLICATION.search(self.project.text(path) or "") is not None

    def may_be_sent(self, path: str) -> bool:
        """Whether an evaluation's text looks as if it asked the running application, told without parsing it."""
        text = self.project.text(path) or "" if self._applies else ""
        if not EVALUATES.search(path) and not (_decides(text) and self.project.is_application(path)):
            return False
        return self._may_post(text) or self._may_start(text)

    def _may_post(self, text: str) -> bool:
        return bool(ADDRESS.search(text)) and bool(ANSWERING.search(text))

    def _may_start(self, text: str) -> bool:
        return bool(STARTING.search(text)) and bool(self.programs) and bool(self.programs & set(re.findall(r"[\w.-]+", text)))

    @cached_property
    def programs(self) -> frozenset[str]:
        """Names of the commands that the project's manifests declare."""
        found: set[str] = set()
        for path in self.project.paths:
            name = path.rsplit("/", 1)[-1]
            data = self.project.data(path) if name in ("pyproject.toml", "package.json") else None
            if not isinstance(data, dict):
                continue
            project, tool = data.get("project"), data.get("tool")
            poetry = tool.get("poetry") if isinstance(tool, dict) else None
            tables = [t.get("scripts") for t in (project, poetry) if isinstance(t, dict)] if name == "pyproject.toml" else [data.get("bin")]
            found |= {str(k) for t in tables if isinstance(t, dict) for k in t}
            if name == "package.json" and isinstance(data.get("bin"), str):
                found.add(str(data.get("name")))
        return frozenset(found)

    def _started(self, source: Source) -> list[Call]:
        """Calls that start a command of the project's own."""
        lists = [a.value for a in source.assignments if a.value.kind == "list"]
        heads = {v.items[0].text for v in lists if v.items and v.items[0].kind == "string"}
        found = []
        for call in source.calls:
            given = [i for item in call.arguments.items[:2] for i in ((item, *item.items[:4]) if item.kind == "list" else (item,))]
            words = {w for v in given if v.kind in ("string", "template") for w in v.text.split()[:4]}
            named = any(v.kind == "name" for v in given) and bool(heads & self.programs)
            if STARTS.match(call.callee) and (words & self.programs or named):
                found.append(call)
        return found

    def sent(self, source: Source) -> list[Call]:
        """Calls of an evaluation that send a question to the application where it runs."""
        if not self.may_be_sent(source.path):
            return []
        posted = any(ANSWERING.search(t.value) for t in source.texts) and self._may_post("\n".join(source.lines))
        return [*([c for c in source.calls if POSTS.search(c.callee)] if posted else ()), *self._started(source)]

    @cached_property
    def _applies(self) -> bool:
        return any(self.project.is_application(p) for p in self.graph.leading)

    def of(self, source: Source) -> list[Call]:
        """Calls of a test file that send a question to the application."""
        if sent := self.sent(source):
            return sent
        names = [*(c.callee for c in source.calls), *(i.module for i in source.imports)]
        if not any(IN_PROCESS.search(name) for name in names):
            return []
        everywhere = bool(ALL_THE_WAY.search(source.path))
        marked = {f for u in test_units(source) if any(LIVE_MARK.search(m) for m in u.marks) for f in u.functions}
        if not everywhere and not marked:
            return []
        if any(DOUBLE.search(n) for n in [*(f.name for f in source.functions), *(c.name for c in source.classes)]):
            return []  # declared to be handed to the application in the model's place
        if not any(self._answers(t) for t in self.graph.touches(source.path)):
            return []
        sent = [c for c in source.calls if SENDS.search(c.callee) and c.arguments.items and ANSWERS.search(c.arguments.items[0].text)]
        return [c for c in sent if everywhere or c.function in marked]

    def _answers(self, path: str) -> bool:
        """Whether an application's file comes to a model, itself or by what it puts together (routers, blueprints, modules)."""
        if self.project.role(path) is not Role.APPLICATION or path not in self.graph.leading:
            return False
        if self.graph.leading[path] <= NEAR or self.asking.names(path):
            return True
        parts = {t for t in self.graph.touches(path) if t in self.graph.leading and self.project.is_application(t)}
        parts |= {t for p in sorted(parts) for t in self.graph.touches(p) if t in self.graph.leading and self.project.is_application(t)}
        return any(self.asking.names(t) for t in sorted(parts))
