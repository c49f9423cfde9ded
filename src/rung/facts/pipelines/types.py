"""Commands, the units that hold them, and the pipelines that start them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rung.facts.fact import Location, Step


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command of a shell text, as words with quotes removed; `$VAR` and `${{ x }}` are left as written.

    `folder` is where it runs relative to the unit's own folder, after the `cd`s before it ("" when they are the same).
    `environment` holds the assignments before the command (`A=1 cmd`) and the exports and assignments above it.
    """

    words: tuple[str, ...]
    line: int
    text: str
    folder: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unit:
    """A named thing that holds commands and can be called: a make target, an npm script, a shell script, a tox environment.

    kind: make, just, task, npm, tox, nox, invoke, hatch, pdm, poe, rake, script (a shell script), compose, dockerfile,
    pre-commit, gradle ... `needs` names units of the same file and kind that run first (make prerequisites, `deps:`), `folder` is
    the repository-relative folder where its commands run.
    """

    kind: str
    name: str
    path: str
    line: int
    folder: str
    commands: tuple[Command, ...] = ()
    needs: tuple[str, ...] = ()
    default: bool = False  # what runs when the tool is called with no name (first make target, tox env_list, nox default sessions)
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PipelineStep:
    """One step of a job: either shell commands or an action, template or other pipeline that it uses."""

    name: str
    line: int
    commands: tuple[Command, ...] = ()
    uses: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""  # repository-relative working directory
    environment: Mapping[str, str] = field(default_factory=dict)
    live: bool = True  # False: `if: false` and the like
    triggers: frozenset[str] | None = None  # where the step's own condition narrows them
    path: str = ""  # the file in which it stands, where that is an included file and not the pipeline's own
    tolerated: bool = False  # the job goes on when it fails


@dataclass(frozen=True, slots=True)
class Job:
    """A job of a pipeline; `uses` names a reusable workflow that it calls instead of having steps."""

    name: str
    line: int
    steps: tuple[PipelineStep, ...] = ()
    uses: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    live: bool = True
    triggers: frozenset[str] | None = None  # None: the pipeline's own; otherwise what the job's condition leaves of them
    needs: tuple[str, ...] = ()  # names of the jobs without whose success it does not start


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A workflow or pipeline file of one CI system.

    `triggers` are normalized: push, tag, pull_request, merge_group, schedule, release, issue_comment, manual, call (started only
    by another pipeline), pipeline:NAME (after the named pipeline has run), other (deployment events, API calls ...).
    """

    system: str  # github, gitlab, circleci, azure, bitbucket, jenkins, buildkite, cloudbuild, codebuild ...
    name: str
    path: str
    line: int
    triggers: frozenset[str]
    jobs: tuple[Job, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)  # defaults of a reusable workflow's or composite action's inputs
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """A simple command or action that a pipeline really runs, with the chain that leads to it.

    `program` is the command's name with wrappers removed (`uv run`, `npx -y`, `poetry run`, `python -m`, `bundle exec`, `env`,
    `sudo`, `xvfb-run` ...), without path and version (`promptfoo@latest` is `promptfoo`); `arguments` is what follows, variables
    substituted as far as they are known. For an action, `action` is `owner/name` (lower case, no ref) and `inputs` its `with`.
    `file` is the repository file that the command executes (Python script or module, Node script, shell script, Go main), if any.
    `triggers` are those of the pipeline at the head, after conditions; a run whose only trigger is `call` and that nobody calls is
    not in the list. `unit` says `kind:path:name` of the unit that holds the command; empty for a pipeline's own step.
    """

    program: str
    arguments: tuple[str, ...]
    location: Location
    text: str
    folder: str
    triggers: frozenset[str]
    reach: tuple[Step, ...]
    system: str
    file: str = ""
    action: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
