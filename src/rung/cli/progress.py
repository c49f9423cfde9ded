"""The progress bar: on stderr, only on a terminal, and only for what takes longer than a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 1.0
INTERVAL = 0.1


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None] | None]:
    """Give a function (stage, done, total) that draws the bar once the patience is over; None where there is no terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    with ExitStack() as stack:
        yield _Bar(stack)


class _Bar:
    """Draws at most every tenth of a second, and imports what draws only when there is something to draw."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._next_draw = time.monotonic() + PATIENCE
        self._progress: Progress | None = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now < self._next_draw:
            return
        self._next_draw = now + INTERVAL
        if self._progress is None:
            self._progress = self._stack.enter_context(_progress())
            self._task = self._progress.add_task(stage, total=total)
        self._progress.update(self._task, description=stage, completed=done, total=total)


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    text = TextColumn("{task.description}", markup=False)
    return Progress(text, BarColumn(), MofNCompleteColumn(), console=Console(stderr=True), transient=True)
