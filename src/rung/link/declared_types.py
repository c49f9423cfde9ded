"""Types by the files that declare them, in languages whose files use others by naming their types."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property

from rung.facts.code import language_of
from rung.link.project import Project
from rung.regex import regex

TYPE_NAME = regex(r"\b[A-Z]\w+")
DECLARED = regex(
    r"^\s*(?:(?:public|internal|private|protected|static|sealed|abstract|partial|final|open|data|export|default|readonly)\s+)*"
    r"(?:class|interface|record|struct|object|enum|module|trait)\s+(?:class\s+|struct\s+)?([A-Z][\w:]*)",
    re.MULTILINE,
)
# A Ruby module that a file opens only to declare something in it.
AROUND = regex(r"^([ \t]{0,12})module[ \t]+([A-Z][\w:]{0,80})[ \t]*\n(?=\s{0,80}(?:class|module)\s)", re.MULTILINE)
SUFFIXES = {"java": (".java", ".kt", ".kts"), "csharp": (".cs",), "ruby": (".rb", ".rake"), "php": (".php",)}
RUBY = SUFFIXES["ruby"]
BY_TYPE = ("java", "csharp", "ruby", "php")


class DeclaredTypes:
    """An index of the types that a project declares, but for names that many files declare."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def named(self, language: str, path: str, text: str) -> list[str]:
        """The other files that declare a type that a file's text names."""
        named = set(TYPE_NAME.findall(text))
        suffixes = SUFFIXES[language]
        return sorted({t for name in named & self._types.keys() for t in self._types[name] if t != path and t.endswith(suffixes)})

    def declaring(self, name: str) -> list[str]:
        """The files that declare a type of that name, in languages whose files name others by types."""
        return self._types.get(name, [])

    @cached_property
    def _types(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.project.paths:
            if language_of(path) in BY_TYPE:
                text = self.project.text(path) or ""
                around = _around(text) if path.endswith(RUBY) else ()
                for name in DECLARED.findall(text):
                    if name not in around:
                        found[name.split("::")[-1]].append(path)
        return {name: paths for name, paths in found.items() if len(paths) <= 3}


def _around(text: str) -> set[str]:
    """Modules of a Ruby file that have no methods of their own, only declarations in them."""
    found = AROUND.findall(text)
    return {name for indent, name in found if not re.search(rf"^{indent}(?:  |\t)(?:def|module_function|extend)\b", text, re.MULTILINE)}
