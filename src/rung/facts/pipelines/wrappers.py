"""Programs that only start another one: `uv run`, `npx`, `sudo`, `python -m`, `coverage run` and the like."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from posixpath import basename

from rung.facts.pipelines.paths import inside
from rung.facts.pipelines.wrapper_options import (
    BUILT_IN,
    COMMANDS,
    GLOBAL_VALUED,
    MARKS,
    PLAIN,
    PREFIXES,
    PYTHON_RUNNERS,
    Options,
)
from rung.regex import regex

_ASSIGNMENT = regex(r"[A-Za-z_]\w*=")
_PYTHON = regex(r"(python|pypy)(\d[\d.]*)?$|py$")
_HOLE = regex(r"\$\{\{.*\}\}|\$\w+|\$\{\w+\}")
_PYTHON_VARIABLE = regex(r"\$[({]?(PYTHON3?|PY)[)}]?$")
_VERSIONED = regex(r"(pip|node|ruby|tsx)\d[\d.]*$")
_EXTRAS = regex(r"(\[[^\]]*\])?\s*(==|>=|<=|~=|!=|<|>).*$|\[[^\]]*\]$")
SCRIPT = regex(r"\.(py|pyw|[cm]?[jt]sx?|rb|go|php|pl|lua|R|r|ps1|sh|bash|zsh|bat|cmd)$")

# Where installed programs stand, and options of interpreters with a value of their own.
INSTALLED = regex(
    r"^(?:\./)?(?:(?:\S{1,200}/)?(?:vendor|node_modules)/(?:\S{1,200}/)?\.?bin/_?([\w-]+)(?:\.[cm]?js)?|(?:\S{1,200}/)?node_modules/(?:\S{1,200}/)?([\w-]+)\.[cm]?js"
    r"|bin/(phpunit|simple-phpunit|pest|rspec|minitest)|(?:\S{1,200}/)?([\w-]+)\.phar)$"
)
INTERPRETED_VALUED = frozenset({"-d", "-c", "-I", "-r", "--require", "--import", "--loader"})


@dataclass(frozen=True, slots=True)
class Invocation:
    """A command on its way to the program that it starts; `module` says that the program is a Python module."""

    words: tuple[str, ...]
    folder: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    module: bool = False

    @property
    def program(self) -> str:
        return program_name(self.words[0]) if self.words else ""

    @property
    def arguments(self) -> tuple[str, ...]:
        return self.words[1:]


@lru_cache(maxsize=8192)
def program_name(word: str) -> str:
    """A program without its path and version: `./node_modules/.bin/x` is `x`, `python3.12` is `python`."""
    if _PYTHON_VARIABLE.match(word):
        return "python"
    name = word.rstrip("/")
    name = name if name.startswith("@") else basename(name.replace("\\", "/"))
    name = re.sub(r"\.(exe|cmd)$", "", name)
    if _PYTHON.match(name):
        return "python"
    versioned = _VERSIONED.match(name)
    return versioned[1] if versioned else name


def package_name(word: str) -> str:
    """A package without version and extras: `promptly@latest`, `@scope/x@1`, `tool[all]==2`."""
    if word.startswith((".", "/")):
        return word
    at = word.find("@", 1)
    return _EXTRAS.sub("", word if at < 0 else word[:at])


def peel(found: Invocation) -> Invocation | None:
    """The invocation with its outermost wrapper removed; None when there is none."""
    program = found.program
    if not found.words or not program:
        return None
    if _ASSIGNMENT.match(found.words[0]) and len(found.words) > 1:
        return _assigned(found)
    if program == "python":
        return _module(found)
    special = SPECIAL.get(program)
    if special:
        inner = special(found)
        if inner is not None:
            return inner
    for length in (3, 2):
        key, at = _verbs(found, length)
        options = COMMANDS.get(key)
        if options is not None:
            return _command(found, key, at, options)
    prefix = PREFIXES.get(program)
    return _rest(found, 1, prefix) if prefix and len(found.words) > 1 else None


def _verbs(found: Invocation, length: int) -> tuple[tuple[str, ...], int]:
    """The program with its first words that are no options, and where the last of them stands."""
    key = [found.program]
    at = 1
    valued = GLOBAL_VALUED.get(found.program, frozenset())
    while len(key) < length and at < len(found.words):
        word = found.words[at]
        if word.startswith("-"):
            at += 1 if word in valued and "=" not in word else 0
        else:
            key.append(word)
        at += 1
    return tuple(key), at


def _command(found: Invocation, key: tuple[str, ...], at: int, options: Options) -> Invocation | None:
    inner = _folder_options(found, at, options)
    after = MARKS.get(key)
    if after:
        marks = [i for i, word in enumerate(found.words) if word in after]
        return replace(inner, words=found.words[marks[0] + 1 :]) if marks and marks[0] + 1 < len(found.words) else None
    if key in PYTHON_RUNNERS:
        return _python_runner(inner, at, options)
    rest = _rest(inner, at, options)
    if rest is not None and key == ("hatch", "run"):  # `environment:command`
        first = rest.words[0].rpartition(":")[2] if not rest.words[0].startswith(("http", ".")) else rest.words[0]
        return replace(rest, words=(first, *rest.words[1:]))
    return rest


def _folder_options(found: Invocation, at: int, options: Options) -> Invocation:
    """Options before the verb that change the folder."""
    folder = found.folder
    for i in range(1, min(at, len(found.words) - 1)):
        name, equals, value = found.words[i].partition("=")
        if name in options.folder:
            folder = inside(folder, value if equals else found.words[i + 1])
    return replace(found, folder=folder)


def _rest(found: Invocation, at: int, options: Options) -> Invocation | None:
    """What is left after a wrapper's own options, assignments and positional words."""
    words, folder, positional = found.words, found.folder, options.positional
    environment = dict(found.environment)
    while at < len(words):
        word = words[at]
        name, equals, value = word.partition("=")
        if word == "--":
            at += 1
            if positional:
                positional = 0
                continue
            break
        if word.startswith("-") and len(word) > 1:
            if name in options.folder:
                folder = inside(folder, value if equals else words[at + 1] if at + 1 < len(words) else "")
            at += 2 if word in options.valued and not equals else 1
        elif _ASSIGNMENT.match(word):
            environment[name] = value
            at += 1
        elif positional:
            positional -= 0 if options.loose and _HOLE.fullmatch(word) else 1
            at += 1
        else:
            break
    if at >= len(words):
        return None
    first = package_name(words[at]) if options.packages else words[at]
    return Invocation((first, *words[at + 1 :]), folder, environment)


def _python_runner(found: Invocation, at: int, options: Options) -> Invocation | None:
    """`uv run` and `coverage run` take a module, a script or (uv) a program."""
    for i in range(at, len(found.words) - 1):
        word = found.words[i]
        if word in ("-m", "--module"):
            return replace(found, words=("python", "-m", *found.words[i + 1 :]))
        if word in ("-s", "--script") and SCRIPT.search(found.words[i + 1]):
            return replace(found, words=("python", *found.words[i + 1 :]))
        if not word.startswith("-") and found.words[i - 1] not in options.valued:
            break
    inner = _rest(found, at, options)
    if inner is None:
        return None
    is_script = inner.words[0].endswith((".py", ".pyw")) or found.program == "coverage"
    return replace(inner, words=("python", *inner.words)) if is_script else inner


def _assigned(found: Invocation) -> Invocation:
    name, _, value = found.words[0].partition("=")
    return replace(found, words=found.words[1:], environment={**found.environment, name: value})


def _module(found: Invocation) -> Invocation | None:
    """`python -m x` is `x`."""
    at = 1
    while at < len(found.words) - 1:
        word = found.words[at]
        if word == "-m":
            return replace(found, words=found.words[at + 1 :], module=True)
        if word == "-c" or not word.startswith("-"):
            return None
        if word.startswith("-m") and len(word) > 2:
            return replace(found, words=(word[2:], *found.words[at + 1 :]), module=True)
        at += 2 if word in ("-X", "-W") else 1
    return None


def _script_runner(found: Invocation) -> Invocation | None:
    """`yarn x`, `pnpm x`, `bun run x` where `x` is no script: a program of an installed package."""
    key, at = _verbs(found, 2)
    if len(key) < 2:
        return None
    verb = key[1]
    inner = _folder_options(found, at, Options.of(folder="-C --dir --cwd"))
    if verb == "run":
        return _rest(inner, at, PLAIN) if found.program != "npm" else None
    return (
        replace(inner, words=found.words[at - 1 :]) if verb not in BUILT_IN and not SCRIPT.search(verb) and found.program != "npm" else None
    )


def _corepack(found: Invocation) -> Invocation | None:
    """`corepack pnpm ...`, but not `corepack enable`."""
    name = package_name(found.words[1]) if len(found.words) > 1 else ""
    return replace(found, words=(name, *found.words[2:])) if name in ("npm", "pnpm", "yarn") else None


def _installed(found: Invocation) -> Invocation | None:
    """A program that a language's package manager installed, handed to the interpreter by its path (`php vendor/bin/phpunit`)."""
    for at, word in enumerate(found.words[1:], 1):
        if word in INTERPRETED_VALUED or word.startswith("-") or found.words[at - 1] in INTERPRETED_VALUED:
            continue
        program = INSTALLED.search(word)
        return replace(found, words=(next(filter(None, program.groups())), *found.words[at + 1 :])) if program else None
    return None


SPECIAL: Mapping[str, Callable[[Invocation], Invocation | None]] = {
    "yarn": _script_runner,
    "pnpm": _script_runner,
    "bun": _script_runner,
    "corepack": _corepack,
    **dict.fromkeys(("php", "ruby", "node"), _installed),
}


def positionals(words: Sequence[str], valued: frozenset[str] = frozenset()) -> list[str]:
    """The words that are no options and no options' values."""
    found: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-") and len(word) > 1:
            skip = word in valued
        else:
            found.append(word)
    return found
