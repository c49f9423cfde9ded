"""Words that must be one of a list."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

import click


def one_of(what: str, word: str, known: Iterable[str]) -> None:
    """Raises click.UsageError, with the nearest known word, for a word that is none of them; `what` says what it should be."""
    listed = sorted(known)
    if word in listed:
        return
    near = get_close_matches(word, listed, n=1)
    hint = f"did you mean {near[0]}?" if near else f"give one of {', '.join(listed)}."
    raise click.UsageError(f"There is no {what} {word!r}: {hint}")
