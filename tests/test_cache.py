"""What is kept between runs: it may be lost, and must never be wrong or in the way."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from rung.cache import NAME, Cache, open_cache


def test_what_was_put_is_there_for_the_next_run(tmp_path: Path) -> None:
    Cache(tmp_path / "new").put(b"key", b"value")
    assert Cache(tmp_path / "new").get(b"key") == b"value"
    assert Cache(tmp_path / "new").get(b"other") is None


def test_clearing_forgets_everything(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put(b"key", b"value")
    cache.clear()
    assert cache.get(b"key") is None
    assert cache.size()[0] == 0


@pytest.mark.parametrize("damage", [b"", b"no database", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    Cache(tmp_path).put(b"key", b"value")
    (tmp_path / NAME).write_bytes(damage)
    assert Cache(tmp_path).get(b"key") is None
    Cache(tmp_path).put(b"key", b"again")
    assert Cache(tmp_path).get(b"key") == b"again"


def test_a_damaged_value_is_none(tmp_path: Path) -> None:
    Cache(tmp_path).put(b"key", b"value" * 100)
    with sqlite3.connect(tmp_path / NAME) as connection:
        connection.execute("UPDATE entry SET value = substr(value, 1, 20)")
    assert Cache(tmp_path).get(b"key") is None


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / NAME) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    before = (tmp_path / NAME).read_bytes()
    cache = Cache(tmp_path)
    cache.put(b"key", b"value")
    assert cache.get(b"key") is None
    assert (tmp_path / NAME).read_bytes() == before


@pytest.mark.parametrize("folder", ["/dev/null/cache", "/proc/cache"])
def test_a_folder_that_cannot_be_made_keeps_nothing(folder: str) -> None:
    cache = Cache(Path(folder))
    cache.put(b"key", b"value")
    assert cache.get(b"key") is None


def test_it_does_not_grow_without_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rung.cache.LIMIT", 3000)
    cache = Cache(tmp_path)
    for number in range(10):
        cache.put(bytes([number]), Random(number).randbytes(700))
        cache.get(b"\0")
    kept = [number for number in range(10) if cache.get(bytes([number])) is not None]
    assert 0 in kept
    assert 9 in kept
    assert 1 not in kept


def test_several_processes_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from rung.cache import Cache\n"
        "for number in range(200): cache = Cache(Path(sys.argv[1])) if number % 20 == 0 else cache; cache.put(b'%d' % number, b'x' * 1000)"
    )
    source = str(Path(__file__).parent.parent / "src")
    running = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], env={"PYTHONPATH": source}) for _ in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert Cache(tmp_path).get(b"199") == b"x" * 1000


def test_a_cache_that_is_not_enabled_has_no_file() -> None:
    cache = open_cache(enabled=False)
    cache.put(b"key", b"value")
    assert cache.get(b"key") is None
    assert cache.path is None
