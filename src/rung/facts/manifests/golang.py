"""go.mod."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.fact import Fact
from rung.facts.manifests.dependency import RUNTIME, Manifest
from rung.regex import regex

_MODULE = regex(r"\s*(?:require\s+)?\"?([\w.~/-]+)\"?\s+(v[\w.+-]+)\s*(//.*)?$")


def read_go_mod(path: str, text: str) -> Iterator[Fact]:
    """Yield the required modules; those that only other modules need have the scope `indirect`."""
    lines = text.split("\n")
    manifest = Manifest(path, lines, "go")
    block = ""
    for number, line in enumerate(lines, 1):
        if opened := re.match(r"\s*(\w+)\s*\(\s*(?://.*)?$", line):
            block = opened[1]
        elif line.strip() == ")":
            block = ""
        elif (block == "require" or (not block and line.lstrip().startswith("require"))) and (found := _MODULE.match(line)):
            yield manifest.dependency(found[1], found[2], "indirect" if "indirect" in (found[3] or "") else RUNTIME, number)
