"""What a step leaves to later ones by `$GITHUB_ENV` and `$GITHUB_OUTPUT`, as far as it is written down."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rung.regex import regex

_WRITTEN = regex(
    r"""(?:echo|printf|Write-Output)?\s*(?P<quote>["']?)(?P<name>\w+)=(?P<value>[^"'\n]*?)(?P=quote)\s*"""
    r"""(?:>>|\|\s*tee\s+(?:-a|--append)|\|\s*Out-File\b[^\n$]*)\s*["']?\$(?:env:|\{)?GITHUB_(?P<file>ENV|OUTPUT)\b""",
    re.IGNORECASE,
)
_COMMAND = regex(r"::set-(?P<file>output|env)\s+name=(?P<name>\w+)::(?P<value>[^\"'\n]*)")


@dataclass(slots=True)
class Learned:
    """Environment and values (`steps.ID.outputs.NAME`, in lower case) that later steps of a job get to see."""

    environment: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)

    def step(self, name: str, script: str) -> None:
        """Take in what a step's script writes; what only a run can tell is left out."""
        if "GITHUB_" not in script and "::set-" not in script:
            return
        for pattern in (_WRITTEN, _COMMAND):
            for match in pattern.finditer(script):
                value = match["value"].strip()
                if re.search(r"[$`]", value.replace("${{", "")):
                    continue
                if match["file"].lower() == "env":
                    self.environment[match["name"]] = value
                elif name:
                    self.values[f"steps.{name}.outputs.{match['name']}".lower()] = value
