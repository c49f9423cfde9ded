"""What every source of files hands over: the work tree, a plain folder, a commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

LIMIT = 4 * 1024 * 1024  # bytes; what is larger is data or a bundle, no source


@dataclass(frozen=True, slots=True)
class File:
    """A file that can be read: its path from the repository's top (with `/`), its size in bytes (-1: unknown), its x bit.

    `stamp` changes whenever the content does: the blob's id, or what the file system says of the file.
    """

    path: str
    size: int
    executable: bool = False
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Tree:
    """Files and the way to their bytes; `read` raises UnreadableError."""

    files: dict[str, File]
    read: Callable[[str], bytes]


class UnreadableError(Exception):
    """A file's bytes can't be had; `code` is the notice's code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
