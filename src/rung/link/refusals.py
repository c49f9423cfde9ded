"""Lists of words and topics around a model: code that holds one, looks for it in a question or an answer, and then refuses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from rung.facts.code.source import Source, Value
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.entities import snake
from rung.link.gates import TESTS
from rung.link.project import Project
from rung.link.wrappers import Wrappers
from rung.regex import regex

AFTER = 6
REFUSES = regex(r"(?:^|[\s;{(>])(?:return|raise|throw|continue|break|abort|bail!|Err\(|halt|redirect)(?:$|[\s;(!.{])")
LOOKS = regex(r"(?:^|\.)(?:anyMatch|noneMatch|containsAny|ContainsAny|ContainsFunc|match\?|include\?|any\?|none\?|[eE]xists|intersect\w*)$")
WORD = regex(r"\w{3,60}")
# What makes one list of another.
LISTED = regex(
    r"\.(?:map|Select|stream|iter|filter|Where|collect)\b|\bfor\b|\b(?:map|set|list|tuple|frozenset|array_map)\(|[cC]ompile\w*\("
    r"|RegExp\(|new Regex\(|Regexp\.union"
)
COMPARES = ("in", "not in", "==", "!=", "===", "!==")


class Refusals:
    """Tells which functions look for what a list forbids, and finds those that do so around a model themselves."""

    def __init__(self, project: Project, asking: Asking, wrappers: Wrappers) -> None:
        self.project, self.asking, self.wrappers = project, asking, wrappers
        words = project.vocabulary["safety"]
        self._known: dict[str, dict[int, list[tuple[int, str]]]] = {}
        self.bare_lists, self.bare_texts = regex(words["bare_lists"]), regex(words["bare_texts"])
        self.not_words = regex(words["not_words"])
        self.lists, self.topics = regex(words["banned_lists"]), regex(words["topic_lists"])

    def functions(self, source: Source) -> Mapping[str, str]:
        """The kind of measure by the name of each function that looks for what such a list holds."""
        looks = self._looks(source)
        asked = self._asked(source) if looks else {}
        return {source.functions[i].name: k for i, lines in looks.items() if i not in asked for _, k in lines if source.functions[i].name}

    def facts(self, source: Source) -> Iterator[Fact]:
        """Measures in functions that ask the model themselves, or stand around its client."""
        looks = self._looks(source)
        if not looks:
            return
        asked = self._asked(source)
        for index, lines in looks.items():
            for line, kind in lines if index in asked else ():
                rows = source.lines[line - 1 : min(line + AFTER, source.functions[index].end_line)]
                if any(map(REFUSES.search, rows)):
                    side = "output" if line > asked[index] else "input"
                    yield self.project.fact("safety-measure", source.path, line, measure=kind, sides=[side], tool="", function="")

    def _asked(self, source: Source) -> dict[int, int]:
        """The line at which a model is first asked, by the index of the outermost function around it."""
        asked = dict(self.wrappers.of(source))
        for call in self.asking.calls(source.path):
            if call.function >= 0:
                index = _outermost(source, call.function)
                asked[index] = min(call.line, asked.get(index, call.line))
        return asked

    def _looks(self, source: Source) -> dict[int, list[tuple[int, str]]]:
        """For each outermost function the lines at which it looks for what a list forbids, with the kind of measure."""
        if source.path not in self._known:
            self._known[source.path] = self._found(source)
        return self._known[source.path]

    def _found(self, source: Source) -> dict[int, list[tuple[int, str]]]:
        told: list[tuple[int, int, str]] = [
            (c.function, c.line, f"{c.left} {c.right}") for c in source.comparisons if c.operator in COMPARES
        ]
        told += [(loop.function, loop.line, loop.iterable) for loop in source.loops]
        told += [
            (c.function, c.line, " ".join((c.callee, *_texts(c.arguments, 1))))
            for c in source.calls
            if TESTS.search(c.callee) or LOOKS.search(c.callee)
        ]
        found: dict[int, list[tuple[int, str]]] = defaultdict(list)
        made = self._made(source)
        for function, line, text in told:
            name = snake(text)
            name = next((made[w] for w in WORD.findall(text) if w in made), name) if not self.lists.search(name) else name
            if function >= 0 and (self.lists.search(name) or self._is_of_words(source, function, line, name)):
                found[_outermost(source, function)].append((line, "guardrail" if self.topics.search(name) else "moderation"))
        return found

    def _is_of_words(self, source: Source, function: int, line: int, told: str) -> bool:
        """Whether a list that says only that it forbids is looked for in a text, there or in a function handed to what goes through it."""
        if not self.bare_lists.search(told):
            return False
        inner = [c for c in source.calls if c.line in (line, line + 1) and c.function >= function and TESTS.search(c.callee)]
        around = snake(" ".join((told, *(w for c in inner for w in (c.callee, *_texts(c.arguments, 1))))))
        return bool(self.bare_texts.search(around)) and not self.not_words.search(around.replace("_", " "))

    def _made(self, source: Source) -> dict[str, str]:
        """Names at a file's top level or of its objects that hold what is made of such a list, and the list's name in snake case."""
        found: dict[str, str] = {}
        for a in source.assignments:
            row = source.lines[a.line - 1]
            if (a.function < 0 or "." in a.name or a.owner) and LISTED.search(row) and (m := self.lists.search(snake(row))):
                found.setdefault(a.name.rsplit(".", 1)[-1], m.group())
        return found


def _outermost(source: Source, function: int) -> int:
    while source.functions[function].parent >= 0:
        function = source.functions[function].parent
    return function


def _texts(value: Value, depth: int) -> Iterator[str]:
    for item in value.items:
        if item.kind not in ("string", "template"):
            yield item.text
        if depth:
            yield from _texts(item, depth - 1)
