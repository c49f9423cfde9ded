"""Checks between the model and an action: code that refuses a query, command or tool call which its lists or rules don't allow."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property

from rung.facts.code.source import Call, Function, Source, Text, Value
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.entities import snake
from rung.link.offered_tools import OfferedTools
from rung.link.project import Project
from rung.regex import regex

# How many lines a refusal may stand after the condition that it belongs to.
MEMBERSHIP = ("in", "not in", "==", "!=", "===", "!==")
NUMBER = regex(r"^-?\d|^(?:nil|null|None|undefined)$")
AFTER, NEAR, AT_ONCE, LONGEST, SHORTEST = 12, 5, 2, 200, 3
LEAVES = regex(r"\b(?:return|yield|continue|interrupt)\b")
TOOL_FILE = regex(r"(?:^|[/_.-])(?:tools?|toolsets?|mcp|plugins?|agents?)(?:[/_.-]|$)", re.IGNORECASE)
PATH = regex(r"(?:^|[_.\s])(?:file_?)?paths?(?:[_.\s]|$)")
ERRORS = regex(
    r"(?:Error|Exception|Violation|Denied|Blocked|Refused|Refusal|Rejected|Rejection|Forbidden|Disallowed|NotAllowed|NotPermitted|Unsafe\w{0,12})$|(?:^|\.)(?:errors\.New|Errorf|bail|anyhow|panic|abort|error)!?$"
)
TESTS = regex(
    r"(?:^|\.)(?:startswith|startsWith|StartsWith|starts_with|start_with\?|HasPrefix|search|match|fullmatch|matches|test|includes|some|any|Any|contains|"
    r"Contains|has|find|MatchString|IsMatch|is_match|findall|every|all|isdisjoint|intersection|indexOf|Index)$"
)


# What a comparison says that lets only queries pass which read.
SELECT = regex(r"(?i)(?:^|\s)[\"'`](?:select|selectstatement|select_stmt)[\"'`]|\bexp\.Select\b|\bsqlparser\.Select\b")


# What a call is handed that a model wants done.
HANDED = regex(
    r"sql|command|cmd|statement|tool|function\??\.(?:name|arguments)|\b(?:call|block|part|item)\.(?:name|arguments|args|input)$",
    re.IGNORECASE,
)
# A condition that something is not so.
DENIED = regex(r"\bnot\b|!\s?[\w(]|\bunless\b|[=!]==?\s?(?:false|False)\b")
# A condition that asks a table whether it holds something.
HELD = regex(r"^\s{0,80}(?:\}\s{0,4}else\s{1,4})?(?:if|unless)\b[^\n]{0,60}?((?:[\w$]{1,60}\.){0,4}[\w$]{1,60}\[[\w.]{1,60}\])")


class Reach:
    """The files that stand around a model: those that lead to it, and those that these use, such as the modules of its tools."""

    def __init__(self, project: Project, asking: Asking) -> None:
        self.project, self.asking = project, asking

    @cached_property
    def files(self) -> frozenset[str]:
        """Application files that lead to a model or are used by one that does, in two steps at most."""
        graph = self.asking.graph
        found = {p for p in {*graph.near, *graph.leading} if self.project.is_application(p)}
        wave = set(found)
        for _ in range(2):
            wave = {t for p in sorted(wave) for t in graph.glanced(p) if self.project.is_application(t)} - found
            found |= wave
        packages = {posixpath.dirname(p) for p in found if p.endswith(".go")}
        found |= {p for p in self.project.code if p.endswith(".go") and posixpath.dirname(p) in packages and self.project.is_application(p)}
        return frozenset(found)


class Gates:
    """Facts of kind `safety-measure` for allow-lists and deny-lists that what a model wrote must pass."""

    def __init__(self, project: Project, asking: Asking, reach: Reach) -> None:
        self.project, self.asking, self.reach = project, asking, reach
        self.offered = OfferedTools(project, asking)
        words = project.vocabulary["gates"]
        self.refusals = regex(words["refusals"], re.IGNORECASE)
        self.plain_refusals = regex(words["plain_refusals"], re.IGNORECASE)
        self.no_refusals = regex(words["no_refusals"], re.IGNORECASE)
        self.lists = regex(words["lists"])
        self.bare_lists = regex(words["bare_lists"])
        self.leave_lists = regex(words["leave_lists"])
        self.no_lists = regex(words["no_lists"])
        self.subjects = regex(words["subjects"])
        self.checks = regex(words["checks"])
        self.policies, self.tool_marks = regex(words["policies"]), regex(words["tool_marks"])
        self.tool_classes, self.tool_methods = regex(words["tool_classes"]), regex(words["tool_methods"])
        self.made_here = regex(words["made_here"])
        self.changes = regex(words["changes"])
        self.acts = regex(words["acts"])
        self.actions = regex(project.vocabulary["approvals"]["actions"])

    def facts(self) -> Iterator[Fact]:
        """One measure a file."""
        glance = self.asking.uses.glance
        for path in sorted(self.reach.files):
            if not glance.holds(path, "gate"):
                continue
            source = self.project.source(path)
            line, name = self._gate(source) if source else (0, "")
            if source and not line:
                line, name = self.offered.place(source)
            if line:
                yield self.project.fact("safety-measure", path, line, measure="approval", sides=["action"], tool="", function=name)

    def _gate(self, source: Source) -> tuple[int, str]:
        """The line of a check before an action with the name of its function; 0 when there is none."""
        conditions = self._conditions(source)
        for index, function in enumerate(source.functions):
            line = self._refuses(source, index, conditions.get(index, ()))
            if line and (
                self._acts_after(source, index, line) or self._is_in_use(source, function) or self._changes_after(source, index, line)
            ):
                return line, function.name
        return 0, ""

    def _conditions(self, source: Source) -> dict[int, list[tuple[int, bool]]]:
        """For each function the lines of its conditions, and whether a condition names a list of what is allowed or not, or a check."""
        found: dict[int, list[tuple[int, bool]]] = defaultdict(list)
        for c in source.comparisons:
            looks = c.operator in MEMBERSHIP and not NUMBER.search(c.right)
            told = f"{c.left} {c.right}"
            listed = looks and (SELECT.search(told) is not None or self._is_listed(source, c.function, told))
            found[c.function].append((c.line, listed))
        for loop in source.loops:
            found[loop.function].append((loop.line, self._is_listed(source, loop.function, loop.iterable)))
        for call in source.calls:
            listed = self._is_check(source, call) or self._is_policy(source, call)
            if listed or TESTS.search(call.callee) or call.callee == "isinstance":
                told = " ".join((call.callee, *_texts(call.arguments, 1)))
                found[call.function].append(
                    (
                        call.line,
                        listed or _is_select(call) or SELECT.search(told) is not None or self._is_listed(source, call.function, told),
                    )
                )
        for number, row in enumerate(source.lines, 1):
            if (match := HELD.search(row)) and self._is_listed(source, inside := _innermost(source, number), match[1]):
                found[inside].append((number, True))
        own = {index: tuple(hits) for index, hits in found.items()}
        for index in [i for i in own if i >= 0]:
            around = source.functions[index].parent
            if around in own:
                found[around] += own[index]
        return {index: sorted(set(hits)) for index, hits in found.items()}

    def _is_listed(self, source: Source, index: int, told: str) -> bool:
        """Whether a condition looks at a list of what is allowed or forbidden, and at a query, a command or a tool's name."""
        names = snake(told)
        if self.leave_lists.search(names):
            return True
        if self.no_lists.search(names) or not (self.lists.search(names) or self.bare_lists.search(names)):
            return False
        function = source.functions[index] if index >= 0 else None
        around = " ".join((function.name, function.owner, *function.parameters)) if function else ""
        return bool(self.subjects.search(names) or self.subjects.search(snake(around).replace("_", " ")))

    def _is_check(self, source: Source, call: Call) -> bool:
        """Whether a call is of a function of the repository's own that is named after such a check and looks at what it gets."""
        tail = call.callee.rsplit(".", 1)[-1]
        if not self.checks.search(snake(tail)):
            return False
        told = snake(" ".join((call.callee, *_texts(call.arguments, 1))))
        if not self._is_subject(source, told) or self.no_lists.search(snake(call.callee)):
            return False
        for path in (source.path, *self.asking.graph.touches(source.path)):
            other = self.project.source(path) if self.project.is_own(path) else None
            for index, function in enumerate(other.functions if other else ()):
                if other and function.name == tail and self._looks(other, index):
                    return True
        return False

    def _is_policy(self, source: Source, call: Call) -> bool:
        """Whether a model's tool asks a policy of the repository's own whether it may do what it was called for."""
        made = bool(self.made_here.search(snake(call.callee))) and bool(DENIED.search(source.lines[call.line - 1]))
        if not (made or self.policies.search(snake(call.callee))) or not self._is_tool(source, call.function):
            return False
        tail = call.callee.rsplit(".", 1)[-1]
        for path in (source.path, *self.asking.graph.touches(source.path)):
            other = self.project.source(path) if tail in (self.project.text(path) or "") and self.project.is_own(path) else None
            if other and any(f.name == tail and self._looks(other, i) for i, f in enumerate(other.functions)):
                return True
        return False

    def _is_tool(self, source: Source, index: int) -> bool:
        """Whether a function, or one around it, is offered to a model as a tool."""
        while index >= 0:
            function = source.functions[index]
            if any(self.tool_marks.search(d) for d in function.decorators) or self._is_tools_method(source, function):
                return True
            if any(self.tool_marks.search(c.callee) and c.line <= function.line and function.end_line <= c.end_line for c in source.calls):
                return True
            index = function.parent
        return False

    def _is_tools_method(self, source: Source, function: Function) -> bool:
        """Whether a function is the method of a tool's class that does what the model wants."""
        if not function.owner or not self.tool_methods.search(function.name):
            return False
        bases = (b for c in source.classes if c.name == function.owner for b in c.bases)
        return any(self.tool_classes.search(b.rsplit(".", 1)[-1]) for b in bases)

    def _changes_after(self, source: Source, index: int, line: int) -> bool:
        """Whether a model's tool goes on to change something after a line."""
        inside = (c for c in source.calls if line <= c.line <= source.functions[index].end_line and self.changes.search(snake(c.callee)))
        return self._is_tool(source, index) and any(
            v.kind not in ("string", "number", "boolean", "null") for c in inside for v in c.arguments.items
        )

    def _is_subject(self, source: Source, told: str) -> bool:
        """Whether a check looks at a query, a command or a tool's name; in the modules of tools, at a path too."""
        return bool(self.subjects.search(told)) or bool(TOOL_FILE.search(source.path) and PATH.search(told))

    @staticmethod
    def _looks(source: Source, index: int) -> bool:
        """Whether a function compares, searches or calls something."""
        return any(c.function == index for c in source.comparisons) or any(
            c.function == index or (c.function >= 0 and source.functions[c.function].parent == index) for c in source.calls
        )

    def _refuses(self, source: Source, index: int, conditions: Sequence[tuple[int, bool]]) -> int:
        """The line of a condition in a function after which it refuses; 0 when there is none."""
        function = source.functions[index]
        if not conditions:
            return 0
        inside = [t for t in source.texts if t.function == index and len(t.value) < LONGEST and not self.no_refusals.search(t.value)]
        raised = [c.line for c in source.calls if c.function == index and ERRORS.search(c.callee)]
        for line, listed in conditions:
            after = [t for t in inside if line <= t.line <= line + AFTER]
            if any(self.refusals.search(t.value) for t in after) or any(map(self.refusals.search, _rows(after))):
                return line
            near = [t for t in after if t.line <= line + NEAR]
            if listed and (any(self.plain_refusals.search(t.value) for t in near) or any(line <= r <= line + NEAR for r in raised)):
                return line
            if listed and self.checks.search(snake(function.name)):
                return line
            if listed and self.leave_lists.search(snake(source.lines[line - 1])) and _leaves(source, line, function.end_line):
                return line  # what needs leave is given back to be asked for
        return 0

    def _acts_after(self, source: Source, index: int, line: int) -> bool:
        """Whether a function or one inside it acts after a line, on something that is no literal."""
        function = source.functions[index]
        return any(
            line <= c.line <= function.end_line
            and (self.acts.search(c.callee) or self.actions.search(c.callee))
            and not ERRORS.search(c.callee)
            and any(v.kind not in ("string", "number", "boolean", "null") for v in c.arguments.items)
            for c in source.calls
        )

    def _is_in_use(self, source: Source, function: Function) -> bool:
        """Whether a function that refuses is called or handed on by code around the model, which then acts."""
        name = function.name
        if len(name) < SHORTEST or function.parent >= 0:
            return False
        users = [u for u in self.asking.graph.used.get(source.path, ()) if u in self.reach.files and name in (self.project.text(u) or "")]
        for path in (source.path, *users):
            other = self.project.source(path)
            for call in other.calls if other else ():
                if call.callee.rsplit(".", 1)[-1] == name and other and (self._acts_later(other, call) or _is_guard_call(call)):
                    return True
                if any(v.kind == "name" and v.text.rsplit(".", 1)[-1] == name for v in call.arguments.items):
                    return True
        return False

    def _acts_later(self, source: Source, call: Call) -> bool:
        """Whether the function of a call acts after it."""
        if call.function < 0:
            return False
        outer = call.function
        while source.functions[outer].parent >= 0:
            outer = source.functions[outer].parent
        return self._acts_after(source, outer, call.line)


def _leaves(source: Source, line: int, last: int) -> bool:
    """Whether a condition on a line leaves the function, or goes on to the next round."""
    return any(LEAVES.search(source.lines[n - 1]) for n in range(line, min(line + AT_ONCE, last) + 1))


def _innermost(source: Source, line: int) -> int:
    """The function around a line that begins last; -1 for none."""
    inside = [i for i, f in enumerate(source.functions) if f.line <= line <= f.end_line]
    return max(inside, key=lambda i: source.functions[i].line, default=-1)


def _rows(texts: Sequence[Text]) -> Iterator[str]:
    """What the texts of each line say that are put together there with names between them."""
    lines: dict[int, list[str]] = defaultdict(list)
    for text in texts:
        lines[text.line].append(text.value)
    return (" x ".join(parts) for parts in lines.values() if len(parts) > 1)


def _is_guard_call(call: Call) -> bool:
    """A call with the query or command itself."""
    return any(v.kind == "name" and HANDED.search(v.text) for v in call.arguments.items)


def _is_select(call: Call) -> bool:
    """Whether a call looks for the word with which a query begins that only reads."""
    return any(
        re.fullmatch(r"\W*(?:select|with)\W*\w?", v.text, re.IGNORECASE) for v in call.arguments.items if v.kind in ("string", "other")
    )


def _texts(value: Value, depth: int) -> Iterator[str]:
    """The names and texts in an expression."""
    for item in value.items:
        yield item.text
        if depth:
            yield from _texts(item, depth - 1)
