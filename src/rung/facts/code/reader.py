"""The walk over a syntax tree that all languages share.

A language gives a `Grammar`: which kinds of syntax nodes it wants, how to tell the `Value` of one, and what to record on
meeting one. `read` then fills a `Source`.
"""

from __future__ import annotations

import gc
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Any

from rung.facts.code.source import (
    Assignment,
    Call,
    Class,
    Comparison,
    EnvironmentRead,
    Function,
    Loop,
    Source,
    Text,
    Value,
)
from rung.facts.code.tree import Node, affordable, build, release, wanted, without_dense_lines, without_open_comments
from rung.regex import regex

CUT = 200
_LONGEST_NAME = 2_000
_DEEPEST = 200

_PLAIN = regex(r"[\w$@.]+\Z")
_WORD = regex(r"[\w$@]+")
_NOISE = regex(r"<[^()]*>|^\s*(?:new|await)\s+", re.DOTALL)
_C_COMMENT = regex(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
HASH_COMMENT = regex(r"#[^\n]*")
_SPACE = regex(r"\s+")

ValueOf = Callable[["Reader", Node], Value]
Record = Callable[["Reader", Node], None]


@dataclass(frozen=True)
class Grammar:
    """One language: `parser` is the name of its syntax, `language` that of `Source`.

    calls: kinds whose first child is the callee, up to a child of one of the kinds `arguments`
    members: kinds whose text is a dotted name, up to calls and subscripts inside
    wrappers: kinds that say what their first child says
    structure: kinds that the functions of values and records look at, without a value of their own
    skipped: kinds that are left out with all that stands in them (types)
    inside: kinds that are wanted only right below some parents (identifiers would be most of a tree)
    outside: kinds that are not wanted right below some parents (`a.b` in `a.b.c`, docstrings)
    comment: what a comment looks like
    sigil: what stands before every variable and is no part of its name
    prepare: makes the text easier to parse without moving anything
    dead: from the text and the root of the syntax tree to the spans that can never run
    """

    language: str
    parser: str
    values: Mapping[str, ValueOf]
    records: Mapping[str, Record]
    calls: frozenset[str]
    arguments: frozenset[str]
    members: frozenset[str]
    names: frozenset[str]
    wrappers: frozenset[str] = frozenset()
    subscripts: frozenset[str] = frozenset()
    structure: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()
    inside: Mapping[str, Iterable[str]] = field(default_factory=dict)
    outside: Mapping[str, Iterable[str]] = field(default_factory=dict)
    comment: re.Pattern[str] = _C_COMMENT
    sigil: str = ""
    prepare: Callable[[str], str] | None = None
    dead: Callable[[str, Any], list[tuple[int, int]]] | None = None
    rule: dict[str, Any] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        kinds = {*self.values, *self.records, *self.calls, *self.arguments, *self.members, *self.names, *self.wrappers}
        kinds |= self.subscripts | self.structure | self.skipped
        self.rule.update(wanted(kinds, self.inside, self.outside))


class Reader:
    """Reads one file: holds its text and nodes, and the `Source` that is being filled."""

    def __init__(self, source: Source, grammar: Grammar, text: str, line_numbers: Sequence[int] | None = None) -> None:
        self.source = source
        self.grammar = grammar
        self.text = without_dense_lines(text if grammar.comment is not _C_COMMENT else without_open_comments(text))
        self.imported: dict[str, str] = {}
        """Local name -> dotted name of what it was imported as, where the language's reader keeps it."""
        self._line_numbers = line_numbers
        self._nodes: list[Node] = []
        self._heredocs: dict[int, Node] | None = None

    def run(self) -> Source:
        """Parse the text, walk over it and return the filled source."""
        self._nodes = self._parse()
        try:
            self._walk()
        except RecursionError:
            self.source = Source(self.source.path, self.source.language)
            self._settle()
            self._walk()
        release(self._nodes)
        return self.source

    def _parse(self) -> list[Node]:
        grammar = self.grammar
        root, found = self._search()
        text = affordable(self.text, len(found))
        if text is not self.text:
            self.text = text
            root, found = self._search()
        dead = grammar.dead(self.text, root) if grammar.dead is not None else []
        return build(found, grammar.skipped, dead, self.text, self._line_numbers)

    def _search(self) -> tuple[Any, list[Any]]:
        """The root of the syntax tree, and its wanted nodes."""
        from ast_grep_py import SgRoot

        prepare = self.grammar.prepare
        root = SgRoot(prepare(self.text) if prepare is not None else self.text, self.grammar.parser).root()
        return root, root.find_all(self.grammar.rule)  # type: ignore[call-overload]

    def _walk(self) -> None:
        handlers = self.grammar.records
        for node in self._nodes:
            parent = node.parent
            if parent is not None:
                node.scope = node.inner = parent.inner
            handler = handlers.get(node.kind)
            if handler is not None:
                handler(self, node)

    def _settle(self) -> None:
        """Work out names and values from the innermost outward, for trees too deep for recursion."""
        depth: dict[int, int] = {}
        for node in self._nodes:
            depth[id(node)] = depth[id(node.parent)] + 1 if node.parent is not None else 0
        for node in reversed(self._nodes):
            self.dotted(node)
            value = self.value(node)
            if depth[id(node)] > _DEEPEST and value.items:
                node.value = Value(value.kind, value.text, value.line)

    # Places and text

    @cached_property
    def _starts(self) -> list[int]:
        """Where each line of the text starts, and where one more would."""
        return list(accumulate((len(line) + 1 for line in self.text.split("\n")), initial=0))

    def line(self, position: int) -> int:
        """The 1-based line of a position in the text."""
        line = bisect_right(self._starts, position)
        if self._line_numbers is None:
            return line
        return self._line_numbers[min(line, len(self._line_numbers)) - 1]

    def last_line(self, node: Node) -> int:
        """The line that a node ends in."""
        last = node.end - 1
        return node.line if self.text.find("\n", node.start, last) < 0 else self.line(last)

    def column(self, position: int) -> int:
        """The 1-based column of a position in the text."""
        return position - self.text.rfind("\n", 0, position)

    def span(self, start: int, end: int) -> str:
        """A stretch of the source text on one line, cut to 200 characters."""
        return _SPACE.sub(" ", self.text[start : min(end, start + CUT)]).strip()

    def text_of(self, node: Node) -> str:
        """The source text of a node."""
        return self.text[node.start : node.end]

    def child_at(self, node: Node, place: Any) -> Node | None:
        """The wanted node below `node` that stands for a syntax node, or for what that wraps."""
        if place is None:
            return None
        span = place.range()
        start, end = span.start.index, span.end.index
        return next((child for child in node.children if start <= child.start < end), None)

    # Names

    def words(self, start: int, end: int) -> str:
        """A stretch of source text as a dotted name: its words, without comments, type arguments and `new`."""
        text = self.text[start : min(end, start + _LONGEST_NAME)].replace(self.grammar.sigil, "")
        if _PLAIN.match(text):
            return text
        return ".".join(_WORD.findall(_NOISE.sub(" ", self.grammar.comment.sub(" ", text))))

    def dotted(self, node: Node) -> str:
        """The dotted name of a node, with calls and subscripts inside the chain dropped; empty where it has none."""
        if node.name is None:
            node.name = self._dotted(node)
        return node.name

    def _dotted(self, node: Node) -> str:
        grammar = self.grammar
        kind = node.kind
        if kind in grammar.names:
            return self.words(node.start, node.end)
        if kind in grammar.calls:
            return self.callee(node)
        if kind in grammar.members:
            return self.chain(node, node.end)
        if kind in grammar.subscripts:
            return self._subscripted(node)
        if kind in grammar.wrappers:
            return self.dotted(node.children[0]) if node.children else self.words(node.start, node.end)
        return ""

    def _subscripted(self, node: Node) -> str:
        first = node.children[0] if node.children else None
        bracket = self.text.find("[", first.end if first is not None and first.start == node.start else node.start, node.end)
        base = self.chain(node, bracket if bracket >= 0 else node.end)
        key = self.value(node.children[-1]) if first is not None and node.children[-1].start > bracket >= 0 else None
        return f"{base}.{key.text}" if key is not None and key.kind == "string" and key.text else base

    def chain(self, node: Node, end: int) -> str:
        """The dotted name that begins with a node and goes on to a position inside it."""
        first = node.children[0] if node.children else None
        if first is None or first.end > end or (first.kind in self.grammar.arguments and first.start > node.start):
            return self.words(node.start, end)
        rest = self.words(first.end, end) if first.end < end else ""
        base = self.dotted(first)
        if not rest:
            return base
        return f"{base}.{rest.lstrip('.')}"[:_LONGEST_NAME]

    def callee(self, node: Node) -> str:
        """The dotted callee of a call."""
        arguments = self.arguments(node)
        return self.chain(node, arguments.start if arguments is not None else node.end)

    def arguments(self, node: Node) -> Node | None:
        """The argument list of a call."""
        kinds = self.grammar.arguments
        for child in node.children:
            if child.kind in kinds:
                return child
        return None

    def heredoc_body(self, beginning: Node) -> Node | None:
        """The text that belongs to the beginning of a heredoc: they follow each other in the same order."""
        if self._heredocs is None:
            beginnings = [node for node in self._nodes if node.kind == "heredoc_beginning"]
            bodies = [node for node in self._nodes if node.kind == "heredoc_body"]
            self._heredocs = {node.start: body for node, body in zip(beginnings, bodies, strict=False)}
        return self._heredocs.get(beginning.start)

    # Values

    def value(self, node: Node) -> Value:
        """What a node says as an expression."""
        value = node.value
        if value is None:
            handler = self.grammar.values.get(node.kind)
            value = node.value = handler(self, node) if handler is not None else self.other(node)
        return value

    def other(self, node: Node) -> Value:
        """An expression of which only the source text can be told."""
        return Value("other", self.span(node.start, node.end), node.line)

    def missing(self, node: Node) -> Value:
        """The value of a name that gets none."""
        return Value("other", "", node.line)

    # Records

    def add_call(self, node: Node, callee: str, arguments: Value) -> None:
        """Record a call."""
        line = arguments.line or node.line
        self.source.calls.append(Call(callee, line, self.column(node.start), self.last_line(node), arguments, node.scope[0]))

    def add_function(
        self,
        node: Node,
        name: str,
        parameters: Sequence[str] = (),
        decorators: Sequence[str] = (),
        owner: str | None = None,
        start: int | None = None,
    ) -> None:
        """Record a function, which `start`s behind its annotations; what stands inside `node` belongs to it from now on."""
        outer, class_name = node.scope
        owner = class_name if owner is None else owner
        functions = self.source.functions
        line = node.line if start is None else self.line(start)
        functions.append(Function(name, line, self.last_line(node), tuple(parameters), tuple(decorators), owner, outer))
        node.inner = (len(functions) - 1, "")

    def add_class(self, node: Node, name: str, bases: Sequence[str] = (), decorators: Sequence[str] = (), start: int | None = None) -> None:
        """Record a class, which `start`s behind its annotations; what stands directly inside `node` is its own from now on."""
        bases = tuple(base for base in bases if base)
        line = node.line if start is None else self.line(start)
        self.source.classes.append(Class(name, line, self.last_line(node), bases, tuple(decorators)))
        node.inner = (node.scope[0], name)

    def add_assignment(self, node: Node, name: str, value: Value, annotation: str = "", scope: tuple[int, str] | None = None) -> None:
        """Record that a name gets a value."""
        function, owner = node.scope if scope is None else scope
        if name:
            self.source.assignments.append(Assignment(name, value, node.line, owner, function, annotation))

    def add_text(self, node: Node) -> None:
        """Record a string literal or template."""
        value = self.value(node)
        if value.kind in ("string", "template"):
            self.source.texts.append(Text(value.text, value.line, self.last_line(node), node.scope[0], value.kind == "template"))

    def add_comparison(self, node: Node, operator: str, left: tuple[int, int], right: tuple[int, int]) -> None:
        """Record a comparison of two stretches of text."""
        line = node.line
        self.source.comparisons.append(Comparison(operator, self.span(*left), self.span(*right), line, node.scope[0]))

    def add_loop(self, node: Node, start: int, end: int) -> None:
        """Record a loop over a stretch of text."""
        self.source.loops.append(Loop(self.span(start, end), node.line, self.last_line(node), node.scope[0]))

    def add_environment(self, node: Node, name: Value, default: Value | None) -> None:
        """Record a read of an environment variable whose name is a literal."""
        if name.kind == "string" and name.text:
            self.add_variable(node, name.text, default)

    def add_variable(self, node: Node, name: str, default: Value | None) -> None:
        """Record a read of the environment variable of this name."""
        text = default.text if default is not None and default.kind in ("string", "number", "boolean") else None
        self.source.environment.append(EnvironmentRead(name, text, node.line, node.scope[0]))


def read(grammar: Grammar, path: str, text: str, line_numbers: Sequence[int] | None = None) -> Source:
    """The source of a file. `line_numbers` gives each line of `text` its number in the file where the two differ."""
    collecting = gc.isenabled()
    gc.disable()  # the nodes go when they are released; looking for cycles among them takes a quarter of the time
    try:
        return Reader(Source(path, grammar.language), grammar, text, line_numbers).run()
    finally:
        if collecting:
            gc.enable()
