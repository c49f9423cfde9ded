"""Functions that ask a model by their decorator, or as what another function made of them: `@ai_function`, `plan = ai_function(draft)`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from rung.facts.code.source import Function, Source
from rung.link.objects import CALLED

# What goes on with the function that it is given, and gives it back.
LANGUAGES = ("python", "javascript")


def makers(source: Source, asking: Collection[str]) -> frozenset[str]:
    """Names of a file's functions and classes that make what asks: they return an inner function that does, or an object to be called."""
    if source.language not in LANGUAGES:
        return frozenset()
    callable_kinds = {f.owner for f in source.functions if f.name in CALLED and f.name in asking and f.owner}
    found = set(callable_kinds)
    for function in source.functions:
        if function.name and function.name in asking and function.parent >= 0:
            found |= set(_returning(source, function))
    for call in source.calls if callable_kinds else ():
        if call.callee in callable_kinds and call.function >= 0 and _is_returned(source, call.line):
            found.add(source.functions[call.function].name)
    return frozenset(found - {""})


def _returning(source: Source, function: Function) -> Iterator[str]:
    """The functions around an inner one, as long as each gives back the one that stands in it."""
    while function.parent >= 0:
        around = source.functions[function.parent]
        returned = re.compile(rf"\breturn\s+(?:\w+\()?{re.escape(function.name)}\b(?!\()" if function.name else r"\breturn\b")
        if around.owner or not any(returned.search(line) for line in source.lines[around.line - 1 : around.end_line]):
            return
        yield around.name
        function = around


def _is_returned(source: Source, line: int) -> bool:
    return bool(re.match(r"\s*return\b", source.lines[line - 1]))


def made(source: Source, making: Collection[str], generates: Callable[[str], bool]) -> set[str]:
    """Names of a file's functions that a maker, or a tool's decorator, decorates, and of what a maker gave."""
    if source.language not in LANGUAGES:
        return set()
    told: dict[str, bool] = {}
    found = set()
    for function in source.functions if source.language == "python" else ():
        for decorator in function.decorators if function.name else ():
            if decorator not in told:
                told[decorator] = decorator.rsplit(".", 1)[-1] in making or generates(decorator)
            if told[decorator]:
                found.add(function.name)
    values = (a for a in source.assignments if a.value.kind == "call" and making)
    found |= {a.name for a in values if a.value.text.rsplit(".", 1)[-1] in making and a.name.isidentifier()}
    return found
