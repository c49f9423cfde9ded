"""Settings of YAML, JSON, TOML, INI, properties and XML files, and which dialect such a file is in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from rung.facts.settings.entries import Entry, Path, read_ini, read_json, read_properties, read_toml, read_xml, read_yaml
from rung.facts.settings.files import MAXIMUM_SCALARS
from rung.regex import regex

_ASSIGNMENT = regex(r"([A-Za-z_]\w*)=(.*)$", re.DOTALL)
_LISTS_OF_ASSIGNMENTS = frozenset({"environment", "env", "args", "variables"})
_NAMES = frozenset({"name", "Name", "key", "Key"})
_VALUES = frozenset({"value", "Value"})
_TEMPLATE_LINE = regex(r"^[ \t]*(?:-[ \t]*)?\{\{[^\n]*\}\}[ \t]*$", re.MULTILINE)
_TEMPLATE = regex(r"\{\{[^\n]{0,500}?\}\}")
_HOLE = "__hole__"
_MAXIMUM_RECORDS = 20  # a longer list at the top of a file is a data set


@lru_cache(maxsize=1)  # settings and resources are read one after the other
def documents(form: str, text: str) -> list[list[Entry]]:
    """The scalars of each document of a file; nothing when there are so many that it is data."""
    if form == "yaml":
        return yaml_documents(text)
    readers = {"json": read_json, "toml": read_toml, "ini": read_ini, "properties": read_properties, "xml": _read_config}
    entries = list(islice(readers[form](text), MAXIMUM_SCALARS + 1))
    return [] if len(entries) > MAXIMUM_SCALARS else [entries]


def yaml_documents(text: str) -> list[list[Entry]]:
    """The scalars of each YAML document; in a template, what stands in double braces is left out."""
    if "{{" in text:
        text = _TEMPLATE.sub(_HOLE, _TEMPLATE_LINE.sub("", text))
    found: list[list[Entry]] = []
    total = 0
    for entries in read_yaml(text, MAXIMUM_SCALARS):
        total += len(entries)
        if total > MAXIMUM_SCALARS:
            return []
        found.append([e for e in entries if _HOLE not in e.value])
    return found


def _read_config(text: str) -> Iterator[Entry]:
    root = read_xml(text)
    for element in root.walk() if root else ():
        if element.tag == "add" and "key" in element.attributes and "value" in element.attributes:
            yield Entry((element.attributes["key"],), element.attributes["value"], element.line)


def dialect(path: str, form: str, entries: Sequence[Entry]) -> str:
    """The format by which a document's settings go: the syntax itself, or the tool whose file it is.

    Empty when the document is no configuration at all: an interface description, a schema, a list of records or generated.
    """
    name = path.rpartition("/")[2].lower()
    top = {e.path[0]: e.value for e in entries if len(e.path) == 1}
    if form not in ("yaml", "json"):
        return form
    if _is_data(entries, top):
        return ""
    if re.search(r"deployment(?:Template|Parameters)\.json", str(top.get("$schema", ""))) or name.endswith(".parameters.json"):
        return "arm"
    if "AWSTemplateFormatVersion" in top or any(e.path[-1] == "Type" and e.value.startswith("AWS::") for e in entries):
        return "cloudformation"
    if form == "json":
        return form
    if "apiVersion" in top and "kind" in top:
        return "kubernetes"
    if re.match(r"(?:docker-)?compose\b|.*\bdocker-compose\b", name) or _is_compose(entries):
        return "compose"
    return "helm" if name.startswith("values") else form


def _is_data(entries: Sequence[Entry], top: dict[str | int, str]) -> bool:
    if any(e.path == ("metadata", "_generator", "name") for e in entries):  # compiled from another file of the repository
        return True
    if "openapi" in top or "swagger" in top or "json-schema.org" in top.get("$schema", ""):
        return True
    last = entries[-1].path[0] if entries else ""
    return isinstance(last, int) and last >= _MAXIMUM_RECORDS


def _is_compose(entries: Sequence[Entry]) -> bool:
    return any(len(e.path) >= 3 and e.path[0] == "services" and e.path[2] in ("image", "build") for e in entries)


def flatten(entries: Sequence[Entry]) -> list[Entry]:
    """The entries with `- {name: X, value: y}` and `- X=y` written as what they mean: a key X with the value y."""
    pairs = _named_pairs(entries)
    found: list[Entry] = []
    for entry in entries:
        parent, last = entry.path[:-1], entry.path[-1]
        if parent in pairs and last in _NAMES:
            continue
        if parent in pairs and last in _VALUES:
            found.append(Entry((*parent[:-1], pairs[parent]), entry.value, entry.line, entry.tag))
        elif isinstance(last, int) and parent and parent[-1] in _LISTS_OF_ASSIGNMENTS:
            assignment = _ASSIGNMENT.match(entry.value)
            if assignment:
                found.append(Entry((*parent, assignment[1]), assignment[2], entry.line, entry.tag))
        else:
            found.append(entry)
    return found


def _named_pairs(entries: Sequence[Entry]) -> dict[Path, str]:
    """The places of list elements that are a name with a value, and the name."""
    names: dict[Path, str] = {}
    valued: dict[Path, None] = {}
    for entry in entries:
        if len(entry.path) < 2 or not isinstance(entry.path[-2], int):
            continue
        if entry.path[-1] in _NAMES and entry.value:
            names[entry.path[:-1]] = entry.value
        elif entry.path[-1] in _VALUES:
            valued[entry.path[:-1]] = None
    return {place: names[place] for place in valued if place in names}
