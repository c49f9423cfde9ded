"""Globs over paths."""

from __future__ import annotations

import re
from functools import cache


@cache
def path_pattern(glob: str) -> re.Pattern[str]:
    """A compiled pattern for a path glob: `**/` any folders, `*` within a name, `{a,b}` alternatives."""
    out, i = "", 0
    while i < len(glob):
        if glob.startswith("**/", i):
            out, i = out + "(?:.*/)?", i + 3
        elif glob.startswith("**", i):
            out, i = out + ".*", i + 2
        elif glob[i] == "*":
            out, i = out + "[^/]*", i + 1
        elif glob[i] == "?":
            out, i = out + "[^/]", i + 1
        elif glob[i] == "{":
            end = glob.find("}", i)
            out, i = out + "(?:" + "|".join(re.escape(p).replace(r"\*", "[^/]*") for p in glob[i + 1 : end].split(",")) + ")", end + 1
        elif glob[i] == "[" and "]" in glob[i:]:
            end = glob.find("]", i)
            out, i = out + glob[i : end + 1], end + 1
        else:
            out, i = out + re.escape(glob[i]), i + 1
    return re.compile(out)
