"""How a setting's value, default and name are told from what is written, and the fact that is made of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rung.facts.fact import Fact, Location
from rung.facts.settings.entries import Path, quote
from rung.regex import regex

_PLACEHOLDER = regex(r"\$\{\s*([A-Za-z_][\w.-]*?)\s*(?::-|:=|:(?![?+])|=|(?<=[A-Z0-9_])-)(.*)\}\s*$", re.DOTALL)
_DOTTED = regex(r"[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)+$")
_WRAPPERS = frozenset({"value", "Value", "default", "Default", "defaultValue"})
_MAXIMUM_VALUE = 1000


def with_default(value: str) -> tuple[str, str]:
    """Split `${VAR:-default}`, `${VAR:default}` or `${VAR=default}` into the default and the variable.

    Nested defaults are followed and the outermost variable is told. Any other value comes back as it is, with no variable.
    """
    variable = ""
    for _ in range(5):
        found = _PLACEHOLDER.match(value) if value.startswith("${") and value.rstrip().endswith("}") else None
        if found is None or not _is_one_placeholder(value):
            break
        variable = variable or found[1]
        value = found[2]
    return value, variable


def _is_one_placeholder(value: str) -> bool:
    """Whether the brace that the text opens with closes only at its end, as in `${A:${B:x}}` but not in `${A:x}/${B:y}`."""
    depth = 0
    for found in re.finditer(r"\$?\{|\}", value):
        depth += -1 if found[0] == "}" else 1
        if depth == 0:
            return not value[found.end() :].strip()
    return False


def setting_name(path: Path, wrapped: bool = False) -> str:
    """The last key of a path; with `wrapped`, the one that a closing `value` or `default` belongs to."""
    keys = [part for part in path if isinstance(part, str)]
    if wrapped and len(keys) > 1 and keys[-1] in _WRAPPERS:
        keys.pop()
    last = keys[-1] if keys else ""
    return last.rpartition(".")[2] if _DOTTED.match(last) else last


def setting(file: str, lines: Sequence[str], form: str, path: Path, value: str, line: int, variable: str = "") -> Fact:
    """A setting as a fact; a default inside the value is taken out of it, and its variable is named in the fields."""
    value, outer = with_default(value)
    fields = {
        "key": ".".join(map(str, path)),
        "name": setting_name(path, form in ("arm", "bicep", "cloudformation", "terraform")),
        "value": value[:_MAXIMUM_VALUE],
        "format": form,
    }
    if variable or outer:
        fields["variable"] = outer or variable
    return Fact("setting", Location(file, line), quote(lines, line), fields)
