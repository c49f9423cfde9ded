"""Tests that a conftest file skips or leaves out unless an option or a variable asks for them: by their marks, or by where they stand."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rung.facts.code.source import Function, Source
from rung.link.project import Project
from rung.regex import regex

HOOKS = ("pytest_collection_modifyitems", "pytest_runtest_setup", "pytest_ignore_collect")
LEAVES = regex(r"skip|deselect|items\[:\]|return\s+(?:True|not\b)")
MARKS = regex(r"[\"'](\w+)[\"']\s+(?:not\s+)?in\s+\w+\.keywords|get_closest_marker\(\s*[\"'](\w+)[\"']")
# What a hook looks at of a test to tell where it stands.
PLACE = r"(?:\w+\.)?(?:path|fspath|nodeid|location|collection_path)\b"
QUOTED = regex(rf"[\"']([\w./-]{{2,80}})[\"']\s+(?:not\s+)?in\s+(?:str\()?{PLACE}")
TOLD = regex(
    rf"{PLACE}[^\n]{{0,40}}?\.(?:startswith|match|is_relative_to|full_match)\(\s*"
    rf"(?:[\"']([\w*./-]{{2,80}})[\"']|(\w{{2,60}}))"
)
NAMED = regex(rf"\b(\w{{2,60}})\s+(?:not\s+)?in\s+(?:str\()?(?:\[\*?)?{PLACE}")
LAST = regex(r"[\"']([\w./-]{2,80})[\"']")


@dataclass(frozen=True, slots=True)
class Hook:
    """What a hook of a conftest file leaves out: marks, and expressions of paths; and what asks for it: options and variables."""

    marks: frozenset[str]
    places: tuple[str, ...]
    options: frozenset[str]
    variables: frozenset[str]


def hooks(project: Project, folder: str) -> Iterator[Hook]:
    """The hooks of the conftest files at and below a folder that leave tests out unless they are asked for."""
    start = f"{folder}/" if folder else ""
    for path in project.paths:
        if posixpath.basename(path) != "conftest.py" or not path.startswith(start):
            continue
        text = project.text(path) or ""
        source = project.source(path) if any(hook in text for hook in HOOKS) else None
        for function in source.functions if source else ():
            if source and function.name in HOOKS and (found := _hook(source, function)):
                yield found


def _hook(source: Source, function: Function) -> Hook | None:
    body = "\n".join(source.lines[function.line - 1 : function.end_line])
    if not LEAVES.search(body):
        return None
    written = {c.text for call in source.calls if call.callee.endswith("addoption") for c in call.arguments.items[:1] if c.kind == "string"}
    helpers = [f for f in source.functions if f.name and f.name != function.name and f"{f.name}(" in body]
    spans = [(f.line, f.end_line) for f in (function, *helpers)]
    variables = {
        r.name
        for r in source.environment
        if any(a <= r.line <= b for a, b in spans)
        or any(x.line == r.line and x.function < 0 and x.name in body for x in source.assignments)
    }
    options = frozenset(o for o in written if o.lstrip("-") in body or o.lstrip("-").replace("-", "_") in body)
    if not options and not variables:
        return None
    marks = frozenset((a or b).lower() for a, b in MARKS.findall(body))
    return Hook(marks, tuple(dict.fromkeys(_places(source, body))), options, frozenset(variables))


def _places(source: Source, body: str) -> Iterator[str]:
    for text in QUOTED.findall(body):
        yield re.escape(text)
    named = NAMED.findall(body)
    for text, name in TOLD.findall(body):
        if text:
            yield re.escape(text.strip("*"))
        else:
            named.append(name)
    for name in named:
        for assignment in source.assignments:
            if assignment.name == name and assignment.function < 0:
                found = LAST.findall(source.lines[assignment.line - 1])
                yield from (f"/{re.escape(text.strip('/'))}/" for text in found[-1:])
