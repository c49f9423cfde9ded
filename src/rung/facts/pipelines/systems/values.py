"""Values of expressions in pipelines, known and unknown."""

from __future__ import annotations

from dataclasses import dataclass


class Unknown:
    """A value that only a run can tell."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


@dataclass(frozen=True, slots=True)
class Beginning:
    """A text of which only the beginning is known; it is not empty."""

    text: str


Value = str | float | bool | None | Beginning | Unknown


class JsonList(str):
    """A list that `fromJSON` of a literal gives; in text it is the literal."""

    __slots__ = ("items",)

    items: tuple[str, ...]


def truth(value: Value) -> bool | None:
    """Whether a value counts as true; None for one that is not known."""
    if isinstance(value, Unknown):
        return None
    return True if isinstance(value, Beginning) else bool(value)


def as_text(value: Value) -> str:
    """A known value as it is put into text."""
    if value is None or isinstance(value, (Unknown, Beginning)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value == int(value) else str(value)


def number(value: Value) -> float | None:
    """A value as a number, as comparisons take it; None for one that is none."""
    if value is None:
        return 0.0
    if isinstance(value, (bool, float)):
        return float(value)
    try:
        return float(value) if value else 0.0  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


def same(left: Value, right: Value) -> bool | None:
    """Whether two values are equal (texts whatever their case); None when it can't be told."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    if isinstance(right, Beginning):
        left, right = right, left
    if isinstance(left, Beginning):
        if isinstance(right, Beginning):
            return None
        if right is None or right == "":
            return False
        return None if isinstance(right, str) and right.lower().startswith(left.text.lower()) else False if left.text else None
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    if type(left) is type(right):
        return left == right
    first, second = number(left), number(right)
    return first is not None and first == second


def ordered(operator: str, left: Value, right: Value) -> Value:
    """The result of `<` and the like."""
    if isinstance(left, (Unknown, Beginning)) or isinstance(right, (Unknown, Beginning)):
        return UNKNOWN
    first, second = number(left), number(right)
    if first is None or second is None:
        return UNKNOWN
    return {"<": first < second, "<=": first <= second, ">": first > second, ">=": first >= second}[operator]
