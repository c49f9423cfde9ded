"""The fact that every manifest reader makes, and the requirement strings that Python's formats share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rung.facts.fact import Fact, Location
from rung.facts.settings.entries import quote
from rung.regex import regex

RUNTIME = "runtime"
DEVELOPMENT = "development"
MANAGED = "managed"
"""A version that is fixed for whoever uses the package: no use by itself."""

_MAXIMUM_LENGTH = 1000
_REQUIREMENT = regex(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(.*)$", re.DOTALL)
_EGG = regex(r"[#&]egg=([A-Za-z0-9][\w.-]*)")
_WHEEL = regex(r"/([A-Za-z0-9][\w.]*)-\d[^/]*\.(?:whl|tar\.gz|zip)(?:$|[#?])")
_REPOSITORY = regex(r"/([\w.-]+?)(?:\.git)?(?:@[^/@]*)?(?:#.*)?$")


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest being read: its path, its lines and its ecosystem."""

    path: str
    lines: Sequence[str]
    ecosystem: str

    def dependency(self, name: str, version: str, scope: str, line: int, **more: str) -> Fact:
        """The fact of one dependency at a line; names of Python packages are normalized as PEP 503 has it."""
        if self.ecosystem == "pypi":
            name = re.sub(r"[-_.]+", "-", name).lower()
        fields = {"ecosystem": self.ecosystem, "name": name, "version": version, "scope": scope, **more}
        return Fact("dependency", Location(self.path, line), quote(self.lines, line), fields)

    def requirement(self, text: str, scope: str, line: int) -> list[Fact]:
        """The dependency that a PEP 508 string, URL or repository address names; none where it names nothing."""
        parsed = parse_requirement(text)
        return [self.dependency(*parsed, scope, line)] if parsed else []


def parse_requirement(text: str) -> tuple[str, str] | None:
    """The name and the version specifier of a requirement; of an address, the name of what it leads to and no specifier."""
    text = re.split(r"\s#", text[:_MAXIMUM_LENGTH].strip(), maxsplit=1)[0].strip()
    if re.match(r"[a-z+]+://|git@|git\+", text):
        return _named_by_address(text)
    found = _REQUIREMENT.match(text)
    if found is None:
        return None
    rest = found[2].partition(";")[0].strip()
    if rest.startswith(("/", ":")):
        return None
    return found[1], "" if rest.startswith("@") else re.split(r"\s+--", rest)[0].strip("() ")


def _named_by_address(text: str) -> tuple[str, str] | None:
    for pattern in (_EGG, _WHEEL, _REPOSITORY):
        if found := pattern.search(text):
            return found[1], ""
    return None
