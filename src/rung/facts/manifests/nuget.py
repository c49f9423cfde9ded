"""MSBuild project files, central package versions and packages.config."""

from __future__ import annotations

from collections.abc import Iterator

from rung.facts.fact import Fact
from rung.facts.manifests.dependency import DEVELOPMENT, MANAGED, RUNTIME, Manifest
from rung.facts.settings.entries import Element, read_xml

_SCOPES = {"PackageReference": RUNTIME, "GlobalPackageReference": DEVELOPMENT, "PackageVersion": MANAGED}


def read_msbuild(path: str, text: str) -> Iterator[Fact]:
    """Yield the packages of an MSBuild file; a central version alone has the scope `managed`."""
    manifest = Manifest(path, text.split("\n"), "nuget")
    root = read_xml(text)
    for element in root.walk() if root else ():
        name = element.attributes.get("Include", "").strip()
        if element.tag in _SCOPES and name:
            scope = _SCOPES[element.tag]
            if scope == RUNTIME and _value(element, "PrivateAssets").lower() == "all":
                scope = DEVELOPMENT
            yield manifest.dependency(name, _value(element, "Version") or _value(element, "VersionOverride"), scope, element.line)


def _value(element: Element, name: str) -> str:
    return element.attributes.get(name, "") or element.find(name)


def read_packages_config(path: str, text: str) -> Iterator[Fact]:
    """Yield the packages of a packages.config."""
    manifest = Manifest(path, text.split("\n"), "nuget")
    root = read_xml(text)
    for element in root.all("package") if root else ():
        if name := element.attributes.get("id", "").strip():
            scope = DEVELOPMENT if element.attributes.get("developmentDependency") == "true" else RUNTIME
            yield manifest.dependency(name, element.attributes.get("version", ""), scope, element.line)
