"""Reads a repository's files with the reader of each kind into a Project; source files are parsed later, on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rung.facts.manifests import MANIFEST_FILES, read_dependencies, resolve_catalog
from rung.facts.pipelines.reach import runs
from rung.facts.pipelines.systems import PIPELINE_FILES, read_pipelines
from rung.facts.pipelines.units import is_unit_file, read_units
from rung.facts.settings import SETTINGS_FILES, live_resources, read_resources, read_settings
from rung.link.globs import path_pattern
from rung.link.project import Project
from rung.regex import regex
from rung.repository import Role

OTHERS = (Role.DOCUMENTATION, Role.TEST)  # files whose settings and resources configure nothing of the application
Progress = Callable[[str, int, int], None]


class Wanted:
    """One pattern for many globs."""

    def __init__(self, globs: Iterable[str]) -> None:
        self._pattern = regex("|".join(f"(?:{path_pattern(g).pattern})" for g in globs))

    def __call__(self, path: str) -> bool:
        return self._pattern.fullmatch(path) is not None


def read(project: Project, progress: Progress | None = None) -> None:
    """Fills a project with what its repository's files say: dependencies, settings, resources, units, pipelines and their runs."""
    repository = project.repository
    manifest, setting, pipeline = Wanted(MANIFEST_FILES), Wanted(SETTINGS_FILES), Wanted(PIPELINE_FILES)
    paths = project.paths
    for count, path in enumerate(paths):
        if progress and count % 50 == 0:
            progress("reading", count, len(paths))
        wanted = (manifest(path), setting(path), is_unit_file(path), pipeline(path))
        if not any(wanted) or (text := repository.text(path)) is None:
            continue
        if wanted[0] and project.is_own(path):
            project.dependencies += read_dependencies(path, text)
        if wanted[1] and repository.in_scope(path) and project.role(path) not in OTHERS:
            project.settings += read_settings(path, text)
            project.resources += read_resources(path, text)
        if wanted[2]:
            project.units += read_units(path, text)
        if wanted[3]:
            found = read_pipelines(path, text)
            project.pipelines += found
            if not found and path.startswith(".github/workflows/"):
                project.data(path)  # says so where it doesn't parse
    project.dependencies = resolve_catalog(project.dependencies)
    project.resources = live_resources(project.resources)
    project.runs = runs(project.pipelines, project.units, repository.files, repository.text)
