"""Requests that a test sends to the application itself, in its own process: they ask the model where the application does."""

from __future__ import annotations

import re

from rung.facts.code.source import Call, Source
from rung.link.asking import Asking
from rung.link.graph import Graph
from rung.link.project import Project
from rung.repository import Role

IN_PROCESS = re.compile(
    r"(?:^|\.)(?:TestClient|AsyncTestClient|ASGITransport|test_client|supertest|WebApplicationFactory(?:<.*>)?|CreateClient|APIClient|httptest\.NewRequest)$"
)
SENDS = re.compile(r"(?:^|\.)(?:post|stream|send|PostAsync|PostAsJsonAsync|websocket_connect)$")
ANSWERS = re.compile(r"chat|ask|complet|quer(?:y|ies)|answer|generat|invoke|messages?\b|agent|assist|converse|summar|respon", re.IGNORECASE)
# Most tests of a web application replace the model somewhere: only those that say they go all the way are taken to reach it.
ALL_THE_WAY = re.compile(
    r"(?:^|[/_.-])(?:e2e|end_?to_?end|live|integration|functional|system|acceptance|evals?|evaluations?)(?:[/_.-]|$)", re.IGNORECASE
)
NEAR = 1


class Requests:
    """Finds the requests of tests that come to the model through the application under test."""

    def __init__(self, project: Project, graph: Graph, asking: Asking) -> None:
        self.project, self.graph, self.asking = project, graph, asking

    def of(self, source: Source) -> list[Call]:
        """Calls of a test file that send a question to the application."""
        if not ALL_THE_WAY.search(source.path) or not any(IN_PROCESS.search(c.callee) for c in source.calls):
            return []
        if not any(self._answers(t) for t in self.graph.touches(source.path)):
            return []
        return [c for c in source.calls if SENDS.search(c.callee) and c.arguments.items and ANSWERS.search(c.arguments.items[0].text)]

    def _answers(self, path: str) -> bool:
        """Whether an application's file comes to a model."""
        if self.project.role(path) is not Role.APPLICATION or path not in self.graph.leading:
            return False
        return self.graph.leading[path] <= NEAR or bool(self.asking.names(path))
