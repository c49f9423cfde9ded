"""Which units a command calls: `make x`, `npm run x`, `tox -e x`, `./x.sh` and the like."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from posixpath import basename, dirname

from rung.facts.pipelines.paths import inside, resolve
from rung.facts.pipelines.runner_commands import RUNNERS, CommandLine
from rung.facts.pipelines.shell_words import TOP
from rung.facts.pipelines.types import Unit
from rung.facts.pipelines.units import read_units
from rung.facts.pipelines.wrappers import Invocation

_PARAMETERS = ("just",)
_SPREAD = ("gradle", "rake", "cargo")  # whose tasks may stand in other folders than the one that they are called from
_MOST_READINGS = 2000


@dataclass(frozen=True, slots=True)
class Call:
    """One unit that is called: values given to it, words appended to its last command, and where it runs if not in its own folder."""

    unit: Unit
    given: Mapping[str, str] = field(default_factory=dict)
    appended: tuple[str, ...] = ()
    folder: str = ""


class Units:
    """The repository's units, found by kind, folder and name."""

    def __init__(self, units: Sequence[Unit], text: Callable[[str], str | None]) -> None:
        self.text = text
        self.images: dict[str, str] = {}  # Dockerfiles by the names of the images that were built of them
        self.by_path: dict[str, list[Unit]] = {}
        self.by_kind: dict[str, list[Unit]] = {}
        self.folders: dict[tuple[str, str], list[str]] = {}
        self.reread: dict[tuple[str, tuple[tuple[str, str], ...]], list[Unit]] = {}
        for unit in units:
            self.by_path.setdefault(unit.path, []).append(unit)
            self.by_kind.setdefault(unit.kind, []).append(unit)
            paths = self.folders.setdefault((unit.kind, dirname(unit.path)), [])
            if unit.path not in paths:
                paths.append(unit.path)
        for paths in self.folders.values():
            paths.sort(key=lambda path: (basename(path).count("."), path))  # `Makefile` before `tools.mk`

    def of(self, path: str, given: Mapping[str, str]) -> list[Unit]:
        """The units of a file, read again where a caller gives it values."""
        text = self.text(path) if given else None
        # what the file doesn't name can't change what it says
        used = {name: value for name, value in given.items() if name.isdigit() or name in text} if text else {}
        if text is None or not used:
            return self.by_path.get(path, [])
        key = (path, tuple(sorted(used.items())))
        if key not in self.reread and len(self.reread) < _MOST_READINGS:
            self.reread[key] = read_units(path, text, used)
        return self.reread.get(key, self.by_path.get(path, []))

    def script(self, path: str, given: Mapping[str, str]) -> Unit | None:
        """The script unit of a file."""
        if not any(unit.kind == "script" for unit in self.by_path.get(path, [])):
            return None
        return next((unit for unit in self.of(path, given) if unit.kind == "script"), None)

    def named(self, kind: str, path: str, name: str, given: Mapping[str, str], depth: int = 0) -> Unit | None:
        """The unit of a name in a file or in what the file includes."""
        pattern: Unit | None = None
        for unit in self.of(path, given):
            if unit.kind != kind:
                continue
            if unit.name == name:
                return unit
            if unit.name.startswith(("include:", "mod:")) and depth < 4:
                found = self._included(unit, name, given, depth)
                if found is not None:
                    return found
            elif "%" in unit.name and fnmatchcase(name, unit.name.replace("%", "*")):
                pattern = pattern or unit
        return pattern

    def _included(self, include: Unit, name: str, given: Mapping[str, str], depth: int) -> Unit | None:
        parts = include.name.split(":")
        space, target = (parts[1], parts[2]) if len(parts) == 3 else ("", parts[1])
        if space:
            if not name.startswith((space + ":", space + "::")):
                return None
            name = name[len(space) :].lstrip(":")
        place = resolve(dirname(include.path), target or space)
        if place is None:
            return None
        paths = [place] if place in self.by_path else [*self.folders.get((include.kind, place), []), f"{place}.just"]
        for path in paths:
            found = self.named(include.kind, path, name, given, depth + 1)
            if found is not None:  # an included task runs where the include says, by default where the including file stands
                return replace(found, folder=moved(found, include.folder)) if include.kind == "task" else found
        return None

    def files(self, kind: str, folder: str, climbs: bool) -> Iterator[str]:
        """The files with units of a kind in a folder, then in those above."""
        while True:
            yield from self.folders.get((kind, folder), [])
            if not climbs or not folder:
                return
            folder = dirname(folder)


def calls(found: Invocation, units: Units) -> list[Call]:
    """The units that a command of a task runner calls; [] when it calls none of the repository's."""
    runner = RUNNERS.get(found.program)
    if runner is None:
        return []
    if found.program == "rails" and not any(":" in word for word in found.arguments[:1]):
        return []
    line = CommandLine(found, runner)
    if not line.applies:
        return []
    for kind in runner.kinds:
        made = _called(line, kind, units)
        if made:
            return made
    return []


def moved(unit: Unit, folder: str) -> str:
    """Where a unit runs whose file's own folder is another one."""
    own = dirname(unit.path)
    below = unit.folder.removeprefix(own).lstrip("/") if unit.folder == own or unit.folder.startswith(own + "/") or not own else ""
    return inside(folder, below) if below else folder


def _called(line: CommandLine, kind: str, units: Units) -> list[Call]:
    if line.file:
        path = resolve(line.folder, line.file)
        paths = [path] if path and path in units.by_path else []
    else:
        paths = list(units.files(kind, line.folder, line.runner.climbs))
    made: list[Call] = []
    unknown: list[str] = []
    names = list(line.names)
    while names:
        name = names.pop(0)
        call = _by_name(line, kind, paths, name, units)
        if call is None and kind == "just" and names:  # `just MODULE RECIPE`
            call = _by_name(line, kind, paths, f"{name}::{names[0]}", units)
            names = names[1:] if call is not None else names
        if call is not None:
            made.append(call)
            continue
        unknown.append(name)
        if made and kind in _PARAMETERS:  # what is no recipe's name is an argument of the one before it
            last = made[-1]
            made[-1] = replace(last, given={**last.given, str(sum(key.isdigit() for key in last.given) + 1): name})
    if not line.names or (kind == "pre-commit" and not made):
        made = [Call(unit, line.given) for unit in _defaults(line, kind, paths, units)]
    if made and line.runner.appends and line.rest:
        made[-1] = Call(made[-1].unit, made[-1].given, line.rest, made[-1].folder)
    return made if line.runner.several or not unknown else []


def _by_name(line: CommandLine, kind: str, paths: list[str], name: str, units: Units) -> Call | None:
    for spelled in _spellings(kind, name, line.environment):
        for path in paths:
            unit = units.named(kind, path, spelled, line.given)
            if unit is not None:
                # a Makefile named from elsewhere runs where make was started
                folder = line.folder if line.file and kind == "make" else ""
                if line.file.startswith(TOP) and kind == "task":  # a task of the same file: where that one runs
                    folder = moved(unit, line.folder)
                return Call(_stemmed(unit, spelled), {**line.given, **_bracketed(kind, name)}, (), folder)
    return _elsewhere(line, kind, name, units) if kind in _SPREAD and not line.file else None


def _elsewhere(line: CommandLine, kind: str, name: str, units: Units) -> Call | None:
    """A task of a build's module (`:app:evals`, or by its bare name from above), or of a file of tasks that the Rakefile takes in."""
    module, _, own = name.lstrip(":").rpartition(":") if kind == "gradle" else ("", "", _spellings(kind, name, "")[0])
    below = inside(line.folder, module.replace(":", "/")) if module else line.folder
    for unit in units.by_kind.get(kind, []):
        spread = kind != "rake" or unit.path.endswith(".rake")
        if spread and unit.name == own and (not below or unit.path.startswith(below + "/")):
            return Call(unit, {**line.given, **_bracketed(kind, name)})
    return None


def _stemmed(unit: Unit, name: str) -> Unit:
    """A pattern rule with what its `%` stands for in place of `$*`."""
    head, percent, tail = unit.name.partition("%")
    if not percent:
        return unit
    stem = name[len(head) : len(name) - len(tail)]
    filled = [replace(c, words=tuple(w.replace("$*", stem).replace("$(*)", stem) for w in c.words)) for c in unit.commands]
    return replace(unit, commands=tuple(filled))


def _bracketed(kind: str, name: str) -> dict[str, str]:
    """The arguments of `rake "x[a,b]"` by their positions."""
    inside_brackets = name.partition("[")[2].rstrip("]") if kind == "rake" else ""
    return {str(i): value.strip() for i, value in enumerate(inside_brackets.split(","), start=1)} if inside_brackets else {}


def _spellings(kind: str, name: str, environment: str) -> list[str]:
    """The names by which the unit may be known."""
    plain = name.partition("[")[0] if kind == "rake" else name
    if kind == "nox":
        plain = re.sub(r"\(.*\)$", "", name)
        return [name, plain, re.sub(r"-\d[\d.]*$", "", plain)]
    if kind == "invoke":
        return [plain, plain.replace("-", "_"), plain.replace("_", "-"), plain.rpartition(".")[2].replace("-", "_")]
    if kind == "gradle":
        return [plain, plain.rpartition(":")[2]]
    if kind == "tox":
        return [plain, "testenv"]
    if kind == "hatch":
        head, _, tail = name.partition(":")
        without = f"{head.partition('.')[0]}:{tail}" if tail else name
        return [name, without, f"{environment}:{name}"] if environment else [name, without, tail or name]
    return [plain]


def _defaults(line: CommandLine, kind: str, paths: list[str], units: Units) -> list[Unit]:
    for path in paths:
        own = [unit for unit in units.of(path, line.given) if unit.kind == kind]
        if kind == "pre-commit" and line.stage not in ("", "pre-commit", "commit"):
            return [unit for unit in own if not unit.default]
        if own:
            return [unit for unit in own if unit.default]
    return []
