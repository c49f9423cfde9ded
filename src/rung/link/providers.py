"""Models that are set for each provider: the one of the provider that is the default is the application's default."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from rung.facts.fact import Fact
from rung.link.project import Project
from rung.regex import regex

# A line that says which provider is the default, with the value at its end.
PROVIDER = regex(r"\b(?:\w+_)?\w{0,20}(?:provider|vendor|backend|llm_type)(?:_?(?:name|type|id))?\b", re.IGNORECASE)
VALUE = regex(r"[\"'\s=:]([\w-]+)[\"']?[\s),;}\]]*$")
CONDITION = regex(r"[=!]=|\b(?:if|case|import)\b|^\s*(?:#|//|\*)")
LONGEST = 300
# Words of a model's name in settings that tell no provider.
GENERAL = regex(
    r"default|model|llm|name|id|chat|main|primary|base|completion|generation|deployment|engine|openrouter_|config|settings|self|options|\d+"
)


def of_default_provider(project: Project, choices: list[Fact]) -> list[Fact]:
    """Choices without the pins of providers other than the one that their file names as the default."""
    by_file: dict[str, list[Fact]] = {}
    for choice in choices:
        if choice.fields["model"] and choice.fields.get("name") and not choice.fields["site"]:
            by_file.setdefault(choice.location.path, []).append(choice)
    others = {id(c) for path, found in sorted(by_file.items()) for c in _others(project, path, found)}
    return [replace(c, fields={**c.fields, "pinned": False}) if id(c) in others else c for c in choices]


def _others(project: Project, path: str, choices: list[Fact]) -> Iterator[Fact]:
    """The pinned choices of a file that belong to a provider other than the default one."""
    if all(c.fields["pinned"] for c in choices) or not any(c.fields["pinned"] for c in choices):
        return
    named = [_plain(str(c.fields["name"])) for c in choices]
    values = (_plain(value) for value in named_providers(project.text(path) or ""))
    chosen = next((v for v in values if len(v) > 2 and any(v in name for name in named)), "")
    for choice, name in zip(choices, named, strict=True):
        if chosen and choice.fields["pinned"] and chosen not in name and GENERAL.sub("", name):
            yield choice


def named_providers(text: str) -> Iterator[str]:
    """What the lines of a text end with that name a provider and are no conditions."""
    for line in text.splitlines():
        if len(line) <= LONGEST and (said := PROVIDER.search(line)) and not CONDITION.search(line):
            value = VALUE.search(line, said.end())
            if value:
                yield value.group(1)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
