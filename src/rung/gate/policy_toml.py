"""On which lines of a TOML text its tables, keys and array entries stand, which its parser doesn't tell."""

from __future__ import annotations

from rung.regex import regex

Path = tuple[str | int, ...]

_KEY = r"(?:[\w-]+|\"[^\"]*\"|'[^']*')"
_DOTTED = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEADER = regex(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]")
_PAIR = regex(rf"\s*({_DOTTED})\s*=\s*(.*)")
_PART = regex(_KEY)


def toml_lines(text: str) -> dict[Path, int]:
    """The lines by path of keys and indexes, as far as a look at each line can tell: one entry of an array a line."""
    lines: dict[Path, int] = {}
    arrays: dict[Path, int] = {}  # how many [[tables]] or entries there are so far
    table: Path = ()
    array: Path | None = None  # the array that is open over several lines
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if array is not None:
            array = _entry(stripped, array, arrays, lines, number)
        elif header := _HEADER.match(line):
            table = _enter(_parts(header[2]), header[1] == "[[", arrays)
            _note(table, lines, number)
        elif pair := _PAIR.match(line):
            path = (*table, *_parts(pair[1]))
            _note(path, lines, number)
            array = path if pair[2].startswith("[") and "]" not in pair[2] else None
    return lines


def _parts(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _enter(names: Path, repeated: bool, arrays: dict[Path, int]) -> Path:
    """The path of a header's table: below the last entry of every array of tables on the way."""
    path: Path = ()
    for depth, name in enumerate(names, start=1):
        path = (*path, name)
        if repeated and depth == len(names):
            arrays[path] = arrays.get(path, 0) + 1
        if path in arrays:
            path = (*path, arrays[path] - 1)
    return path


def _entry(line: str, array: Path, arrays: dict[Path, int], lines: dict[Path, int], number: int) -> Path | None:
    """Notes a line of an array that spans several; returns the array while it stays open."""
    if line.startswith("]"):
        return None
    arrays[array] = arrays.get(array, 0) + 1
    lines[*array, arrays[array] - 1] = number
    return array


def _note(path: Path, lines: dict[Path, int], number: int) -> None:
    for depth in range(1, len(path) + 1):
        lines.setdefault(path[:depth], number)
