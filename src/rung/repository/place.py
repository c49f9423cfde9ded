"""Finds the repository that a folder belongs to."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rung.errors import UserError
from rung.regex import regex
from rung.repository import git
from rung.repository.disk import read_file
from rung.repository.tree import UnreadableError

_COMMIT = regex(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_QUESTIONS = (
    "--is-shallow-repository",
    "--is-inside-work-tree",
    "--absolute-git-dir",
    "--git-common-dir",
    "--show-prefix",
)


@dataclass(frozen=True, slots=True)
class Place:
    """A repository: its top folder, the subfolder that was asked for ("" for all), its git folders and its checked-out commit."""

    top: Path
    scope: str
    git_folder: Path
    common_folder: Path  # of the main repository, where a linked work tree keeps objects and refs
    commit: str | None  # None before the first commit
    shallow: bool
    work_tree: bool  # False for a bare repository


def find(folder: Path) -> Place | None:
    """The repository around a folder (an absolute, resolved path); None when there is none.

    Raises UserError when git is needed and missing, or can't read the repository.
    """
    if _home(folder) is None:
        return None
    output = git.start(folder, "rev-parse", "--path-format=absolute", *_QUESTIONS, "HEAD^{commit}")()
    lines = output.data.decode("utf-8", "surrogateescape").split("\n")
    if len(lines) <= len(_QUESTIONS):
        _refuse(folder, output.errors)
        return None
    if lines[0].startswith("--"):  # echoed as unknown
        raise UserError("This git is too old to read repositories safely: git 2.31 or newer is needed.")
    shallow, inside, git_folder, common_folder, prefix, commit = lines[: len(_QUESTIONS) + 1]
    _check_home(folder, Path(git_folder).resolve(), Path(common_folder).resolve())
    scope = prefix.rstrip("/")
    top = folder.parents[scope.count("/")] if scope else folder
    work_tree = inside == "true" and (top / ".git").exists()  # a configured work tree elsewhere is none of ours
    return Place(
        top=top if work_tree else folder,
        scope=scope if work_tree else "",
        git_folder=Path(git_folder),
        common_folder=Path(common_folder),
        commit=commit if _COMMIT.fullmatch(commit) else None,
        shallow=shallow == "true",
        work_tree=work_tree,
    )


def _home(folder: Path) -> Path | None:
    """Where git looks for the repository of a folder: a `.git` in it or above, or a bare repository."""
    for candidate in (folder, *folder.parents):
        with suppress(OSError):  # a folder above that may not be looked into
            if (candidate / ".git").exists():
                return candidate / ".git"
            if (candidate / "HEAD").is_file() and (candidate / "objects").is_dir():
                return candidate
    return None


def _check_home(folder: Path, git_folder: Path, common_folder: Path) -> None:
    """Raises UserError where a `.git` file or link leads to a repository elsewhere that doesn't lead back: it is another's."""
    home = _home(folder)
    if home is None or git_folder == common_folder == home:
        return
    if git_folder.parent == common_folder / "worktrees":
        back = _line(git_folder, "gitdir")  # of a linked work tree
    elif git_folder == common_folder:
        output = git.start(git_folder, "config", "--get", "core.worktree")()  # of a submodule
        back = output.data.decode("utf-8", "surrogateescape").rstrip("\n")
        back = back and f"{back}/.git"
    else:
        back = ""
    if not back or Path(os.path.normpath(git_folder / back)).parent.resolve() != home.parent:
        advice = f"if that is right, run `git -C {home.parent} config core.worktree {home.parent}`"
        raise UserError(f"{home} leads to {common_folder}, which doesn't know it, so it may be another's: {advice}.")


def _line(folder: Path, name: str) -> str:
    try:
        return read_file(folder, name).decode("utf-8", "surrogateescape").rstrip("\n")
    except UnreadableError:
        return ""


def _refuse(folder: Path, errors: str) -> None:
    """Raises UserError for a repository that git refuses; a folder outside any repository is fine."""
    if "not a git repository" in errors:
        return
    if "dubious ownership" in errors or "unsafe repository" in errors:
        raise UserError(f"git refuses {folder} because somebody else owns it: run `git config --global --add safe.directory {folder}`.")
    words = errors.splitlines()[0] if errors else "no reason given"
    raise UserError(f"git can't read the repository at {folder}: {words}")
