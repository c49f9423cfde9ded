"""Where text goes: the standard streams, or a file that is either wholly written or not touched."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rung.errors import UserError

if TYPE_CHECKING:
    from rung.report.page import PageStyle

WIDEST = 120
NARROWEST = 40
WITHOUT_TERMINAL = 100


def say(sentence: str) -> None:
    """Print one sentence to stderr, with whatever a file name or an error could smuggle into it made harmless."""
    from rung.report.safe import one_line

    if sys.stderr is None:  # closed by whoever started us
        return
    encoding = sys.stderr.encoding or "ascii"
    safe = one_line(sentence).encode(encoding, "backslashreplace").decode(encoding)
    with suppress(OSError):  # there is nowhere left to say it
        print(safe, file=sys.stderr, flush=True)  # noqa: T201


def page_style(to_file: bool) -> PageStyle:
    """How a report for people is laid out: as wide as the terminal up to 120, in colour on a terminal unless NO_COLOR is set."""
    from rung.report.page import PageStyle

    if to_file:
        return PageStyle(width=WITHOUT_TERMINAL)
    width = shutil.get_terminal_size((WITHOUT_TERMINAL, 24)).columns
    color = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    ascii_only = not (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
    return PageStyle(width=max(NARROWEST, min(width, WIDEST)), color=color, ascii_only=ascii_only)


def emit(text: str, output: str | None) -> None:
    """Write the report to the file `output`, or to stdout when it is None or `-`. Raises UserError where the file can't be written."""
    to_stdout = output is None or output == "-"
    try:
        if to_stdout:
            print_quietly(text)
        else:
            replace_file(Path(str(output)), text)
    except OSError as error:
        raise UserError(f"{'stdout' if to_stdout else output}: can't be written: {error.strerror or error}") from error


def print_quietly(text: str) -> None:
    """Print to stdout; a reader that has gone away (`| head`) is no error. Raises OSError."""
    if sys.stdout is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        hush()
    except OSError:
        hush()
        raise


def hush() -> None:
    """Let what is left for stdout go nowhere: Python flushes it once more on its way out, and would complain."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def replace_file(path: Path, text: str) -> None:
    """Write beside the file and rename, so that nobody ever reads half a report. Raises OSError.

    A link is replaced, not followed: in a checkout of a stranger's it may lead anywhere.
    """
    if path.exists() and (not path.is_file() or path.is_relative_to("/dev") or path.is_relative_to("/proc")):
        path.write_text(text, encoding="utf-8")  # a device or a pipe cannot be renamed over; a folder is an error
        return
    draft = path.with_name(f".{path.name[:100]}.{os.urandom(4).hex()}.tmp")
    try:
        with draft.open("x", encoding="utf-8") as stream:
            stream.write(text)
        if path.exists() and not path.is_symlink():
            shutil.copymode(path, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
