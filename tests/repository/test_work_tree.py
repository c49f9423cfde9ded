"""The work tree: which files are seen, what is noticed, and how a folder is found."""

import os
from pathlib import Path

import pytest

from rung.errors import UserError
from rung.repository import open_repository
from tests.helpers import git, make_repository, write_files


def codes(repository):
    return [notice.code for notice in repository.notices]


def test_tracked_files_are_sorted_and_carry_size_and_mode(tmp_path):
    repository = open_repository(make_repository(tmp_path, {"b.py": "x = 1\n", "a/run": "#!/bin/sh\n"}))

    assert [(file.path, file.size, file.executable) for file in repository.files.values()] == [("a/run", 10, True), ("b.py", 6, False)]
    assert repository.text("b.py") == "x = 1\n"
    assert repository.commit == git(tmp_path, "rev-parse", "HEAD")
    assert repository.ref is None
    assert repository.tags == ()
    assert repository.notices == []


def test_untracked_files_are_scanned_and_named_unless_ignored(tmp_path):
    make_repository(tmp_path, {".gitignore": "*.log\n"})
    write_files(tmp_path, {"new.py": "", "x.log": "", "node_modules/m/index.js": ""})

    repository = open_repository(tmp_path)

    assert list(repository.files) == [".gitignore", "new.py"]
    assert [(n.code, n.path) for n in repository.notices] == [("untracked", "new.py")]


def test_staged_but_uncommitted_repository(tmp_path):
    write_files(tmp_path, {"a.py": ""})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")

    repository = open_repository(tmp_path)

    assert (repository.commit, list(repository.files), codes(repository)) == (None, ["a.py"], ["no-history"])


def test_a_deleted_file_is_noticed(tmp_path):
    make_repository(tmp_path, {"a.py": "", "gone/b.py": ""})
    (tmp_path / "gone/b.py").unlink()
    (tmp_path / "gone").rmdir()

    repository = open_repository(tmp_path)

    assert list(repository.files) == ["a.py"]
    assert [(n.code, n.path) for n in repository.notices] == [("deleted", "gone/b.py")]


def test_links_are_never_followed(tmp_path):
    outside = tmp_path / "outside"
    write_files(outside, {"secret.py": "SECRET = 1\n"})
    top = make_repository(tmp_path / "repo", {"real.py": "", "folder/secret.py": "mine\n"})
    (top / "link.py").symlink_to(outside / "secret.py")
    git(top, "add", "link.py")
    (top / "folder/secret.py").unlink()
    (top / "folder").rmdir()
    (top / "folder").symlink_to(outside)

    repository = open_repository(top)

    assert list(repository.files) == ["real.py"]
    assert repository.read("folder/secret.py") is None
    assert "unread-symlink" in codes(repository)


def test_a_file_that_becomes_a_link_after_the_scan_is_not_followed(tmp_path):
    top = make_repository(tmp_path / "repo", {"a.py": "mine\n"})
    repository = open_repository(top)
    write_files(tmp_path, {"secret": "s"})
    (top / "a.py").unlink()
    (top / "a.py").symlink_to(tmp_path / "secret")

    assert repository.read("a.py") is None
    assert codes(repository) == ["unread-error"]


def test_pipes_are_not_opened(tmp_path):
    make_repository(tmp_path, {"a.py": "", "pipe": ""})
    (tmp_path / "pipe").unlink()
    os.mkfifo(tmp_path / "pipe")

    assert codes(open_repository(tmp_path)) == ["unread-special"]


def test_submodules_and_nested_repositories_are_left_alone(tmp_path):
    inner = make_repository(tmp_path / "inner", {"inner.py": ""})
    top = make_repository(tmp_path / "top", {"a.py": ""})
    git(top, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "sub")
    make_repository(top / "nested", {"n.py": ""})

    repository = open_repository(top)

    assert list(repository.files) == [".gitmodules", "a.py"]
    assert [(n.code, n.path) for n in repository.notices] == [("unread-nested-repository", "nested"), ("unread-submodule", "sub")]
    assert list(open_repository(top / "sub").files) == ["inner.py"]


def test_names_that_are_not_utf8_are_noticed(tmp_path):
    make_repository(tmp_path, {"a.py": "", "ünï cödé\n.py": "x"})
    (tmp_path / os.fsdecode(b"bad\xff.py")).write_text("")
    git(tmp_path, "add", "-A")

    repository = open_repository(tmp_path)

    assert list(repository.files) == ["a.py", "ünï cödé\n.py"]
    assert repository.text("ünï cödé\n.py") == "x"
    assert [n.path for n in repository.notices] == ["bad\\xff.py"]


def test_a_subfolder_is_the_scope_of_the_whole_repository(tmp_path):
    make_repository(tmp_path, {"CODEOWNERS": "* @acme/all\n", "services/x/a.py": "", "services/xy/b.py": ""})

    repository = open_repository(tmp_path / "services/x")

    assert (repository.top, repository.scope) == (tmp_path, "services/x")
    assert [path for path in repository.files if repository.in_scope(path)] == ["services/x/a.py"]
    assert repository.owners("services/x/a.py") == ("@acme/all",)


def test_a_folder_outside_git_is_walked(tmp_path):
    write_files(tmp_path, {"a.py": "x", "sub/b.py": "", "node_modules/m.js": "", ".venv/lib/z.py": ""})
    (tmp_path / "loop").symlink_to(tmp_path)

    repository = open_repository(tmp_path)

    assert list(repository.files) == ["a.py", "sub/b.py"]
    assert (repository.tags, repository.commit) == (None, None)
    assert codes(repository) == ["not-a-repository", "unread-symlink"]
    with pytest.raises(UserError, match="not in a git repository"):
        open_repository(tmp_path, "main")


def test_an_ignored_folder_stands_for_itself(tmp_path):
    make_repository(tmp_path, {".gitignore": "build/\n"})
    write_files(tmp_path, {"build/app/main.py": "x"})

    repository = open_repository(tmp_path / "build/app")

    assert (repository.scope, list(repository.files), codes(repository)) == ("", ["main.py"], ["not-a-repository"])


def test_linked_work_trees_share_tags(tmp_path):
    top = make_repository(tmp_path / "main", {"a.py": ""}, tags=["v1"])
    git(top, "worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
    write_files(tmp_path / "linked", {"b.py": ""})

    repository = open_repository(tmp_path / "linked")

    assert (list(repository.files), repository.tags) == (["a.py", "b.py"], ("v1",))


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("ref", [None, "HEAD"])
def test_a_repository_that_somebody_else_owns_is_read(tmp_path, ref):
    top = make_repository(tmp_path / "top", {"a.py": "x"})
    for path in (top, *top.rglob("*")):
        os.chown(path, 12345, 12345)

    assert open_repository(top, ref).text("a.py") == "x"


@pytest.mark.parametrize("name", ["missing", "file.txt", "loop", "nul\0"])
def test_what_is_no_folder_is_refused(tmp_path, name):
    (tmp_path / "file.txt").write_text("")
    (tmp_path / "loop").symlink_to("loop")

    with pytest.raises(UserError, match="give the folder of a repository"):
        open_repository(tmp_path / name)


def test_variables_that_git_sets_for_hooks_do_not_mislead(tmp_path, monkeypatch):
    other = make_repository(tmp_path / "other", {"other.py": ""}, tags=["wrong"])
    top = make_repository(tmp_path / "top", {"a.py": "x"}, tags=["right"])
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))

    for ref in (None, "HEAD"):
        repository = open_repository(top, ref)
        assert (list(repository.files), repository.tags, repository.text("a.py")) == (["a.py"], ("right",), "x")
    assert os.environ["GIT_DIR"] == str(other / ".git")


def test_programs_in_the_configuration_are_not_run(tmp_path):
    top = make_repository(tmp_path / "top", {"a.py": ""})
    witness = tmp_path / "witness"
    hook = tmp_path / "hook.sh"
    write_files(tmp_path, {"hook.sh": f"#!/bin/sh\ntouch {witness}\n"})
    git(top, "config", "core.fsmonitor", str(hook))

    open_repository(top)

    assert not witness.exists()


def test_a_work_tree_configured_elsewhere_is_not_read(tmp_path):
    write_files(tmp_path, {"secret.py": "SECRET"})
    top = make_repository(tmp_path / "top", {"a.py": ""})
    git(top, "config", "core.worktree", str(tmp_path))

    assert list(open_repository(top).files) == ["a.py"]


def test_without_git_only_a_plain_folder_can_be_read(tmp_path, monkeypatch):
    make_repository(tmp_path / "repo", {"a.py": ""})
    write_files(tmp_path / "plain", {"a.py": ""})
    monkeypatch.setenv("PATH", str(tmp_path))

    assert list(open_repository(tmp_path / "plain").files) == ["a.py"]
    with pytest.raises(UserError, match="git can't be started"):
        open_repository(tmp_path / "repo")


def test_a_broken_configuration_is_told(tmp_path):
    make_repository(tmp_path, {"a.py": ""})
    (Path(tmp_path) / ".git/config").write_text("[broken\n")

    with pytest.raises(UserError, match="git can't read the repository"):
        open_repository(tmp_path)
