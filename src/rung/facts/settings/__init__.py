"""Settings and infrastructure resources: what configuration files and infrastructure code say."""

from __future__ import annotations

from collections.abc import Iterator

from rung.facts.fact import Fact
from rung.facts.settings.bicep import bicep_resources, bicep_settings
from rung.facts.settings.env import read_dockerfile, read_env
from rung.facts.settings.files import MAXIMUM_SCALARS, MAXIMUM_SIZE, SETTINGS_FILES, settings_format
from rung.facts.settings.live import live_resources
from rung.facts.settings.resources import document_resources, template_kinds
from rung.facts.settings.structured import dialect, documents, flatten
from rung.facts.settings.terraform import terraform_resources, terraform_settings
from rung.facts.settings.values import setting

__all__ = ["SETTINGS_FILES", "live_resources", "read_resources", "read_settings"]


def read_settings(path: str, text: str) -> list[Fact]:
    """The settings of one file, as facts of kind `setting` in file order.

    Fields: `key` (dotted path), `name` (last key), `value`, `format`, and `variable` where a variable replaces the value.
    Nothing for files that hold no settings, are too big, or can't be read.
    """
    form = settings_format(path)
    if not form or len(text) > MAXIMUM_SIZE:
        return []
    if form in ("terraform", "bicep"):
        facts = list(terraform_settings(path, text) if form == "terraform" else bicep_settings(path, text))
    elif form in ("env", "dockerfile"):
        lines = text.split("\n")
        reader = read_env if form == "env" else read_dockerfile
        facts = [setting(path, lines, form, e.path, e.value, e.line) for e in reader(text)]
    else:
        facts = list(_structured(path, form, text))
    return facts if len(facts) <= MAXIMUM_SCALARS else []


def _structured(path: str, form: str, text: str) -> Iterator[Fact]:
    lines = text.split("\n")
    for entries in documents(form, text):
        name = dialect(path, form, entries)
        if name:
            for entry in flatten(entries):
                yield setting(path, lines, name, entry.path, entry.value, entry.line)


def read_resources(path: str, text: str) -> list[Fact]:
    """The infrastructure resources of one file, as facts of kind `resource` in file order.

    Fields: `type`, `name`, `format`, `module` (the file of a Bicep module, relative to the repository), `condition`, `arguments`.
    """
    form = settings_format(path)
    if form not in ("terraform", "bicep", "yaml", "json") or len(text) > MAXIMUM_SIZE:
        return []
    if form == "terraform":
        return list(terraform_resources(path, text))
    if form == "bicep":
        return list(bicep_resources(path, text))
    if not any(word in text for word in ("kind", "Resources", "resources")):
        return []
    lines = text.split("\n")
    found = [fact for entries in documents(form, text) for fact in document_resources(path, lines, dialect(path, form, entries), entries)]
    return found or (list(template_kinds(path, text)) if form == "yaml" and "{{" in text else [])
