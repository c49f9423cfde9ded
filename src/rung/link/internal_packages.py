"""Go packages that no program of the repository takes in, and that nobody else may: below a folder `internal`."""

from __future__ import annotations

import posixpath
import re
from functools import cached_property

from rung.link.graph import Graph
from rung.link.project import Project
from rung.regex import regex

INTERNAL = regex(r"(?:^|/)internal(?:/|$)")
PROGRAM = regex(r"^package[ \t]+main\b", re.MULTILINE)


class InternalPackages:
    """Tells which files of internal packages nothing that can run leads to."""

    def __init__(self, project: Project, graph: Graph) -> None:
        self.project, self.graph = project, graph

    def is_unused(self, path: str) -> bool:
        """Whether a Go file stands in an internal package that neither a program nor a package for others leads to."""
        folder = posixpath.dirname(path)
        return path.endswith(".go") and bool(INTERNAL.search(folder)) and folder not in self._reached

    @cached_property
    def _reached(self) -> frozenset[str]:
        """Folders of the packages that programs and packages for others lead to, themselves included."""
        files: dict[str, list[str]] = {}
        for path in self.project.code:
            if path.endswith(".go") and not path.endswith("_test.go") and self.project.is_application(path):
                files.setdefault(posixpath.dirname(path), []).append(path)
        waiting = [d for d, paths in files.items() if not INTERNAL.search(d) or any(self._is_program(p) for p in paths)]
        reached = set(waiting)
        while waiting:
            targets = {posixpath.dirname(t) for p in files.get(waiting.pop(), ()) for t in self.graph.glanced(p)}
            waiting += sorted(targets - reached)
            reached |= targets
        return frozenset(reached)

    def _is_program(self, path: str) -> bool:
        return bool(PROGRAM.search(self.project.text(path) or ""))
