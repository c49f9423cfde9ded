"""Reads commits and blobs from git's object store, by GitPython's persistent `cat-file` process, without a checkout."""

from __future__ import annotations

import os
import shutil
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from rung.errors import UserError
from rung.repository import git as plumbing
from rung.repository.place import Place
from rung.repository.tree import LIMIT, UnreadableError

if TYPE_CHECKING:
    from git import Git

_ID_LENGTH = 40  # SHA-1 in hexadecimal digits; the library reads no others
_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"  # git knows it in every repository


class ObjectStore:
    """The objects of one repository that are on this machine; absent ones are never fetched."""

    def __init__(self, place: Place, *, whole: bool = False) -> None:
        """`whole` says that no object is missing, however the repository was cloned."""
        self._place = place
        self._whole = whole
        self._streams: dict[tuple[int, int], Git] = {}  # a stream each process and thread: it serves one reader at a time
        weakref.finalize(self, _end, self._streams)  # left to the garbage collector, a process may be told of before it is ended
        self._present: dict[str, int] | None = None

    def sizes(self) -> dict[str, int]:
        """The sizes of all objects that are here, by id; asked in a partial clone, where git dies over an absent one."""
        if self._present is None:
            arguments = ("cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname) %(objectsize)")
            lines = plumbing.run(self._place.git_folder, *arguments).decode("ascii").splitlines()
            self._present = {name: int(size) for name, _, size in (line.partition(" ") for line in lines)}
        return self._present

    def read(self, blob: str) -> bytes:
        """The content of a blob. Raises UnreadableError when it is absent or huge, UserError for ids that can't be asked for."""
        if len(blob) != _ID_LENGTH:
            raise UserError("This repository names its objects by SHA-256; only its work tree can be read: leave out --ref and --base.")
        if self._may_be_absent and blob not in self.sizes():
            raise UnreadableError("unread-absent")
        try:
            _, _, size, stream = self._stream().stream_object_data(blob)
        except (ValueError, OSError) as error:
            raise UnreadableError("unread-absent") from error
        if size <= LIMIT:
            return stream.read()
        while stream.read(LIMIT):  # the next answer comes behind this one
            pass
        raise UnreadableError("unread-huge")

    @cached_property
    def _may_be_absent(self) -> bool:
        """Whether the clone was told to leave objects behind (git marks what it got with `.promisor` files)."""
        return not self._whole and any((self._place.common_folder / "objects" / "pack").glob("*.promisor"))

    def _stream(self) -> Git:
        key = (os.getpid(), threading.get_ident())
        if key not in self._streams:
            self._streams[key] = self._open()
        return self._streams[key]

    def _open(self) -> Git:
        os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
        # the library asks for git's version as soon as it is imported, and would take any `git` of the current folder
        os.environ.setdefault("GIT_PYTHON_GIT_EXECUTABLE", shutil.which("git", path=plumbing.programs()) or "git")
        with _without_inherited_variables():
            from git import Git  # slow to import, and only needed away from the work tree

            stream = Git(self._place.git_folder)
            stream.update_environment(**plumbing.settings(), GIT_DIR=str(self._place.git_folder), PATH=plumbing.programs())
            stream.get_object_data(_EMPTY_TREE)  # starts the process here, inside the clean environment
        return stream


def _end(streams: dict[tuple[int, int], Git]) -> None:
    """Ends the processes behind streams."""
    for stream in streams.values():
        stream.clear_cache()


@contextmanager
def _without_inherited_variables() -> Iterator[None]:
    """Hides from a starting process what git has set for a hook; GitPython copies the whole environment."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if plumbing.is_inherited(name)}
    try:
        yield
    finally:
        os.environ.update(hidden)
