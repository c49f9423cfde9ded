"""A file's calls by what is called, so that those of some names are found without going through all of them each time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from rung.facts.code.source import Call, Source
from rung.link.objects import made, method_called
from rung.regex import regex

PARTS = regex(r"[.:]+")
ByName = Mapping[str, Sequence[tuple[Call, Sequence[str]]]]
OfObjects = Sequence[tuple[Call, str, Sequence[str]]]


class Called:
    """The calls of files; worked out once a file."""

    def __init__(self) -> None:
        self._by_name: dict[str, ByName] = {}
        self._of_objects: dict[str, OfObjects] = {}

    def by_name(self, source: Source) -> ByName:
        """Calls by the last part of their callee, each with all the parts."""
        known = self._by_name.get(source.path)
        if known is None:
            found: defaultdict[str, list[tuple[Call, Sequence[str]]]] = defaultdict(list)
            for call in source.calls:
                parts = PARTS.split(call.callee)
                found[parts[-1]].append((call, parts))
            known = self._by_name[source.path] = found
        return known

    def of_objects(self, source: Source) -> OfObjects:
        """Calls of methods of objects whose class is known, with the class and the names that the method may have."""
        known = self._of_objects.get(source.path)
        if known is None:
            objects = made(source)
            told = ((call, method_called(call, objects)) for call in source.calls)
            known = self._of_objects[source.path] = [(call, *found) for call, found in told if found is not None]
        return known
