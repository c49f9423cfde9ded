"""Jobs that plainly can't run to their end: a step works in, or builds from, a folder of the repository that is gone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from posixpath import basename, dirname

from rung.facts.pipelines.paths import resolve
from rung.facts.pipelines.types import Job, Pipeline, PipelineStep
from rung.regex import regex

# Folders that builds make, whoever makes them.
_MADE = regex(
    r"^(?:dist|build|out|output|target|bin|obj|public|publish|release|artifacts?|_?site|coverage|reports?|results?|node_modules|vendor|tmp|temp"
    r"|pkg|lib|generated|gen|staging|package|deploy(?:ment)?|\..*)$",
    re.IGNORECASE,
)
_FOLDER_INPUTS = regex(r"^(?:context|docker_?context|build_?context|working[-_]?directory|workdir|project[-_]?path)$", re.IGNORECASE)
_UNKNOWN = regex(r"[$*~{}\[\]\n ]|://|\.git$|^git@|#")


def complete(pipeline: Pipeline, files: Collection[str]) -> tuple[Job, ...]:
    """The jobs of a pipeline without the steps that are never come to, and without the jobs that need one which fails.

    `files` are the repository's paths. Only what is certain counts: a plain path, nothing before it that may have made it.
    """
    if pipeline.system != "github" or ".gitmodules" in files or not pipeline.path.startswith(".github/workflows/"):
        return pipeline.jobs
    folders = _Folders(files)
    failing = {job.name for job in pipeline.jobs if job.live and _stop(job, folders) < len(job.steps)}
    while more := {job.name for job in pipeline.jobs if job.name not in failing and failing & set(job.needs)}:
        failing |= more
    if not failing:
        return pipeline.jobs
    return tuple(_shortened(job, failing, folders) for job in pipeline.jobs if not failing & set(job.needs))


def _shortened(job: Job, failing: set[str], folders: _Folders) -> Job:
    from dataclasses import replace

    return replace(job, steps=job.steps[: _stop(job, folders)]) if job.name in failing else job


class _Folders:
    """Tells which folders a repository has."""

    def __init__(self, files: Collection[str]) -> None:
        self.files = files
        self.known: set[str] = {""}
        for path in files:
            folder = dirname(path)
            while folder not in self.known:
                self.known.add(folder)
                folder = dirname(folder)

    def gone(self, written: str) -> str:
        """The first part of a plain path that the repository does not have; empty for one that it has or that can't be told."""
        if not written or _UNKNOWN.search(written):
            return ""
        path = resolve("", written)
        if not path or path in self.known or path in self.files:
            return ""
        while (above := dirname(path)) not in self.known:
            path = above
        last = resolve("", written) or ""
        return "" if any(_MADE.match(part) for part in last.split("/")) else basename(path)


def _stop(job: Job, folders: _Folders) -> int:
    """The index of the step at which a job fails; the number of its steps where none is seen to."""
    before: list[str] = []
    for at, step in enumerate(job.steps):
        if step.live and step.triggers is None and not step.tolerated:
            missing = [part for written in _places(step) if (part := folders.gone(written))]
            if any(not _may_be_made(part, before) for part in missing):
                return at
        before += [step.uses, *step.inputs.values(), *(command.text for command in step.commands)]
        if any(key in ("path", "repository", "submodules") for key in step.inputs) or "artifact" in step.uses:
            return len(job.steps)  # brings files from elsewhere
    return len(job.steps)


def _places(step: PipelineStep) -> Iterable[str]:
    if step.commands and not step.uses:
        yield step.folder
    for key, value in step.inputs.items():
        if _FOLDER_INPUTS.match(key) and "/" in value:
            yield value


def _may_be_made(part: str, before: Iterable[str]) -> bool:
    return any(part in text or "git clone" in text or "unzip" in text or "tar " in text for text in before)
