"""Which of the declared resources are ever deployed.

A Bicep file that no deployment reaches deploys nothing, nor does a module behind a condition on a parameter that every caller
leaves empty. Deployments start at a main.bicep, or, where a folder has none, at files that no module names.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence

from rung.facts.code.source import Value
from rung.facts.fact import Fact
from rung.facts.settings.bicep import read_expression

_Known = Mapping[str, str | None]  # a parameter's value where it can be told; None: any
_MAXIMUM_STATES = 5_000


def live_resources(facts: list[Fact]) -> list[Fact]:
    """The facts without those Bicep resources and modules that nothing deploys; all other facts are kept, in their order."""
    files: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.kind == "resource" and fact.fields.get("format") == "bicep":
            files.setdefault(fact.location.path, []).append(fact)
    deployed = _deployed(files)
    if deployed is None:
        return facts
    return [f for f in facts if f.location.path not in files or f.kind != "resource" or id(f) in deployed]


def _deployed(files: dict[str, list[Fact]]) -> set[int] | None:
    """The ids of the facts that some deployment reaches; None when there are too many ways to follow."""
    deployed: set[int] = set()
    waiting: list[tuple[str, _Known]] = [(path, {}) for path in _entries(files)]
    seen: set[tuple[str, tuple[tuple[str, str | None], ...]]] = set()
    while waiting:
        path, known = waiting.pop()
        state = (path, tuple(sorted(known.items(), key=lambda item: item[0])))
        if state in seen:
            continue
        seen.add(state)
        if len(seen) > _MAXIMUM_STATES:
            return None
        for fact in files.get(path, ()):
            condition = str(fact.fields["condition"])
            if condition and _truth(read_expression(condition), known) is False:
                continue
            deployed.add(id(fact))
            module = str(fact.fields["module"])
            if module in files:
                waiting.append((module, _passed(fact, known, files[module][0].fields["parameters"])))
    return deployed


def _entries(files: dict[str, list[Fact]]) -> list[str]:
    """The files at which deployments start."""
    calls = (f for path, facts in files.items() if not path.endswith(".test.bicep") for f in facts)
    named = {str(f.fields["module"]) for f in calls if ":" not in str(f.fields["module"])} - {""}
    mains = [p for p in files if posixpath.basename(p) == "main.bicep" and p not in named]
    folders = {posixpath.dirname(p) for p in mains}
    if not named:
        return sorted(files)
    libraries = {parent for path in named for parent in _folders(path)} if mains else set()
    free = [p for p in files if p not in named and posixpath.dirname(p) not in libraries and not folders & set(_folders(p))]
    return sorted([*mains, *free]) or sorted(files)


def _folders(path: str) -> list[str]:
    """The folder of a file and all above it, the repository's top left out unless the file stands there."""
    folder = posixpath.dirname(path)
    return [folder, *(folder[:at] for at, char in enumerate(folder) if char == "/" and at)]


def _passed(call: Fact, known: _Known, parameters: Mapping[str, str | None]) -> _Known:
    """What the parameters of a called module are: passed by the call, handed on by it, or left at their defaults."""
    arguments: Mapping[str, str] = call.fields["arguments"]
    references: Mapping[str, str] = call.fields["references"]
    result: dict[str, str | None] = {}
    for name, default in parameters.items():
        if name in arguments:
            result[name] = arguments[name]
        elif name in references:
            result[name] = known.get(references[name])
        else:
            result[name] = default
    return result


def _truth(value: Value, known: _Known) -> bool | None:
    """Whether a condition holds; None when it can go either way."""
    if value.kind == "call" and value.text == "!":
        inner = _truth(value.items[0], known)
        return None if inner is None else not inner
    if value.kind == "call" and value.text in ("&&", "||"):
        sides = [_truth(item, known) for item in value.items]
        decisive = value.text == "||"
        return decisive if decisive in sides else None if None in sides else not decisive
    if value.kind == "call" and value.text == "empty" and len(value.items) == 1:
        text = _text(value.items[0], known)
        return None if text is None else not text
    if value.kind == "call" and value.text in ("==", "!="):
        return _equal(value.items, known, value.text == "==")
    text = _text(value, known)
    return text == "true" if text in ("true", "false") else None


def _equal(sides: Sequence[Value], known: _Known, wanted: bool) -> bool | None:
    left, right = (_text(side, known) for side in sides)
    return None if left is None or right is None else (left == right) is wanted


def _text(value: Value, known: _Known) -> str | None:
    if value.kind in ("string", "number", "boolean"):
        return value.text
    if value.kind == "null":
        return ""
    return known.get(value.text) if value.kind == "name" else None
