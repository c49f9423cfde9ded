"""The scalars that an expression of an infrastructure language can stand for.

Both languages are read into `Value`. Beside its own kinds, operators are calls: `?:` (condition and two alternatives), `??`
(the first that is there), `!`, `&&`, `||`, `==` and the like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rung.facts.code.source import Value
from rung.facts.settings.entries import Path

_LITERALS = frozenset({"string", "template", "number", "boolean"})
_FIRST_OF = frozenset({"??", "coalesce", "try"})
_MAXIMUM_DEPTH = 50

Resolve = Callable[[str], Value | None]


@dataclass(frozen=True, slots=True)
class Scalar:
    """One scalar of an expression; `variable` is the parameter or environment variable that may replace it."""

    path: Path
    value: str
    line: int
    variable: str = ""


def scalars(value: Value, path: Path, resolve: Resolve, depth: int = 0) -> Iterator[Scalar]:
    """Yield the scalars of an expression below a path; a name stands for the scalar that `resolve` finds for it."""
    if depth > _MAXIMUM_DEPTH:
        return
    if value.kind in _LITERALS:
        yield Scalar(path, value.text, value.line)
    elif value.kind == "mapping":
        for key, item in zip(value.keys, value.items, strict=False):
            yield from scalars(item, (*path, key), resolve, depth + 1)
    elif value.kind == "list":
        for index, item in enumerate(value.items):
            named = _named_pair(item)
            if named:
                yield from scalars(named[1], (*path, named[0]), resolve, depth + 1)
            else:
                yield from scalars(item, (*path, index), resolve, depth + 1)
    elif value.kind == "name":
        resolved = resolve(value.text)
        if resolved is not None:
            for scalar in _alternatives(resolved, path, resolve, depth + 1):
                yield Scalar(path, scalar.value, value.line, scalar.variable or value.text)
    elif value.kind == "call":
        yield from _call(value, path, resolve, depth)


def _named_pair(item: Value) -> tuple[str, Value] | None:
    """The name and value of an element `{name: 'X', value: y}`."""
    name, value = item.get("name"), item.get("value")
    return (name.text, value) if name and value and name.kind == "string" and name.text else None


def _call(value: Value, path: Path, resolve: Resolve, depth: int) -> Iterator[Scalar]:
    if value.text == "?:" or value.text in _FIRST_OF:
        yield from _alternatives(value, path, resolve, depth)
    elif value.text in ("readEnvironmentVariable", "lookup") and len(value.items) > 1:
        for scalar in scalars(value.items[-1], path, resolve, depth + 1):
            yield Scalar(scalar.path, scalar.value, value.line, value.items[0].text)
    else:  # union([...], [...]), jsonencode({...}): what is handed in comes out
        for item in value.items:
            if item.kind in ("mapping", "list", "call"):
                yield from scalars(item, path, resolve, depth + 1)


def _distinct(found: Iterable[Scalar]) -> list[Scalar]:
    """The scalars that say something, each once."""
    return list({(s.path, s.value): s for s in found if s.value}.values())


def _alternatives(value: Value, path: Path, resolve: Resolve, depth: int) -> Iterator[Scalar]:
    """What a choice comes to: its written alternatives, or what its names stand for where nothing is written."""
    if value.kind != "call":
        if value.kind in _LITERALS or value.kind == "name":
            yield from scalars(value, path, resolve, depth + 1)
        return
    items = value.items[1:] if value.text == "?:" else value.items if value.text in _FIRST_OF else ()
    variable = next((item.text for item in items if item.kind == "name"), "")
    written = _distinct(s for item in items if item.kind != "name" for s in scalars(item, path, resolve, depth + 1))
    for scalar in written or _distinct(s for item in items for s in scalars(item, path, resolve, depth + 1))[:1]:
        yield Scalar(scalar.path, scalar.value, scalar.line, scalar.variable or variable)
