"""Has linkers work in a second process, beside those that need nothing of what they find.

What they find there is what they would have found here, and here they do it wherever there is no second process; so nothing but the
time depends on it.
"""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from rung.link.ahead import has_two_cores

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Result = TypeVar("Result")
ENOUGH = 250_000  # characters of code below which a second process costs more than it saves


@contextmanager
def beside(work: Callable[[], Result], size: int) -> Iterator[Callable[[], Result]]:
    """Begins work on `size` characters of code; what is given waits for its result, which has to be one that can be pickled."""
    process, ours = _begun(work) if size >= ENOUGH and has_two_cores() else (None, None)
    if process is None or ours is None:
        yield work
        return
    try:
        yield lambda: _received(ours, work)
    finally:
        process.kill()
        process.join()
        ours.close()


def _begun(work: Callable[[], Any]) -> tuple[Any, Connection | None]:
    from multiprocessing import get_context

    context = get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_do, args=(ours, theirs, work), daemon=True)
    try:
        process.start()
    except OSError:  # no more processes or memory
        ours.close()
        return None, None
    finally:
        theirs.close()
    return process, ours


def _received(connection: Connection, work: Callable[[], Result]) -> Result:
    try:
        found: Result = connection.recv()
    except (EOFError, OSError):  # it was ended, or met something that will be met again here, and said
        return work()
    return found


def _do(reading: Connection, connection: Connection, work: Callable[[], Any]) -> None:
    """What the second process does."""
    reading.close()  # so that writing fails when the first process has gone, however it went
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first one hears it, and ends this one
    gc.disable()
    with suppress(Exception):
        connection.send(work())
