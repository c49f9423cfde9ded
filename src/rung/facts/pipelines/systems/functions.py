"""Functions of GitHub's expressions, some of which other systems have as well."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from rung.facts.pipelines.systems.values import UNKNOWN, Beginning, JsonList, Unknown, Value, as_text

Functions = Mapping[str, Callable[[list[Value]], Value]]


def starts(arguments: list[Value]) -> Value:
    """`startsWith(text, prefix)`."""
    if len(arguments) != 2 or isinstance(arguments[1], (Unknown, Beginning)) or isinstance(arguments[0], Unknown):
        return UNKNOWN
    prefix = as_text(arguments[1]).lower()
    if isinstance(arguments[0], Beginning):
        known = arguments[0].text.lower()
        return True if known.startswith(prefix) else UNKNOWN if prefix.startswith(known) else False
    return as_text(arguments[0]).lower().startswith(prefix)


def ends(arguments: list[Value]) -> Value:
    """`endsWith(text, end)`."""
    if len(arguments) != 2 or any(isinstance(a, (Unknown, Beginning)) for a in arguments):
        return UNKNOWN
    return as_text(arguments[0]).lower().endswith(as_text(arguments[1]).lower())


def contains(arguments: list[Value]) -> Value:
    """`contains(text or list, part)`."""
    if len(arguments) != 2 or isinstance(arguments[0], Unknown) or isinstance(arguments[1], (Unknown, Beginning)):
        return UNKNOWN
    part = as_text(arguments[1]).lower()
    if isinstance(arguments[0], Beginning):
        return True if part in arguments[0].text.lower() else UNKNOWN
    if isinstance(arguments[0], JsonList):
        return part in (item.lower() for item in arguments[0].items)
    return part in as_text(arguments[0]).lower()


def _from_json(arguments: list[Value]) -> Value:
    import json

    try:
        value = json.loads(arguments[0]) if arguments and isinstance(arguments[0], str) else None
    except (ValueError, RecursionError):
        return UNKNOWN
    if isinstance(value, list) and all(isinstance(item, (str, int, float)) for item in value):
        found = JsonList(as_text(arguments[0]))
        found.items = tuple(str(item) for item in value)
        return found
    if isinstance(value, (bool, str)):
        return value
    return float(value) if isinstance(value, (int, float)) else UNKNOWN


def formatted(arguments: list[Value]) -> Value:
    """`format('{0}', x)`."""
    if not arguments or any(isinstance(a, (Unknown, Beginning)) for a in arguments):
        return UNKNOWN
    rest = [as_text(a) for a in arguments[1:]]
    return re.sub(r"\{(\d+)\}", lambda m: rest[int(m[1])] if int(m[1]) < len(rest) else m[0], as_text(arguments[0]))


FUNCTIONS: Functions = {
    "always": lambda _: True,
    "success": lambda _: True,
    "startswith": starts,
    "endswith": ends,
    "contains": contains,
    "fromjson": _from_json,
    "format": formatted,
}
