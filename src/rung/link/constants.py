"""Whether a constant is used: in its own file, where a parameter of the same name may hide it, or in a file that takes it."""

from __future__ import annotations

import posixpath
import re

from rung.facts.code.source import Assignment, Source
from rung.link.graph import Graph
from rung.link.project import Project
from rung.regex import regex

# A name of one or two plain words in lower case stands for other things in other files.
PLAIN = regex(r"^[a-z]+(?:_[a-z]+|[A-Z][a-z]+)?$")
# Strings and comments of a line; a plain name in them is a word.
NOT_CODE = regex(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|(?:^|\s)(?:#|//).*$")
# Languages in which files of one folder see each other's constants without an import.
BY_FOLDER = ("go",)


class ConstantUses:
    """Looks for uses of names that files assign at their top level."""

    def __init__(self, project: Project, graph: Graph) -> None:
        self.project, self.graph = project, graph

    def is_used(self, source: Source, assignment: Assignment) -> bool:
        """Whether anything of the application uses what is assigned."""
        return self.here(source, assignment) > 0 or self._is_used_elsewhere(source, assignment.name)

    def here(self, source: Source, assignment: Assignment) -> int:
        """How many lines of the file use a name beside the one that assigns it, keywords and parameters of that name aside."""
        name = assignment.name.rsplit(".", 1)[-1]
        use = re.compile(rf"(?<!typeof )(?<![\w\"'`])\b{re.escape(name)}\b(?![\"'`]|\s*=(?!=)|\s*\?*:(?!:))")
        hidden = [
            range(f.line, f.end_line + 1) for f in source.functions if name in (p.lstrip("*&").split(":")[0].strip() for p in f.parameters)
        ]
        word = re.compile(rf"(?<!typeof )\b{re.escape(name)}\b")
        again = re.compile(rf"\s*{re.escape(name)}\s*=(?!=)")
        plain, notebook = bool(PLAIN.match(name)), source.path.endswith(".ipynb")
        found = 0
        for number, line in enumerate(source.lines, 1):
            if name not in line or number == assignment.line or again.match(line) or any(number in lines for lines in hidden):
                continue
            found += bool(use.search(line if notebook else NOT_CODE.sub("", line)) if plain else word.search(line))
        return found

    def is_taken(self, source: Source, name: str) -> bool:
        """Whether an application file that uses the file takes a name of it."""
        plain = name.rsplit(".", 1)[-1]
        for user in self.graph.used.get(source.path, ()):
            if self.project.is_application(user) and source.path in (touched := self.graph.touches(user)):
                taken = touched[source.path]
                if plain in taken if taken is not None else re.search(rf"\b{re.escape(plain)}\b", self.project.text(user) or ""):
                    return True
        return False

    def is_called_beside(self, source: Source, name: str) -> bool:
        """Whether another file of the folder calls a function, in a language in which it needs no import for that."""
        folder, call = posixpath.dirname(source.path), f"{name}("
        near = (p for p in self.project.code if p != source.path and posixpath.dirname(p) == folder and self.project.is_application(p))
        return source.language in BY_FOLDER and any(call in (self.project.text(p) or "") for p in near)

    def _is_used_elsewhere(self, source: Source, name: str) -> bool:
        plain = name.rsplit(".", 1)[-1]
        if PLAIN.match(plain) and source.language not in BY_FOLDER:
            return self.is_taken(source, name)
        word = re.compile(rf"\b{re.escape(plain)}\b")
        folder = posixpath.dirname(source.path)
        others = (p for p in self.project.code if p != source.path and self.project.is_application(p))
        near = (p for p in others if not PLAIN.match(plain) or posixpath.dirname(p) == folder)
        return any(plain in (text := self.project.text(p) or "") and bool(word.search(text)) for p in near)
