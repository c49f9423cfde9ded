"""Units of commands in files: targets, scripts, sessions, hooks, stages. One module a format."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fnmatch import translate

from rung.facts.pipelines.types import Unit
from rung.facts.pipelines.units.cargo import read_cargo
from rung.facts.pipelines.units.compose import read_compose
from rung.facts.pipelines.units.dagger import read_dagger
from rung.facts.pipelines.units.dockerfile import read_dockerfile
from rung.facts.pipelines.units.dvc import read_dvc
from rung.facts.pipelines.units.earthfile import read_earthfile
from rung.facts.pipelines.units.gradle import read_gradle
from rung.facts.pipelines.units.hooks import read_lefthook, read_pre_commit
from rung.facts.pipelines.units.json_scripts import read_composer, read_deno, read_package_json
from rung.facts.pipelines.units.just import read_justfile
from rung.facts.pipelines.units.make import read_makefile
from rung.facts.pipelines.units.nx import read_nx
from rung.facts.pipelines.units.powershell import read_powershell
from rung.facts.pipelines.units.programs import read_node, read_python
from rung.facts.pipelines.units.pyproject import read_hatch, read_pipfile, read_pixi, read_poe_tasks, read_pyproject, read_setup
from rung.facts.pipelines.units.python_tasks import read_invoke, read_noxfile
from rung.facts.pipelines.units.rake import read_rakefile
from rung.facts.pipelines.units.scripts import read_batch, read_procfile, read_script
from rung.facts.pipelines.units.taskfile import read_taskfile
from rung.facts.pipelines.units.tox import read_tox_ini, read_tox_toml
from rung.regex import regex

_Reader = Callable[[str, str], list[Unit]]
_CalledReader = Callable[[str, str, Mapping[str, str]], list[Unit]]

# globs of base names; the ones with a folder match the end of a path
_READERS: tuple[tuple[_Reader, tuple[str, ...]], ...] = (
    (read_package_json, ("package.json",)),
    (read_composer, ("composer.json",)),
    (read_deno, ("deno.json", "deno.jsonc")),
    (read_pyproject, ("pyproject.toml",)),
    (read_poe_tasks, ("poe_tasks.toml",)),
    (read_hatch, ("hatch.toml",)),
    (read_pixi, ("pixi.toml",)),
    (read_pipfile, ("Pipfile",)),
    (read_setup, ("setup.cfg", "setup.py")),
    (read_tox_ini, ("tox.ini", "setup.cfg")),
    (read_tox_toml, ("tox.toml",)),
    (read_noxfile, ("noxfile.py",)),
    (read_invoke, ("tasks.py", "fabfile.py", "tasks/*.py")),
    (read_rakefile, ("Rakefile", "rakefile", "Rakefile.rb", "*.rake")),
    (read_gradle, ("build.gradle", "build.gradle.kts")),
    (read_dockerfile, ("Dockerfile", "Dockerfile.*", "*.Dockerfile", "*.dockerfile", "Containerfile", "Containerfile.*")),
    (read_compose, ("compose*.y*ml", "docker-compose*.y*ml", "*.compose.y*ml")),
    (read_cargo, (".cargo/config.toml", ".cargo/config")),
    (read_earthfile, ("Earthfile", "*.earth")),
    (read_nx, ("project.json",)),
    (read_dvc, ("dvc.yaml",)),
    (read_pre_commit, (".pre-commit-config.y*ml",)),
    (read_lefthook, ("lefthook.y*ml", ".lefthook.y*ml", "lefthook-local.y*ml")),
    (read_procfile, ("Procfile", "Procfile.*")),
    (read_python, ("*.py",)),
    (read_dagger, ("*.py", "*.ts", "*.mts", "*.mjs", "*.js", "*.go", "*.java")),
    (read_node, ("*.js", "*.mjs", "*.cjs", "*.ts", "*.mts")),
)
_CALLED_READERS: tuple[tuple[_CalledReader, tuple[str, ...]], ...] = (
    (read_makefile, ("Makefile", "makefile", "GNUmakefile", "Makefile.*", "*.mk")),
    (read_justfile, ("justfile", "Justfile", ".justfile", "*.just")),
    (read_taskfile, ("Taskfile*.y*ml", "taskfile*.y*ml")),
    (read_powershell, ("*.ps1",)),
    (read_batch, ("*.bat", "*.cmd")),
    # last: extensionless files are scripts only if their first line says so
    (read_script, ("*.sh", "*.bash", "*.zsh", ".husky/*")),
)
_EXTENSIONLESS = regex(r"(?:^|/)[^/.]+$")

UNIT_FILES: tuple[str, ...] = tuple(dict.fromkeys(glob for _, globs in (*_READERS, *_CALLED_READERS) for glob in globs))


def _pattern(globs: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for several globs, where `*` stays inside a path's part."""
    return re.compile("(?:^|.*/)(?:" + "|".join(translate(glob).replace(".*", "[^/]*") for glob in globs) + ")")


_MATCHERS = tuple((reader, _pattern(globs)) for reader, globs in _READERS)
_CALLED_MATCHERS = tuple((reader, _pattern(globs)) for reader, globs in _CALLED_READERS)
_ANY = _pattern(UNIT_FILES)


def is_unit_file(path: str) -> bool:
    """Whether `read_units` may find units in a file of this name; extensionless files count, since they may be scripts."""
    return _ANY.match(path) is not None or _EXTENSIONLESS.search(path) is not None


def read_units(path: str, text: str, given: Mapping[str, str] | None = None) -> list[Unit]:
    """The units that a file holds; [] for files that hold none, whatever their bytes.

    `path` is relative to the repository's top. `given` are values known from one caller: variables of the command line
    (`make eval SUITE=evals`), a recipe's parameters, a script's arguments ("1", "2" ...) and environment. A unit of kind `script` has the
    folder ".", which is its caller's. A unit named `include:PATH` stands for a file that is read as a part of this one.
    """
    units: list[Unit] = []
    for reader, pattern in _MATCHERS:
        if pattern.match(path):
            units += reader(path, text)
    for called_reader, pattern in _CALLED_MATCHERS:
        if pattern.match(path):
            return units + called_reader(path, text, given or {})
    if not units and text.startswith("#!") and _EXTENSIONLESS.search(path):
        first = text[:80].split("\n", 1)[0]
        return read_python(path, text) if "python" in first else read_script(path, text, given or {})
    return units
