"""Configuration and infrastructure that name the model or its version."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from rung.facts.fact import Fact
from rung.regex import regex

if TYPE_CHECKING:
    from rung.link.models import Models

# Formats of what is deployed, wherever their files lie.
DEPLOYED = ("arm", "bicep", "cloudformation", "compose", "helm", "kubernetes", "terraform")
# A value that a framework takes from the environment, with its default; and keys of settings that are of a language model.
PLACEHOLDER = regex(r"^\$\{[\w.-]+(?::([^{}]*))?\}$")
LANGUAGE = regex(r"chat|language|llm|completion|openai|generat", re.IGNORECASE)
INDEX = regex(r"(?:^|\.)\d+(?=\.|$)")


class ModelSettings:
    """Facts of kind `model-choice` that settings make; `models` tells what a model's name is."""

    def __init__(self, models: Models) -> None:
        self.models, self.project = models, models.project

    def choices(self) -> Iterator[Fact]:
        """Configuration and infrastructure that name the model or its version."""
        for setting in self.project.settings:
            path = setting.location.path
            if not self.project.repository.in_scope(path) or str(self.project.role(path)) != "application" or self.models.evaluates(path):
                continue
            key, name, value = str(setting.fields["key"]), str(setting.fields["name"]), str(setting.fields["value"])
            if self.models.other_role.search(key) or not value:
                continue
            plain = re.sub(r"\.(?:default|value)$", "", key).rsplit(".", 1)[-1]
            given = PLACEHOLDER.match(value) if _is_framework(setting) else None
            if given:
                if self.models.name.search(plain.replace("-", "_")) and LANGUAGE.search(key):
                    yield self._setting(setting, "setting", given[1] if given[1] and self.models.is_model(given[1]) else "", None)
            elif self.models.version_name.search(plain) or re.search(r"model\.version$", key, re.IGNORECASE):
                if self.models.version.match(value) and self._of_model(setting, plain):
                    yield self._setting(setting, "infrastructure", value, True)
            elif (
                self.models.is_model(value)
                and (self.models.name.search(plain) or self.models.name.search(name) or re.search(r"model", key, re.IGNORECASE))
                and self._is_read(setting)
            ):
                yield self._setting(setting, "infrastructure" if setting.fields["format"] in DEPLOYED else "setting", value, None)

    def _setting(self, setting: Fact, how: str, model: str, pinned: bool | None) -> Fact:
        fixed = (bool(self.models.pinned.search(model)) and not self._is_choice_of_many(setting)) if pinned is None else pinned
        return Fact(
            "model-choice",
            setting.location,
            setting.text,
            {"role": "application", "how": how, "model": model, "pinned": fixed, "site": False, "name": str(setting.fields["key"])},
        )

    def _is_choice_of_many(self, setting: Fact) -> bool:
        """Whether a model stands in a list of several: a menu, of which no entry is known to be the default."""
        return _place(setting) in self._menus

    @cached_property
    def _menus(self) -> frozenset[tuple[str, str]]:
        """Lists in settings, by folder and key, that name several models."""
        listed: dict[tuple[str, str], set[str]] = {}
        for setting in self.project.settings:
            value = str(setting.fields["value"])
            if INDEX.search(str(setting.fields["key"])) and self.models.is_model(value):
                listed.setdefault(_place(setting), set()).add(value)
        return frozenset(p for p, found in listed.items() if len(found) > 1)

    def _of_model(self, setting: Fact, name: str) -> bool:
        """A bare `version` is the model's only beside a model's name, and not among what describes a prompt."""
        if name.lower() not in ("version", "revision"):
            return True
        return _parent(setting) in self._naming and _parent(setting) not in self._describing

    @cached_property
    def _describing(self) -> frozenset[tuple[str, str]]:
        """Files and keys right below which a prompt's text, turns or inputs stand."""
        words = self.project.vocabulary["prompts"]
        keys, found = {*words["text_keys"], "inputs", "input_variables", "message"}, set()
        for setting in self.project.settings:
            parts = str(setting.fields["key"]).split(".")
            found |= {(setting.location.path, ".".join(parts[:i])) for i, part in enumerate(parts[:4]) if part in keys}
        return frozenset(found)

    @cached_property
    def _naming(self) -> frozenset[tuple[str, str]]:
        """Files and keys right below which a setting names a model."""
        return frozenset(_parent(s) for s in self.project.settings if self.models.is_model(str(s.fields["value"])))

    def _is_read(self, setting: Fact) -> bool:
        """Whether something reads the setting: a platform that does so by itself, or code that names the key."""
        form = str(setting.fields["format"])
        if form in DEPLOYED or _is_framework(setting):
            return True
        name = re.sub(r"[^a-z0-9]", "", str(setting.fields["name"]).lower())
        return name in self._mentioned if form == "env" else True

    @cached_property
    def _mentioned(self) -> frozenset[str]:
        """Names that application code or configuration mentions, without case and punctuation."""
        found: set[str] = set()
        for path in self.project.code:
            if self.project.is_application(path):
                found |= {
                    re.sub(r"[^a-z0-9]", "", w.lower())
                    for w in re.findall(r"\w*(?:model|deployment|engine|llm)\w*", self.project.text(path) or "", re.IGNORECASE)
                }
        for setting in self.project.settings:
            if setting.fields["format"] != "env":
                found |= {re.sub(r"[^a-z0-9]", "", w.lower()) for w in re.findall(r"[A-Z][A-Z_]{3,}", setting.text)}
        return frozenset(found)


def _parent(setting: Fact) -> tuple[str, str]:
    """The file of a setting, and the key that holds its own."""
    return setting.location.path, str(setting.fields["key"]).rpartition(".")[0]


def _is_framework(setting: Fact) -> bool:
    """Whether a framework reads the setting's file by itself."""
    return str(setting.fields["format"]) == "properties" or "application" in setting.location.path.rsplit("/", 1)[-1]


def _place(setting: Fact) -> tuple[str, str]:
    """Where a setting stands, whatever its place in a list; a menu may have a file a provider."""
    return posixpath.dirname(setting.location.path), INDEX.sub(".*", str(setting.fields["key"]))
