"""Models that are handed to another program, one that asks models itself, by its command line's option."""

from __future__ import annotations

from collections.abc import Iterator

from rung.facts.code.source import Source, Value

FLAG = "--model"


def options(source: Source, agents: frozenset[str]) -> Iterator[tuple[Value, Value]]:
    """The options `--model` of a file that names one of these programs, each with the value behind it."""
    if not any(t.value in agents for t in source.texts):
        return
    given = [call.arguments for call in source.calls] + [assignment.value for assignment in source.assignments]
    for value in (v for held in given for v in (held, *held.items) if v.kind in ("list", "call")):
        for flag, model in zip(value.items, value.items[1:], strict=False):
            if flag.kind == "string" and flag.text == FLAG:
                yield flag, model
