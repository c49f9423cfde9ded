"""package.json and composer.json."""

from __future__ import annotations

from collections.abc import Iterator

from rung.facts.fact import Fact
from rung.facts.manifests.dependency import DEVELOPMENT, RUNTIME, Manifest
from rung.facts.settings.entries import read_json

_NPM = {
    "dependencies": RUNTIME,
    "devDependencies": DEVELOPMENT,
    "optionalDependencies": "optional:optional",
    "peerDependencies": "optional:peer",
}
_COMPOSER = {"require": RUNTIME, "require-dev": DEVELOPMENT}


def read_package_json(path: str, text: str) -> Iterator[Fact]:
    """Yield the dependencies of a package.json."""
    return _sections(Manifest(path, text.split("\n"), "npm"), text, _NPM)


def read_composer(path: str, text: str) -> Iterator[Fact]:
    """Yield the packages of a composer.json; the platform (`php`, `ext-json`) is none."""
    facts = _sections(Manifest(path, text.split("\n"), "composer"), text, _COMPOSER)
    return (fact for fact in facts if "/" in fact.fields["name"])


def _sections(manifest: Manifest, text: str, scopes: dict[str, str]) -> Iterator[Fact]:
    for entry in read_json(text):
        if len(entry.path) == 2 and entry.path[0] in scopes:
            yield manifest.dependency(str(entry.path[1]), entry.value, scopes[str(entry.path[0])], entry.line)
