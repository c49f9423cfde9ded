"""How a command was come to, and what its words stand for there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from posixpath import relpath

from rung.facts.fact import Step
from rung.facts.pipelines.paths import ROOT_FOLDERS, resolve
from rung.facts.pipelines.shell_words import TOP
from rung.facts.pipelines.types import Command
from rung.facts.pipelines.wrappers import Invocation
from rung.regex import regex

_PARAMETER = regex(r"(?<![${])\{\{?\s*(\w+)\s*\}\}?")
_VARIABLE = regex(r"\$\{(\w+)\}|\$(\w+)|\$\(([\w.]+)\)")


@dataclass(frozen=True, slots=True)
class Chain:
    """How a command was come to: the triggers that are left, the steps so far, and the units on the way."""

    system: str
    triggers: frozenset[str]
    head: Step
    steps: tuple[Step, ...] = ()
    seen: frozenset[str] = frozenset()

    def then(self, kind: str, text: str, path: str, line: int) -> Chain:
        return replace(self, steps=(*self.steps, Step(kind, text, path, line)))

    def narrowed(self, left: frozenset[str] | None) -> Chain:
        """The chain under the triggers that a condition leaves; `pipeline:` in `left` stands for any pipeline."""
        if left is None:
            return self
        kept = frozenset(one for one in self.triggers if one in left or (one.startswith("pipeline:") and "pipeline:" in left))
        return replace(self, triggers=kept)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command stands and runs."""

    path: str
    folder: str
    environment: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""


def once(commands: Iterable[Command]) -> Iterable[Command]:
    """The commands without repetitions, which loops and functions make; of equal ones the last, which callers append to."""
    return {(command.words, command.line, command.folder): command for command in commands}.values()


def filled(commands: Sequence[Command], given: Mapping[str, str]) -> Sequence[Command]:
    """The commands with their unit's parameters (`{suite}`, `{{suite}}`) put in: by name, the rest by position as they first appear."""
    if not given:
        return commands
    holes = dict.fromkeys(match[1] for command in commands for word in command.words for match in _PARAMETER.finditer(word))
    positional = (given[key] for key in sorted((key for key in given if key.isdigit()), key=lambda key: (len(key), key)))
    values = {name: given[name] if name in given else next(positional, None) for name in holes}

    def value(match: re.Match[str]) -> str:
        found = values[match[1]]
        return match[0] if found is None else found

    return [replace(command, words=tuple(_PARAMETER.sub(value, word) for word in command.words)) for command in commands]


def substituted(command: Command, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The words with known variables put in; one that is a variable alone and stands unquoted may become several."""
    if not any("$" in word for word in command.words):
        return command.words
    words: list[str] = []
    for word in command.words:
        value = _VARIABLE.sub(lambda match: _known(match, environment), word) if "$" in word else word
        alone = value != word and _VARIABLE.fullmatch(word) is not None and f'"{word}"' not in command.text
        words.extend(value.split() if alone and "$(" not in value else [value])
    return tuple(words)


def _known(match: re.Match[str], environment: Mapping[str, str]) -> str:
    name = match[1] or match[2] or match[3]
    return environment.get(name, ROOT_FOLDERS.get(name, match[0]))


def given(found: Invocation, file: str) -> dict[str, str]:
    """What a shell script gets to know: its environment and its arguments."""
    if file.endswith((".py", ".js", ".ts", ".mjs", ".cjs", ".mts")):
        return {}
    at = next((i for i, word in enumerate(found.words) if resolve(found.folder, word) == file), 0)
    arguments = {str(i): word for i, word in enumerate(found.words[at + 1 :], start=1)}
    return {**found.environment, **arguments}


def relative(word: str, folder: str) -> str:
    """A word that counts from the repository's top, as seen from the folder."""
    if not word.startswith(TOP) or word.startswith("//:"):
        return word
    path = resolve("", word)
    return word if path is None else relpath("/" + path, "/" + folder)
