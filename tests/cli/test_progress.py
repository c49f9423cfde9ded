"""The progress bar, on a real terminal and on none."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

import rung

WORK = """
import sys, time
from rung.cli.progress import progress_bar
with progress_bar() as progress:
    for done in range(8):
        if progress:
            progress("Reading [bold]files", done, 8)
        time.sleep(float(sys.argv[1]))
"""


def said_on_a_terminal(pause: float) -> str:
    ours, theirs = pty.openpty()
    environment = os.environ | {"PYTHONPATH": str(Path(rung.__file__).parent.parent), "TERM": "xterm", "COLUMNS": "80"}
    subprocess.run([sys.executable, "-c", WORK, str(pause)], stdout=theirs, stderr=theirs, check=True, env=environment)
    os.set_blocking(ours, False)
    try:
        return os.read(ours, 65536).decode()
    except BlockingIOError:
        return ""
    finally:
        os.close(theirs)
        os.close(ours)


def test_it_appears_once_the_work_takes_longer_than_a_second_and_takes_names_literally() -> None:
    said = said_on_a_terminal(0.2)
    assert "Reading [bold]files" in said
    assert "/8" in said
    assert "1/8" not in said


def test_it_stays_away_from_quick_work() -> None:
    assert said_on_a_terminal(0.01) == ""


def test_it_stays_away_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    exec(WORK.replace("float(sys.argv[1])", "0"), {})
    assert capsys.readouterr().err == ""
