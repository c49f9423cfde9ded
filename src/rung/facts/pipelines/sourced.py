"""Functions that a shell takes in from another file (`source lib.sh`), and what calling one runs."""

from __future__ import annotations

import re
from collections.abc import Callable

from rung.facts.pipelines.chains import Place
from rung.facts.pipelines.shell import parse_shell
from rung.facts.pipelines.types import Unit
from rung.facts.pipelines.wrappers import Invocation
from rung.regex import regex

_FUNCTION = regex(r"^[ \t]*(?:function[ \t]+([\w:.-]+)|([\w:.-]+)[ \t]*\([ \t]*\))", re.MULTILINE)
_NAME = regex(r"[A-Za-z_][\w:.-]*")
_MOST = 20


class Sourced:
    """Which files each file has sourced so far, and the functions that these define."""

    def __init__(self, text: Callable[[str], str | None]) -> None:
        self.text = text
        self.files: dict[str, list[str]] = {}
        self._functions: dict[str, dict[str, int]] = {}

    def note(self, path: str, file: str) -> None:
        """A file has sourced another."""
        known = self.files.setdefault(path, [])
        if file != path and file not in known and len(known) < _MOST:
            known.append(file)

    def unit(self, found: Invocation, place: Place) -> Unit | None:
        """What a command runs that is a function from a sourced file, the last one first; None where it is none."""
        if not self.files or not _NAME.fullmatch(found.words[0]):
            return None
        for file in reversed(self._all(place.path)):
            line = self._defined(file).get(found.words[0])
            text = self.text(file) if line else None
            if line and text is not None:
                given = {**found.environment, **{str(i): word for i, word in enumerate(found.arguments, start=1)}}
                before = len(parse_shell(text, 1, given, script=file))
                commands = parse_shell(f'{text}\n{found.words[0]} "$@"\n', 1, given, script=file)[before:]
                for other in self._all(place.path):
                    self.note(file, other)
                return Unit("function", found.words[0], file, line, ".", commands)
        return None

    def _all(self, path: str) -> list[str]:
        found: list[str] = []
        waiting = [path]
        while waiting and len(found) < _MOST:
            for file in self.files.get(waiting.pop(), []):
                if file not in found:
                    found.append(file)
                    waiting.append(file)
        return found

    def _defined(self, file: str) -> dict[str, int]:
        if file not in self._functions:
            text = self.text(file) or ""
            self._functions[file] = {m[1] or m[2]: text.count("\n", 0, m.start()) + 1 for m in _FUNCTION.finditer(text)}
        return self._functions[file]
