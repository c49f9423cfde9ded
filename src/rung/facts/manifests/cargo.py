"""Cargo.toml."""

from __future__ import annotations

from collections.abc import Iterator

from rung.facts.fact import Fact
from rung.facts.manifests.dependency import DEVELOPMENT, MANAGED, RUNTIME, Manifest
from rung.facts.settings.entries import Entry, Path, children, read_toml

_SCOPES = {"dependencies": RUNTIME, "dev-dependencies": DEVELOPMENT, "build-dependencies": "group:build"}


def read_cargo(path: str, text: str) -> Iterator[Fact]:
    """Yield the crates of a Cargo.toml under their real names; the workspace's own table has the scope `managed`."""
    manifest = Manifest(path, text.split("\n"), "cargo")
    entries = list(read_toml(text))
    targets: list[Path] = [("target", target) for target in children(entries, ("target",))]
    for prefix in [(), *targets]:
        for table, scope in _SCOPES.items():
            yield from _table(manifest, children(entries, (*prefix, table)), scope)
    yield from _table(manifest, children(entries, ("workspace", "dependencies")), MANAGED)


def _table(manifest: Manifest, crates: dict[str | int, list[Entry]], scope: str) -> Iterator[Fact]:
    for alias, entries in crates.items():
        fields = {".".join(map(str, e.path)): e.value for e in entries}
        name = fields.get("package") or str(alias)
        optional = fields.get("optional") == "true" and scope == RUNTIME
        version = fields.get("") or fields.get("version", "")
        yield manifest.dependency(name, version, f"optional:{alias}" if optional else scope, entries[0].line)
