"""Tests of functions whose result the application hands to its model as the prompt, whatever these and their files are called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from rung.facts.code.source import Call, Source, Value
from rung.link.asking import COMMON, Asking
from rung.link.checks import assertions
from rung.link.declared_tests import test_units
from rung.link.project import Project
from rung.regex import regex

# Under which keys a call that asks a model is handed what the model reads.
READ = frozenset(
    [
        *(
            "messages",
            "prompt",
            "prompts",
            "system",
            "system_prompt",
            "systemPrompt",
            "instructions",
            "input",
            "contents",
            "user",
            "user_prompt",
        ),
        *("system_instruction", "systemInstruction", "content", "text", "parts", "Messages", "Prompt", "System", "Content"),
    ]
)
LONG = 40
# A line whose text tells a person what is wrong, and no model anything.
WARNS = regex(r"\b(?:raise|throw|panic!?|abort)\b|(?:Error|Exception)f?\(|\b(?:log|logger|logging|console|warnings?)\.")
DEEPEST = 4
CONTENT = regex(r"""["'`][^"'`]{0,60}[^\W\d_]{3}|snapshot|golden|expected""", re.IGNORECASE)
# What an assertion on a prompt's form names: keys, and the roles of messages.
KEYS = regex(r"""\[\s?["'][\w-]{1,40}["']\s?\]|["'](?:system|user|assistant|developer|tool|role|content)["']""")
FORMAL = regex(r"is not None|isinstance|NotNull|toBeDefined|raises?\b|Throws|\blen\(|toHaveLength|NotEmpty|toHaveBeenCalled|called_with")


class HandedPrompts:
    """Finds the functions that give prompts, and what is asserted of them."""

    def __init__(self, project: Project, asking: Asking) -> None:
        self.project, self.asking, self.graph = project, asking, asking.graph

    def line(self, path: str) -> int:
        """The line of a test's assertion on what such a function gives; 0 where there is none."""
        near = sorted(self.graph.glanced(path) & self._givers.keys())
        source = self.project.source(path) if near else None
        if source is None:
            return 0
        names = {n for target in near for n in self._givers[target]}
        return next((line for unit in test_units(source) if (line := _looked_at(source, unit.functions, names))), 0)

    @cached_property
    def _givers(self) -> Mapping[str, frozenset[str]]:
        """Functions by their files that hold the words of a prompt, or name a constant that does, and are called for a model's call."""
        found: dict[str, set[str]] = {}
        for path in self.project.code:
            source = self.project.source(path) if self.project.is_application(path) and self.asking.direct(path) else None
            if source is None:
                continue
            called = {n for c in self.asking.direct(path) for n in _called(source, c)} - COMMON
            for target in (path, *self.graph.touches(path)) if called else ():
                if names := called & self._speaking(target):
                    found.setdefault(target, set()).update(names)
        return {path: frozenset(names) for path, names in found.items()}

    def _speaking(self, path: str) -> set[str]:
        source = self.project.source(path) if self.project.is_application(path) else None
        if source is None:
            return set()
        speaking = {
            t.function for t in source.texts if not WARNS.search(source.lines[t.line - 1]) and len(t.value) >= LONG and " " in t.value
        }
        constants = {a.name for a in source.assignments if a.function < 0 and len(a.value.text) >= LONG and " " in a.value.text}
        asks = self.asking.names(path)
        return {
            f.name
            for index, f in enumerate(source.functions)
            if f.name and f.name not in asks and (index in speaking or _names(source, f.line, f.end_line, constants))
        }


def _names(source: Source, first: int, last: int, constants: set[str]) -> bool:
    return not constants.isdisjoint(re.findall(r"\w+", "\n".join(source.lines[first - 1 : last])))


def _called(source: Source, call: Call) -> Iterator[str]:
    """Names of the functions whose results a call is handed to read, at once or by a variable of the same function."""
    for value in _read(call.arguments, DEEPEST):
        if value.kind == "call":
            yield value.text.rsplit(".", 1)[-1]
        given = (
            (a.value for a in source.assignments if a.function == call.function and a.name == value.text) if value.kind == "name" else ()
        )
        yield from (v.text.rsplit(".", 1)[-1] for v in given if v.kind == "call")


def _read(value: Value, deep: int) -> Iterator[Value]:
    for key, item in zip(value.keys or ("",) * len(value.items), value.items, strict=False):
        if key in READ:
            yield item
        if deep and (key in READ or item.kind in ("mapping", "list")):
            yield from _read(item, deep - 1)
            yield from (i for i in item.items if item.kind == "list")


def _looked_at(source: Source, functions: frozenset[int], names: set[str]) -> int:
    held = {
        part.strip()
        for a in source.assignments
        if a.function in functions and a.value.kind == "call" and a.value.text.rsplit(".", 1)[-1] in names
        for part in a.name.split(",")
    }
    wanted = re.compile(r"\b(?:" + "|".join(sorted(re.escape(n) for n in (held | names) - {"", "_"})) + r")\b")
    for call in assertions(source, functions):
        text = " ".join(source.lines[call.line - 1 : call.end_line])
        if wanted.search(text) and CONTENT.search(KEYS.sub(" ", text)) and not FORMAL.search(text):
            return call.line
    return 0
