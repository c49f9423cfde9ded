"""Stand-ins that a test of the project writes itself: types and object literals with a method by which the application asks its model."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Source
from rung.link.asking import COMMON, Asking
from rung.link.declared_tests import TestUnit
from rung.link.graph import Graph
from rung.regex import regex

BY_METHOD = ("go", "java", "csharp", "rust")  # whose tests declare the types that stand in for a client
WORD = regex(r"\w+")
IMPLEMENTS = regex(r"\bclass\s\w{1,80}\simplements\s")  # inherits nothing


def gives_double(graph: Graph, asking: Asking, source: Source, unit: TestUnit) -> bool:
    """Whether a test names a type of its own file, or holds an object literal, with a method by which the application asks its model."""
    if source.language == "javascript":
        doubles = {*_literal(source, unit, asking), *_declared(source, unit, asking, graph)}
    elif source.language == "python":
        doubles = set(_declared(source, unit, asking, graph))
    elif source.language in BY_METHOD:
        inside = "\n".join(source.lines[unit.line - 1 : unit.end_line])
        named = (f for f in source.functions if f.owner and re.search(rf"(?<![\w.]){re.escape(f.owner)}\s*[{{(]", inside))
        doubles = {f.name for f in named}
    else:
        return False
    if not doubles:
        return False
    near = dict.fromkeys(graph.touches(source.path))
    near |= dict.fromkeys(t for path in near for t in graph.touches(path))
    return any(name in doubles for path in near for name in asking.names(path))


def _declared(source: Source, unit: TestUnit, asking: Asking, graph: Graph) -> Iterator[str]:
    """Methods, which don't ask themselves, of classes of the file of which a test or what stands at the file's top level makes an object.

    A class that derives from a library's is left out: what it inherits may ask.
    """
    asks = {c.function for c in asking.calls(source.path)}
    made = {c.callee for c in source.calls if c.function in unit.functions or c.function < 0}
    own = {name for names in graph.touches(source.path).values() for name in names or ()} | {"object", "Protocol", "ABC"}
    kinds = {
        c.name
        for c in source.classes
        if c.name in made
        and (all(b.rsplit(".", 1)[-1] in own for b in c.bases) or IMPLEMENTS.search(source.lines[c.line - 1].partition(" extends ")[0]))
    }
    for index, function in enumerate(source.functions):
        if function.owner in kinds and index not in asks and function.name not in COMMON:
            yield function.name


def _literal(source: Source, unit: TestUnit, asking: Asking) -> Iterator[str]:
    """Names of functions of object literals in a test, or in what it names of its file's top level, that don't ask themselves."""
    words = set(WORD.findall("\n".join(source.lines[unit.line - 1 : unit.end_line])))
    asks = {c.function for c in asking.calls(source.path)}
    tests = {index for index, function in enumerate(source.functions) if function.decorators}
    for index, function in enumerate(source.functions):
        if not function.name or function.owner or function.decorators or index in asks or function.name in COMMON:
            continue
        if index in unit.functions or _holder(source, index, tests) in words:
            yield function.name


def _holder(source: Source, index: int, tests: set[int]) -> str:
    """The name at a file's top level under which a function's object stands, "" where it stands within a test."""
    function = source.functions[index]
    while function.parent >= 0:
        if function.parent in tests:
            return ""
        function = source.functions[function.parent]
    held = [a for a in source.assignments if a.function < 0 and a.value.kind == "mapping" and a.line <= function.line]
    return held[-1].name if held and function.name in held[-1].value.keys else function.name if function.parent < 0 else ""
