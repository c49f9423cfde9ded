"""YAML documents, read from the parser's events: composing nodes recurses in C and overflows the stack on hostile nesting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from rung.facts.settings.entries.entry import MAXIMUM_DEPTH, Entry
from rung.regex import regex

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LINE_END = regex(r"\r\n?|\n")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def read_yaml(text: str, maximum: int = 20_000) -> Iterator[list[Entry]]:
    """Yield the scalars of each document as a list that is complete when the next is asked for; aliases and merges are filled in.

    A document that is not well formed or has more than `maximum` scalars is left out, with all that follow.
    """
    loader = _LOADER(text.replace("\t", "    ") if "\t" in text else text)
    last = len(_LINE_END.findall(text)) + 1
    try:
        walk = _Document(maximum, last)
        while loader.check_event():
            event = loader.get_event()
            if isinstance(event, yaml.DocumentEndEvent):
                yield walk.entries
                walk = _Document(maximum, last)
            elif not walk.take(event):
                return
    except (yaml.YAMLError, ValueError):
        return
    finally:
        loader.dispose()


class _Document:
    """The entries of one document, built event by event."""

    def __init__(self, maximum: int, last: int) -> None:
        self._maximum = maximum  # aliases of aliases could otherwise grow without end
        self._last = last  # line of the text; the parser puts a value that is missing at the end behind it
        self.entries: list[Entry] = []
        self._stack: list[str | int | None] = []  # the current key or position of each open node; None: a key is due
        self._open: list[tuple[str | None, int]] = []  # anchor and first entry of each open node
        self._anchors: dict[str, list[Entry]] = {}

    def take(self, event: Any) -> bool:
        """Take one event in; False when the document is deeper or longer than a person would write."""
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._open.append((event.anchor, len(self.entries)))
            self._stack.append(None if isinstance(event, yaml.MappingStartEvent) else 0)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._stack.pop()
            anchor, first = self._open.pop()
            if anchor:
                self._remember(anchor, first)
            self._advance()
        return len(self._stack) <= MAXIMUM_DEPTH and len(self.entries) <= self._maximum

    def _path(self) -> tuple[str | int, ...]:
        return tuple(part for part in self._stack if part is not None and part != "<<")

    def _advance(self) -> None:
        """A node is complete: the next is an object's key or a list's next element."""
        if not self._stack:
            return
        current = self._stack[-1]
        if isinstance(current, int):
            self._stack[-1] = current + 1
        else:
            self._stack[-1] = "?" if current is None else None  # a collection as a key has no name

    def _scalar(self, event: Any) -> None:
        if self._stack and self._stack[-1] is None:
            self._stack[-1] = str(event.value)
            return
        value = "" if event.style in (None, "") and event.value in _NULLS else str(event.value)
        path = self._path()
        if path:
            self.entries.append(Entry(path, value, min(event.start_mark.line + 1, self._last), event.tag or ""))
            if event.anchor:
                self._remember(event.anchor, len(self.entries) - 1)
        self._advance()

    def _remember(self, anchor: str, first: int) -> None:
        depth = len(self._path())
        self._anchors[anchor] = [Entry(e.path[depth:], e.value, e.line, e.tag) for e in self.entries[first:]]

    def _alias(self, event: Any) -> None:
        if self._stack and self._stack[-1] is None:
            self._stack[-1] = "*" + str(event.anchor)
            return
        path = self._path()
        copied = self._anchors.get(event.anchor, ())[: max(0, self._maximum + 1 - len(self.entries))]
        self.entries += [Entry(path + e.path, e.value, e.line, e.tag) for e in copied if path or e.path]
        self._advance()
