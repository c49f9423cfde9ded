"""Models that settings name in a section for each provider or connector: only the section that is chosen says what the default is."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from rung.facts.fact import Fact
from rung.link.glance import MODEL_CATEGORIES
from rung.link.pins import IN_CODE
from rung.link.providers import named_providers
from rung.regex import regex

if TYPE_CHECKING:
    from rung.link.models import Models

# A setting that says which section generates text, and those that choose something else.
SELECTS = regex(
    r"(?:^|[._-])(?:\w{0,20}(?:llm|text|chat|generat\w{1,5}|completion|ai|model|language)_?)?(?:provider|type|backend|vendor|service|connector|engine)s?$",
    re.IGNORECASE,
)
ELSEWHERE = regex(r"embed|vector|storage|memory|queue|search|moderation|ocr|image|speech|audio|auth|rerank", re.IGNORECASE)
# What the name of a class or file of settings ends with, after the section's.
OPTIONS = regex(r"(?:config(?:uration)?|options?|settings?|properties|props|params)s?$")
SHORTEST = 4
FEWEST = 2


def of_chosen_section(models: Models, choices: list[Fact]) -> list[Fact]:
    """Choices without the pins of sections other than the chosen one, and of the classes that such sections fill."""
    pinned = [c for c in choices if c.fields["pinned"] and not c.fields["site"]]
    if not any(c.fields["how"] in ("setting", "infrastructure", *IN_CODE) for c in pinned):
        return choices
    others = set(_unchosen(models)) if any(_is_sectioned(models, s) for s in models.project.settings) else set()
    if not others:
        return choices
    left = {
        id(c) for c in pinned if (_section(c), _own(c)) in others or (c.fields["how"] in IN_CODE and _class(c) in {n for _, n in others})
    }
    kept = {c.fields["model"] for c in pinned if id(c) not in left}
    given = {c.fields["model"] for c in pinned if id(c) in left} - kept  # calls name it by way of what is left
    left |= {id(c) for c in choices if c.fields["site"] and c.fields["model"] in given}
    return [replace(c, fields={**c.fields, "pinned": False}) if id(c) in left else c for c in choices]


def _unchosen(models: Models) -> Iterator[tuple[str, str]]:
    """Groups of sections, with the names of those that nothing chooses where another one is chosen or none."""
    project = models.project
    groups: dict[str, set[str]] = {}
    settings = [s for s in project.settings if str(project.role(s.location.path)) == "application"]
    for setting in settings:
        if _is_sectioned(models, setting):
            groups.setdefault(_section(setting), set()).add(_own(setting))
    known = {_plain(t.id) for t in project.catalogue.tools if t.category in MODEL_CATEGORIES}
    groups = {g: names for g, names in groups.items() if len(names) >= FEWEST and sum(_is_provider(n, known) for n in names) >= FEWEST}
    if not groups:
        return
    told = [(s, _plain(str(s.fields["value"]))) for s in settings if not ELSEWHERE.search(str(s.fields["key"]))]
    coded = {_plain(v) for p in sorted(models.graph.near) if project.is_application(p) for v in named_providers(project.text(p) or "")}
    for group, names in groups.items():
        chosen = {n for s, value in told for n in _named(value, names) if not _is_within(s, group)}
        chosen |= {n for value in coded for n in _named(value, names)}
        path = group.partition("\n")[0]
        empty = any(not v and SELECTS.search(str(s.fields["key"])) and posixpath.dirname(s.location.path) == path for s, v in told)
        if chosen or empty:
            yield from ((group, n) for n in sorted(names - chosen))


def _named(value: str, names: set[str]) -> set[str]:
    """The section that a value names: by its whole name, or by the longest that it begins with."""
    if value in names:
        return {value}
    return (
        {max(found, key=len)} if (found := [n for n in names if len(n) >= SHORTEST and value.startswith(n) and len(value) < 40]) else set()
    )


def _is_sectioned(models: Models, setting: Fact) -> bool:
    """Whether a setting names a model, or leaves it to be named, in a section beside others."""
    key = str(setting.fields["key"])
    leaf = key.rsplit(".", 1)[-1]
    named = models.name.search(leaf) or models.name.search(leaf.replace("-", "_")) or models.is_model(str(setting.fields["value"]))
    return key.count(".") >= FEWEST and bool(named) and not models.other_role.search(key)


def _section(choice: Fact) -> str:
    """The folder and the key under which the section of a setting stands."""
    key = str(choice.fields.get("key") or choice.fields.get("name") or "")
    return f"{posixpath.dirname(choice.location.path)}\n{key.rsplit('.', 2)[0]}"


def _own(choice: Fact) -> str:
    """The plain name of the section that a setting stands in."""
    parts = str(choice.fields.get("key") or choice.fields.get("name") or "").rsplit(".", 2)
    return _plain(parts[-2]) if len(parts) > FEWEST else ""


def _is_within(setting: Fact, group: str) -> bool:
    return str(setting.fields["key"]).startswith(f"{group.partition(chr(10))[2]}.")


def _class(choice: Fact) -> str:
    """The plain name of the section that a file of one class of settings is called after."""
    name = _plain(posixpath.splitext(posixpath.basename(choice.location.path))[0])
    stem = OPTIONS.sub("", name)
    return stem if stem != name and len(stem) >= SHORTEST else ""


def _is_provider(name: str, known: set[str]) -> bool:
    return any(len(k) >= SHORTEST and (name.startswith(k) or k.startswith(name)) for k in known) and len(name) >= SHORTEST


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
