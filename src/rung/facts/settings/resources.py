"""Resources of Kubernetes manifests, CloudFormation templates and ARM templates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rung.facts.fact import Fact, Location
from rung.facts.settings.entries import Entry, Path, quote
from rung.regex import regex

_ARM_TYPE = regex(r"[A-Z][\w.]*\.[\w.]+(?:/[\w-]+)+$")
_KIND = regex(r"^kind:[ \t]*[\"']?([A-Z]\w*)[\"']?[ \t]*$", re.MULTILINE)


def document_resources(path: str, lines: Sequence[str], form: str, entries: Sequence[Entry]) -> Iterator[Fact]:
    """Yield the resources of one document of the given dialect."""
    scalars = {e.path: e for e in reversed(entries)}
    if form == "kubernetes":
        yield from _kubernetes(path, lines, scalars)
    elif form == "cloudformation":
        yield from _cloudformation(path, lines, entries, scalars)
    elif form == "arm":
        yield from _arm(path, lines, entries, scalars)


def template_kinds(path: str, text: str) -> Iterator[Fact]:
    """Yield the kinds of a Kubernetes template that is no YAML: every `kind:` at the start of a line."""
    lines = text.split("\n")
    line, counted = 1, 0
    for found in _KIND.finditer(text):
        line += text.count("\n", counted, found.start())
        counted = found.start()
        yield _resource(path, lines, line, found[1], "", "kubernetes", {})


def _resource(
    path: str, lines: Sequence[str], line: int, kind: str, name: str, form: str, arguments: dict[str, str], condition: str = ""
) -> Fact:
    fields = {"type": kind, "name": name, "format": form, "module": "", "condition": condition, "arguments": arguments}
    return Fact("resource", Location(path, line), quote(lines, line), fields)


def _kubernetes(path: str, lines: Sequence[str], scalars: dict[Path, Entry]) -> Iterator[Fact]:
    kind, name = scalars.get(("kind",)), scalars.get(("metadata", "name"))
    version = scalars.get(("apiVersion",))
    if kind is not None and kind.value:
        arguments = {"apiVersion": version.value} if version else {}
        yield _resource(path, lines, kind.line, kind.value, name.value if name else "", "kubernetes", arguments)


def _first_level(entries: Sequence[Entry], prefix: Path) -> dict[str, str]:
    size = len(prefix)
    return {str(e.path[-1]): e.value for e in entries if len(e.path) == size + 1 and e.path[:size] == prefix and not e.tag}


def _cloudformation(path: str, lines: Sequence[str], entries: Sequence[Entry], scalars: dict[Path, Entry]) -> Iterator[Fact]:
    properties: dict[Path, dict[str, str]] = {}
    for entry in entries:
        if len(entry.path) > 3 and entry.path[-2] == "Properties" and not entry.tag:
            properties.setdefault(entry.path[:-2], {})[str(entry.path[-1])] = entry.value
    for entry in entries:
        if len(entry.path) < 3 or entry.path[-1] != "Type" or entry.path[-3] != "Resources":
            continue
        condition = scalars.get((*entry.path[:-1], "Condition"))
        arguments = properties.get(entry.path[:-1], {})
        name = str(entry.path[-2])
        yield _resource(path, lines, entry.line, entry.value, name, "cloudformation", arguments, condition.value if condition else "")


def _arm(path: str, lines: Sequence[str], entries: Sequence[Entry], scalars: dict[Path, Entry]) -> Iterator[Fact]:
    for entry in entries:
        place = entry.path[:-1]
        if entry.path[-1:] != ("type",) or "resources" not in place or not _ARM_TYPE.match(entry.value):
            continue
        name, condition = scalars.get((*place, "name")), scalars.get((*place, "condition"))
        arguments = {k: v for k, v in _first_level(entries, place).items() if not v.startswith("[")}
        yield _resource(
            path, lines, entry.line, entry.value, name.value if name else "", "arm", arguments, condition.value if condition else ""
        )
