"""Parses source files ahead in a second process, while the linkers work in the first.

It begins with the file that is needed last, so that the two meet in the middle and neither waits for the other. What it gives is what
the first process would have made itself; so nothing but the time depends on it.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, Any

from rung.facts.code import dumps, read_source

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

ENOUGH = 250_000  # characters of code below which a second process costs more than it saves


class Ahead:
    """Sources that a second process parses."""

    def __init__(self, texts: Sequence[tuple[str, str]]) -> None:
        """`texts` are paths with their text, in the order in which they will be asked for."""
        self._made: dict[str, bytes] = {}
        self._process: Any = None
        if sum(len(text) for _, text in texts) >= ENOUGH and has_two_cores():
            self._begin(texts)

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()

    @property
    def works(self) -> bool:
        """Whether there is a second process."""
        return self._process is not None

    def has(self, path: str) -> bool:
        """Whether a file has been parsed and not been taken."""
        return path in self._made

    def take(self, path: str) -> bytes | None:
        """The source of a file as bytes, if it has been parsed by now."""
        return self._made.pop(path, None)

    def _begin(self, texts: Sequence[tuple[str, str]]) -> None:
        from multiprocessing import get_context

        context = get_context("fork")
        ours, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_parse, args=(ours, theirs, texts), daemon=True)
        try:
            self._process.start()
        except OSError:  # no more processes or memory: then one does it all
            self._process = None
            ours.close()
        else:
            Thread(target=self._collect, args=(ours,), daemon=True).start()
        theirs.close()

    def _collect(self, connection: Connection) -> None:
        with connection:
            try:
                while True:
                    path = connection.recv_bytes().decode("utf-8", "surrogateescape")
                    self._made[path] = connection.recv_bytes()
            except (EOFError, OSError):
                return


def has_two_cores() -> bool:
    """Whether there is a second core to use. Only Linux tells, and only there is a fork safe; a new interpreter would start too slowly."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


def _parse(reading: Connection, connection: Connection, texts: Sequence[tuple[str, str]]) -> None:
    """What the second process does."""
    reading.close()  # so that writing fails when the first process has gone, however it went
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first one hears it, and ends this one
    gc.disable()
    with suppress(Exception):  # a broken pipe, or what the first process will meet again and say so
        for path, text in reversed(texts):
            source = read_source(path, text)
            if source is not None:
                connection.send_bytes(path.encode("utf-8", "surrogateescape"))
                connection.send_bytes(dumps(source))
