"""Files that belong to tools: matched by glob, by what their text holds, and by what their data has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from rung.link.expression import Expression
from rung.link.project import Project
from rung.regex import regex

PLAIN = regex(r"\$(?:\.[\w-]+|\['[\w-]+'\]|\[\*\])+")
SEARCHED = 1_000_000  # characters of a file that an expression of the catalogue sees
STEP = regex(r"\[\*\]|[\w-]+")


@cache
def _contained(pattern: str) -> Expression:
    return Expression(pattern, re.MULTILINE)


@cache
def _compiled(path: str) -> Any:
    import jsonpath

    return jsonpath.compile(path)


def query(data: Any, path: str) -> list[Any]:
    """The values that an RFC 9535 JSONPath finds in parsed data; several YAML documents are asked one by one."""
    if data is None:
        return []
    if PLAIN.fullmatch(path):  # the common case, without the library
        found = [data]
        for key in STEP.findall(path):
            if key == "[*]":
                found = [v for d in found if isinstance(d, (list, dict)) for v in (d.values() if isinstance(d, dict) else d)]
            else:
                found = [d[key] for d in found if isinstance(d, dict) and key in d]
        return found
    try:
        return list(_compiled(path).findall(data))
    except Exception:  # noqa: BLE001 - data of any shape
        return []


def _holds(text: str, pattern: str) -> bool:
    return _contained(pattern).search(text[:SEARCHED]) is not None


def matching(project: Project, signature: Mapping[str, Any]) -> list[str]:
    """Paths of files that match a file signature (`glob`, `contains`, `has`) of the catalogue."""
    found = []
    for path in project.having(signature["glob"]):
        if "contains" in signature and not _holds(project.text(path) or "", signature["contains"]):
            continue
        if "has" in signature:
            data = project.data(path)
            documents = data if isinstance(data, list) and path.endswith((".yaml", ".yml")) else [data]
            if not any(all(any(query(d, q)) for q in signature["has"]) for d in documents):
                continue
        found.append(path)
    return found
