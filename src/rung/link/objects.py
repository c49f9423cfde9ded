"""Objects of a repository's own classes: which methods of everybody's names (`read`, `__call__`) are known to be of a class that asks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rung.facts.code.source import Call, Source
from rung.regex import regex

# Methods that are called by calling the object itself.
CALLED = ("__call__", "__invoke")
# Where the type of a parameter stands before its name, and where it stands at all.
TYPE_FIRST = ("php", "java", "csharp")
TYPED = (*TYPE_FIRST, "python", "javascript", "rust")
BEFORE = regex(r"\b([A-Z]\w{0,80})(?:<[\w, ?]{1,80}>)?\??[ \t]+[&$]{0,2}(\w{1,80})[ \t]*(?=[,)=])")
BEHIND = regex(r"\b(\w{1,80})\??[ \t]*:[ \t]*(?:&(?:mut )?)?([A-Z]\w{0,80})[ \t]*(?=[,)=|])")
# What hands out an object of the class that it is given.
CONTAINER = ("app", "resolve", "make", "get", "getBean", "inject", "getService", "GetService", "GetRequiredService")
TYPE = regex(r"_?[A-Z]\w*")


def made(source: Source) -> dict[str, str]:
    """Names of a file that hold an object of a class, each with the class's name."""
    found: dict[str, str] = {}
    for assignment in source.assignments:
        value = assignment.value
        kinds = value.items if value.kind == "choice" else (value,)
        for item in kinds:
            tail = item.text.rsplit(".", 1)[-1]
            if item.kind == "call" and tail in CONTAINER and item.items and item.items[0].kind == "name":
                tail = item.items[0].text.removesuffix(".class").rsplit(".", 1)[-1]
            if item.kind == "call" and TYPE.fullmatch(tail):
                found.setdefault(assignment.name.rsplit(".", 1)[-1], tail)
    for name, kind in _declared(source):
        found.setdefault(name, kind)
    return found


def _declared(source: Source) -> Iterator[tuple[str, str]]:
    """Parameters of functions and properties that constructors take, with the types that stand before or behind their names."""
    before = source.language in TYPE_FIRST
    pattern = BEFORE if before else BEHIND
    if source.language not in TYPED:
        return
    for function in source.functions:
        if not function.parameters:
            continue
        header = "\n".join(source.lines[function.line - 1 : min(function.end_line, function.line + len(function.parameters) + 1)])
        for match in pattern.finditer(header):
            name, kind = (match[2], match[1]) if before else (match[1], match[2])
            if name in function.parameters:
                yield name, kind


def method_called(call: Call, objects: dict[str, str]) -> tuple[str, tuple[str, ...]] | None:
    """The class and the method, by its possible names, that a call is of where the object it is made on is known; None elsewhere."""
    parts = [p for p in re.split(r"[.:]+", call.callee) if p not in ("self", "this", "cls")]
    if not parts:
        return None
    if len(parts) == 1:
        kind = objects.get(parts[0].lstrip("$"))
        return (kind, CALLED) if kind else None
    receiver = parts[-2].lstrip("$")
    kind = receiver if TYPE.fullmatch(receiver) else objects.get(receiver)
    return (kind, (parts[-1],)) if kind else None


def defines(source: Source, kind: str, names: Iterable[str]) -> bool:
    """Whether a file's class of that name has one of these methods."""
    wanted = frozenset(names)
    return any(f.owner == kind and f.name in wanted for f in source.functions)
