"""Where classes stand that are named by a namespace: what a file's text names, and the folders that a manifest gives to prefixes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from rung.link.project import Project
from rung.regex import regex

# `use A\B\{C, D}`, and what is named where it is used: in full, by a static call, or made.
_USED = regex(
    r"^[ \t]*use[ \t]+(?:(?:function|const)[ \t]+)?\\?(\w[\w\\]*)(?:[ \t]*\{([^}]*)\})?"
    r"|(?<![\w\\$])(\\[A-Z]\w*(?:\\\w+)*|[A-Z]\w*(?:\\\w+)*(?=::)|(?<=new )[A-Z]\w*(?:\\\w+)*)",
    re.MULTILINE,
)
_INCLUDED = regex(r"\b(?:require|include)(?:_once)?\b([^;'\"\n]{0,60})['\"]([^'\"\n]{1,200})['\"]")
_SECTIONS = ("autoload", "autoload-dev")


def named(text: str) -> Iterator[tuple[str, str]]:
    """(module, names) of what a PHP file may import, with dots: it may over-estimate, parsing decides."""
    for match in _USED.finditer(text):
        yield (match[1] or match[3]).replace("\\", ".").strip("."), (match[2] or "")
    for match in _INCLUDED.finditer(text):
        above = "../" * match[1].count("dirname(__DIR__")
        yield f"./{above}{match[2].lstrip('/')}", ""


class Namespaces:
    """Resolves names of PHP classes to files, by the autoload sections of the repository's composer.json files."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def targets(self, path: str, module: str, names: frozenset[str]) -> list[str]:
        """The files that an import means: a path from the importing file's folder, or classes by their namespace."""
        files = self.project.repository.files
        if module.startswith("./"):
            options = (posixpath.normpath(posixpath.join(folder, module)) for folder in (posixpath.dirname(path), ""))
            return [t for t in dict.fromkeys(options) if t in files and t.endswith(".php")][:1]
        wanted = [module, *(f"{module}.{name}" for name in sorted(names))]
        return [t for name in wanted for t in self._places(name) if t in files]

    def owns(self, module: str) -> bool:
        """Whether a namespace is one that the repository's own code is loaded by."""
        return any(f"{module}.".startswith(prefix) for prefix, _ in self._prefixes)

    def _places(self, name: str) -> list[str]:
        """The paths at which a class may stand, those of the longest prefix that fits."""
        for prefix, folders in self._prefixes:
            if name.startswith(prefix):
                rest = name[len(prefix) :].replace(".", "/")
                return [posixpath.normpath(posixpath.join(folder, f"{rest}.php")) for folder in folders]
        return []

    @cached_property
    def _prefixes(self) -> list[tuple[str, list[str]]]:
        """Prefixes of namespaces, with dots and the longest first, and the folders that they stand for."""
        found: dict[str, list[str]] = {}
        for path in self.project.paths:
            data = self.project.data(path) if posixpath.basename(path) == "composer.json" and self.project.is_own(path) else None
            sections = [data.get(name) for name in _SECTIONS] if isinstance(data, dict) else []
            for section in sections:
                for prefix, folder in _mapped(section):
                    found.setdefault(prefix, []).append(posixpath.join(posixpath.dirname(path), folder))
        return sorted(found.items(), key=lambda pair: (-len(pair[0]), pair[0]))


def _mapped(section: Any) -> Iterator[tuple[str, str]]:
    """(prefix, folder) of a section's `psr-4`."""
    mapping = section.get("psr-4") if isinstance(section, dict) else None
    for prefix, folders in mapping.items() if isinstance(mapping, dict) else ():
        for folder in folders if isinstance(folders, list) else [folders]:
            if isinstance(prefix, str) and isinstance(folder, str) and prefix:
                yield prefix.replace("\\", ".").rstrip(".") + ".", folder
