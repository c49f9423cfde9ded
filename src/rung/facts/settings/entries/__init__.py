"""Scalars of structured files with their places: what YAML, JSON, TOML, INI and XML share once the syntax is gone.

Every reader is a lazy generator that copes with any text: it stops where the text stops making sense, and a caller that has
seen enough stops asking.
"""

from rung.facts.settings.entries.entry import Entry, Path, children, quote
from rung.facts.settings.entries.ini import read_ini, read_properties
from rung.facts.settings.entries.json import read_json
from rung.facts.settings.entries.toml import read_toml
from rung.facts.settings.entries.xml import Element, read_xml
from rung.facts.settings.entries.yaml import read_yaml

__all__ = [
    "Element",
    "Entry",
    "Path",
    "children",
    "quote",
    "read_ini",
    "read_json",
    "read_properties",
    "read_toml",
    "read_xml",
    "read_yaml",
]
