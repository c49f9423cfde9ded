"""The files that a pipeline file may take in: includes, templates, child pipelines."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import lru_cache

from rung.facts.pipelines.paths import resolve


@dataclass(slots=True)
class Sources:
    """The repository's files for a reader; `used` collects the paths that were taken in."""

    files: Collection[str] = ()
    text: Callable[[str], str | None] = lambda _: None
    used: set[str] = field(default_factory=set)

    def read(self, path: str, folder: str = "") -> tuple[str, str] | None:
        """The normalized path and text of a file named from `folder`; None when the repository has none."""
        found = resolve(folder, path)
        if not found or found not in self.files:
            return None
        text = self.text(found)
        if text is None:
            return None
        self.used.add(found)
        return found, text

    def matching(self, glob: str) -> list[str]:
        """The repository's files that a glob with `*` and `**` matches."""
        pattern = _pattern(glob.lstrip("/"))
        return sorted(path for path in self.files if pattern.fullmatch(path))


@lru_cache(maxsize=256)
def _pattern(glob: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/|\*\*|\*)", glob)
    forms = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}
    return re.compile("".join(forms.get(part, re.escape(part)) for part in parts))
