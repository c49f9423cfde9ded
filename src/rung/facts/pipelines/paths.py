"""Paths inside a repository."""

from __future__ import annotations

import re
from posixpath import join, normpath

from rung.facts.pipelines.shell_words import TOP
from rung.facts.pipelines.wrapper_options import words
from rung.regex import regex

# how CI systems name the folder that the repository is checked out to
ROOTS = sorted(
    words("""
    GITHUB_WORKSPACE CI_PROJECT_DIR BUILD_SOURCESDIRECTORY SYSTEM_DEFAULTWORKINGDIRECTORY CODEBUILD_SRC_DIR BITBUCKET_CLONE_DIR
    BUILDKITE_BUILD_CHECKOUT_PATH DRONE_WORKSPACE CI_WORKSPACE TRAVIS_BUILD_DIR APPVEYOR_BUILD_FOLDER WORKSPACE CIRCLE_WORKING_DIRECTORY
    Build.SourcesDirectory System.DefaultWorkingDirectory Build.Repository.LocalPath
    """)
)
ROOT_FOLDERS = dict.fromkeys(ROOTS, TOP)
_ROOT = regex(r"(?:\$\{\{\s*github\.workspace\s*\}\}|\$[({]?(?:" + "|".join(map(re.escape, ROOTS)) + r")[)}]?)(?=/|$)", re.IGNORECASE)


def inside(folder: str, target: str) -> str:
    """`target` as seen from the repository's folder `folder`, normalized; "" is the top.

    A target that begins with `//` or a CI system's name of the checkout counts from the top. What leads out of the repository
    (an absolute path, `..` above the top, an unknown variable) is dropped.
    """
    return resolve(folder, target) or ""


def resolve(folder: str, target: str) -> str | None:
    """As `inside`, but None for what is not in the repository."""
    target = _ROOT.sub(TOP, target.strip().replace("\\", "/"))
    if target.startswith(TOP):
        folder, target = "", target.lstrip("/")
    elif target.startswith(("/", "~")) or re.match(r"[A-Za-z]:", target):
        return None
    if "$" in target:
        return None
    path = normpath(join(folder, target))
    if path == ".." or path.startswith("../"):
        return None
    return "" if path == "." else path
