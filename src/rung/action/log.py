"""What the Action says in the job's log, where every line that begins like a workflow command would be one."""

from __future__ import annotations

import secrets
import sys

from rung.report.github import escape_data
from rung.report.safe import one_line


def say(sentence: str) -> None:
    """One line of the log. It begins with rung's own word, so nothing in it can be a command."""
    show(f"rung: {one_line(sentence)}\n")


def warn(sentence: str) -> None:
    """A warning, which GitHub shows on the run's page as well."""
    show(f"::warning title=rung::{escape_data(sentence)}\n")


def fail(sentence: str) -> None:
    """An error, which GitHub shows on the run's page as well."""
    show(f"::error title=rung::{escape_data(sentence)}\n")


def quote(text: str) -> None:
    """A text of many lines, in which the runner looks for no commands."""
    word = secrets.token_hex(16)
    show(f"::stop-commands::{word}\n{text.rstrip()}\n::{word}::\n")


def show(text: str) -> None:
    """Prints as it is, and at once."""
    sys.stdout.write(text)
    sys.stdout.flush()
