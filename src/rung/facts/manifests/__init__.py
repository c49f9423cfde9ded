"""Dependencies: what package manifests declare. Lock files are no manifests."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from rung.facts.fact import Fact
from rung.facts.manifests.cargo import read_cargo
from rung.facts.manifests.golang import read_go_mod
from rung.facts.manifests.gradle import read_catalog, read_gradle, resolve_catalog
from rung.facts.manifests.javascript import read_composer, read_package_json
from rung.facts.manifests.maven import read_pom
from rung.facts.manifests.nuget import read_msbuild, read_packages_config
from rung.facts.manifests.pyproject import read_pyproject
from rung.facts.manifests.python_legacy import read_conda, read_pipfile, read_setup_cfg, read_setup_py
from rung.facts.manifests.requirements import read_requirements
from rung.facts.manifests.ruby import read_gemfile, read_gemspec
from rung.regex import regex

__all__ = ["MANIFEST_FILES", "read_dependencies", "resolve_catalog"]

_Reader = Callable[[str, str], Iterator[Fact]]

_READERS: dict[str, _Reader] = {
    "**/requirements*.txt": read_requirements,
    "**/*requirements.txt": read_requirements,
    "**/requirements*.in": read_requirements,
    "**/*requirements.in": read_requirements,
    "**/requirements/*.txt": read_requirements,
    "**/requirements/*.in": read_requirements,
    "**/pyproject.toml": read_pyproject,
    "**/setup.py": read_setup_py,
    "**/setup.cfg": read_setup_cfg,
    "**/Pipfile": read_pipfile,
    "**/environment*.yml": read_conda,
    "**/environment*.yaml": read_conda,
    "**/conda*.yml": read_conda,
    "**/conda*.yaml": read_conda,
    "**/package.json": read_package_json,
    "**/composer.json": read_composer,
    "**/go.mod": read_go_mod,
    "**/pom.xml": read_pom,
    "**/*.gradle": read_gradle,
    "**/*.gradle.kts": read_gradle,
    "**/*.versions.toml": read_catalog,
    "**/*.csproj": read_msbuild,
    "**/*.fsproj": read_msbuild,
    "**/*.vbproj": read_msbuild,
    "**/Directory.Packages.props": read_msbuild,
    "**/Directory.Build.props": read_msbuild,
    "**/packages.config": read_packages_config,
    "**/Gemfile": read_gemfile,
    "**/gems.rb": read_gemfile,
    "**/*.gemspec": read_gemspec,
    "**/Cargo.toml": read_cargo,
}
_PATTERNS = [(regex("(?:.*/)?" + re.escape(glob[3:]).replace(r"\*", "[^/]*") + "$"), reader) for glob, reader in _READERS.items()]
_MAXIMUM_SIZE = 1_000_000

MANIFEST_FILES: tuple[str, ...] = tuple(_READERS)
"""Globs of the files that `read_dependencies` reads; `**/` stands for any folder and for none."""


def read_dependencies(path: str, text: str) -> list[Fact]:
    """The dependencies that one manifest declares, as facts of kind `dependency` in the order of the file.

    Fields: `ecosystem`, `name`, `version` (the specifier as written or empty) and `scope`: runtime, development, optional:EXTRA,
    group:NAME, indirect (go.mod), managed (only a version is fixed) or catalog (see `resolve_catalog`). Nothing for other files.
    """
    if len(text) > _MAXIMUM_SIZE:
        return []
    reader = next((reader for pattern, reader in _PATTERNS if pattern.match(path)), None)
    return sorted(reader(path, text), key=lambda fact: fact.location.line) if reader else []
