"""Reads files from a folder without ever leaving it: symbolic links are not followed, devices and pipes not opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from rung.repository.notices import Notices
from rung.repository.tree import LIMIT, File, Tree, UnreadableError

# Folders that tools fill on a developer's machine; nobody means to have them scanned when git does not track them.
SKIPPED = frozenset(
    {".git", ".hg", ".svn", "node_modules", "bower_components", ".venv", "venv", "site-packages", "__pycache__", ".tox", ".nox"}
    | {".mypy_cache", ".pytest_cache", ".ruff_cache", ".gradle", ".terraform", ".next", ".nuxt", ".cache", ".idea", ".DS_Store"}
)
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_file(top: Path, path: str) -> bytes:
    """The bytes of a regular file below `top`; raises UnreadableError for a link, a special file, a huge one or a failure."""
    try:
        descriptor = os.open(f"{top}/{path}", _FLAGS)
    except OSError as error:
        raise UnreadableError("unread-error") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError("unread-special")
        if status.st_size > LIMIT:
            raise UnreadableError("unread-huge")
        return _read(descriptor, status.st_size)
    except OSError as error:
        raise UnreadableError("unread-error") from error
    finally:
        os.close(descriptor)


def _read(descriptor: int, size: int) -> bytes:
    """As many bytes as the file has, up to its size; without a file object, whose making costs more than the reading."""
    data = os.read(descriptor, size)
    while len(data) < size and (more := os.read(descriptor, size - len(data))):
        data += more
    return data


class Inspector:
    """Looks at paths below a folder and tells which are regular files that no link leads away from."""

    def __init__(self, top: Path, notices: Notices) -> None:
        self._top = str(top)
        self._notices = notices
        self._real = {"": True}

    def inspect(self, path: str, executable: bool | None = None) -> File | None:
        """The file at a path, None (with a notice) where there is none to read; `executable` overrides the file system's bit."""
        if not self._is_real(path.rpartition("/")[0]):
            self._notices.add("unread-symlink" if os.path.lexists(f"{self._top}/{path}") else "deleted", path)
            return None
        try:
            status = os.lstat(f"{self._top}/{path}")
        except OSError:
            self._notices.add("deleted", path)
            return None
        mode = status.st_mode
        if stat.S_ISREG(mode):
            stamp = f"{status.st_mtime_ns}-{status.st_ctime_ns}-{status.st_size}-{status.st_ino}"
            return File(path, status.st_size, bool(mode & 0o100) if executable is None else executable, stamp)
        self._notices.add("unread-symlink" if stat.S_ISLNK(mode) else "unread-special", path)
        return None

    def _is_real(self, folder: str) -> bool:
        """Whether a folder and all above it are folders, not links."""
        known = self._real.get(folder)
        if known is None:
            parent, _, name = folder.rpartition("/")
            known = name not in ("", ".", "..", ".git") and self._is_real(parent) and _is_folder(f"{self._top}/{folder}")
            self._real[folder] = known
        return known


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def scan_folder(top: Path, notices: Notices) -> Tree:
    """The files of a folder that git knows nothing about, without what tools put there."""
    inspector = Inspector(top, notices)
    found = {}
    for path in _walk(top):
        if not is_utf8(path):
            notices.add("unread-name", printable(path))
            continue
        file = inspector.inspect(path)
        if file:
            found[path] = file
    return Tree(dict(sorted(found.items())), lambda path: read_file(top, path))


def _walk(top: Path) -> Iterator[str]:
    """Paths of everything below a folder that is no folder itself, by an explicit stack (depth is the scanned folder's choice)."""
    pending = [""]
    while pending:
        prefix = pending.pop()
        try:
            with os.scandir(f"{top}/{prefix}") as entries:
                for entry in entries:
                    if entry.name in SKIPPED:
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(f"{prefix}{entry.name}/")
                    else:
                        yield prefix + entry.name
        except OSError:
            continue


def is_utf8(path: str) -> bool:
    """Whether a path that came from the file system or git can be written down as text."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def printable(path: str) -> str:
    """A path with undecodable bytes shown as escapes."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
