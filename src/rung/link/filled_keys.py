"""Mappings that code fills key by key, and the names by which other mappings take them in."""

from __future__ import annotations

from rung.facts.code.source import Source, Value
from rung.regex import regex

OWN = regex(r"^(?:self|this)\.")


def filled_keys(source: Source) -> dict[str, set[str]]:
    """Keys that a file puts into mappings one by one, by the names of these, wherever that is."""
    found: dict[str, set[str]] = {}
    for a in source.assignments:
        head, dot, key = a.name.rpartition(".")
        head = OWN.sub("", head)
        if dot and "." not in head:
            found.setdefault(head, set()).add(key)
    return found


def holder(key: str, item: Value) -> str:
    """The name under which a file fills what stands in a mapping: its own, an attribute's, or the key that one of several is kept for."""
    if item.kind == "name":
        return OWN.sub("", item.text)
    return key if key and item.kind == "other" and key in item.text and OWN.match(item.text) else ""
