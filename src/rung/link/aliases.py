"""Paths by which a TypeScript or JavaScript project imports its own files, as `tsconfig.json` and its like give them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cached_property

from rung.link.project import Project
from rung.regex import regex

CONFIGURATION = regex(r"(?:^|/)(?:tsconfig[\w.-]*|jsconfig)\.json$")
# Such files may hold comments and trailing commas, so they are not read as JSON.
PATHS = regex(r'"paths"\s*:\s*\{([^{}]*)\}')
BASE = regex(r'"baseUrl"\s*:\s*"([^"\n]*)"')
ENTRY = regex(r'"([^"\n]+)"\s*:\s*\[\s*"([^"\n]+)"')


class Aliases:
    """The path mappings of a project."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def targets(self, importer: str, module: str) -> Iterator[str]:
        """The paths, without an ending, that a module may mean in a file, those of the nearest configuration first."""
        for folder, pattern, target in self._mappings:
            if folder and not importer.startswith(folder + "/"):
                continue
            head, star, tail = pattern.partition("*")
            if module == pattern:
                yield target
            elif star and module.startswith(head) and module.endswith(tail) and len(module) >= len(head) + len(tail):
                yield posixpath.normpath(target.replace("*", module[len(head) : len(module) - len(tail)]))

    @cached_property
    def _mappings(self) -> list[tuple[str, str, str]]:
        """(folder of the configuration, pattern, target), the deepest folder and the longest pattern first."""
        found = []
        for path in self.project.paths:
            if not CONFIGURATION.search(path):
                continue
            text, folder = self.project.text(path) or "", posixpath.dirname(path)
            base = BASE.search(text)
            for block in PATHS.findall(text):
                for pattern, target in ENTRY.findall(block):
                    place = posixpath.normpath(posixpath.join(folder, base.group(1) if base else "", target))
                    if not place.startswith(".."):
                        found.append((folder, pattern, place))
        return sorted(set(found), key=lambda m: (-len(m[0]), -len(m[1]), m))
