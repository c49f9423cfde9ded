"""The combinations of a job's matrix."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

from rung.facts.pipelines.systems.document import Mapping, Scalar, Sequence, flatten, mapping, sequence
from rung.facts.pipelines.systems.expressions import HOLE, evaluate
from rung.facts.pipelines.systems.values import UNKNOWN, JsonList, Value

MOST = 64
UNTOLD = "?"  # in a combination of which not all values are known


def combinations(strategy: object, lookup: Callable[[str], Value] = lambda _: UNKNOWN) -> list[dict[str, Any]]:
    """The values that a job's `strategy` gives to `matrix`, one mapping a job run; one empty mapping without a matrix.

    `lookup` gives values of names in expressions such as `fromJSON(inputs.suites)`.
    """
    matrix = mapping(mapping(strategy).get("matrix"))
    axes = {str(name): _values(values, lookup) for name, values in matrix.items() if name not in ("include", "exclude")}
    partly = {} if all(axes.values()) and not isinstance(matrix.get("include"), Scalar) else {UNTOLD: ""}
    axes = {name: values for name, values in axes.items() if values}
    found: list[dict[str, Any]] = []
    for values in product(*axes.values()):
        if len(found) >= MOST:
            break
        found.append({**dict(zip(axes, values, strict=True)), **partly})
    excluded = [mapping(item) for item in sequence(matrix.get("exclude"))]
    found = [one for one in found if not any(rule and all(one.get(key) == rule[key] for key in rule) for rule in excluded)]
    return _included(found if axes else [], [mapping(item) for item in sequence(matrix.get("include"))]) or [{}]


def _values(values: object, lookup: Callable[[str], Value]) -> list[Any]:
    if isinstance(values, Sequence):
        return list(values)
    hole = HOLE.fullmatch(values.strip()) if isinstance(values, Scalar) else None
    listed = evaluate(hole["inside"], lookup) if hole else None
    return list(listed.items) if isinstance(listed, JsonList) else []


def _included(found: list[dict[str, Any]], includes: list[Mapping]) -> list[dict[str, Any]]:
    """An `include` entry extends the combinations that it contradicts nowhere; one that fits none is a combination of its own."""
    originals = [dict(one) for one in found]
    for entry in includes[:MOST]:
        fits = [i for i, one in enumerate(originals) if all(one.get(key, value) == value for key, value in entry.items())]
        for i in fits:
            found[i].update(entry)
        if not fits and entry:
            found.append(dict(entry))
    return found


def value_of(combination: dict[str, Any], name: str) -> Value:
    """The value of `matrix.NAME` (dotted, in lower case); empty where a known combination has none, UNKNOWN otherwise."""
    value: Any = combination
    if combination and UNTOLD not in combination and name.partition(".")[0] not in map(str.lower, combination):
        return ""
    for part in name.split("."):
        if not isinstance(value, dict):
            return UNKNOWN
        value = next((item for key, item in value.items() if str(key).lower() == part), UNKNOWN)
    if value is None:
        return ""
    if isinstance(value, Scalar) and not value.quoted and value in ("true", "false"):
        return value == "true"
    return str(value) if isinstance(value, str) else UNKNOWN


def mentions(node: object, what: str) -> bool:
    """Whether a text below a node contains `what`."""
    waiting = [node]
    for _ in range(5000):
        if not waiting:
            return False
        item = waiting.pop()
        if isinstance(item, Scalar) and what in item:
            return True
        if isinstance(item, Mapping):
            waiting.extend(item.values())
        elif isinstance(item, Sequence):
            waiting.extend(flatten(item))
    return True
