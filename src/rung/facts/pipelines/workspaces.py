"""Scripts of package.json files, called by npm, pnpm, yarn, bun and by runners over a workspace's packages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from posixpath import dirname

from rung.facts.pipelines.paths import inside, resolve
from rung.facts.pipelines.runners import Call, Units
from rung.facts.pipelines.types import Unit
from rung.facts.pipelines.wrapper_options import BUILT_IN, words
from rung.facts.pipelines.wrappers import Invocation

MANAGERS = words("npm pnpm yarn bun")
SHORT = {"t": "test", "tst": "test", "test": "test", "start": "start", "stop": "stop", "restart": "restart"}
FOLDERS = words("--prefix -C --dir --cwd")
FILTERS = words("-w --workspace --filter -F --scope -p --projects --project")
EVERYWHERE = words("-r --recursive -ws --workspaces")
VALUED = words("--concurrency --loglevel --reporter --cache-dir --base --head --since --parallel-count -c --configuration")


def calls(found: Invocation, units: Units) -> list[Call]:
    """The npm scripts that a command calls; [] when it calls none of the repository's."""
    if found.program in MANAGERS:
        return _manager(found, units)
    if found.program in ("turbo", "nx", "lerna"):
        return _workspace_runner(found, units)
    if found.program in ("npm-run-all", "run-s", "run-p", "npm-run-all2"):
        names = [word for word in found.arguments if not word.startswith("-")]
        return [call for name in names for call in _matching(name, found.folder, units)]
    if found.program == "node" and "--run" in found.arguments:
        at = found.arguments.index("--run")
        return _nearest(found.arguments[at + 1], found.folder, units, ()) if at + 1 < len(found.arguments) else []
    return []


class _Line:
    """The words of a package manager's command, sorted out."""

    def __init__(self, found: Invocation) -> None:
        self.folder = found.folder
        self.filters: list[str] = []
        self.everywhere = False
        self.words: list[str] = []
        self.after: tuple[str, ...] = ()
        given = found.arguments
        at = 0
        while at < len(given):
            name, equals, value = given[at].partition("=")
            if given[at] == "--":
                self.after = tuple(given[at + 1 :])
                break
            valued = name in FOLDERS or name in FILTERS or name in VALUED
            if valued and not equals and at + 1 < len(given):
                at += 1
                value = given[at]
            if name in FOLDERS:
                self.folder = inside(self.folder, value)
            elif name in FILTERS:
                self.filters += value.split(",")
            elif name in EVERYWHERE:
                self.everywhere = True
            elif not given[at].startswith("-") and not valued:
                self.words.append(given[at])
            elif self.words and not valued and self.words[0] != "workspaces":
                self.after += (given[at],)
            at += 1


def _manager(found: Invocation, units: Units) -> list[Call]:
    line = _Line(found)
    named = line.words
    if named[:1] == ["workspace"] and len(named) > 2:
        line.filters, named = [named[1]], named[2:]
    elif named[:1] == ["workspaces"]:
        line.everywhere, named = True, [word for word in named[1:] if word != "foreach"]
    if not named:
        return []
    verb, rest = named[0], named[1:]
    if verb in ("run", "run-script", "rum", "urn"):
        name, rest = (rest[0], rest[1:]) if rest else ("", [])
    elif found.program == "npm" or verb in BUILT_IN:
        name = SHORT.get(verb, "build" if verb == "build" and found.program != "bun" else "")
        if found.program == "bun":
            name = "start" if verb == "start" else ""
    else:
        name = verb
    if not name:
        return []
    appended = (*rest, *line.after)
    if line.everywhere or line.filters:
        return _in_packages(name, line.filters, line.folder, units, appended)
    return _nearest(name, line.folder, units, appended)


def _nearest(name: str, folder: str, units: Units, appended: tuple[str, ...]) -> list[Call]:
    for path in units.files("npm", folder, True):
        unit = units.named("npm", path, name, {})
        if unit is not None:
            return [Call(unit, {}, appended)]
    return []


def _matching(name: str, folder: str, units: Units) -> list[Call]:
    """`run-p "eval:*"` calls every script that the pattern matches."""
    for path in units.files("npm", folder, True):
        found = [unit for unit in units.by_path[path] if unit.kind == "npm" and fnmatchcase(unit.name, name)]
        if found:
            return [Call(unit) for unit in found]
    return []


def _workspace_runner(found: Invocation, units: Units) -> list[Call]:
    """turbo, nx and lerna run a script in each package that has it."""
    line = _Line(found)
    named = line.words
    names: list[str] = []
    if found.program == "nx" and named[:1] in (["run-many"], ["affected"]):
        given = dict(zip(found.arguments, [*found.arguments[1:], ""], strict=False))
        targets = [value for key, value in given.items() if key in ("-t", "--target", "--targets")]
        targets += [key.partition("=")[2] for key in given if key.startswith(("--target=", "--targets=", "-t="))]
        names = [name for target in targets for name in target.split(",")]
    elif found.program == "nx" and named[:1] == ["run"] and len(named) > 1:
        project, _, target = named[1].partition(":")
        line.filters, names = [project], [target.partition(":")[0]]
    elif found.program == "nx" and len(named) > 1:
        names, line.filters = [named[0]], [named[1]]
    else:
        names = named[1:] if named[:1] == ["run"] else named
    appended = found.arguments[found.arguments.index("--") + 1 :] if "--" in found.arguments else ()
    return [call for name in names if name for call in _in_packages(name, line.filters, found.folder, units, appended)]


def _in_packages(name: str, filters: list[str], folder: str, units: Units, appended: tuple[str, ...]) -> list[Call]:
    space, _, plain = name.rpartition("#")  # turbo's `package#script`
    wanted = [*filters, space] if space else filters
    return [
        Call(unit, {}, appended)
        for unit in units.by_kind.get("npm", [])
        if unit.name == plain
        and (not folder or unit.path.startswith(folder + "/"))
        and (not wanted or _is_meant(unit, wanted, folder, units))
    ]


def _is_meant(unit: Unit, filters: list[str], folder: str, units: Units) -> bool:
    """Whether a filter (a package's name, a glob of it, or its folder) means the package; what can't be told means it."""
    own = dirname(unit.path)
    for one in filters:
        plain = one.strip("{}").removesuffix("...").removeprefix("...").removeprefix("!")
        if plain.startswith("[") or not plain:
            return True
        place = resolve(folder, plain)
        if place is not None and (place == own or fnmatchcase(own, place)):
            return True
        name = _package(units.text(unit.path) or "")
        if fnmatchcase(name, plain) or name.rpartition("/")[2] == plain:
            return True
    return False


def _package(text: str) -> str:
    try:
        top = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    name = top.get("name") if isinstance(top, Mapping) else None
    return name if isinstance(name, str) else ""
