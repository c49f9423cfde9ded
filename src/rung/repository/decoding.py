"""From bytes to text, as far as they are text."""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_POINTER = b"version https://git-lfs.github.com/spec/"
_POINTER_LIMIT = 1024


def decode(data: bytes) -> str | None:
    """The text of a file without its byte order mark, line ends as they are; None when the bytes are no text."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding)
    if b"\0" in data:
        return None
    text = _strictly(data, "utf-8")
    if text is None and not _CONTROL.search(data):
        return data.decode("latin-1")  # an older encoding: ASCII, which is what matters, comes out right
    return text


def is_lfs_pointer(data: bytes) -> bool:
    """Whether the bytes are what Git LFS keeps in a file's place."""
    return len(data) <= _POINTER_LIMIT and data.startswith(_POINTER)


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None
