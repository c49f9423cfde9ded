"""Which pinned models are the application's default, and which are beside it: one provider's, a helper's, a side application's, content."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace

from rung.facts.code.source import Value
from rung.facts.fact import Fact
from rung.regex import regex

IN_CODE = ("constant", "environment", "factory", "setting", "table")
SHARED = regex(r"config|settings|constants|defaults|\.(?:env|ya?ml|json|toml|properties|tf|bicep)", re.IGNORECASE)
# Folders of what shows or teaches an application, beside it.
SIDE = regex(
    r"(?:^|/)[\w.-]*(?:demos?|samples?|examples?|tutorials?|cookbooks?|recipes|playgrounds?|showcases?|workshops?|snippets|blogs?)[\w.-]*/",
    re.IGNORECASE,
)
# Folders of data that a user starts from, and files that are such data.
CONTENT = regex(r"(?:^|/)[\w.-]*(?:templates?|presets?|gallery|marketplace|seeds?|starters?|blueprints?)/", re.IGNORECASE)
DATA = regex(r"\.(?:json|ya?ml|toml)$")
# What an entry of a list of prices or abilities says of a model.
PRICE = regex(r"pric|cost|usd|per_?(?:1?k|m|million)|context_?(?:window|length|size|limit)|cutoff|released", re.IGNORECASE)
FEW = 3


def only_defaults(choices: list[Fact], pinned_name: re.Pattern[str]) -> list[Fact]:
    """Choices without the pins that say nothing of the application's default."""
    constants = (c for c in choices if c.fields["how"] in ("constant", "unused") and not c.fields["site"])
    defined = {(c.fields["model"], c.fields["pinned"]) for c in constants}
    minor = _minor(c for c in choices if c.fields["how"] in IN_CODE and not SHARED.search(posixpath.basename(c.location.path)))
    minor |= _minor((c for c in choices if c.fields["how"] == "setting" and DATA.search(c.location.path)), FEW)
    main = _main(choices)

    def is_minor(choice: Fact) -> bool:
        model, path = choice.fields["model"], choice.location.path
        if path in minor or (main and (SIDE.search(path) or is_content(choice))):
            return True
        return bool(choice.fields["site"] and pinned_name.search(model) and (model, False) in defined and (model, True) not in defined)

    return [replace(c, fields={**c.fields, "pinned": False}) if c.fields["pinned"] and is_minor(c) else c for c in choices]


def _main(choices: list[Fact]) -> bool:
    """Whether there is an application beside what shows or teaches it: a repository that is a collection of samples has none."""
    chosen = (c for c in choices if c.fields["how"] != "literal" and not is_content(c))
    paths = {c.location.path for c in chosen if not c.location.path.endswith(".ipynb")}
    beside = sum(bool(SIDE.search(p)) for p in paths)
    return bool(paths) and beside <= len(paths) - beside


def _minor(choices: Iterator[Fact], least: int = 1) -> set[str]:
    """Files that pin a model in a folder, of so many files at least, most of which name models and pin none."""
    folders: dict[str, dict[str, bool]] = {}
    for choice in choices:
        if choice.fields["model"]:
            files = folders.setdefault(posixpath.dirname(choice.location.path), {})
            files[choice.location.path] = files.get(choice.location.path, False) or bool(choice.fields["pinned"])
    few = (files for files in folders.values() if len(files) >= least and sum(files.values()) * 3 <= len(files))
    return {path for files in few for path, pinned in files.items() if pinned}


def is_content(choice: Fact) -> bool:
    """Whether a choice stands in data that a user starts from, not in what the application is run with."""
    path = choice.location.path
    return choice.fields["how"] == "setting" and bool(DATA.search(path) and CONTENT.search(path))


def is_price_list(value: Value) -> bool:
    """Whether a table says of each model what it costs or holds, so that none of them is known to be in use."""
    entries = [item for item in value.items if item.kind in ("mapping", "call")]
    return bool(entries) and sum(any(PRICE.search(k) for k in entry.keys) for entry in entries) * 2 > len(entries)
