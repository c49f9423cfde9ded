"""Calls that ask a model by a provider's HTTP API, with no SDK: told by the host, or by the path where the host is the user's own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Call, Source, Value
from rung.link.glance import MODEL_CATEGORIES
from rung.link.graph import Graph
from rung.link.project import Project
from rung.link.uses import Uses, hosts_of
from rung.regex import regex
from rung.repository import Role

CALL = regex(
    r"(?:^|\.)(?:post|fetch|\$fetch|ofetch|request|stream|axios|send|urlopen|post_async|PostAsync|PostAsJsonAsync|SendAsync|Do|Post|newCall|exchange"
    r"|postFor(?:Object|Entity)|uri|NewRequest(?:WithContext)?)$"
    r"|^(?:curl_exec|wp_(?:safe_)?remote_(?:post|request))$",
    re.IGNORECASE,
)
# Who is told of a route, and answers requests for it.
ROUTER = regex(
    r"(?:^|\.)(?:\w*(?:app|router|routes?|server|blueprint|mux|engine|group|fastify|hono)|api|bp|e|g|r|v\d)\.\w+$", re.IGNORECASE
)
# Calls of a browser, for which an address without a host is the page's own server.
BROWSER = regex(r"^(?:window\.)?(?:\$?fetch|ofetch|useFetch|axios(?:\.\w+)?|ky\.\w+|\$http\.\w+)$")


class Web:
    """Finds the calls of a file that go to a model's HTTP API."""

    def __init__(self, project: Project, graph: Graph, uses: Uses) -> None:
        self.project, self.graph, self.uses = project, graph, uses
        words = project.vocabulary["asking"]
        self._language, self._not_language = regex(words["language_paths"]), regex(words["not_language_paths"])
        self._distinctive = regex(words["distinctive_paths"])
        self._not_language_names = regex(words["not_language_names"], re.IGNORECASE)

    def calls(self, source: Source) -> list[Call]:
        """The calls of a file that have a model generate language."""
        return self._by_host(source) or list(self._by_path(source))

    def _by_host(self, source: Source) -> list[Call]:
        """Calls in a file that names a provider's host, if not all that it asks of it is something else than language."""
        hosts = self._hosts(source)
        paths = [t.value for t in source.texts if t.value.lstrip("{}").startswith("/") or t.value in hosts]
        if not hosts and any(self._distinctive.search(p) for p in paths):  # the address stands in a module of settings
            beside = (t for t in sorted(self.graph.touches(source.path)) if self.project.is_application(t) and self.uses.glance.may_ask(t))
            near = (s for t in beside if (s := self.project.source(t)))
            hosts = next((found for other in near if (found := self._hosts(other))), [])
        other = [p for p in paths if self._not_language.search(p)]
        if not hosts or (other and not any(self._language.search(p) for p in paths)):
            return []
        return [c for c in source.calls if CALL.search(c.callee) and not self._posts_otherwise(source, c)]

    def _hosts(self, source: Source) -> list[str]:
        """Texts of a file that are addresses of providers."""
        found = self.project.catalogue.hosts.find
        return [t.value for t in source.texts if any(m.tool.category in MODEL_CATEGORIES for h in hosts_of(t.value) for m in found(h))]

    def _by_path(self, source: Source) -> Iterator[Call]:
        """Calls with a path of a model's API, beside one in their function, or in a file that has one as a constant."""
        told = [t for t in source.texts if self._is_api(source.path, t.value)]
        functions = {t.function for t in told}
        for call in source.calls if told else ():
            if not CALL.search(call.callee) or ROUTER.search(call.callee) or self._posts_otherwise(source, call):
                continue
            given = [v.text for v in _flat(call.arguments) if v.kind in ("string", "template", "other")]
            if any(text.startswith("/") and self._is_own_server(source, call, text) for text in given):
                continue
            if functions & {call.function, -1} or any(self._is_api(source.path, text) for text in given):
                yield call

    def _is_api(self, path: str, text: str) -> bool:
        return len(text) < 300 and "/" in text and any(t.category in MODEL_CATEGORIES for t in self.uses.addressed(path, text))

    def _is_own_server(self, source: Source, call: Call, text: str) -> bool:
        """Whether a path without a host is one of the repository's own server: a browser's request, or that of a test's client."""
        browser = source.language == "javascript" and (BROWSER.search(call.callee) is not None or text.startswith("/api/"))
        return browser or self.project.role(source.path) is Role.TEST

    def _posts_otherwise(self, source: Source, call: Call) -> bool:
        """A call at an address that generates no language, or in a function whose name says so (`embed_batch`)."""
        told = " ".join(v.text for v in call.arguments.items[:1])
        name = source.functions[call.function].name if call.function >= 0 else ""
        return bool(self._not_language.search(told)) or bool(self._not_language_names.search(name))


def _flat(value: Value) -> Iterator[Value]:
    """A call's arguments and what they are put together of."""
    for item in value.items:
        yield item
        yield from item.items
