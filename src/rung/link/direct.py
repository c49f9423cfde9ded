"""Calls that have a model generate language themselves: an SDK's, a provider's over HTTP, an agent's command line."""

from __future__ import annotations

import re

from rung.facts.code.source import Call, Source
from rung.link.glance import MODEL_CATEGORIES
from rung.link.graph import Graph
from rung.link.project import Project
from rung.link.uses import Uses, has_argument
from rung.link.web import Web
from rung.regex import regex

# Languages whose objects are given relations that are called like clients of models (`$form->responses()->create()`).
RELATIONS = ("php",)


class Direct:
    """Finds for each file the calls that ask a model without going through functions of the repository."""

    def __init__(self, project: Project, graph: Graph, uses: Uses) -> None:
        self.project, self.graph, self.uses = project, graph, uses
        self._calls: dict[str, list[Call]] = {}
        self._clients: dict[str, frozenset[str]] = {}
        self._kinds: dict[str, dict[str, str]] = {}
        words = project.vocabulary["asking"]
        self._web = Web(project, graph, uses)
        self._embeds, self._embedders = regex(words["embeds"]), regex(words["embedding_models"], re.IGNORECASE)
        self._not_models = regex(words["not_models"], re.IGNORECASE)

    def calls(self, path: str) -> list[Call]:
        """Calls of a file that have a model generate language themselves."""
        known = self._calls.get(path)
        if known is None:
            source = self.project.source(path) if path in self.graph.near else None
            known = self._calls[path] = [c for c in source.calls if self._generates(source, c)] + self._web.calls(source) if source else []
            known += [c for c in self.driving(path) if not any(c is k for k in known)]
        return known

    def driving(self, path: str) -> list[Call]:
        """Calls of a file that start an agent's command line."""
        return self.uses.glance.agents.calls(path) if self.uses.glance.drives(path) else []

    def _generates(self, source: Source, call: Call) -> bool:
        if self._is_generating(source, call.callee, call) or call.callee in self.clients(source.path):
            return True
        if self._asks_made(source, self._made(source), call, call):
            return True
        # handed over uncalled: `retry(client.chat.completions.create, ...)`
        handed = [v.text for v in call.arguments.items if v.kind == "name" and v.text.count(".") >= 2]
        return any(self._is_generating(source, name, None) and not _is_called(source, name, call) for name in handed)

    def generates(self, source: Source, name: str) -> bool:
        """Whether what a file calls by this name has a model generate language."""
        return self._is_generating(source, name, None)

    def asked_of_made(self, source: Source, maker: Source, names: frozenset[str]) -> set[str]:
        """Methods that ask, which a file calls on objects of these names that the top level of `maker` makes of a framework's class."""
        made = {name: kind for name, kind in self._made(maker).items() if name in names}
        return {c.callee.rpartition(".")[2] for c in source.calls if self._asks_made(maker, made, c)} if made else set()

    def _asks_made(self, maker: Source, made: dict[str, str], call: Call, own: Call | None = None) -> bool:
        receiver, _, method = call.callee.rpartition(".")
        kind = made.get(receiver.rpartition(".")[2])
        return kind is not None and any(self._is_generating(maker, f"{k}.{method}", own) for k in (kind, kind[:1].lower() + kind[1:]))

    def _made(self, source: Source) -> dict[str, str]:
        """Names at a file's top level that hold an object made of a class, each with the class's name."""
        known = self._kinds.get(source.path)
        if known is None:
            made = (a for a in source.assignments if a.function < 0 and a.value.kind == "call")
            kinds = ((a.name, a.value.text.rsplit(".", 1)[-1]) for a in made)
            known = self._kinds[source.path] = {name: kind for name, kind in kinds if kind[:1].isupper()}
        return known

    def _is_generating(self, source: Source, callee: str, call: Call | None) -> bool:
        matches = self.project.catalogue.generates.find(callee)
        if not matches or callee.startswith(("mock", "fake")) or self._not_models.search(callee.rpartition(".")[0].rsplit(".", 1)[-1]):
            return False
        for match in matches:
            if call is not None and not has_argument(match.tool, call):
                continue
            if call is not None and self._is_embedding(source, call):
                continue
            if (match.distinctive and source.language not in RELATIONS) or self.uses.available(source.path, match.tool.id):
                return True
        return False

    def _is_embedding(self, source: Source, call: Call) -> bool:
        """A call that serves any model, of one that embeds: told by the model's name, or by that of the function in which it stands."""
        if any(v.kind in ("string", "template") and " " not in v.text and self._embedders.search(v.text) for v in call.arguments.items):
            return True
        owner = source.functions[call.function].owner if call.function >= 0 else ""
        names = (owners(source, call.function)[0], owner)
        return any(self._embeds.search(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()) for name in names if name)

    def clients(self, path: str) -> frozenset[str]:
        """Names that hold a model's client of which calling the object itself asks the model (a pipeline, a chain)."""
        known = self._clients.get(path)
        if known is None:
            source = self.project.source(path)
            known = self._clients[path] = frozenset(self._client_names(source)) if source else frozenset()
        return known

    def _client_names(self, source: Source) -> set[str]:
        found = set()
        for assignment in source.assignments:
            value = assignment.value
            if value.kind == "call" and any(
                self.uses.available(source.path, m.tool.id) and m.tool.category in MODEL_CATEGORIES
                for m in self.project.catalogue.generates.find(value.text)
            ):
                found.add(assignment.name)
        return found if source.language == "python" else set()


def _is_called(source: Source, name: str, call: Call) -> bool:
    """Whether what a call is handed is called right there, which Ruby writes without brackets."""
    return source.language == "ruby" and any(c.callee == name and call.line <= c.line <= call.end_line for c in source.calls)


def owners(source: Source, function: int) -> list[str]:
    """The name of a function, or of the one around it where it has none itself (a callback, a block); "" at the top level.

    A named function inside another one runs only when that one calls it, so the outer name is not among them.
    """
    while function >= 0:
        found = source.functions[function]
        if found.name and not _is_callback(found.decorators):
            return [found.name]
        function = found.parent
    return [""]


def _is_callback(decorators: tuple[str, ...]) -> bool:
    """A function that is handed to a call is named after that call's first string (`test("name", ...)`)."""
    return any(
        d.rsplit(".", 1)[-1] in ("test", "it", "describe", "specify", "invoke", "then", "map", "forEach", "useCallback") for d in decorators
    )
