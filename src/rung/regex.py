"""Regular expressions that are compiled when they are first used: a scan of a small repository needs a third of them."""

from __future__ import annotations

import re
from typing import Any, cast

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split", "flags", "groups", "groupindex")


class _Lazy:
    """Stands for an expression; the methods become its own at the first use, so that later ones cost nothing more."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern, self._given = pattern, flags

    def __getattr__(self, name: str) -> Any:
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self._given)
        self.__dict__.update({method: getattr(compiled, method) for method in _METHODS})
        return self.__dict__[name]


def regex(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """What `re.compile` gives of the same, without the time that it takes now. Raises `re.error` at the first use, not here."""
    return cast("re.Pattern[str]", _Lazy(pattern, flags))
