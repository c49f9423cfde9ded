"""Literals of which a text holds one if an expression matches in it: looking for them takes a fraction of the time."""

from __future__ import annotations

import re
from functools import cache

from rung.regex import regex

SHORTEST = 3  # shorter ones are in nearly every text
TELLING = 6  # longer ones tell hardly more
MOST = 64  # texts that are put together from their parts
# A part of an expression: an escape, a class, a bracket that opens, a quantifier, or any other sign.
_PART = regex(
    r"\\x[0-9a-fA-F]{2}|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]"
    r"|\((?:\?(?:[aiLmsux]+\)|[aiLmsux-]*:|[=!>]|<[=!]|P?<\w+>|P=\w+\)))?|(?:[*+?]|\{\d*,?\d*\})[?+]?|.",
    re.DOTALL,
)
_QUANTIFIER = regex(r"[*+?]|\{\d*,?\d*\}")
_NOWHERE = frozenset(("^", "$", r"\b", r"\B", r"\A", r"\Z"))
_AROUND = ("(?=", "(?!", "(?<=", "(?<!")
_CONTROL = {r"\n": "\n", r"\t": "\t", r"\r": "\r"}
_CLASS = regex(r"\[([^\\^\]-]{1,4})\]")
_FOLDS = regex(r"\(\?[aLmsux]*i")
_VERBOSE = regex(r"\(\?[aiLmsu]*x")

Texts = tuple[str, ...]
Told = tuple[Texts | None, Texts | None]
"""All that a part of an expression can match, and literals of which what it matches holds one; None where that can't be told."""

_ANYTHING: Told = (None, None)
_NOTHING: Told = (("",), None)


@cache
def required_literals(pattern: str, *, folded: bool = False) -> Texts:
    """Literals of which every text that the expression matches holds at least one, sorted; empty where none is known.

    `folded` says that the expression takes capitals for small letters: then the literals are in small letters, as the text has to be.
    """
    if _VERBOSE.search(pattern):
        return ()
    found = _best(*_alternatives(_PART.findall(pattern)[::-1])) or ()
    return tuple(sorted({text.lower() if folded else text for text in found}))


def is_folded(pattern: re.Pattern[str]) -> bool:
    """Whether an expression, or a part of it, takes capitals for small letters."""
    return bool(pattern.flags & re.IGNORECASE) or _FOLDS.search(pattern.pattern) is not None


def _alternatives(parts: list[str]) -> Told:
    """What the parts say, from the last in the list on, up to the bracket that closes; takes them out."""
    exact: Texts | None = ()
    required: Texts | None = ()
    while True:
        whole, literals = _sequence(parts)
        best = _best(whole, literals)
        exact = (*exact, *whole) if exact is not None and whole is not None and len(exact) + len(whole) <= MOST else None
        required = (*required, *best) if required is not None and best is not None and len(required) + len(best) <= 4 * MOST else None
        if not parts or parts.pop() == ")":
            return exact, required


def _sequence(parts: list[str]) -> Told:
    """What the parts of one alternative say."""
    run: Texts = ("",)
    whole, best = True, None
    while parts and parts[-1] not in ("|", ")"):
        exact, required = _quantified(_atom(parts), parts)
        if exact is not None and len(run) * len(exact) <= MOST:
            run = tuple(before + text for before in run for text in exact)
            continue
        whole, best = False, _best(_best(run, best), required)
        run = exact or ("",)
    return run if whole else None, _best(run, best)


def _atom(parts: list[str]) -> Told:
    part = parts.pop()
    if part[0] == "(":
        if part.endswith(")"):
            return _ANYTHING if part.startswith("(?P=") else _NOTHING
        inside = _alternatives(parts)
        return _NOTHING if part in _AROUND else inside
    if part in _NOWHERE:
        return _NOTHING
    if part[0] == "[" and len(part) > 1:
        plain = _CLASS.fullmatch(part)
        return (tuple(plain[1]), None) if plain else _ANYTHING
    if part[0] == "\\":
        return _escaped(part)
    return _ANYTHING if part == "." else ((part,), None)


def _escaped(part: str) -> Told:
    if len(part) == 4:
        return (bytes.fromhex(part[2:]).decode("latin-1"),), None
    if part in _CONTROL:
        return (_CONTROL[part],), None
    return _ANYTHING if part[1].isalnum() else ((part[1],), None)


def _quantified(told: Told, parts: list[str]) -> Told:
    """What a part says with the quantifier behind it, if there is one."""
    if not parts or not _QUANTIFIER.match(parts[-1]):
        return told
    quantifier = parts.pop()
    exact, required = told
    if quantifier[0] == "?":
        return ((*exact, "") if exact is not None else None), None
    if quantifier[0] == "*" or quantifier.startswith(("{0", "{,")):
        return _ANYTHING
    return None, _best(exact, required)


def _best(one: Texts | None, other: Texts | None) -> Texts | None:
    """Of two sets of literals the one that tells more: whose shortest is longer, and which has fewer."""
    known = [texts for texts in (one, other) if texts and min(map(len, texts)) >= SHORTEST]
    return max(known, key=lambda texts: (min(TELLING, *map(len, texts)), -len(texts)), default=None)
