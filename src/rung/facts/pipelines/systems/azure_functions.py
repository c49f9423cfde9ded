"""Functions of Azure's expressions."""

from __future__ import annotations

from rung.facts.pipelines.systems.functions import Functions, contains, ends, formatted, starts
from rung.facts.pipelines.systems.values import UNKNOWN, Beginning, Unknown, Value, as_text, truth


def _known(arguments: list[Value]) -> bool:
    return not any(isinstance(one, (Unknown, Beginning)) for one in arguments)


def _same(arguments: list[Value]) -> Value:
    if len(arguments) != 2:
        return UNKNOWN
    left, right = arguments
    if isinstance(right, Beginning):
        left, right = right, left
    if isinstance(left, Beginning) and isinstance(right, str):
        return UNKNOWN if right.lower().startswith(left.text.lower()) and right else False
    return as_text(left).lower() == as_text(right).lower() if _known(arguments) else UNKNOWN


def _not(value: Value) -> Value:
    known = truth(value)
    return UNKNOWN if known is None else not known


def _all(arguments: list[Value]) -> Value:
    known = [truth(one) for one in arguments]
    return False if False in known else UNKNOWN if None in known else True


def _any(arguments: list[Value]) -> Value:
    known = [truth(one) for one in arguments]
    return True if True in known else UNKNOWN if None in known else False


AZURE: Functions = {
    "eq": _same,
    "ne": lambda a: _not(_same(a)),
    "and": _all,
    "or": _any,
    "not": lambda a: _not(a[0]) if a else UNKNOWN,
    "in": lambda a: _any([_same([a[0], one]) for one in a[1:]]) if a else UNKNOWN,
    "notin": lambda a: _not(_any([_same([a[0], one]) for one in a[1:]])) if a else UNKNOWN,
    "contains": contains,
    "startswith": starts,
    "endswith": ends,
    "format": formatted,
    "lower": lambda a: as_text(a[0]).lower() if a and _known(a) else UNKNOWN,
    "upper": lambda a: as_text(a[0]).upper() if a and _known(a) else UNKNOWN,
    "coalesce": lambda a: next((one for one in a if one not in (None, "")), "") if _known(a) else UNKNOWN,
    "succeeded": lambda _: True,
    "always": lambda _: True,
    "succeededorfailed": lambda _: True,
}
