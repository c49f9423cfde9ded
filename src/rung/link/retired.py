"""What lies in folders for what was put away: kept in the repository, and no longer the application."""

from __future__ import annotations

import re

from rung.facts.fact import Fact
from rung.link.graph import Graph
from rung.regex import regex

PUT_AWAY = regex(r"(?:^|.*/)[_.]?(?:archived?|archives|deprecated|obsolete|attic|graveyard|retired)/", re.IGNORECASE)
OLDER = regex(r"(?:^|.*?/)_?(?:legacy|old|older|outdated|backups?|previous)/", re.IGNORECASE)


class Retired:
    """Tells which files were put away."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self.project = graph, graph.project
        self._folders: dict[str, bool] = {}

    def without(self, facts: list[Fact]) -> list[Fact]:
        """Facts without those of folders put away; what an older version says stays where there is nothing newer."""
        live = [f for f in facts if not self._lies_in(PUT_AWAY, f.location.path)]
        return [f for f in live if not self._lies_in(OLDER, f.location.path)] or live

    def _lies_in(self, name: re.Pattern[str], path: str) -> bool:
        """Whether a path leads through such a folder, and no application file outside of it uses what is inside."""
        match = name.match(path)
        if not match:
            return False
        folder = match.group()
        known = self._folders.get(folder)
        if known is None:
            users = {u for target, found in self.graph.used.items() if target.startswith(folder) for u in found}
            known = not any(not u.startswith(folder) and self.project.is_application(u) for u in users)
            self._folders[folder] = known
        return known
