"""From bytes to text: encodings, binaries, pointers and limits."""

import codecs

import pytest

from rung.repository import open_repository
from tests.helpers import make_repository

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12345\n"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a\r\nb\n", "a\r\nb\n"),
        (codecs.BOM_UTF8 + "é".encode(), "é"),
        (codecs.BOM_UTF16_LE + "é\n".encode("utf-16-le"), "é\n"),
        (codecs.BOM_UTF16_BE + "é\n".encode("utf-16-be"), "é\n"),
        ("# café\n".encode("latin-1"), "# café\n"),
        (b"", ""),
    ],
)
def test_text_is_decoded(tmp_path, data, text):
    repository = open_repository(make_repository(tmp_path, {"a.py": data}))

    assert (repository.text("a.py"), repository.read("a.py"), repository.notices) == (text, data, [])


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\0\0", b"\xff\xfe\x00", b"\xe9\x01\x02", "a".encode("utf-16-le")])
def test_binary_content_is_no_text(tmp_path, data):
    repository = open_repository(make_repository(tmp_path, {"a.py": data}))

    assert (repository.text("a.py"), repository.text("a.py"), repository.read("a.py")) == (None, None, data)
    assert [(n.code, n.path) for n in repository.notices] == [("unread-binary", "a.py")]


@pytest.mark.parametrize("ref", [None, "HEAD"])
def test_what_cannot_be_read_is_noticed_once(tmp_path, ref):
    files = {f"data/{name}.json": POINTER for name in "abcde"} | {"big.json": b" " * (4 * 1024 * 1024 + 1)}
    repository = open_repository(make_repository(tmp_path, files), ref)

    assert [repository.read(path) for path in [*files, *files]] == [None] * 12
    huge, pointers = repository.notices
    assert (huge.code, huge.message) == ("unread-huge", "big.json is too large to read.")
    assert pointers.code == "unread-lfs"
    assert pointers.message.startswith("5 files are Git LFS pointers")
    assert pointers.message.endswith("data/a.json, data/b.json, data/c.json, data/d.json, data/e.json")


def test_an_unknown_path_is_nothing(tmp_path):
    repository = open_repository(make_repository(tmp_path / "repo", {"a.py": ""}))

    assert [repository.read(path) for path in ("b.py", "../x", "/etc/passwd", "")] == [None] * 4
    assert repository.notices == []
