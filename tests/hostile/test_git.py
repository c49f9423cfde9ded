"""A clone whose `.git` was made by a stranger: nothing that it asks git to run is run, and nothing outside is read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from rung.cli.main import run
from rung.repository import git as plumbing
from tests.helpers import IDENTITY, commit, git, make_repository
from tests.hostile.stage import APP, OUTSIDE, Trap, application, rung_process

COMMANDS = (
    ["scan", "{top}", "--no-cache"],
    ["scan", "{top}", "--ref", "HEAD", "--no-cache"],
    ["gate", "{top}", "--base", "HEAD~1", "--no-cache"],
)
# The settings of git that name a program, in groups that don't get in each other's way. TRAP stands for the program.
SETTINGS = {
    "monitor": "[core]\nfsmonitor = TRAP\nuntrackedCache = true\nhooksPath = HOOKS\n",
    "filters": '[filter "x"]\nclean = TRAP\nsmudge = TRAP\nprocess = TRAP\nrequired = true\n[merge "x"]\ndriver = TRAP %O\n',
    "diffs": '[diff]\nexternal = TRAP\ntool = x\n[diff "x"]\ncommand = TRAP\ntextconv = TRAP\ncachetextconv = true\n[difftool "x"]\ncmd = TRAP\n',
    "aliases": "[alias]\n"
    + "".join(f"{name} = !TRAP\n" for name in ("ls-files", "ls-tree", "cat-file", "rev-parse", "rev-list", "config")),
    "programs": "[core]\npager = TRAP\neditor = TRAP\naskPass = TRAP\nsshCommand = TRAP\ngitProxy = TRAP\nalternateRefsCommand = TRAP\n"
    "[pager]\nls-files = TRAP\nls-tree = true\nfor-each-ref = TRAP\nconfig = TRAP\nrev-list = TRAP\n[sequence]\neditor = TRAP\n"
    "[credential]\nhelper = !TRAP\n[interactive]\ndiffFilter = TRAP\n[uploadpack]\npackObjectsHook = TRAP\n[trace2]\nnormalTarget = TRAP\n",
    "signatures": '[log]\nshowSignature = true\n[tag]\ngpgSign = true\n[gpg]\nprogram = TRAP\nformat = ssh\n[gpg "ssh"]\nprogram = TRAP\n',
    "remotes": '[remote "origin"]\nurl = ext::TRAP\nuploadpack = TRAP\nfetch = +refs/heads/*:refs/remotes/origin/*\nvcs = trap\n'
    '[protocol "ext"]\nallow = always\n[protocol]\nallow = always\n[url "ext::TRAP "]\ninsteadOf = https://\n[submodule]\nrecurse = true\n',
    "include": "[include]\npath = INCLUDED\n",
}
MODULES = '[submodule "x"]\n\tpath = x\n\turl = ext::TRAP\n\tupdate = !TRAP\n[submodule "y"]\n\tpath = ../y\n\turl = -u./TRAP\n'


def ask_everything(top: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Runs all commands and returns what they print; none may fail."""
    for command in COMMANDS:
        assert run([argument.format(top=top) for argument in command]) == 0, command
    return capsys.readouterr().out


@pytest.fixture
def trap(tmp_path: Path) -> Trap:
    return Trap(tmp_path)


def test_the_trap_works(tmp_path: Path, trap: Trap) -> None:
    top = application(tmp_path / "app")
    git(top, "config", "core.fsmonitor", str(trap.program))
    git(top, "status")
    assert trap.said


@pytest.mark.parametrize("group", SETTINGS)
def test_no_setting_runs_a_program(group: str, tmp_path: Path, trap: Trap, capsys: pytest.CaptureFixture[str]) -> None:
    program = str(trap.program)
    top = application(tmp_path / "app", {".gitattributes": "* filter=x diff=x merge=x text=auto eol=crlf\n"})
    (top / ".gitmodules").write_text(MODULES.replace("TRAP", program))
    hooks = tmp_path / "hooks"
    for folder in (hooks, top / ".git" / "hooks"):
        folder.mkdir(exist_ok=True)
        for name in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman", "post-rewrite", "pre-auto-gc"):
            shutil.copy(trap.program, folder / name)
    included = tmp_path / "included"
    included.write_text(f"[core]\nfsmonitor = {program}\npager = {program}\n")
    settings = SETTINGS[group].replace("TRAP", program).replace("HOOKS", str(hooks)).replace("INCLUDED", str(included))
    with (top / ".git" / "config").open("a") as stream:
        stream.write(settings)
    for path in APP:  # git would have to look into files that may have changed
        os.utime(top / path)
    assert "gpt-4o-2024-08-06" in ask_everything(top, capsys)
    assert trap.said == ""


def test_objects_that_are_missing_are_not_fetched(tmp_path: Path, trap: Trap, capsys: pytest.CaptureFixture[str]) -> None:
    top = application(tmp_path / "app", {"missing.py": "import openai\n"})
    blob = git(top, "rev-parse", "HEAD:missing.py")
    git(top, "config", "core.repositoryFormatVersion", "1")
    git(top, "config", "extensions.partialClone", "origin")
    git(top, "config", "remote.origin.url", f"ext::{trap.program}")
    git(top, "config", "remote.origin.promisor", "true")
    git(top, "config", "protocol.ext.allow", "always")
    git(top, "repack", "-adq")
    for pack in (top / ".git/objects/pack").glob("*.pack"):
        data = pack.rename(tmp_path / "pack")
        pack.with_suffix(".idx").unlink()
        pack.with_suffix(".rev").unlink(missing_ok=True)
        with data.open("rb") as stream:
            subprocess.run(["git", "-C", str(top), "unpack-objects", "-q"], stdin=stream, check=True)
    (top / ".git/objects/pack/pack-x.promisor").write_text("")
    (top / ".git/objects" / blob[:2] / blob[2:]).unlink()
    capsys.readouterr()
    assert run(["scan", str(top), "--ref", "HEAD", "--no-cache", "--format", "json"]) == 0
    notices = json.loads(capsys.readouterr().out)["notices"]
    assert [notice["path"] for notice in notices if notice["code"] == "unread-absent"] == ["missing.py"]
    assert trap.said == ""


def test_what_a_commit_holds_is_not_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    top = application(tmp_path / "app")
    capsys.readouterr()
    run(["scan", str(top), "--ref", "HEAD", "--no-cache", "--format", "json"])
    before = capsys.readouterr().out
    lie = subprocess.run(["git", "-C", str(top), "hash-object", "-w", "--stdin"], input=b"x = 1\n", capture_output=True, check=True)
    git(top, "replace", git(top, "rev-parse", "HEAD:app.py"), lie.stdout.decode().strip())
    (top / ".git" / "info").mkdir(exist_ok=True)
    (top / ".git" / "info" / "grafts").write_text(f"{git(top, 'rev-parse', 'HEAD')}\n")
    assert run(["scan", str(top), "--ref", "HEAD", "--no-cache", "--format", "json"]) == 0
    assert capsys.readouterr().out == before
    assert run(["gate", str(top), "--base", "HEAD~1", "--no-cache"]) == 0
    assert "hint" not in capsys.readouterr().err


def _elsewhere(tmp_path: Path) -> Path:
    """Somebody's private repository."""
    return make_repository(tmp_path / "private", {f"{OUTSIDE}.py": f"# {OUTSIDE}\n", **APP}, [OUTSIDE])


@pytest.mark.parametrize("way", ["file", "link", "common"])
def test_a_git_folder_elsewhere_is_not_read(way: str, tmp_path: Path) -> None:
    private = _elsewhere(tmp_path)
    top = make_repository(tmp_path / "app", APP)
    if way == "common":
        (top / ".git" / "commondir").write_text(f"{private}/.git\n")
    else:
        shutil.rmtree(top / ".git")
        if way == "link":
            (top / ".git").symlink_to(private / ".git")
        else:
            (top / ".git").write_text(f"gitdir: {private}/.git\n")
    for options in ([], ["--ref", "HEAD"], ["--ref", OUTSIDE]):
        done = rung_process("scan", top, *options, "--format", "json", "--no-cache")
        assert done.returncode == 2, options
        assert (done.stdout, done.stderr.count("\n")) == ("", 1)
        assert OUTSIDE not in done.stderr or OUTSIDE in options


def test_a_work_tree_elsewhere_is_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    private = tmp_path / "private"
    private.mkdir()
    (private / f"{OUTSIDE}.py").write_text(f"import openai  # {OUTSIDE}\n")
    for place in (str(private), "..", "/"):
        top = application(tmp_path / f"app-{len(place)}")
        git(top, "config", "core.worktree", place)
        assert run(["scan", str(top), "--format", "json", "--no-cache"]) == 0
        assert OUTSIDE not in capsys.readouterr().out


def test_linked_work_trees_and_submodules_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    top = application(tmp_path / "app")
    git(top, "worktree", "add", "-q", str(tmp_path / "linked"))
    outer = make_repository(tmp_path / "outer", {"a.py": ""})
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(top), "sub")
    for folder in (tmp_path / "linked", outer / "sub"):
        assert run(["scan", str(folder), "--format", "json", "--no-cache"]) == 0
        assert json.loads(capsys.readouterr().out)["applicable"] is True


def test_an_owner_from_elsewhere_is_no_obstacle_and_runs_nothing(tmp_path: Path, trap: Trap, capsys: pytest.CaptureFixture[str]) -> None:
    if os.getuid():
        pytest.skip("only root gives files away")
    top = application(tmp_path / "app")
    git(top, "config", "core.fsmonitor", str(trap.program))
    for path in (top, *top.rglob("*")):
        os.chown(path, 12345, 12345, follow_symlinks=False)
    ask_everything(top, capsys)
    assert trap.said == ""


@pytest.mark.parametrize("place", [".gitignore", ".git/config", ".git/info/exclude", ".git/HEAD", ".git/index"])
def test_a_pipe_where_git_reads_is_given_up(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    top = application(tmp_path / "app")
    (top / place).unlink(missing_ok=True)
    os.mkfifo(top / place)
    monkeypatch.setattr(plumbing, "PATIENCE", 1)
    capsys.readouterr()
    assert run(["scan", str(top), "--no-cache"]) in (0, 2)
    assert capsys.readouterr().err.count("\n") <= 1


def test_garbage_in_the_git_folder_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number, place in enumerate(("config", "HEAD", "index", "packed-refs", "commondir", "shallow")):
        top = application(tmp_path / str(number))
        (top / ".git" / place).write_bytes(b"\xff\x1b[31m::error::x\n" * 100)
        for options in ([], ["--ref", "HEAD"]):
            code = run(["scan", str(top), "--no-cache", *options])
            said = capsys.readouterr()
            assert code in (0, 2), place
            assert "defect" not in said.err, (place, said.err)
            assert "\x1b" not in said.err + said.out
            assert not said.err.startswith("::")


def test_a_repository_of_other_hashes_is_read_at_its_work_tree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    top = tmp_path / "app"
    top.mkdir()
    git(top, "init", "-q", "-b", "main", "--object-format=sha256")
    commit(top, APP, "First")
    assert run(["scan", str(top), "--format", "json", "--no-cache"]) == 0
    assert any(answer["points"] for answer in json.loads(capsys.readouterr().out)["answers"])
    assert run(["scan", str(top), "--no-cache", "--ref", "HEAD"]) == 2
    assert "only its work tree can be read" in capsys.readouterr().err


def test_git_is_not_taken_from_the_current_folder(tmp_path: Path, trap: Trap) -> None:
    top = application(tmp_path / "app")
    shutil.copy(trap.program, top / "git")
    for options in ([], ["--ref", "HEAD"]):
        done = rung_process("scan", ".", "--no-cache", *options, cwd=top, PATH=f":.:{os.environ['PATH']}")
        assert (done.returncode, done.stderr) == (0, "")
    assert trap.said == ""


def test_variables_that_lead_git_astray_have_no_say(tmp_path: Path, trap: Trap) -> None:
    private = _elsewhere(tmp_path)
    top = application(tmp_path / "app")
    astray = {
        "GIT_DIR": f"{private}/.git",
        "GIT_WORK_TREE": str(private),
        "GIT_EXTERNAL_DIFF": str(trap.program),
        "GIT_SSH_COMMAND": str(trap.program),
        "GIT_CONFIG_PARAMETERS": f"'core.fsmonitor={trap.program}'",
        "GIT_OBJECT_DIRECTORY": f"{private}/.git/objects",
        **IDENTITY,
    }
    for options in ([], ["--ref", "HEAD"]):
        done = rung_process("scan", top, "--format", "json", "--no-cache", *options, **astray)
        assert (done.returncode, done.stderr) == (0, "")
        assert json.loads(done.stdout)["repository"]["commit"] == git(top, "rev-parse", "HEAD")
        assert OUTSIDE not in done.stdout
    assert trap.said == ""
