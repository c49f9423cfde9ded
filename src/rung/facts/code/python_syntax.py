"""Python code as a tree of its own parser, for questions that need every detail of a definition or call."""

from __future__ import annotations

import ast
import warnings

from rung.facts.code.embedded import notebook
from rung.regex import regex

LARGEST = 400_000
FORMATTED = regex(r"\b[rR]?[fFtT][rR]?[\"']")


def syntax_tree(path: str, text: str) -> ast.Module | None:
    """The tree of a Python file or of a notebook's code; None where it can't be read.

    Templates that only a later Python than this one takes are read as empty texts.
    """
    if path.endswith(".ipynb"):
        block = notebook(text)
        text = block.code if block else ""
    if not text or len(text) > LARGEST:
        return None
    return _parsed(text) or (_parsed(_without_templates(text)) if FORMATTED.search(text) else None)


def _parsed(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _without_templates(text: str) -> str:
    """A text with empty strings in the place of its templates, lines kept."""
    from ast_grep_py import SgRoot

    parts, at = [], 0
    for hole in SgRoot(text, "python").root().find_all(kind="interpolation"):
        found = hole.parent()
        place = found.range() if found is not None and found.kind() == "string" else None
        if place is None or place.start.index < at:
            continue
        lines = text.count("\n", place.start.index, place.end.index)
        parts += [text[at : place.start.index], '""' if not lines else '"""' + "\n" * lines + '"""']
        at = place.end.index
    return "".join([*parts, text[at:]])
