"""The files of a commit, read from git's object store with no checkout."""

from __future__ import annotations

from collections.abc import Iterator

from rung.errors import UserError
from rung.repository import git
from rung.repository.disk import is_utf8, printable
from rung.repository.notices import Notices
from rung.repository.objects import ObjectStore
from rung.repository.place import Place
from rung.repository.tree import LIMIT, File, Tree, UnreadableError

_NOTICES = {"160000": "unread-submodule", "120000": "unread-symlink"}


def resolve(place: Place, ref: str) -> str:
    """The commit that a branch, tag or revision names, also a branch that only one remote has; raises UserError when none does."""
    for candidate in _candidates(place, ref):
        output = git.start(place.git_folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{candidate}^{{commit}}")()
        if output.code == 0:
            return output.data.decode("ascii").strip()
    hint = " This clone is shallow: fetch more of its history first." if place.shallow else ""
    raise UserError(f"{place.top} has no commit, branch or tag {ref!r}.{hint}")


def _candidates(place: Place, ref: str) -> Iterator[str]:
    """The ref itself, then the one remote branch of that name, as `git switch` guesses it; several are no guess."""
    if not ref or "\0" in ref:
        return
    yield ref
    names = git.run(place.git_folder, "for-each-ref", "--format=%(refname)", "refs/remotes").decode("utf-8", "surrogateescape")
    found = [name for name in names.split("\n") if name.split("/", 3)[3:] == [ref]]
    yield from found if len(found) == 1 else ()


def scan_commit(place: Place, commit: str, notices: Notices) -> Tree:
    """The files of a commit (a full id); raises UserError when git can't list it."""
    output = git.start(place.git_folder, "ls-tree", "-r", "-z", "-l", "--full-tree", commit)()
    whole = output.code == 0  # in a partial clone, git gives up when it can't tell a blob's size
    store = ObjectStore(place, whole=whole)
    sizes = {} if whole else store.sizes()
    listing = output.data if whole else git.run(place.git_folder, "ls-tree", "-r", "-z", "--full-tree", commit)
    files: dict[str, File] = {}
    blobs: dict[str, str] = {}
    for record in listing.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        head, _, path = record.partition("\t")
        mode, _, blob, *size = head.split()
        if mode in _NOTICES or not is_utf8(path):
            notices.add(_NOTICES.get(mode, "unread-name"), printable(path))
            continue
        blobs[path] = blob
        files[path] = File(path, int(size[0]) if size and size[0].isdigit() else sizes.get(blob, -1), mode == "100755", blob)

    def read(path: str) -> bytes:
        if files[path].size > LIMIT:
            raise UnreadableError("unread-huge")
        return store.read(blobs[path])

    return Tree(dict(sorted(files.items())), read)
