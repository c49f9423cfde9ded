"""`rung init`: a first policy, and a job for the repository's CI."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from rung.errors import UserError

if TYPE_CHECKING:
    from rung.model.assessment import Assessment

ACTION = "rung-dev/rung@v0"
SCHEMA = "https://rung.dev/schemas/policy.schema.json"
POLICY = ".rung.yaml"
GRACE = 90  # days until the examples in comments expire


class _System(NamedTuple):
    """A CI system: what shows that a repository uses it, the template, the file to write, and what is left to do by hand."""

    signs: tuple[str, ...]
    template: str
    file: str
    then: str = ""


GITHUB = _System((".github",), "github.yml", ".github/workflows/rung.yml")
SYSTEMS = (
    GITHUB,
    _System((".gitlab-ci.yml",), "gitlab.yml", ".gitlab/rung.yml", "Add to .gitlab-ci.yml:\n\n  include:\n    - local: .gitlab/rung.yml\n"),
    _System(
        ("azure-pipelines.yml", "azure-pipelines.yaml", ".azure-pipelines", ".azuredevops"),
        "azure.yml",
        ".azure-pipelines/rung.yml",
        "Add to the jobs of your pipeline:\n\n  - template: /.azure-pipelines/rung.yml\n",
    ),
)


@click.command()
@click.argument("path", default=".")
def init(path: str) -> None:
    """Write a policy and a CI job for the repository at PATH (the current folder unless given).

    The policy, .rung.yaml, asks for the level that the repository has today and for no lower answer. The job fits the CI that the
    repository has, GitHub Actions unless it has another. Files that exist are never overwritten.
    """
    gc.disable()  # as for a scan

    from rung.cli.progress import progress_bar
    from rung.judge import survey

    top = _top(path)
    system = next((system for system in SYSTEMS if any((top / sign).exists() for sign in system.signs)), GITHUB)
    _refuse_to_overwrite(top, system)
    with progress_bar() as progress:
        assessment = survey(path, progress=progress).reviews[0].assessment
    _write(top, {POLICY: _policy(assessment), system.file: _job(top, system)})
    click.echo(f"Wrote {POLICY} and {system.file}. {_today(assessment)}")
    if system.then:
        click.echo(system.then, nl=False)


def _top(path: str) -> Path:
    """The repository's top folder. Raises UserError for a path that is no repository's top."""
    from rung.repository.place import find

    folder = Path(path).expanduser().resolve()
    if not folder.is_dir():
        raise UserError(f"{path} is not a folder: give the folder of a repository.")
    place = find(folder)
    if place is None or not place.work_tree:
        raise UserError(f"{path} is not the work tree of a git repository: run `git init` there first.")
    if place.scope:
        raise UserError(f"{path} is a folder of the repository at {place.top}, where its policy belongs: run `rung init {place.top}`.")
    return place.top


def _refuse_to_overwrite(top: Path, system: _System) -> None:
    """Raises UserError where the repository has a policy, or a file of the job's name."""
    from rung.gate.policy_source import find
    from rung.repository import open_repository

    policy = find(open_repository(top))
    taken = [policy[0].name] if policy else [name for name in (POLICY, system.file) if os.path.lexists(top / name)]
    if taken:
        raise UserError(f"{taken[0]} exists already, and nothing is overwritten: edit it, or move it away first.")


def _policy(assessment: Assessment) -> str:
    from datetime import UTC, datetime, timedelta

    level = assessment.level
    soon = (datetime.now(UTC) + timedelta(days=GRACE)).date().isoformat()
    target = "# target: defined" if level is None else f"target: {level.name}"
    return _filled("policy.yaml", SCHEMA=SCHEMA, TODAY=_today(assessment), TARGET=target, SOON=soon)


def _today(assessment: Assessment) -> str:
    if assessment.level is None:
        return "The repository uses no LLM yet, so the gate passes until it does."
    return f"Today it is {assessment.level.name}, with {assessment.score} of {assessment.max} points."


def _job(top: Path, system: _System) -> str:
    import json

    from rung.repository import git

    head = git.start(top, "symbolic-ref", "--short", "refs/remotes/origin/HEAD")().data.decode("utf-8", "replace").strip()
    branch = head.removeprefix("origin/") or git.start(top, "symbolic-ref", "--short", "HEAD")().data.decode("utf-8", "replace").strip()
    return _filled(system.template, ACTION=ACTION, BRANCH=json.dumps(branch or "main"))


def _filled(template: str, **values: str) -> str:
    text = (Path(__file__).parent / "templates" / template).read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def _write(top: Path, texts: dict[str, str]) -> None:
    """Writes the files, or none of them. Raises UserError where one can't be written."""
    written: list[Path] = []
    for name, text in texts.items():
        try:
            if any(folder.is_symlink() for folder in (top / name).parents if folder.is_relative_to(top)):
                raise OSError(None, "its folder is a link, which may lead anywhere")
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            with (top / name).open("x", encoding="utf-8", newline="\n") as file:
                written.append(top / name)
                file.write(text)
        except OSError as error:
            for path in written:
                path.unlink(missing_ok=True)
            raise UserError(f"{name}: can't be written: {error.strerror or error}") from error
