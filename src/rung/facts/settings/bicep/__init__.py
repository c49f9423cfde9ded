"""Bicep: its syntax, and the settings and resources of a file."""

from rung.facts.settings.bicep.read import bicep_resources, bicep_settings
from rung.facts.settings.bicep.syntax import read_bicep, read_expression

__all__ = ["bicep_resources", "bicep_settings", "read_bicep", "read_expression"]
