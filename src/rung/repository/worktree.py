"""The files of a work tree: what git tracks, and what it neither tracks nor ignores."""

from __future__ import annotations

from rung.repository import git
from rung.repository.disk import SKIPPED, Inspector, is_utf8, printable, read_file
from rung.repository.notices import Notices
from rung.repository.objects import ObjectStore
from rung.repository.place import Place
from rung.repository.tree import File, Tree

_SUBMODULE, _SYMLINK, _EXECUTABLE = "160000", "120000", "100755"


class _Scan:
    """Sorts git's listings into files on disk, files that only the index has, and notices."""

    def __init__(self, place: Place, notices: Notices) -> None:
        self.files: dict[str, File] = {}
        self.sparse: dict[str, str] = {}  # path -> blob of a file that a sparse checkout left out
        self._place = place
        self._notices = notices
        self._inspector = Inspector(place.top, notices)

    def tracked(self, record: str) -> None:
        """Takes one record of `ls-files -s -t`: `H 100644 <blob> <stage>\\t<path>`."""
        head, _, path = record.partition("\t")
        status, mode, blob, _ = head.split(" ")
        if mode == _SUBMODULE:
            self._notices.add("unread-submodule", path)
        elif mode == _SYMLINK:
            self._notices.add("unread-symlink", path)
        elif not is_utf8(path):
            self._notices.add("unread-name", printable(path))
        elif status == "S":
            self.sparse[path] = blob
            self.files[path] = File(path, -1, mode == _EXECUTABLE, blob)
        elif path not in self.files:
            self._keep(self._inspector.inspect(path, mode == _EXECUTABLE))

    def untracked(self, path: str) -> None:
        """Takes one record of `ls-files --others`; a nested repository ends with a slash."""
        if not SKIPPED.isdisjoint(path.split("/")):
            return
        if path.endswith("/"):
            self._notices.add("unread-nested-repository", printable(path.rstrip("/")))
        elif not is_utf8(path):
            self._notices.add("unread-name", printable(path))
        elif self._keep(self._inspector.inspect(path)):
            self._notices.add("untracked", path)

    def _keep(self, file: File | None) -> bool:
        if file:
            self.files[file.path] = file
        return file is not None

    def tree(self) -> Tree:
        """All files by path, with the reader that fits each."""
        store = ObjectStore(self._place)

        def read(path: str) -> bytes:
            blob = self.sparse.get(path)
            return store.read(blob) if blob else read_file(self._place.top, path)

        return Tree(dict(sorted(self.files.items())), read)


def scan_work_tree(place: Place, notices: Notices) -> Tree:
    """The files of the whole work tree that `place` stands in; raises UserError when git fails."""
    tracked = git.start(place.top, "ls-files", "-z", "-s", "-t")
    untracked = git.start(place.top, "ls-files", "-z", "--others", "--exclude-standard")
    scan = _Scan(place, notices)
    for record in _records(git.check(tracked(), place.top)):
        scan.tracked(record)
    for record in _records(git.check(untracked(), place.top)):
        scan.untracked(record)
    return scan.tree()


def _records(data: bytes) -> list[str]:
    return data.decode("utf-8", "surrogateescape").split("\0")[:-1]
