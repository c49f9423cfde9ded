"""Gradle build files and version catalogs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from rung.facts.fact import Fact
from rung.facts.manifests.dependency import DEVELOPMENT, MANAGED, RUNTIME, Manifest
from rung.facts.settings.entries import Entry, children, read_toml
from rung.regex import regex

CATALOG = "catalog"

_COMMENT = regex(r"""("(?:[^"\\\n]|\\.){0,2000}+"|'(?:[^'\\\n]|\\.){0,2000}+')|//[^\n]*|/\*""")
_CONFIGURATION = regex(
    r"""(?<![\w.])(\w*(?:[iI]mplementation|[aA]pi|[cC]ompile|[cC]ompileOnly|[rR]untime|[rR]untimeOnly|[cC]lasspath|[dD]evelopmentOnly"""
    r"""|annotationProcessor|kapt|ksp)|mavenBom)\b[ \t]*\(?\s*"""
)
_PLATFORM = regex(r"(?:enforcedPlatform|platform|testFixtures)\s*\(\s*")
_COORDINATES = regex(r"""["']([\w.${}-]+):([\w.${}-]+)(?::([^"'@]+))?(?:@\w+)?["']""")
_MAP = regex(
    r"""\[?\s*group\s*[:=]\s*["']([^"'\n]+)["']\s*,\s*name\s*[:=]\s*["']([^"'\n]+)["']"""
    r"""(?:\s*,\s*version\s*[:=]\s*["']([^"'\n]+)["'])?"""
)
_ACCESSOR = regex(r"libs((?:\.\w+)+)")
_SEPARATOR = regex(r"\s*,\s*")
_VARIABLE = regex(r"""\b(\w+)["']?\]?[ \t]*[=,][ \t]*["']([\w.+-]+)["']""")
_MAXIMUM_LINE = 20_000


def read_gradle(path: str, text: str) -> Iterator[Fact]:
    """Yield the dependencies of a build file.

    One that goes through the version catalog has the accessor as its name (`libs.foo.bar`) until `resolve_catalog` knows better.
    """
    manifest = Manifest(path, text.split("\n"), "maven")
    if max(map(len, manifest.lines)) > _MAXIMUM_LINE:
        return
    code = _without_comments(text)
    variables = dict(_VARIABLE.findall(code))
    line, counted = 1, 0
    for found in _CONFIGURATION.finditer(code):
        at = found.end()
        platform = _PLATFORM.match(code, at)
        scope = _scope(found[1], platform is not None and not platform[0].startswith("testFixtures"))
        if platform:
            at = platform.end()
        while parsed := _notation(code, at, variables):
            name, version, start, at = parsed
            line += code.count("\n", counted, start)
            counted = start
            yield manifest.dependency(name, version, scope, line)
            separator = _SEPARATOR.match(code, at)
            if not separator:
                break
            at = separator.end()


def _without_comments(text: str) -> str:
    """The text with its comments blanked, lines kept."""
    parts: list[str] = []
    at = 0
    while found := _COMMENT.search(text, at):
        if found[1]:
            parts.append(text[at : found.end()])
            at = found.end()
            continue
        parts.append(text[at : found.start()])
        at = found.end()
        if found[0] == "/*":
            end = text.find("*/", at)
            end = len(text) if end < 0 else end + 2
            parts.append("\n" * text.count("\n", at, end))
            at = end
    return "".join([*parts, text[at:]])


def _scope(configuration: str, platform: bool) -> str:
    if platform or configuration == "mavenBom":
        return MANAGED
    return DEVELOPMENT if "test" in configuration.lower() or configuration == "developmentOnly" else RUNTIME


def _notation(code: str, at: int, variables: dict[str, str]) -> tuple[str, str, int, int] | None:
    """The dependency written at a place: its name, version, start and end."""
    if found := _COORDINATES.match(code, at) or _MAP.match(code, at):
        version = re.sub(r"\$\{?(\w+)\}?", lambda m: variables.get(m[1], m[0]), found[3] or "")
        return f"{found[1]}:{found[2]}", version, found.start(), found.end()
    if found := _ACCESSOR.match(code, at):
        accessor = re.sub(r"\.(?:get|asProvider|map|orNull)$", "", found[0])
        return accessor, "", found.start(), found.end()
    return None


def read_catalog(path: str, text: str) -> Iterator[Fact]:
    """Yield the libraries of a version catalog, and again for each bundle that holds them, with the accessor as `alias`."""
    manifest = Manifest(path, text.split("\n"), "maven")
    entries = list(read_toml(text))
    versions = {str(e.path[1]): e.value for e in entries if e.path[:1] == ("versions",) and len(e.path) > 1}
    libraries: dict[str, tuple[str, str]] = {}
    for alias, values in children(entries, ("libraries",)).items():
        name, version = _library(values, versions)
        if name:
            libraries[_accessor(str(alias))] = (name, version)
            yield manifest.dependency(name, version, CATALOG, values[0].line, alias=f"libs.{_accessor(str(alias))}")
    for entry in entries:
        if entry.path[:1] == ("bundles",) and len(entry.path) == 3 and _accessor(entry.value) in libraries:
            alias = f"libs.bundles.{_accessor(str(entry.path[1]))}"
            yield manifest.dependency(*libraries[_accessor(entry.value)], CATALOG, entry.line, alias=alias)


def _library(values: list[Entry], versions: dict[str, str]) -> tuple[str, str]:
    fields = {".".join(map(str, e.path)): e.value for e in values}
    if "" in fields:
        group, _, rest = fields[""].partition(":")
        artifact, _, version = rest.partition(":")
    else:
        group, _, artifact = fields.get("module", "").partition(":")
        group, artifact = group or fields.get("group", ""), artifact or fields.get("name", "")
        version = fields.get("version") or versions.get(fields.get("version.ref", ""), "")
    return (f"{group}:{artifact}", version) if group and artifact else ("", "")


def _accessor(alias: str) -> str:
    return re.sub(r"[-_.]+", ".", alias)


def resolve_catalog(facts: list[Fact]) -> list[Fact]:
    """The facts with every `libs.x.y` replaced by what the nearest catalog says it is; catalog entries themselves are dropped.

    An accessor that no catalog knows stays as it is.
    """
    catalogs: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.fields.get("scope") == CATALOG:
            catalogs.setdefault(str(fact.fields.get("alias")), []).append(fact)
    found: list[Fact] = []
    for fact in facts:
        name = str(fact.fields.get("name", ""))
        if fact.kind == "dependency" and name.startswith("libs.") and name in catalogs:
            found.extend(_resolved(fact, catalogs[name]))
        elif fact.fields.get("scope") != CATALOG:
            found.append(fact)
    return found


def _resolved(fact: Fact, entries: list[Fact]) -> Iterator[Fact]:
    nearest = max(entries, key=lambda entry: _nearness(entry, fact)).location.path
    for entry in entries:
        if entry.location.path == nearest:
            fields = {**fact.fields, "name": entry.fields["name"], "version": entry.fields["version"]}
            yield Fact(fact.kind, fact.location, fact.text, fields, fact.reach)


def _nearness(entry: Fact, fact: Fact) -> int:
    """How much of its path a catalog's build shares with a build file; -1 where the file is outside the build."""
    top = posixpath.dirname(posixpath.dirname(entry.location.path))
    return len(top) if not top or fact.location.path.startswith(top + "/") else -1
