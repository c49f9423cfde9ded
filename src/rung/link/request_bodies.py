"""What a request to a model is made of, however deep it stands: options of a call, a body that is put together first, a text of JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import NamedTuple

from rung.facts.code.source import Call, Source, Value
from rung.regex import regex

DEEP = 5
PUTS = regex(r"(?:^|\.)(?:put|set|add|with|merge|Add|Set|addProperty|append)$")
PAIRED = regex(r"^(?:Map\.of|ImmutableMap\.of|Map\.ofEntries|mapOf|mutableMapOf|hashMapOf|Map\.entry|Pair)$")
PAIR = regex(r"""(?<![\w$])["':]?([A-Za-z_]\w{2,30})["']?[ \t]*(?::|=>)[ \t]*(-?\d[\d.]*|\[|\w)""")
JSON_KEY = regex(r"""["']([A-Za-z_]\w{2,30})["']\s{0,4}:\s{0,4}(-?\d|\[\s{0,40}\{|\{)""")
COMMENT = regex(r"(?<!\S)#(?!\{).*")
AROUND = 8
# What stands below these is a description of data or a part of the conversation, and sets nothing.
DESCRIBES = frozenset(
    {
        *("tools", "functions", "properties", "messages", "schema", "responseSchema", "response_schema", "response_format"),
        *("responseFormat", "input_schema", "inputSchema", "outputSchema", "examples", "metadata"),
    }
)
# Stands among the keys around whatever a call is given that asks a model.
ASKED = "(asked)"


class Given(NamedTuple):
    """A part of something that is handed to a model: its key, its value, the keys around it (its own level and those above), its line."""

    key: str
    value: Value
    around: frozenset[str]
    line: int


def parts(source: Source, direct: frozenset[int], wanted: frozenset[str]) -> Iterator[Given]:
    """Parts of calls and assignments by these keys, with the keys that stand around them. `direct`: ids of the calls that ask a model."""
    yield from (given for given in _parts(source, direct, wanted) if given.key in wanted)


def _parts(source: Source, direct: frozenset[int], wanted: frozenset[str]) -> Iterator[Given]:
    # `{ model, temperature, messages }`: what a name holds that stands for key and value, unless it is only handed through
    short = frozenset(a.name for a in source.assignments) if source.language == "javascript" else frozenset()
    for call in source.calls:
        above = frozenset({ASKED}) if id(call) in direct else frozenset()
        yield from _inside(call.arguments, above, call.line, short)
        if call.arguments.items and call.arguments.items[0].text in wanted:
            yield from _put(source, call)
    for assignment in source.assignments:
        if assignment.value.kind in ("mapping", "list"):
            yield from _inside(assignment.value, frozenset({assignment.name.rsplit(".", 1)[-1]}), assignment.line, short)
    for text in source.texts:
        if len(text.value) < 20_000 and "{" in text.value and '"' in text.value:
            keys = list(JSON_KEY.finditer(text.value))
            around = frozenset(re.findall(r'"([A-Za-z_]\w{2,30})"\s{0,4}:', text.value)) if keys else frozenset()
            for found in keys:
                kind = "number" if found[2][0] not in "[{" else "list"
                yield Given(found[1], Value(kind, found[2], items=(Value("other"),)), around, text.line)
    if source.language == "ruby":
        yield from _ruby(source)


def _inside(value: Value, above: frozenset[str], line: int, short: frozenset[str], depth: int = 0) -> Iterator[Given]:
    if depth > DEEP:
        return
    line = value.line or line
    pairs = list(_pairs(value))
    keys = above | {k for k, _ in pairs}
    for key, item in pairs:
        if item.text != key or item.kind != "name" or key in short:  # some grammars give a member's own name before its value
            yield Given(key, item, keys, item.line or line)
    for name, item in zip_longest(value.keys, value.items):
        if item is not None and name not in DESCRIBES and item.kind in ("mapping", "list", "call", "choice"):
            yield from _inside(item, keys, line, short, depth + 1)


def _pairs(value: Value) -> Iterator[tuple[str, Value]]:
    """Keys and values of a mapping or of a call's keywords, or of a call that takes them in turn (`Map.of("seed", 1)`)."""
    yield from ((k, v) for k, v in zip(value.keys, value.items, strict=False) if k)
    if value.kind == "call" and PAIRED.search(value.text):
        for item in value.items:
            if item.kind == "mapping":
                yield from ((k, v) for k, v in zip(item.keys, item.items, strict=False) if k)
        for key, item in zip(value.items[::2], value.items[1::2], strict=False):
            if key.kind == "string":
                yield key.text, item


def _put(source: Source, call: Call) -> Iterator[Given]:
    """`body.put("temperature", 0.2)`: what else is put into the object in the same function stands around it."""
    items = call.arguments.items
    if len(items) != 2 or items[0].kind != "string" or not PUTS.search(call.callee):
        return
    others = (
        c for c in source.calls if c.function == call.function and PUTS.search(c.callee) and c.callee.rpartition(".")[0] == _receiver(call)
    )
    beside = frozenset(c.arguments.items[0].text for c in others if c.arguments.items and c.arguments.items[0].kind == "string")
    yield Given(items[0].text, items[1], beside, call.line)


def _receiver(call: Call) -> str:
    return call.callee.rpartition(".")[0]


def _ruby(source: Source) -> Iterator[Given]:
    """A hash that a method is called on (`{ ... }.to_json`), which no call's arguments hold."""
    for number, line in enumerate(source.lines, 1):
        if "to_json" not in line:
            continue
        first = max(0, number - AROUND) if "{" not in line.partition("to_json")[0] else number - 1
        found = [(n, m) for n in range(first, number) for m in PAIR.finditer(COMMENT.sub("", source.lines[n]))]
        keys = frozenset(m[1] for _, m in found)
        for index, match in found:
            kind = "number" if match[2][0].isdigit() or match[2][0] == "-" else "list" if match[2] == "[" else "name"
            yield Given(match[1], Value(kind, match[2], items=(Value("other"),)), keys, index + 1)
