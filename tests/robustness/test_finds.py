"""What fuzzing has found once stays found: every case of `fuzz/finds/` goes through the reader that it broke."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzz.targets import READERS, run, sample

FINDS = Path(__file__).parents[2] / "fuzz" / "finds"


@pytest.mark.parametrize("find", sorted(path.name for path in FINDS.iterdir()))
def test_a_find_is_no_find_any_more(find: str) -> None:
    name = max((name for name in READERS if find.startswith(f"{name}-")), key=len)
    run(name, (FINDS / find).read_bytes())


@pytest.mark.parametrize("name", sorted(READERS))
def test_every_target_takes_its_sample(name: str) -> None:
    run(name, sample(name))
