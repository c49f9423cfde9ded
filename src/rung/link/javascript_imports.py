"""Which files the imports of JavaScript and TypeScript mean: by path, by alias, by the name of a workspace's package."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cached_property

from rung.link.aliases import Aliases
from rung.link.project import Project
from rung.regex import regex

JS_SUFFIXES = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte")
SCRIPT_END = regex(r"\.(?:[mc]?js|jsx)$")
# Folders into which sources are built, which no repository holds.
BUILT = regex(r"((?:^|/))(?:dist|build|out|lib|esm|cjs)/(?:(?:esm|cjs|src)/)?")
JS_ALIAS = regex(r"^(?:@/|~/|#/|\$lib/|src/|@@/|~~/)")


class JavaScriptImports:
    """Resolves imports to the scripts of a project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._aliases = Aliases(project)
        self._meanings: dict[tuple[str, str], list[str]] = {}

    def targets(self, path: str, module: str) -> list[str]:
        """The files that an import of a module means in a file."""
        key = (posixpath.dirname(path), module)
        known = self._meanings.get(key)
        if known is None:
            meant = dict.fromkeys(map(posixpath.normpath, self._meant(path, module)))
            built = (BUILT.sub(into, target, count=1) for target in meant if BUILT.search(target) for into in (r"\1src/", r"\1"))
            known = self._meanings[key] = next((found for target in (*meant, *built) if (found := self._script(target))), [])
        return known

    def _meant(self, path: str, module: str) -> Iterator[str]:
        """The paths that a module's name may stand for in a file, the likeliest first."""
        folder = posixpath.dirname(path)
        if module.startswith("."):
            yield posixpath.join(folder, module)
            return
        yield from self._aliases.targets(path, module)
        if JS_ALIAS.match(module):
            rest = JS_ALIAS.sub("", module)
            for above in upward(folder):
                yield from (posixpath.join(above, base, rest) for base in ("", "src", "app", "lib", "src/lib"))
            return
        for name, place in self._workspaces.items():
            if module == name or module.startswith(name + "/"):
                rest = module[len(name) + 1 :]
                yield from (posixpath.join(place, base) for base in (rest, f"src/{rest}", f"src/{rest}/index", "src/index", "index"))

    def _script(self, target: str) -> list[str]:
        """The script that an import path means: the file itself, with an ending, or a folder's index."""
        if target.endswith(JS_SUFFIXES) and target in self.project.repository.files:
            return [target]
        found = self._scripts.get(target) or self._scripts.get(SCRIPT_END.sub("", target)) or self._scripts.get(f"{target}/index")
        return [found] if found else []

    @cached_property
    def _scripts(self) -> dict[str, str]:
        """Scripts by their path without the ending; of several the one whose ending comes first in JS_SUFFIXES."""
        found: dict[str, str] = {}
        for path, plain in self.project.shipped.items():
            found.update((plain[: -len(suffix)], path) for suffix in JS_SUFFIXES if plain.endswith(suffix))
        for suffix in reversed(JS_SUFFIXES):
            found.update((path[: -len(suffix)], path) for path in self.project.code if path.endswith(suffix))
        return found

    @cached_property
    def _workspaces(self) -> dict[str, str]:
        found = {}
        for path in self.project.paths:
            if posixpath.basename(path) == "package.json":
                data = self.project.data(path)
                if isinstance(data, dict) and isinstance(data.get("name"), str):
                    found[data["name"]] = posixpath.dirname(path)
        return found


def upward(folder: str) -> Iterator[str]:
    """A folder and those above it, up to the top."""
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""
