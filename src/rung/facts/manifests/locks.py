"""Lock files: which version of each package was resolved."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Mapping
from typing import Any

from rung.regex import regex

# The lock files of each ecosystem, as its dependencies have it.
LOCKS: Mapping[str, tuple[str, ...]] = {
    "pypi": ("uv.lock", "poetry.lock", "pdm.lock"),
    "npm": ("package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock"),
    "cargo": ("Cargo.lock",),
}
_PACKAGE = regex(r'^\[\[package\]\]\s*\nname = "([^"\n]+)"\s*\nversion = "([^"\n]+)"', re.MULTILINE)


# What stands for a package and its version in files that are no JSON: pnpm's keys (`name@1.0.0(peer@2.0.0):`), Yarn's entries.
_FORMS = {
    "pnpm-lock.yaml": regex(r"^  '?/?((?:@[^/\s]+/)?[^@/\s']+)@(\d[^:()'\s]*)(?:\([^\n]*\))?'?:", re.MULTILINE),
    "yarn.lock": regex(r'^"?((?:@[^/\s]+/)?[^@/\s"]+)@[^\n]*:\n  version:? "?([^"\s]+)', re.MULTILINE),
}


def read_lock(path: str, text: str) -> Mapping[str, str]:
    """The version of each package by its name as `plain_name` has it; without those that were resolved to several versions."""
    pairs = _npm(text) if path.endswith(".json") else _FORMS.get(posixpath.basename(path), _PACKAGE).findall(text)
    versions: dict[str, set[str]] = {}
    for name, version in pairs:
        versions.setdefault(plain_name(path, name), set()).add(version)
    return {name: own.pop() for name, own in versions.items() if len(own) == 1}


def plain_name(path: str, name: str) -> str:
    """A package's name as that lock file compares it: Python's packages are one whether written with `_`, `.` or `-`."""
    return name if posixpath.basename(path) not in LOCKS["pypi"] else re.sub(r"[-_.]+", "-", name).lower()


def _npm(text: str) -> Iterable[tuple[str, str]]:
    """The packages at the top of what npm installs, by its third form and by its first."""
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError):
        return
    tables = [document.get(key) for key in ("packages", "dependencies")] if isinstance(document, dict) else []
    table = next((one for one in tables if isinstance(one, dict)), {})
    for place, entry in table.items():
        name = place.removeprefix("node_modules/")
        version = entry.get("version") if isinstance(entry, dict) else None
        if name and "node_modules/" not in name and isinstance(version, str):
            yield name, version
