"""Pipelines of CI systems. One module a system."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from rung.facts.pipelines.systems import (
    argo,
    azure,
    bitbucket,
    buildkite,
    circleci,
    cloudbuild,
    cloudbuild_triggers,
    codebuild,
    drone,
    github,
    gitlab,
    gocd,
    jenkins,
    others,
    teamcity,
    tekton,
    travis,
)
from rung.facts.pipelines.systems.sources import Sources
from rung.facts.pipelines.types import Pipeline
from rung.regex import regex

# any YAML file may be a pipeline of Azure's or a template with a build inside; what is neither costs one search of its text
PIPELINE_FILES: tuple[str, ...] = (
    "**/*.yml",
    "**/*.yaml",
    "**/*.template",
    "**/Jenkinsfile",
    "**/Jenkinsfile.*",
    "**/*.Jenkinsfile",
    "**/*.jenkinsfile",
    "**/*.{tf,ts,py,java,cs,go,kts}",
)
_CODE = (".tf", ".ts", ".py", ".java", ".cs", ".go")
_Reader = Callable[[str, str], list[Pipeline]]
# files that are known by their paths; the first pattern that matches the whole path decides
_BY_PATH: tuple[tuple[str, _Reader], ...] = (
    (r"\.circleci/config\.ya?ml", circleci.read),
    (r"bitbucket-pipelines\.ya?ml", bitbucket.read),
    (r"\.travis\.ya?ml|\.?appveyor\.ya?ml", travis.read),
    (r"\.drone\.ya?ml|\.woodpecker\.ya?ml|\.(?:woodpecker|drone)/.*\.ya?ml", drone.read),
    (r"buildkite\.ya?ml|\.buildkite/.*\.ya?ml", buildkite.read),
    (r"\.semaphore/[^/]+\.ya?ml", others.read_semaphore),
    (r"\.cirrus\.ya?ml", others.read_cirrus),
    (r"(?:.*/)?\.?codefresh(?:[./_-][^/]*)?\.ya?ml", others.read_codefresh),
    (r"\.build\.ya?ml|\.builds/[^/]+\.ya?ml", others.read_sourcehut),
    (r"\.?concourse/.*\.ya?ml|(?:ci/)?pipeline\.ya?ml", others.read_concourse),
    (r"(?:.*/)?cloudbuild[^/]*\.ya?ml", cloudbuild.read),
    (r"(?:.*/)?buildspec[^/]*\.ya?ml", codebuild.read),
    (r"amplify\.ya?ml", codebuild.read_amplify),
)
_MATCHERS = tuple((regex(pattern), reader) for pattern, reader in _BY_PATH)
_GITHUB = regex(r"\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml|(?:.*/)?action\.ya?ml")
# systems whose files take in others
_TAKING_IN: tuple[tuple[re.Pattern[str], Callable[[str, str, Sources | None], list[Pipeline]]], ...] = (
    (regex(r"\.gitlab-ci\.ya?ml"), gitlab.read),
    (regex(r"(?:.*/)?(?:Jenkinsfile(?:[._-][^/]*)?|[^/]+\.[Jj]enkinsfile)"), jenkins.read),
    (regex(r"(?:.*/)?\.?tekton/.*\.ya?ml"), tekton.read),
)


def _of_code(path: str, text: str) -> list[Pipeline]:
    """What infrastructure code and settings in a programming language define."""
    if path.endswith(".kts"):
        return teamcity.read(path, text) if "/.teamcity/" in f"/{path}" else []
    if "loudbuild" in text and cloudbuild_triggers.CODE.search(text):
        return cloudbuild_triggers.read(path, text)
    builds = any(word in text for word in ("odebuild", "odeBuild", "hellStep")) and codebuild.CODE.search(text)
    return codebuild.read_code(path, text) if builds else []


def read_pipelines(path: str, text: str, sources: Sources | None = None, inputs: Mapping[str, str] | None = None) -> list[Pipeline]:
    """The pipelines, reusable workflows and actions that a file holds; [] for any other file, whatever its bytes.

    `sources` are the repository's files, for systems whose files take in others (GitLab's includes, Azure's templates); without
    them such a file is read alone. `inputs` are those of a caller, for a reusable workflow or an action.
    """
    if _GITHUB.fullmatch(path):
        return github.read(path, text, inputs)
    for pattern, taking in _TAKING_IN:
        if pattern.fullmatch(path):
            return taking(path, text, sources)
    for pattern, reader in _MATCHERS:
        if pattern.fullmatch(path):
            return reader(path, text)
    if path.endswith((*_CODE, ".kts")):
        return _of_code(path, text)
    if not path.endswith((".yml", ".yaml", ".template")):
        return []
    if argo.MARK in text:
        return argo.read(path, text)
    if codebuild.PROJECT in text:
        return codebuild.read_template(path, text)
    if gocd.recognized(text):
        return gocd.read(path, text)
    return azure.read(path, text, sources) if azure.recognized(path, text) else []
