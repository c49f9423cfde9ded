"""Gemfile and gemspec."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.fact import Fact
from rung.facts.manifests.dependency import DEVELOPMENT, RUNTIME, Manifest
from rung.regex import regex

_GEM = regex(r"""\s*gem[\s(]+["']([\w.-]+)["'](.*)$""")
_ADDED = regex(r"""\s*\w+\.add_(runtime_|development_)?dependency[\s(]+["']([\w.-]+)["'](.*)$""")
_VERSIONS = regex(r"""\s*,\s*\[?\s*["']([^"']*)["']""")
_INLINE_GROUPS = regex(r"""(?:\bgroups?:|:groups?\s*=>)\s*\[?\s*:?["']?(\w+)""")
_GROUP = regex(r"""\s*group[\s(]+:?["']?(\w+).*\bdo\b""")
_BLOCK = regex(r"\bdo\b(?:\s*\|[^|]*\|)?\s*$|^\s*(?:if|unless|case|begin|def)\b")
_END = regex(r"\s*end\b")


def read_gemfile(path: str, text: str) -> Iterator[Fact]:
    """Yield the gems of a Gemfile with the first of their groups as scope."""
    lines = text.split("\n")
    manifest = Manifest(path, lines, "gem")
    blocks: list[str] = []
    for number, line in enumerate(lines, 1):
        code = re.split(r"(?:^|\s)#", line, maxsplit=1)[0]
        if found := _GEM.match(code):
            inline = _INLINE_GROUPS.search(found[2])
            group = inline[1] if inline else next((b for b in reversed(blocks) if b), "")
            yield manifest.dependency(found[1], _version(found[2]), _scope(group), number)
        elif opened := _GROUP.match(code):
            blocks.append(opened[1])
        elif _BLOCK.search(code):
            blocks.append("")
        elif _END.match(code) and blocks:
            blocks.pop()


def read_gemspec(path: str, text: str) -> Iterator[Fact]:
    """Yield the dependencies of a gemspec."""
    lines = text.split("\n")
    manifest = Manifest(path, lines, "gem")
    for number, line in enumerate(lines, 1):
        if found := _ADDED.match(line):
            yield manifest.dependency(found[2], _version(found[3]), DEVELOPMENT if found[1] == "development_" else RUNTIME, number)


def _scope(group: str) -> str:
    return RUNTIME if group in ("", "default") else DEVELOPMENT if group == "development" else f"group:{group}"


def _version(rest: str) -> str:
    versions: list[str] = []
    at = 0
    while found := _VERSIONS.match(rest, at):
        versions.append(found[1])
        at = found.end()
    return ", ".join(versions)
