"""Templates that a framework calls views: their ending of two parts, and the name with dots by which code asks for one."""

from __future__ import annotations

import posixpath

from rung.regex import regex

_BLADE = ".blade.php"
_VIEW = regex(r"(?:^|/)views/(.+)\.blade\.php$")


def ending(path: str) -> str:
    """The ending of a file's name, in lower case, that of a view as a whole."""
    return _BLADE if path.endswith(_BLADE) else posixpath.splitext(path)[1].lower()


def view_name(path: str) -> str:
    """The name of a view (`prompts.draft` for `resources/views/prompts/draft.blade.php`); empty for any other file."""
    found = _VIEW.search(path)
    return found[1].replace("/", ".") if found else ""
