"""pyproject.toml: PEP 621 and PEP 735, and the tables of the tools that came before them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rung.facts.fact import Fact
from rung.facts.manifests.dependency import DEVELOPMENT, RUNTIME, Manifest
from rung.facts.settings.entries import Entry, children, read_toml


def read_pyproject(path: str, text: str) -> Iterator[Fact]:
    """Yield the dependencies of the project, its extras and its groups; what merely builds it is left out."""
    manifest = Manifest(path, text.split("\n"), "pypi")
    entries = list(read_toml(text))
    for entry in entries:
        scope = _list_scope(entry)
        if scope:
            yield from manifest.requirement(entry.value, scope, entry.line)
    yield from _groups(manifest, children(entries, ("dependency-groups",)))
    yield from _poetry(manifest, entries)


def _list_scope(entry: Entry) -> str:
    """The scope of an entry that is an element of a list of requirement strings; empty when it is none."""
    match entry.path:
        case ("project", "dependencies", int()):
            return RUNTIME
        case ("project", "optional-dependencies", extra, int()):
            return f"optional:{extra}"
        case ("tool", "uv", "dev-dependencies", int()):
            return DEVELOPMENT
        case ("tool", "pdm", "dev-dependencies", group, int()):
            return f"group:{group}"
        case ("tool", "hatch", "envs", environment, "dependencies" | "extra-dependencies", int()):
            return f"group:{environment}"
    return ""


def _groups(manifest: Manifest, groups: dict[str | int, list[Entry]]) -> Iterator[Fact]:
    for group in groups:
        for entry in _included(groups, str(group), []):
            yield from manifest.requirement(entry.value, f"group:{group}", entry.line)


def _included(groups: dict[str | int, list[Entry]], group: str, above: list[str]) -> Iterator[Entry]:
    """The requirements of a group and of those that it includes."""
    if group in above:
        return
    for entry in groups.get(group, ()):
        if entry.path[-1:] == ("include-group",):
            yield from _included(groups, entry.value, [*above, group])
        elif len(entry.path) == 1:
            yield entry


def _poetry(manifest: Manifest, entries: list[Entry]) -> Iterator[Fact]:
    poetry = [Entry(e.path[2:], e.value, e.line) for e in entries if e.path[:2] == ("tool", "poetry")]
    yield from table(manifest, children(poetry, ("dependencies",)), RUNTIME)
    yield from table(manifest, children(poetry, ("dev-dependencies",)), DEVELOPMENT)
    for group in children(poetry, ("group",)):
        yield from table(manifest, children(poetry, ("group", group, "dependencies")), f"group:{group}")


def table(manifest: Manifest, packages: dict[str | int, list[Entry]], scope: str) -> Iterator[Fact]:
    """Yield the dependencies of a table from names to a version or a table with one, as Poetry and Pipenv write them."""
    for name, entries in packages.items():
        if name == "python":
            continue
        optional = _value(entries, "optional") == "true"
        version = entries[0].value if not entries[0].path else _value(entries, "version")
        yield manifest.dependency(str(name), version, f"optional:{name}" if optional else scope, entries[0].line)


def _value(entries: Iterable[Entry], key: str) -> str:
    return next((e.value for e in entries if e.path and e.path[-1] == key), "")
