"""A policy file's content with the line of every key and entry, from YAML or TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import yaml

from rung.errors import UserError
from rung.gate.policy_toml import toml_lines
from rung.gate.types import Place
from rung.knowledge import LOADER, is_bounded
from rung.regex import regex

_LIMIT = 20_000  # nodes; aliases can make a small file huge
_TOML_PLACE = regex(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_SCALARS = tuple(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp"))

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says: its name for people, its value as JSON would have it (dates are text), and lines by path of keys and indexes."""

    name: str
    value: Any
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """The line of the node at a path, or of the nearest one around it that is known."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def place(self, *path: str | int) -> Place:
        """Where the node at a path stands."""
        return Place(self.name, self.line(path))

    def error(self, path: Path, sentence: str) -> UserError:
        """The error that says a sentence about the node at a path."""
        return UserError(f"{self.name}:{self.line(path)}: {sentence}")


def parse_yaml(name: str, text: str) -> Document:
    """The document of a YAML text. Raises UserError with file and line for what doesn't parse and for keys that stand twice."""
    if not is_bounded(text):
        raise UserError(f"{name}:1: is too large or too deeply nested to be a policy; correct it")
    try:
        root = yaml.compose(text, LOADER)
    except yaml.YAMLError as error:
        raise _not_yaml(name, text, error) from error
    reader = _YamlReader(name)
    value = reader.read(root, ()) if root else None
    return Document(name, value, reader.lines)


def _not_yaml(name: str, text: str, error: yaml.YAMLError) -> UserError:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
    line = text.splitlines()[mark.line] if mark and mark.line < len(text.splitlines()) else ""
    sign = line[mark.column] if mark and mark.column < len(line) else ""
    advice = {"\t": "indent with spaces", "@": "put the value in quotes", "`": "put the value in quotes"}.get(sign, "correct it")
    return UserError(f"{name}:{mark.line + 1 if mark else 1}: is not valid YAML: {problem}; {advice}")


class _YamlReader:
    """Turns YAML nodes into plain values, and notes their lines."""

    def __init__(self, name: str) -> None:
        self.lines: dict[Path, int] = {}
        self._name = name
        self._count = 0
        self._constructor = yaml.constructor.SafeConstructor()

    def read(self, node: yaml.Node, path: Path) -> Any:
        self._count += 1
        if self._count > _LIMIT or len(path) > _LIMIT // 1000:
            raise self._error(node, "is too large or too deeply nested to be a policy; correct it")
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(child, (*path, number)) for number, child in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, child in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._error(key, "a key must be a word; correct it")
            if key.tag == "tag:yaml.org,2002:merge":
                raise self._error(key, "merge keys (<<) are not read in a policy; write the keys out")
            if key.value in found:
                first = self.lines[*path, key.value]
                raise self._error(key, f"{key.value!r} stands here for the second time, first on line {first}; keep one")
            self.lines[*path, key.value] = key.start_mark.line + 1
            found[key.value] = self.read(child, (*path, key.value))
        return found

    def _scalar(self, node: yaml.Node) -> Any:
        if node.tag not in _SCALARS:
            raise self._error(node, f"the tag {node.tag!r} is not read in a policy; remove it")
        if node.tag.endswith(":timestamp"):
            return node.value
        try:
            return self._constructor.construct_object(node)
        except (yaml.YAMLError, ValueError, KeyError) as error:
            raise self._error(node, f"{node.value[:40]!r} can't be read; correct it") from error

    def _error(self, node: yaml.Node, sentence: str) -> UserError:
        return UserError(f"{self._name}:{node.start_mark.line + 1}: {sentence}")


def parse_toml(name: str, text: str, table: tuple[str, ...]) -> Document | None:
    """The document of a table of a TOML text; None when the text has no such table. Raises UserError for what doesn't parse."""
    try:
        value: Any = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also of numbers with thousands of digits
        place = _TOML_PLACE.search(str(error))
        line = (place[1] or text.count("\n") + 1) if place else 1
        raise UserError(f"{name}:{line}: is not valid TOML: {_TOML_PLACE.sub('', str(error))}; correct it") from error
    for key in table:
        if not isinstance(value, dict) or key not in value:
            return None
        value = value[key]
    lines = {path[len(table) :]: line for path, line in toml_lines(text).items() if path[: len(table)] == table}
    return Document(name, _plain(value), lines)


def _plain(value: Any) -> Any:
    """A TOML value as JSON would have it."""
    if isinstance(value, dict):
        return {key: _plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_plain(child) for child in value]
    return value.isoformat() if isinstance(value, (date, datetime, time)) else value
