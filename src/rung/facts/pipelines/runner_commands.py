"""How the command lines of task runners name the units that they run, and the words of one sorted out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rung.facts.pipelines.paths import inside
from rung.facts.pipelines.wrappers import Invocation
from rung.regex import regex

_ASSIGNMENT = regex(r"([A-Za-z_][\w-]*)\s*:?=(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Runner:
    """How a tool's command line names the units that it runs."""

    kinds: tuple[str, ...]
    verbs: frozenset[str] = frozenset()  # subcommands, one of which must stand first; with "" there may be none
    named: frozenset[str] = frozenset()  # options whose value is a list of names
    valued: frozenset[str] = frozenset()
    folder: frozenset[str] = frozenset()
    file: frozenset[str] = frozenset()
    several: bool = True  # every word may be a name; otherwise the first one is and the others are arguments
    climbs: bool = True  # looks in the folders above as well
    appends: bool = False  # arguments go to the unit's last command


def _runner(
    kinds: str, verbs: str = "", named: str = "", valued: str = "", folder: str = "", file: str = "",
    several: bool = True, climbs: bool = True, appends: bool = False,
) -> Runner:  # fmt: skip
    """A runner from texts of words; a lone `-` among the verbs says that there may be none, and `+` joins the words of one."""
    verb_words = frozenset("" if word == "-" else word.replace("+", " ") for word in verbs.split())
    options = [frozenset(text.split()) for text in (named, valued, folder, file)]
    return Runner(tuple(kinds.split()), verb_words, options[0], options[1], options[2], options[3], several, climbs, appends)


_MAKE = _runner("make", valued="-l -o -W -I --jobs", folder="-C --directory", file="-f --file --makefile", climbs=False)
_INVOKE = _runner("invoke", valued="-c --collection", folder="-r --search-root")
_HOOKS = _runner("pre-commit", "run", valued="--from-ref --to-ref --files --hook-stage -c --config --source --origin --color")
_GRADLE = _runner("gradle", folder="-p --project-dir")
_PYTHON = "-p --python -k -t -db --default-venv-backend"
RUNNERS: Mapping[str, Runner] = {
    "make": _MAKE,
    "gmake": _MAKE,
    "mingw32-make": _MAKE,
    "just": _runner("just", folder="-d --working-directory", file="-f --justfile", valued="--shell"),
    "task": _runner("task taskipy", folder="-d --dir", file="-t --taskfile", appends=True),
    "go-task": _runner("task", folder="-d --dir", file="-t --taskfile", appends=True),
    "tox": _runner("tox", "- run r run-parallel p", "-e", "-x --override --workdir -p", file="-c --conf", climbs=False),
    "nox": _runner("nox", named="-s -e --session --sessions", valued=_PYTHON, file="-f --noxfile", climbs=False),
    "poe": _runner("poe", valued="-e --executor", folder="-C --root -r", several=False, appends=True),
    "poethepoet": _runner("poe", several=False, appends=True),
    "poetry": _runner("poe taskipy", "poe task", several=False, appends=True),
    "taskipy": _runner("taskipy", several=False, appends=True),
    "invoke": _INVOKE,
    "inv": _INVOKE,
    "fab": _INVOKE,
    "rails": _runner("rake"),
    "cargo": _runner("cargo", several=False, climbs=True, appends=True),
    "rake": _runner("rake", valued="-I -R", file="-f --rakefile"),
    "earthly": _runner("earthly", valued="--build-arg --secret --platform --artifact"),
    "gradle": _GRADLE,
    "gradlew": _GRADLE,
    "pre-commit": _HOOKS,
    "prek": _HOOKS,
    "lefthook": _runner("lefthook", "run", several=False),
    "pdm": _runner("pdm", "- run", folder="-p --project", several=False, appends=True),
    "rye": _runner("rye", "run r", several=False, appends=True),
    "pixi": _runner("pixi", "run r", valued="-e --environment --manifest-path", several=False, appends=True),
    "pipenv": _runner("pipenv", "run", several=False, appends=True),
    "hatch": _runner("hatch", "run", valued="-e --env", several=False, appends=True),
    "deno": _runner("deno", "task run", several=False, appends=True),
    "composer": _runner("composer", "- run-script run", several=False, appends=True),
    "dvc": _runner("dvc", "repro exp+run", folder="-C --cd", valued="-n --name -S --set-param -j --jobs", file="-f --file", climbs=False),
    "mise": _runner("mise", "- run r", several=False, appends=True),
}


class CommandLine:
    """The words of a task runner's command, sorted out."""

    def __init__(self, found: Invocation, runner: Runner) -> None:
        self.runner = runner
        self.program = found.program
        self.folder = found.folder
        self.file = ""
        self.stage = ""
        self.environment = ""
        self.given: dict[str, str] = {}
        self.names: list[str] = []
        self.rest: tuple[str, ...] = ()
        self.explicit = False
        self._read(found.words)
        verbs = runner.verbs
        length = next((n for n in (2, 1) if " ".join(self.names[:n]) in verbs), 0) if self.names else 0
        self.applies = not verbs or "" in verbs or length > 0
        if length:
            self.names = self.names[length:]
        if not runner.several and self.names:
            self.rest = (*self.names[1:], *self.rest)
            self.names = self.names[:1]

    def _read(self, words: Sequence[str]) -> None:
        at = 1
        known = (self.runner.named, self.runner.folder, self.runner.file, self.runner.valued)
        while at < len(words):
            word = words[at]
            name, equals, value = word.partition("=")
            at += 1
            if word == "--":
                self.rest = tuple(words[at:])
                return
            if not word.startswith("-") or word == "-":
                assigned = _ASSIGNMENT.fullmatch(word)
                if assigned:
                    self.given[assigned[1]] = assigned[2]
                elif not (self.program.endswith("make") and word.isdigit()):
                    self.names.append(word)
                    if not self.runner.several and len(self.names) > (1 if self.runner.verbs and self.names[0] in self.runner.verbs else 0):
                        self.rest = tuple(word for word in words[at:] if word != "--")
                        return
                continue
            if not any(name in options for options in known):
                short = next((option for options in known for option in options if len(option) == 2 and word.startswith(option)), "")
                if not short or word.startswith("--"):
                    self._parameter(name, value if equals else words[at] if at < len(words) else "")
                    continue
                name, equals, value = short, "=", word[2:].removeprefix("=")
            if not equals and at < len(words):
                value = words[at]
                at += 1
            self._option(name, value)

    def _parameter(self, name: str, value: str) -> None:
        """An option of the unit itself, such as `inv evaluate --suite tides`."""
        if self.runner.kinds == ("invoke",) and name.startswith("--") and not value.startswith("-"):
            self.given[name.lstrip("-").replace("-", "_")] = value

    def _option(self, name: str, value: str) -> None:
        runner = self.runner
        if name in runner.folder:
            self.folder = inside(self.folder, value)
        elif name in runner.file:
            self.file = value
        elif name in runner.named:
            self.names += [part for part in re.split(r",(?![^(]*\))", value) if part]
            self.explicit = True
        elif name == "--hook-stage":
            self.stage = value
        elif name in ("-e", "--env", "--environment"):
            self.environment = value
