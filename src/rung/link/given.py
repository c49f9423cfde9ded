"""Objects that functions of other files give: written out where they are made, or of the type that a method says it returns."""

from __future__ import annotations

from collections.abc import Collection

from rung.facts.code.source import Source
from rung.regex import regex

TYPE = regex(r"\b[A-Z]\w+")
HEADER = 3  # lines within which a method says what it returns


def literal_methods(source: Source, taken: Collection[str], asking: Collection[str]) -> set[str]:
    """Methods that ask of objects which JavaScript writes out, held by one of these names or returned by a function of one."""
    if source.language != "javascript":
        return set()
    held = {k for a in source.assignments if a.function < 0 and a.name in taken and a.value.kind == "mapping" for k in a.value.keys}
    found = set()
    for function in source.functions:
        inside = function.parent >= 0 and source.functions[_outermost(source, function.parent)].name in taken
        if function.name in asking and not function.owner and not function.decorators and (inside or function.name in held):
            found.add(function.name)
    return found


def _outermost(source: Source, index: int) -> int:
    while source.functions[index].parent >= 0:
        index = source.functions[index].parent
    return index


def returned_types(source: Source, called: Collection[str]) -> set[str]:
    """Names of types that methods of a file of Java or C#, called by one of these names, give in their first lines."""
    found: set[str] = set()
    for function in source.functions if source.language in ("java", "csharp") else ():
        if function.name and function.name in called:
            header = " ".join(source.lines[function.line - 1 : function.line - 1 + HEADER]).partition("{")[0]
            found |= set(TYPE.findall(header))
    return found
