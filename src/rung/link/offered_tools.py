"""Tools that are offered to a model only where a list of those that it may call, from settings or an option, holds them."""

from __future__ import annotations

from collections.abc import Iterator

from rung.facts.code.source import Call, Source, Value
from rung.link.asking import Asking
from rung.link.entities import snake
from rung.link.project import Project
from rung.regex import regex

# Names of such lists (in snake case), and conditions that ask whether one holds something.
LIST = (
    r"(?:allow(?:ed|ing)?|permit(?:ted)?|white_?list(?:ed)?)_(?:\w{1,20}_)?tool(?:s|sets?|kits?|_?names|_?ids)"
    r"(?:_(?:names?|list|set|ids|patterns?))?|(?:tools?|toolsets?)_(?:allow|white)_?list"
)
LISTED = regex(rf"(?:^|[^a-z])(?:{LIST})(?![a-z_])")
HELD = regex(
    rf"\bin [\w.(]{{0,60}}?(?:{LIST})\b|(?:{LIST})\??\.(?:includes|has|contains|contains_key|include\?|is_superset)\("
    rf"|(?:contains|in_array|any|some)\([^\n]{{0,60}}(?:{LIST})\b|(?:{LIST})\[\w[\w.]{{0,40}}\]"
)
# What keeps some of a list and leaves the others out, and a function that does.
KEEPS = regex(
    r"\.filter\(|\bfilter\(|\.retain\(|\.where\(|\.remove_if\(|\.select\b|\bfor\b|\bcontinue\b|\.append\(|\.push\(|\bappend\(|\barray_filter\("
)
FILTERS = regex(
    r"(?:^|_)(?:filter(?:ed|s)?|match(?:ing|es)?|select(?:ed)?|restrict|limit|narrow|pick|keep|only|intersect\w{0,8}|allowed|resolve)(?:_|$)"
)
TOOLS = regex(r"(?:^|[_.])(?:tools?|toolsets?|toolkits?)(?:$|[_.])")
BEFORE, AFTER, DEPTH = 3, 2, 2


class OfferedTools:
    """Finds where tools are left out that a list doesn't allow."""

    def __init__(self, project: Project, asking: Asking) -> None:
        self.project, self.asking = project, asking

    def place(self, source: Source) -> tuple[int, str]:
        """The line with the name of its function; 0 when there is none."""
        for line in (*self._by_hand(source), *self._by_function(source)):
            inside = [f for f in source.functions if f.line <= line <= f.end_line and f.name and f.parent < 0]
            name = inside[0].name if inside else ""
            if not name or self._is_used(source, name):
                return line, name
        return 0, ""

    def _by_hand(self, source: Source) -> Iterator[int]:
        """Lines at which tools are passed over, or taken, by whether the list holds them."""
        for number, row in enumerate(source.lines, 1):
            if "ool" not in row or not HELD.search(told := snake(row.strip())):
                continue
            near = " ".join(source.lines[max(0, number - BEFORE - 1) : number + AFTER])
            if KEEPS.search(snake(near)) and TOOLS.search(snake(near).replace(" ", "_")) and not told.startswith(("#", "//", "*")):
                yield number

    def _by_function(self, source: Source) -> Iterator[int]:
        """Lines at which a function of the repository's own, named after filtering, is handed all tools and the list."""
        for call in source.calls:
            tail = snake(call.callee.rsplit(".", 1)[-1])
            if not FILTERS.search(tail) or len(call.arguments.items) < 2:
                continue
            given = [snake(t) for item in call.arguments.items for t in _names(item, DEPTH)]
            listed = [g for g in given if LISTED.search(g)]
            if listed and any(TOOLS.search(g) and g not in listed for g in (tail, *given)) and self._is_own(source, call):
                yield call.line

    def _is_own(self, source: Source, call: Call) -> bool:
        """Whether a function of that name compares or searches something, here or in a file that is used here."""
        tail = call.callee.rsplit(".", 1)[-1]
        files = (p for p in (source.path, *self.asking.graph.touches(source.path)) if tail in (self.project.text(p) or ""))
        sources = (s for p in files if self.project.is_own(p) and (s := self.project.source(p)))
        return any(f.name == tail and f.end_line > f.line for s in sources for f in s.functions)

    def _is_used(self, source: Source, name: str) -> bool:
        """Whether something calls the function, or takes it from its file."""
        if any(c.callee.rsplit(".", 1)[-1] == name for c in source.calls):
            return True
        users = (u for u in self.asking.graph.used.get(source.path, ()) if self.project.is_application(u))
        return any(name in (self.project.text(u) or "") for u in users)


def _names(value: Value, depth: int) -> Iterator[str]:
    yield value.text
    for item in value.items if depth else ():
        yield from _names(item, depth - 1)
