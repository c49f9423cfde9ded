"""Which files belong to the application by `include`, and which are gone by `exclude`."""

from __future__ import annotations

from pathlib import Path

import pytest

from rung.errors import UserError
from rung.repository import open_repository
from tests.helpers import make_repository, write_files

FILES = {
    ".github/workflows/ci.yml": "",
    "CODEOWNERS": "* @acme/all\n",
    "README.md": "",
    "src/app/main.py": "x = 1\n",
    "src/app/notes.md": "",
    "third_party/lib/lib.py": "",
    "tools/third_party/a.py": "",
}


@pytest.mark.parametrize(
    ("exclude", "gone"),
    [
        (["third_party/**"], ["third_party/lib/lib.py"]),
        (["/third_party"], ["third_party/lib/lib.py"]),
        (["./third_party/"], ["third_party/lib/lib.py"]),
        (["third_party/"], ["third_party/lib/lib.py", "tools/third_party/a.py"]),
        (["third_party/*"], ["third_party/lib/lib.py"]),
        (["*.md"], ["README.md", "src/app/notes.md"]),
        (["*.md", "!/README.md"], ["src/app/notes.md"]),
        (["src/**/*.py", "CODEOWNERS"], ["CODEOWNERS", "src/app/main.py"]),
        (["nothing"], []),
    ],
)
def test_excluded_files_are_gone_and_counted(exclude: list[str], gone: list[str], tmp_path: Path) -> None:
    make_repository(tmp_path, FILES)

    for ref in (None, "HEAD"):
        repository = open_repository(tmp_path, ref, exclude=exclude)

        assert [path for path in FILES if path not in repository.files] == gone
        assert all(repository.read(path) is None for path in gone)
        words = f"{len(gone)} {'file is' if len(gone) == 1 else 'files are'} excluded by the policy and not read."
        assert [(n.code, n.message) for n in repository.notices] == ([("excluded", words)] if gone else [])


def test_include_says_what_the_application_is_and_leaves_the_rest_readable(tmp_path: Path) -> None:
    make_repository(tmp_path, FILES, tags=["v1.0"])

    repository = open_repository(tmp_path, include=["src/**", "!*.md"])

    assert [path for path in repository.files if repository.in_scope(path)] == ["src/app/main.py"]
    assert list(repository.files) == sorted(FILES)
    assert repository.owners("src/app/main.py") == ("@acme/all",)
    assert (repository.tags, repository.notices) == (("v1.0",), [])


def test_a_subfolder_and_include_both_bound_the_application(tmp_path: Path) -> None:
    make_repository(tmp_path, FILES)

    repository = open_repository(tmp_path / "src", include=["*.md"])

    assert [path for path in repository.files if repository.in_scope(path)] == ["src/app/notes.md"]


def test_a_repository_can_be_narrowed_to_a_folder_at_a_ref(tmp_path: Path) -> None:
    make_repository(tmp_path, FILES, history=[({"src/app/main.py": None, "src/app/notes.md": None}, "remove the application")])

    repository = open_repository(tmp_path, "HEAD~1").narrowed(scope="src/app", exclude=["*.md"])

    assert [path for path in repository.files if repository.in_scope(path)] == ["src/app/main.py"]
    assert repository.text("src/app/main.py") == "x = 1\n"
    assert (repository.scope, repository.ref) == ("src/app", "HEAD~1")


def test_nothing_is_said_about_an_excluded_file(tmp_path: Path) -> None:
    make_repository(tmp_path, {"a.py": ""})
    write_files(tmp_path, {"draft/b.py": "", "c.py": ""})

    notices = open_repository(tmp_path, exclude=["draft"]).notices

    assert [(notice.code, notice.path) for notice in notices] == [("excluded", ""), ("untracked", "c.py")]


def test_a_malformed_pattern_is_named(tmp_path: Path) -> None:
    make_repository(tmp_path, {"a.py": ""})

    with pytest.raises(UserError, match=r"'a\[' is no pattern of files"):
        open_repository(tmp_path, exclude=["a["])
