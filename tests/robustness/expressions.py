"""Every regular expression of rung and its rules, and texts that would make a careless one take quadratic time or worse."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

WORD = "aA1_ .-/:=\"'`#$({[<,;*&@|\\\t\n\0é"
LENGTHS = (60, 800)
SLOW = 0.08  # seconds that no text of these lengths may take: a linear search takes a hundredth of it, a quadratic one several times it
_ENDLESS = re.compile(r"[*+|]|,\}")
SEARCHING = {"search", "sub", "subn", "split", "findall", "finditer"}


def collected() -> dict[re.Pattern[str], str]:
    """All expressions that importing rung, loading its rules and reading a sample of every kind compile, each with how it is used.

    To be called in a process that has not imported rung yet.
    """
    compiled: dict[re.Pattern[str], str] = {}
    original = re._compile  # type: ignore[attr-defined]

    def remember(pattern: Any, flags: int) -> Any:
        found = original(pattern, flags)
        frame = sys._getframe(2)
        if isinstance(found.pattern, str) and frame.f_globals.get("__name__", "").startswith("rung"):
            compiled.setdefault(found, sys._getframe(1).f_code.co_name)
        return found

    re._compile = remember  # type: ignore[attr-defined]
    import rung
    import rung.regex

    rung.regex.regex = re.compile  # type: ignore[assignment]  # at once, before any module takes it from there

    modules = [importlib.import_module(m.name) for m in pkgutil.walk_packages(rung.__path__, "rung.") if not m.name.endswith("__main__")]
    from tests.robustness.targets import TARGETS

    for name, (read, samples) in TARGETS.items():
        for path, text in list(samples.items())[: 1 if name == "whole" else None]:
            read(path, text.encode())
    re._compile = original  # type: ignore[attr-defined]
    named = {found: _method(module, name) for module in modules for name, found in _constants(module)}
    return {found: named.get(found, "match" if how == "compile" else how) for found, how in compiled.items()}


def _constants(module: ModuleType) -> Iterator[tuple[str, re.Pattern[str]]]:
    for name, value in vars(module).items():
        values = value.values() if isinstance(value, dict) else value if isinstance(value, (tuple, list)) else (value,)
        yield from ((name, found) for found in values if isinstance(found, re.Pattern))


def _method(module: ModuleType, name: str) -> str:
    """How a module uses a constant of its own: the method that tries most places of a text."""
    used = {
        node.attr
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
    }
    return "search" if used & SEARCHING else "match" if "match" in used or not used else "fullmatch"


def texts(pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Beginnings that fit a part of the expression, and what to repeat after them."""
    tree = parser.parse(pattern.pattern, pattern.flags)
    prefixes = [prefix for prefix in dict.fromkeys(_prefixes(tree)) if len(prefix) < 60][:10]
    characters = list(dict.fromkeys(_characters(tree)))[:5]
    for middle in dict.fromkeys([*characters, *prefixes]):
        if middle:
            yield "", middle
    for prefix in prefixes:
        for character in characters:
            if prefix:
                yield prefix, character


def slowest(pattern: re.Pattern[str], method: str) -> str:
    """The first text that takes too long, told in short; empty when there is none."""
    if len(_ENDLESS.findall(pattern.pattern)) < 2:  # one alone, without branches, takes quadratic time at most
        return ""
    call = getattr(pattern, "search" if method in SEARCHING else "fullmatch" if method == "fullmatch" else "match")
    for beginning, middle in texts(pattern):
        for length in LENGTHS:
            text = beginning + middle * (length // len(middle)) + "\n\0"
            if _is_slow(call, text) and _is_slow(call, text):
                return f"{beginning!r} and {length // len(middle)} times {middle!r}"
    return ""


def _is_slow(call: Callable[[str], Any], text: str) -> bool:
    """Whether a search takes longer than it may, in time of the processor; it is broken off then."""
    before = signal.signal(signal.SIGVTALRM, _give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, SLOW)
    try:
        found = call(text)
        if isinstance(found, Iterator):
            for _ in found:
                pass
    except TimeoutError:
        return True
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return False


def _give_up(*_: object) -> None:
    raise TimeoutError


def _prefixes(tree: Any) -> Iterator[str]:
    """What fits the beginning of the expression, ever more of it; also of what stands within."""
    text = ""
    for code, value in tree:
        yield text
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            for inner in _prefixes(value[2]):
                yield text + inner
            yield text + _fitting(value[2])
        elif code is codes.SUBPATTERN:
            for inner in _prefixes(value[3]):
                yield text + inner
        elif code is codes.ATOMIC_GROUP:
            for inner in _prefixes(value):
                yield text + inner
        elif code is codes.BRANCH:
            for branch in value[1]:
                for inner in _prefixes(branch):
                    yield text + inner
        text += _fitting([(code, value)])
    yield text


def _fitting(tree: Any) -> str:
    """A short text that fits."""
    text = ""
    for code, value in tree:
        if code is codes.LITERAL:
            text += chr(value)
        elif code is codes.NOT_LITERAL:
            text += "b" if value == ord("a") else "a"
        elif code is codes.ANY:
            text += "a"
        elif code is codes.IN:
            text += next(iter(_members(value)), "")
        elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            text += _fitting(value[2]) * min(max(value[0], 1 if value[1] and not value[0] else 0), 50)
        elif code is codes.SUBPATTERN:
            text += _fitting(value[3])
        elif code is codes.ATOMIC_GROUP:
            text += _fitting(value)
        elif code is codes.BRANCH:
            text += _fitting(value[1][0])
    return text


def _characters(tree: Any) -> Iterator[str]:
    """A few characters for everything that is repeated or may be."""
    for code, value in tree:
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            if value[1] > 50:
                yield from _alphabet(value[2])
            yield from _characters(value[2])
        elif code is codes.SUBPATTERN:
            yield from _characters(value[3])
        elif code in (codes.ASSERT, codes.ASSERT_NOT):
            yield from _characters(value[1])
        elif code is codes.ATOMIC_GROUP:
            yield from _characters(value)
        elif code is codes.BRANCH:
            for branch in value[1]:
                yield from _characters(branch)


def _alphabet(tree: Any) -> Iterator[str]:
    for code, value in tree:
        if code is codes.LITERAL:
            yield chr(value)
        elif code in (codes.ANY, codes.NOT_LITERAL):
            yield from "a .\t" + ("\n" if code is codes.NOT_LITERAL and value != 10 else "")
        elif code is codes.IN:
            yield from _members(value)
        elif code is codes.SUBPATTERN:
            yield from _alphabet(value[3])
        elif code is codes.ATOMIC_GROUP:
            yield from _alphabet(value)
        elif code is codes.BRANCH:
            for branch in value[1]:
                yield from _alphabet(branch)
        elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            yield from _alphabet(value[2])


def _members(items: Any) -> Iterator[str]:
    """A few characters of a class."""
    chosen = re.compile("[" + "".join(_written(item) for item in items) + "]")
    count = 0
    for character in WORD:
        if chosen.match(character):
            yield character
            count += 1
            if count == 4:
                return
    if not count:
        yield from (chr(value[0] if code is codes.RANGE else value) for code, value in items if code in (codes.LITERAL, codes.RANGE))


_CATEGORIES = {
    codes.CATEGORY_DIGIT: r"\d",
    codes.CATEGORY_NOT_DIGIT: r"\D",
    codes.CATEGORY_SPACE: r"\s",
    codes.CATEGORY_NOT_SPACE: r"\S",
    codes.CATEGORY_WORD: r"\w",
    codes.CATEGORY_NOT_WORD: r"\W",
}


def _written(item: Any) -> str:
    code, value = item
    if code is codes.NEGATE:
        return "^"
    if code is codes.CATEGORY:
        return _CATEGORIES[value]
    if code is codes.RANGE:
        return f"\\U{value[0]:08x}-\\U{value[1]:08x}"
    return f"\\U{value:08x}"


if __name__ == "__main__":
    slow = {found.pattern: slowest(found, how) for found, how in collected().items()}
    for expression, text in slow.items():
        if text:
            print(f"{expression!r} takes too long for {text}")  # noqa: T201
    if len(slow) < 900:
        sys.exit(f"only {len(slow)} expressions were found")
