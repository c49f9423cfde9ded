"""Opens a folder, a subfolder of a repository, or a repository at a ref."""

from __future__ import annotations

from pathlib import Path

from rung.errors import UserError
from rung.repository import git
from rung.repository.commit import resolve, scan_commit
from rung.repository.disk import scan_folder
from rung.repository.notices import Notices
from rung.repository.place import Place, find
from rung.repository.repository import Repository
from rung.repository.worktree import scan_work_tree


def open_repository(path: str | Path, ref: str | None = None) -> Repository:
    """The repository at or around a folder: its work tree, or the commit that `ref` (a commit, branch, tag, `HEAD~2`) names.

    A subfolder is the scope, while the whole repository stays readable. A folder outside git is taken as it is, and a bare
    repository at its HEAD. Raises UserError for a path that is no folder, an unknown ref, and a repository that git can't read.
    """
    folder = _folder(Path(path))
    notices = Notices()
    place = find(folder)
    if place and place.work_tree and ref is None and _is_ignored(place):
        place = None
    if place is None:
        return _open_folder(folder, ref, notices)
    tags = _tags(place, notices)
    if ref is None and place.work_tree:
        if place.commit is None:
            notices.say("no-history", "The repository has no commit yet.")
        tree = scan_work_tree(place, notices)
        return Repository(tree, notices, top=place.top, scope=place.scope, commit=place.commit, tags=tags)
    commit = resolve(place, "HEAD" if ref is None else ref)
    tree = scan_commit(place, commit, notices)
    return Repository(tree, notices, top=place.top, scope=place.scope, ref=ref, commit=commit, tags=tags)


def _folder(path: Path) -> Path:
    try:
        resolved = path.expanduser().resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise UserError(f"{path} does not exist: give the folder of a repository.") from error
    if not resolved.is_dir():
        raise UserError(f"{path} is not a folder: give the folder of a repository.")
    return resolved


def _open_folder(folder: Path, ref: str | None, notices: Notices) -> Repository:
    if ref is not None:
        raise UserError(f"{folder} is not in a git repository, so it has no {ref!r}.")
    notices.say("not-a-repository", "This folder is not in a git repository: its tags and history are unknown.")
    return Repository(scan_folder(folder, notices), notices, top=folder)


def _is_ignored(place: Place) -> bool:
    """Whether the repository around a subfolder wants to know nothing about it, so that it stands for itself."""
    return bool(place.scope) and git.start(place.top, "check-ignore", "--quiet", "--", place.scope)().code == 0


def _tags(place: Place, notices: Notices) -> tuple[str, ...] | None:
    names = git.run(place.git_folder, "for-each-ref", "--format=%(refname:strip=2)", "refs/tags").decode("utf-8", "replace")
    tags = tuple(sorted(names.splitlines()))
    if tags or not place.shallow:
        return tags
    notices.say("shallow-no-tags", "This clone is shallow and has no tags, so releases are unknown here: fetch tags (`git fetch --tags`).")
    return None
