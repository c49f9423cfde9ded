"""pom.xml."""

from __future__ import annotations

from collections.abc import Iterator

from rung.facts.fact import Fact
from rung.facts.manifests.dependency import DEVELOPMENT, MANAGED, RUNTIME, Manifest
from rung.facts.settings.entries import Element, read_xml
from rung.regex import regex

_PROPERTY = regex(r"\$\{([^}]+)\}")


def read_pom(path: str, text: str) -> Iterator[Fact]:
    """Yield the dependencies of a project and its profiles; those that are only managed have that scope."""
    root = read_xml(text)
    if root is None or root.tag != "project":
        return
    manifest = Manifest(path, text.split("\n"), "maven")
    properties = _properties(root)
    for place in (root, *root.all("profiles", "profile")):
        for element in place.all("dependencies", "dependency"):
            yield from _dependency(manifest, element, properties, "")
        for element in place.all("dependencyManagement", "dependencies", "dependency"):
            yield from _dependency(manifest, element, properties, MANAGED)


def _properties(root: Element) -> dict[str, str]:
    parent = next(root.all("parent"), None)
    found = {e.tag: e.text.strip() for place in root.all("properties") for e in place.elements}
    for key in ("groupId", "artifactId", "version"):
        found[f"project.{key}"] = root.find(key) or (parent.find(key) if parent else "")
    return found


def _dependency(manifest: Manifest, element: Element, properties: dict[str, str], scope: str) -> Iterator[Fact]:
    group, artifact, version = (_resolve(element.find(key), properties) for key in ("groupId", "artifactId", "version"))
    if group and artifact:
        line = next((e.line for e in element.elements if e.tag == "artifactId"), element.line)
        scope = scope or (DEVELOPMENT if element.find("scope") == "test" else RUNTIME)
        yield manifest.dependency(f"{group}:{artifact}", version, scope, line)


def _resolve(text: str, properties: dict[str, str]) -> str:
    for _ in range(5):
        resolved = _PROPERTY.sub(lambda m: properties.get(m[1]) or m[0], text)
        if resolved == text or len(resolved) > 500:
            break
        text = resolved
    return text
