"""Whether a measure is wired in: what calls a tool can be reached, and what it looks at is what goes to or comes from a model."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Call, Function, Source, Value
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.dead import Dead
from rung.link.direct import owners
from rung.link.entities import snake
from rung.link.graph import BARREL
from rung.link.idle import ENTRIES, Idle, is_given_out, made_by
from rung.link.project import Project
from rung.link.sides import Sides
from rung.link.unwired import Unwired
from rung.regex import regex

SHORTEST = 4
ENDPOINT = regex(r"(?:^|\.)(?:route|(?:Http)?(?:Post|Get|Put|Patch|Delete)|\w+Mapping|post|get|put|patch|delete)$")
CONSTRUCTORS = ("__init__", "constructor", "initialize", "__construct", "<init>")
# Factories whose results a container hands to whoever asks for their type.
FACTORY = regex(r"(?:^|\.)(?:Bean|Produces|Provides)$")


class Wired:
    """Tells for the use of a measure's tool whether anything of the application gets there with a question or an answer."""

    def __init__(self, project: Project, asking: Asking, sides: Sides) -> None:
        self.project, self.asking, self.sides = project, asking, sides
        words = project.vocabulary["safety"]
        self.unwired = Unwired(project, asking.graph)
        self.dead = Dead(project)
        self.idle = Idle(project, self.unwired)
        self.other_content = regex(words["other_content"])

    def is_in(self, use: Fact) -> bool:
        """Whether a use can be reached; what is no call in a source file always can."""
        path = use.location.path
        source = self.project.source(path) if path in self.project.code and use.fields["via"] in ("call", "import", "host") else None
        if source is None:
            return True
        if self.dead.reason(source):
            return False
        calls = [c for c in source.calls if self.sides.is_of(c, str(use.fields["tool"]))]
        if use.fields["via"] == "import":
            names = self.idle.taken(source, str(use.fields["tool"]))
            if names and not BARREL.search(path) and not self.idle.speaks_of(path, names):
                return False
            calls = calls or list(made_by(source, names))
        named = all(any(m.tool.id == use.fields["tool"] for m in self.project.catalogue.calls.find(c.callee)) for c in calls)
        if calls and (named or use.fields["via"] == "import") and not any(self.idle.is_looked_at(source, c) for c in calls):
            return False
        imported = {n for i in source.imports for n, _ in i.names} | {i.module.rsplit(".", 1)[-1] for i in source.imports}
        if any(self._is_unasked_bean(source, f, imported & set(re.findall(r"\w+", use.text))) for f in source.functions):
            return False
        if use.fields["via"] == "host" or (use.fields["via"] == "call" and not calls):  # told by an address or a path in a text
            inside = [f for f in source.functions if f.line <= use.location.line <= f.end_line]
            inside = inside or _naming(source, use.location.line)
        else:
            inside = _around(source, calls)
        if inside and not self.asking.calls(path) and all(self.idle.is_orphan(source, f) for f in inside if f.parent < 0):
            return False
        if inside and not any(self.is_reached(source, f) for f in inside):
            return False
        return not self._is_for_others(source, inside)

    def _is_unasked_bean(self, source: Source, function: Function, types: set[str]) -> bool:
        """Whether a function makes such an object for a container from which nobody takes one."""
        if source.language != "java" or not any(FACTORY.search(d) for d in function.decorators):
            return False
        head = " ".join(source.lines[function.line - 1 : function.line + 4])
        name = re.escape(function.name)
        made = re.search(rf"(\w+)(?:<[^>\n]*>)?\s+{name}\s*\(|\b{name}\s*\([^)]*\)\s*:\s*(\w+)", head)
        kind = (made[1] or made[2]) if made else ""
        if kind not in types:
            return False
        last = re.findall(r"[A-Z][a-z0-9]*|\w+", kind)[-1]
        wanted = re.compile(rf"(?<!\.)\b(?:{kind}|{name})\b|<[^<>\n]*{last}>|\b{last}\s*(?:\[\]|\.\.\.)")
        for path in self.project.code:
            if path.endswith((".java", ".kt")) and self.project.is_application(path):
                rows = (self.project.text(path) or "").splitlines()
                own = range(function.line - 3, function.end_line) if path == source.path else range(0)
                if any(i not in own and not row.startswith("import ") and wanted.search(row) for i, row in enumerate(rows)):
                    return False
        return True

    def is_reached(self, source: Source, function: Function) -> bool:
        """Whether something calls or hands on a function: one that no other file can take, and nothing in its own names, is not reached."""
        name = function.name
        if len(name) < SHORTEST or ENTRIES.fullmatch(name):
            return True
        if function.decorators or any(c.name == function.owner and (c.bases or not is_given_out(c)) for c in source.classes):
            return self.idle.is_called(source, function)  # a function that a framework may call
        row = source.lines[function.line - 1]
        hidden = _is_private(source, function, row) or (
            not function.owner
            and not self.asking.direct(source.path)
            and self.unwired.is_alone(source.path)
            and (source.language == "python" or not self.unwired.is_spoken_of(source.path, name))
        )
        return (not hidden or _names(source, name, function)) and self.idle.is_called(source, function)

    def _is_for_others(self, source: Source, inside: list[Function]) -> bool:
        """Whether all that passes through the tool's functions is no question and no answer: nicknames, comments."""
        functions = inside or [f for f in source.functions if f.name and f.parent < 0 and f.name not in ("constructor", "__init__")]
        names = {f.name for f in functions if len(f.name) >= SHORTEST}
        if not names:
            return False
        found = list(self._calls_of(source, names))
        if not found:
            return False
        told = [" ".join(snake(v.text) for v in _walk(c.arguments, 3) if v.kind != "string") for _, c in found]
        if all(self.other_content.search(t) for t in told):
            return True
        leading = self.asking.graph.leading
        return source.path not in leading and not any(
            s.path in leading or not any(ENDPOINT.search(d) for d in _decorators(s, c)) for s, c in found
        )

    def _calls_of(self, source: Source, names: set[str]) -> Iterator[tuple[Source, Call]]:
        """Calls of functions by their names, in their file and in those that use it."""
        for path in (source.path, *self.asking.graph.used.get(source.path, ())):
            text = self.project.text(path) or "" if self.project.is_application(path) else ""
            other = self.project.source(path) if any(n in text for n in names) else None
            for call in other.calls if other else ():
                if other and call.callee.rsplit(".", 1)[-1] in names and call.callee.rsplit(".", 1)[-1] not in owners(other, call.function):
                    yield other, call


def _around(source: Source, calls: list[Call]) -> list[Function]:
    """The functions around calls; none where one stands at the top level, but for those that only make what functions use."""
    placed = [(c, source.functions[i] if (i := _outermost(source, c.function)) >= 0 else None) for c in calls]
    asking = [f for _, f in placed if f is not None and f.name and f.name not in (*CONSTRUCTORS, f.owner)]
    rest = [(c, f) for c, f in placed if f is None or f not in asking]
    if asking and all(_is_made(source, c) for c, _ in rest):
        return asking
    return [] if any(f is None for _, f in placed) else [f for _, f in placed if f is not None]


def _is_made(source: Source, call: Call) -> bool:
    """Whether what a call gives is part of what is put into a name at once."""
    around = [c.line for c in source.calls if (c.line, c.column) <= (call.line, call.column) and call.end_line <= c.end_line]
    return any(a.line in around or a.value.line in around for a in source.assignments)


def _naming(source: Source, line: int) -> list[Function]:
    """The functions that name the constant that is given its value at a line."""
    names = [a.name for a in source.assignments if a.line == line and a.function < 0 and len(a.name) >= SHORTEST and a.name.isidentifier()]
    word = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b") if names else None
    return [f for f in source.functions if word and f.parent < 0 and any(word.search(row) for row in source.lines[f.line - 1 : f.end_line])]


def _is_private(source: Source, function: Function, row: str) -> bool:
    """Whether only the function's own file or package can call it, and that file is the one to look at."""
    if source.language in ("python", "javascript") and function.name.startswith(("_", "#")):
        return True
    if source.language == "javascript":
        exported = re.search(rf"\bexport\b|\bexports\b[^\n]*\b{re.escape(function.name)}\b", "\n".join((row, *source.lines[-5:])))
        return bool(re.search(r"\bprivate\b", row)) or (not function.owner and not exported and "export" in "".join(source.lines))
    return source.language in ("java", "csharp") and bool(re.search(r"\bprivate\b", row))


def _names(source: Source, name: str, function: Function) -> bool:
    """Whether a file calls a function or hands it on, outside of the function itself."""
    for call in source.calls:
        if function.line <= call.line <= function.end_line and call.function >= 0 and source.functions[call.function] == function:
            continue
        if call.callee.rsplit(".", 1)[-1] == name or any(v.kind != "string" and name in v.text for v in _walk(call.arguments, 3)):
            return True
    return any(name in v.text for a in source.assignments for v in _walk(a.value, 3)) or any(
        name in t for c in source.comparisons for t in (c.left, c.right)
    )


def _decorators(source: Source, call: Call) -> tuple[str, ...]:
    index = _outermost(source, call.function)
    return source.functions[index].decorators if index >= 0 else ()


def _outermost(source: Source, function: int) -> int:
    while function >= 0 and source.functions[function].parent >= 0:
        function = source.functions[function].parent
    return function


def _walk(value: Value, depth: int) -> Iterator[Value]:
    yield value
    for item in value.items if depth else ():
        yield from _walk(item, depth - 1)
