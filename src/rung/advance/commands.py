"""How the code of a repository is made ready and run: from its manifests, its targets and the table of steps."""

from __future__ import annotations

import fnmatch
import posixpath
import re
import shlex
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

from rung.facts.fact import Fact
from rung.facts.pipelines.types import Unit
from rung.facts.pipelines.units import is_unit_file, read_units
from rung.regex import regex
from rung.repository import Repository, Role

# What a setup has where the table says nothing; `installs` is no part of it, since no job must then install anything.
IMPORTED = regex(r"^\s*(?:from|import) +([A-Za-z_]\w*|(?=\.))", re.MULTILINE)
NO_SETUP: Mapping[str, Any] = {"folder": "", "image": "", "action": "", "with": {}, "bootstrap": "", "install": "", "prefix": ""}


class Commands:
    """What is known of how files are run. `tables` is the data of `rules/steps`."""

    def __init__(self, repository: Repository, tables: Mapping[str, Any], dependencies: Sequence[Fact]) -> None:
        self.repository, self.tables, self.dependencies = repository, tables, dependencies

    def setup(self, path: str) -> Mapping[str, Any]:
        """How a pipeline makes the code of a file ready: an entry of the table, with its `folder`; one that does nothing without one."""
        suffix = posixpath.splitext(path)[1].lower()
        folder = posixpath.dirname(path)
        while True:
            for row in self.tables["setups"]:
                if suffix in row["suffixes"] and any(self._shows(row, folder, name) for name in row["files"]):
                    return {**NO_SETUP, **row, "folder": folder, "install": self._install(row, folder)}
            if not folder:
                return NO_SETUP
            folder = posixpath.dirname(folder)

    def _install(self, row: Mapping[str, Any], folder: str) -> str:
        """The command that installs, with the extras that a manifest has for developers."""
        scopes = {str(f.fields.get("scope")) for f in self.dependencies if posixpath.dirname(f.location.path) == folder}
        extras = [name for name in row.get("extras", {}).get("names", ()) if f"optional:{name}" in scopes]
        return str(row["extras"]["install"]).format(extras=",".join(extras)) if extras else str(row.get("install", ""))

    def with_runner(self, setup: Mapping[str, Any], command: str) -> Mapping[str, Any]:
        """The setup that installs, too, what runs the command, where that is a runner that no manifest names."""
        runner = command.removeprefix(str(setup["prefix"])).split(" ")[0]
        declared = any(str(fact.fields["name"]).lower() == runner for fact in self.dependencies)
        if runner not in self.tables["runners"] or declared or not setup.get("adds"):
            return setup
        return {**setup, "install": f"{setup['install']} && {setup['adds'].format(runner=runner)}"}

    def _shows(self, row: Mapping[str, Any], folder: str, name: str) -> bool:
        """Whether the folder has that file, and it says what shows a project."""
        if not self.beside(folder, name):
            return False
        said = row.get("says", {}).get(name)
        return said is None or re.search(said, self._text(posixpath.join(folder, name)), re.MULTILINE) is not None

    def beside(self, folder: str, name: str) -> bool:
        """Whether there is a file of that name in the folder."""
        return posixpath.join(folder, name) in self.repository.files

    def of(self, path: str, tools: Sequence[str] = ()) -> str:
        """The command that runs a file from its project's folder: a target that does so, what its tool says, or what its language does."""
        setup = self.setup(path)
        unit = self._unit_for(path, str(setup["folder"]))
        if unit:
            return unit
        relative = posixpath.relpath(path, setup["folder"] or ".")
        rows = self.tables["runs"]
        row = next((r for r in rows if set(r.get("tools", ())) & set(tools)), None) or _named(rows, path)
        if row is None or ("says" in row and not re.search(row["says"], self._text(path), re.MULTILINE)):
            return ""
        known = {"path": shlex.quote(relative), "folder": shlex.quote(posixpath.dirname(relative) or "."), "module": module_of(relative)}
        own = "" if row.get("own") else str(setup.get("prefix", ""))
        form = row["module"] if "module" in row and self._imports_its_project(path, str(setup["folder"])) else row["command"]
        return own + str(form).format_map(known)

    def _imports_its_project(self, path: str, folder: str) -> bool:
        """Whether a Python file imports relatively, or what stands in its project's folder and not beside the file itself."""
        own = posixpath.dirname(path)
        if own == folder or not all(
            part.isidentifier() for part in posixpath.relpath(posixpath.splitext(path)[0], folder or ".").split("/")
        ):
            return False
        return any(not name or (self._stands(folder, name) and not self._stands(own, name)) for name in IMPORTED.findall(self._text(path)))

    def _stands(self, folder: str, name: str) -> bool:
        """Whether there is a module or a package of that name in a folder."""
        start = f"{folder}/{name}" if folder else name
        return f"{start}.py" in self.repository.files or any(path.startswith(f"{start}/") for path in self._code)

    @cached_property
    def _code(self) -> list[str]:
        return [path for path in self.repository.files if path.endswith(".py")]

    def _unit_for(self, path: str, folder: str) -> str:
        """The command of a target in that folder that names the file."""
        for unit in self._units:
            form = self.tables["units"].get(unit.kind)
            if form and posixpath.dirname(unit.path) == folder and re.fullmatch(r"[\w:.-]+", unit.name):
                said = [word for command in unit.commands for word in command.words]
                gone = [after for before, after in pairwise(said) if before == "cd"]  # such a command may name the file from there
                places = [posixpath.relpath(path, posixpath.join(folder, place) or ".") for place in ("", *gone)]
                if any(word in said for place in places for word in (path, place, module_of(place))):
                    return str(form).format(name=unit.name)
        return ""

    @cached_property
    def _units(self) -> list[Unit]:
        paths = [p for p in self.repository.files if is_unit_file(p) and self.repository.role(p) is not Role.VENDORED]
        return [unit for path in paths for unit in read_units(path, self._text(path))]

    def of_tests(self, path: str) -> str:
        """The command that runs the tests of the project that a test belongs to; empty where none is known."""
        setup = self.setup(path)
        for unit in self._units:
            form = self.tables["units"].get(unit.kind)
            if form and unit.name == "test" and posixpath.dirname(unit.path) == setup["folder"] and unit.commands:
                return str(form).format(name=unit.name)
        row = _named(self.tables["tests"], path)
        return "" if row is None else ("" if row.get("own") else str(setup.get("prefix", ""))) + str(row["command"])

    def _text(self, path: str) -> str:
        return (self.repository.text(path) or "") if path in self.repository.files else ""


def _named(rows: Sequence[Mapping[str, Any]], path: str) -> Mapping[str, Any] | None:
    """The first row of a table with a glob of the file's name."""
    return next((row for row in rows if any(fnmatch.fnmatchcase(posixpath.basename(path), glob) for glob in row["files"])), None)


def module_of(path: str) -> str:
    """The name by which a Python file is imported from its project's folder."""
    return re.sub(r"^src\.", "", posixpath.splitext(path)[0].replace("/", "."))
