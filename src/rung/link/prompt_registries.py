"""Prompts that application code gets from a registry, and the version or label that it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rung.facts.code.source import Call, Source, Value
from rung.facts.fact import Fact
from rung.regex import regex

if TYPE_CHECKING:
    from rung.link.prompts import Prompts

READS = regex(r"(?:get|pull|load|fetch|render|find|retrieve|use|compile|format|read|hub|prompts?)\w*$", re.IGNORECASE)
# A prompt's address in a registry, and the alias or version behind its name: `prompts:/reply@production`, `prompts:/reply/3`.
ADDRESS = regex(r"^[a-z]+:/+(.+)$", re.DOTALL)
LABEL = regex(r"@([^@/]+)$|/(\d+|\$?\{[^/]*\})$")


def registered(prompts: Prompts, *, shared: bool) -> Iterator[Fact]:
    """Facts of kind `prompt` for what application code gets from a registry of prompts, with the version that it asks for.

    With `shared`, only what somebody published there for everybody; without it, only the others.
    """
    project, uses = prompts.project, prompts.uses
    for path in project.code:
        if not project.is_application(path):
            continue
        for use in uses.in_source(path):
            if use.fields["category"] == "prompt-registry":
                source = project.source(path)
                call = next((c for c in source.calls if c.line == use.location.line), None) if source else None
                if call is not None and not READS.search(call.callee):
                    continue
                if shared is not _is_shared(call, prompts.words["shared"]):
                    continue
                yield prompts.prompt(
                    path, use.location.line, "registry", structured=True, version=_label(source, call, prompts.words["label_keys"])
                )


def _is_shared(call: Call | None, names: str) -> bool:
    first = next((text for item in call.arguments.items for text in _literals(item)), "") if call else ""
    return re.match(names, first) is not None


def _literals(value: Value) -> list[str]:
    return [v.text for v in (value, *value.items) if v.kind in ("string", "template")]


def _label(source: Source | None, call: Call | None, keys: list[str]) -> str:
    """The version or label that a registry is asked for, as a keyword or behind the prompt's name (`name:production`)."""
    if call is None or source is None:
        return ""
    value = call.argument(*keys)
    if value is not None:
        return value.text or "set"
    first = next((i.text for i in call.arguments.items if i.kind in ("string", "template")), "")
    named = next((i.text for i in call.arguments.items if i.kind == "name"), "")
    first = first or next((text for a in source.assignments if a.name == named for text in _literals(a.value) if ":" in text), "")
    address = ADDRESS.match(first)
    if address:
        label = LABEL.search(address.group(1))
        return (label.group(1) or label.group(2)) if label else ""
    return first.rsplit(":", 1)[-1] if ":" in first else ""
