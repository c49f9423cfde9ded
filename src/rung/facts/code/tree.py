"""A light tree of the syntax nodes that matter, built from one search over the syntax tree.

Asking the parser for a node's children is a foreign call each time; one search for all wanted kinds, in the order of the
file, is not. Kinds that are not wanted are left out, and their children move up to the nearest wanted ancestor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rung.facts.code.source import Value

Scope = tuple[int, str]
"""The index of the enclosing function (-1 at the top) and the class whose body stands directly around (empty when none does)."""

TOP: Scope = (-1, "")
_END = 1 << 60
_WIDE = 5_000
_SPARSE = 15
_GROUP = 8
_MOST_STEPS = 1_000_000_000
_MOST_OPEN = 500
_LOOKS = 4  # at the place of a node
_SIGNS = " \n\t\"'`$;,.:|&(){}[]<>=\\"


def kinds(names: str) -> tuple[str, ...]:
    """Kinds of syntax nodes from their names with blanks between."""
    return tuple(names.split())


class Node:
    """A wanted syntax node: its kind, its place in the text, the line it begins in, and the wanted nodes right below it.

    `scope` is where it stands, `inner` where what is below it stands: the walk sets both, parents first.
    """

    __slots__ = ("children", "end", "inner", "kind", "line", "name", "parent", "previous", "scope", "start", "syntax", "value")

    scope: Scope
    inner: Scope

    def __init__(self, kind: str, line: int, start: int, end: int, parent: Node | None, syntax: Any) -> None:
        self.kind = kind
        self.line = line
        self.start = start
        self.end = end
        self.parent = parent
        self.syntax = syntax
        self.children = _NO_NODES
        self.previous: Node | None = None
        self.name: str | None = None
        self.value: Value | None = None

    def first(self, *kinds: str) -> Node | None:
        """The first child of one of these kinds."""
        for child in self.children:
            if child.kind in kinds:
                return child
        return None

    def before(self, kind: str) -> list[Node]:
        """The siblings of a kind that stand right before, in order: what annotates this node."""
        found: list[Node] = []
        sibling = self.previous
        while sibling is not None and sibling.kind == kind:
            found.append(sibling)
            sibling = sibling.previous
        return found[::-1]


def wanted(kinds: Iterable[str], inside: Mapping[str, Iterable[str]], outside: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """The search rule: these kinds; those of `inside` only right below some parents, those of `outside` only below others."""
    parts: list[dict[str, Any]] = []
    for kind, parents in inside.items():
        parts.append({"all": [{"kind": kind}, {"inside": _any(parents)}]})
    for kind, parents in outside.items():
        parts.append({"all": [{"kind": kind}, {"not": {"inside": _any(parents)}}]})
    others = sorted(set(kinds) - set(inside) - set(outside))
    parts.extend(_any(others[start : start + _GROUP]) for start in range(0, len(others), _GROUP))  # a group is passed over at once
    return {"rule": {"any": parts}}


def _any(kinds: Iterable[str]) -> dict[str, Any]:
    return {"any": [{"kind": kind} for kind in sorted(kinds)]}


_NO_NODES: list[Node] = []


def build(
    found: Sequence[Any], skipped: frozenset[str], dead: Sequence[tuple[int, int]], text: str, lines: Sequence[int] | None
) -> list[Node]:
    """The nodes in the order of the file, linked; without what stands under a skipped kind or in a dead span.

    `lines` gives each line of the text its number where that is not its place.
    """
    top = current = Node("", 0, -1, _END, None, None)
    top.scope = top.inner = TOP
    nodes = [top]
    skip_end = 0
    spans = iter(sorted(dead))
    dead_start, dead_end = next(spans, (_END, _END))
    line = 1
    line_end = text.find("\n")
    for syntax in found:
        place = syntax.range()
        start = place.start.index
        if start < skip_end:
            continue
        while start >= dead_end:
            dead_start, dead_end = next(spans, (_END, _END))
        if start >= dead_start:
            skip_end = dead_end
            continue
        end = place.end.index
        kind = syntax.kind()
        if kind in skipped:
            skip_end = end
            continue
        while start >= current.end:
            current = current.parent  # type: ignore[assignment]  # the top node never ends
        while start > line_end >= 0:
            line += 1
            line_end = text.find("\n", line_end + 1)
        number = line if lines is None else lines[min(line, len(lines)) - 1]
        node = Node(kind, number, start, end, current, syntax)
        siblings = current.children
        if siblings:
            node.previous = siblings[-1]
            siblings.append(node)
        else:
            current.children = [node]
        nodes.append(node)
        current = node
    return nodes


def release(nodes: Sequence[Node]) -> None:
    """Break the links between parents and children, so that the nodes go without waiting for the garbage collector."""
    for node in nodes:
        node.children = _NO_NODES
        node.previous = None


def without_dense_lines(text: str) -> str:
    """The text with its minified lines blanked: they are nobody's source."""
    return _without_wide_lines(text, _is_dense)


def affordable(text: str, count: int) -> str:
    """The text, with its wide lines blanked if finding the places of `count` nodes in it would take seconds.

    The parser finds a node's place by counting from the start of its line.
    """
    longest = max(map(len, text.split("\n"))) if count * len(text) > _MOST_STEPS else 0
    return _without_wide_lines(text, bool) if count * longest > _MOST_STEPS else text


def without_open_comments(text: str) -> str:
    """The text up to where comments are only opened, and never closed: the parser would look for the end of each of them."""
    end = text.rfind("*/") + 1
    return text[: text.index("/*", end)] if text.count("/*", end) > _MOST_OPEN else text


def bounded(text: str) -> str:
    """As `affordable`, for a text whose nodes haven't been counted: there are about as many as signs and blanks."""
    return affordable(text, _LOOKS * sum(map(text.count, _SIGNS))) if len(text) > _WIDE else text


def _without_wide_lines(text: str, condition: Callable[[str], bool]) -> str:
    if len(text) < _WIDE:
        return text
    lines = text.split("\n")
    if max(map(len, lines)) < _WIDE:
        return text
    return "\n".join("" if len(line) > _WIDE and condition(line) else line for line in lines)


def _is_dense(line: str) -> bool:
    return sum(map(line.count, ",;()[]{}<>=+|")) * _SPARSE > len(line)
