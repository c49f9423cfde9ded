"""The address that a repository was cloned from."""

from __future__ import annotations

from pathlib import Path

import pytest

from rung.repository import open_repository
from tests.helpers import git, make_repository


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("https://github.com/owner/name.git", "https://github.com/owner/name.git"),
        ("https://user:pass@word@github.com/owner/name.git", "https://github.com/owner/name.git"),
        ("https://github.com/owner/name?token=secret", "https://github.com/owner/name"),
        ("git@github.com:owner/name.git", "git@github.com:owner/name.git"),
        ("/home/somebody/name", ""),
        ("file:///home/somebody/name", ""),
        ("../name", ""),
    ],
)
def test_origin_is_known_without_credentials_and_paths_of_the_machine(tmp_path: Path, address: str, known: str) -> None:
    folder = make_repository(tmp_path / "r", {"app/a.py": "x = 1\n"})
    git(folder, "config", "remote.origin.url", address)
    assert open_repository(folder).remote == known
    assert open_repository(folder, "HEAD").remote == known
    assert open_repository(folder / "app", exclude=["b"]).remote == known


def test_another_remote_or_none_is_no_origin(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "r", {"a.py": "x = 1\n"})
    assert open_repository(folder).remote == ""
    git(folder, "remote", "add", "fork", "https://github.com/owner/name")
    assert open_repository(folder).remote == ""
    (tmp_path / "plain").mkdir()
    assert open_repository(tmp_path / "plain").remote == ""
