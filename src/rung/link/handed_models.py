"""A library that names no model: the caller's one argument is handed on to all that asks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rung.facts.fact import Fact
from rung.regex import regex

if TYPE_CHECKING:
    from rung.link.models import Models

# The front door of a package, and the categories of tools by which code makes a model itself.
FRONT = regex(r"(?:^|/)(?:__init__\.py|index\.[mc]?[jt]s)$")
MAKES = frozenset({"model-provider", "local-model", "gateway"})


class HandedModels:
    """Facts of kind `model-choice` for functions of a package's front door that take the model, where the application makes none."""

    def __init__(self, models: Models) -> None:
        self.models, self.project = models, models.project
        words = models.project.vocabulary["models"]
        self.parameters, self.no_models = regex(words["handed"]), regex(words["handed_beside"])

    def choices(self) -> Iterator[Fact]:
        """One fact, of the first such function; asked only where nothing names a model."""
        asking = self.models.asking
        files = [p for p in sorted(self.models.graph.near) if self.project.is_application(p) and not self.models.evaluates(p)]
        if any(self._makes(p) for p in files):
            return
        doors = {t: self.project.text(p) or "" for p in files if FRONT.search(p) for t in self.models.graph.glanced(p)}
        for path in (p for p in files if p in doors):
            source = self.project.source(path)
            entries = asking.names(path) if source else frozenset()
            for function in source.functions if source else ():
                handed = any(self.parameters.search(p) for p in function.parameters)
                if handed and function.name in entries and re.search(rf"\b{re.escape(function.name)}\b", doors[path]):
                    yield self.project.fact(
                        "model-choice", path, function.line, how="parameter", model="", pinned=False, site=True, name=function.name
                    )
                    return

    def _makes(self, path: str) -> bool:
        """Whether a file makes a model itself: by a provider's package, or by what it calls of a framework, prompts and the like aside."""
        if any(self.project.catalogue.by_id[str(u.fields["tool"])].category in MAKES for u in self.models.uses.in_source(path)):
            return True
        source = self.project.source(path)
        taken = self.models.model_names(source) if source else frozenset()
        callees = {c.callee for c in source.calls} if source else set()
        return any(c.split(".", 1)[0] in taken and not self.no_models.search(c) for c in callees)
