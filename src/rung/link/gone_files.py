"""Deliveries that plainly fail: a command or action names a definition that the repository doesn't hold, and nothing makes it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property

from rung.facts.fact import Step
from rung.facts.pipelines.types import Run
from rung.link.project import Project
from rung.regex import regex

# Systems whose commands begin in the repository's own folder.
SYSTEMS = ("github", "gitlab", "bitbucket")
# Options and inputs that name a definition of what is delivered, or its folder.
OPTION = regex(
    r"^--?(?:f|k|file|filename|kustomize|template-?file|docker-?file|config-?file|(?:app-?)?spec|manifest|compose-?file|values|chdir)(?:=|$)"
)
INPUT = regex(r"^(?:file|docker-?file|template(?:-?file)?|manifests?|chart(?:-?path)?|config-?file|compose-?file|spec|context)$")
PLAIN = regex(r"^(?:\./)?[A-Za-z\d][\w.-]{0,80}(?:/[\w-][\w.-]{0,80}){0,12}/?$")
DEFINITION = regex(
    r"\.(?:ya?ml|json|toml|tf|tfvars|bicep|hcl|nomad|template)$|(?:^|[/.])(?:Docker|Container|docker)file(?:[.-][\w.-]{1,80})?$"
)
# Folders and files that a build makes, whatever builds it.
MADE = regex(
    r"(?:^|[/._-])(?:dist|build|builds|built|out|outputs?|target|bin|public|tmp|temp|artifacts?|generated|rendered|release|packaged?|bundle)"
    r"(?=[/._-]|$)"
)
# Steps after which there may be files that are not the repository's, or which go on from a place that can't be told.
MAKES = regex(
    r"download|artifact|clone|fetch|submodule|cache|render|generat|template|bake|compile|synth|unzip|restore|checkout.+\b(?:path|repository|ref)\b"
    r"|git (?:checkout|switch|pull|worktree)|^(?:cd|pushd) +[\"']?[$~/-]"
    r"|\b(?:curl|wget|tar|cp|mv|rsync|scp|tee|envsubst|mkdir|touch|ln|dd|sops|jq|yq|kustomize|jsonnet|cdk|init)\b"
)
MOST = 400


class GoneFiles:
    """Tells runs that name what is gone."""

    def __init__(self, project: Project) -> None:
        self.project, self.files = project, project.repository.files

    def named_by(self, run: Run) -> str:
        """The path of a definition or folder that a run needs and that is nowhere; empty where none is, or where it can't be told."""
        if run.system not in SYSTEMS or run.unit or ".gitmodules" in self.files:
            return ""
        gone = next((path for path in self._needed(run) if not self._is_there(path)), "")
        if not gone or any(_may_make(other) for other in self._others(run)):
            return ""
        # what is written by a redirection shows in the pipeline's text alone
        written = rf">>?[ \t]*[\"']?[^\s>]{{0,120}}{re.escape(posixpath.basename(gone))}"
        return "" if re.search(written, self.project.text(run.location.path) or "") else gone

    def _needed(self, run: Run) -> Iterator[str]:
        """Paths, plainly written, from the repository's top: the folder where a command runs, and definitions."""
        if run.folder and not run.action and PLAIN.match(run.folder) and not MADE.search(run.folder.lower()):
            yield run.folder
        if run.action:
            values = [value for key, value in run.inputs.items() if INPUT.match(key.lower())]
        else:
            words = run.arguments
            values = [w.partition("=")[2] or n for w, n in zip(words, [*words[1:], ""], strict=False) if OPTION.match(w)]
        for value in values:
            path = posixpath.normpath(posixpath.join("" if run.action else run.folder, value.strip()))
            told = DEFINITION.search(path) or ("/" in value and "." not in posixpath.basename(path))
            if PLAIN.match(value.strip()) and PLAIN.match(path) and told and not MADE.search(path.lower()):
                yield path

    def _is_there(self, path: str) -> bool:
        return path in self.files or path in self.project.folders or any(other.endswith(f"/{path}") for other in self.files)

    def _others(self, run: Run) -> list[Run]:
        """The other runs of the job that a run belongs to."""
        job = next((step for step in run.reach if step.kind == "job"), None)
        return [other for other in self._jobs.get(job, [])[:MOST] if other is not run] if job else []

    @cached_property
    def _jobs(self) -> dict[Step, list[Run]]:
        found: dict[Step, list[Run]] = {}
        for run in self.project.runs:
            for step in run.reach:
                if step.kind == "job":
                    found.setdefault(step, []).append(run)
        return found


def _may_make(run: Run) -> bool:
    """Whether a run may put files where the repository has none: a script or target of its own, what downloads, copies or writes."""
    if run.file or run.unit:
        return True
    given = " ".join((run.action, *run.inputs)) if run.action else ""
    return bool(MAKES.search(given or run.text))
