"""Opens a folder, a subfolder of a repository, or a repository at a ref."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rung.errors import UserError
from rung.repository import git
from rung.repository.commit import resolve, scan_commit
from rung.repository.disk import scan_folder
from rung.repository.notices import Notices
from rung.repository.place import Place, find
from rung.repository.remote import origin
from rung.repository.repository import Repository
from rung.repository.worktree import scan_work_tree

NO_TAGS = "This clone is shallow and has no tags, so releases are unknown here: fetch tags (`git fetch --tags`)."


def open_repository(path: str | Path, ref: str | None = None, *, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> Repository:
    """The repository at or around a folder: its work tree, or the commit that `ref` (a commit, branch, tag, `HEAD~2`) names.

    A subfolder is the scope, while the whole repository stays readable. A folder outside git is taken as it is, and a bare
    repository at its HEAD. `include` and `exclude` are patterns in gitignore's language, as for `Repository.narrowed`. Raises UserError
    for a path that is no folder, an unknown ref, a malformed pattern, and a repository that git can't read.
    """
    repository = _open(path, ref)
    return repository.narrowed(include=include, exclude=exclude) if include or exclude else repository


def _open(path: str | Path, ref: str | None) -> Repository:
    folder = _folder(Path(path))
    notices = Notices()
    place = find(folder)
    if place and place.work_tree and ref is None and _is_ignored(place):
        place = None
    if place is None:
        return _open_folder(folder, ref, notices)
    if ref is None and place.work_tree:
        if place.commit is None:
            notices.say("no-history", "The repository has no commit yet.")
        tree, tags = scan_work_tree(place, notices), _tags(place, notices)
        return Repository(tree, notices, top=place.top, scope=place.scope, commit=place.commit, tags=tags, remote=origin(place))
    commit = resolve(place, "HEAD" if ref is None else ref)
    tree, tags = scan_commit(place, commit, notices), _tags(place, notices, commit)
    return Repository(tree, notices, top=place.top, scope=place.scope, ref=ref, commit=commit, tags=tags, remote=origin(place))


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


def _tags(place: Place, notices: Notices, commit: str | None = None) -> tuple[str, ...] | None:
    """The tags, or those that a commit could know: the ones on its way here, and others (on branches) made before it."""
    names = _tag_names(place)
    if not names and place.shallow:
        notices.say("shallow-no-tags", NO_TAGS)
        return None
    if names and commit is not None:
        made = int(git.run(place.git_folder, "rev-list", "--max-count=1", "--timestamp", commit).split()[0])
        earlier = {name for name, seconds in names.items() if seconds <= made}
        return tuple(sorted(earlier | _tag_names(place, f"--merged={commit}").keys()))
    return tuple(sorted(names))


def _tag_names(place: Place, *options: str) -> dict[str, int]:
    """Tags, each with the second in which it was made."""
    form = "--format=%(refname:strip=2)%00%(creatordate:unix)"
    lines = git.run(place.git_folder, "for-each-ref", form, *options, "refs/tags").decode("utf-8", "replace").split("\n")[:-1]
    pairs = (line.partition("\0") for line in lines)
    return {name: int(seconds or 0) for name, _, seconds in pairs}
