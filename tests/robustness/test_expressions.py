"""No regular expression of rung or its rules takes more than quadratic time, whatever it is asked to search."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import rung
from tests.robustness.expressions import slowest

TOP = Path(__file__).parents[2]


def test_the_check_finds_what_it_is_there_for() -> None:
    assert slowest(re.compile(r"(a+)+$"), "match")
    assert slowest(re.compile(r"(?:@[^\n]*\s+)*class"), "match")
    assert slowest(re.compile(r"\"(?:\\.|.)*\""), "match")
    assert slowest(re.compile(r"x\s*y?\s*z?\s*w"), "search")
    assert not slowest(re.compile(r"x\s*+y?\s*+w"), "search")


def test_no_expression_can_be_made_to_hang() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "tests.robustness.expressions"],
        capture_output=True,
        text=True,
        cwd=TOP,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TOP), str(Path(rung.__file__).parent.parent)])},
        check=False,
    )
    assert (found.returncode, found.stdout, found.stderr[-3000:]) == (0, "", "")
