"""What goes wrong around a scan: interrupts, pipes that close, disks that are full, homes that can't be written, git that is missing."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rung.cache import NAME
from tests.helpers import write_files
from tests.hostile.stage import ENVIRONMENT, application, rung_command, rung_process

NOBODY = 65534


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of the application."""
    return application(tmp_path_factory.mktemp("circumstances") / "app")


@pytest.fixture(scope="module")
def report(app: Path) -> str:
    """What a scan of it prints as JSON."""
    done = rung_process("scan", app, "--format", "json", "--no-cache")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def _heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_an_interrupt_is_a_sentence_and_leaves_the_old_report(tmp_path: Path) -> None:
    top = tmp_path / "app"
    write_files(top, {f"f{number}.py": "import openai\n" + "openai.chat.completions.create(model='x')\n" * 500 for number in range(300)})
    target = tmp_path / "reports" / "report.json"
    target.parent.mkdir()
    target.write_text("old")
    for wait in (0.05, 0.3, 1.0):
        command = rung_command("scan", top, "--no-cache", "--format", "json", "-o", target)
        # what a shell starts in the background ignores interrupts, and so would all that it starts
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
            preexec_fn=_heed_interrupts,  # noqa: PLW1509 - no threads run here
        )
        time.sleep(wait)
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=60)
        if wait < 1:  # Python itself may not have been ready
            continue
        assert (process.returncode, out, errors.lstrip()) == (130, "", "rung: interrupted.\n")
        assert target.read_text() == "old"
    assert [path.name for path in target.parent.iterdir()] == ["report.json"]


@pytest.mark.parametrize("arguments", [["scan", "{app}"], ["explain", "model-configuration"], ["cache"], ["--help"], ["facts", "{app}"]])
def test_a_reader_that_goes_away_is_no_error(arguments: list[str], app: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    command = rung_command(*(argument.format(app=app) for argument in arguments))
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_gate_says_no_also_when_nobody_listens(app: Path) -> None:
    for target in ("pipe", "closed"):
        read, write = os.pipe()
        os.close(read)
        command = rung_command("gate", app, "--min-level", "4", "--no-cache")
        if target == "closed":
            command = ["bash", "-c", 'exec "$@" >&-', "bash", *command]
        done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, check=False)
        os.close(write)
        assert done.returncode == (1 if target == "pipe" else 2), done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")  # noqa: PTH110
@pytest.mark.parametrize("arguments", [["scan", "{app}"], ["explain", "model-configuration"], ["cache"], ["facts", "{app}"], ["--help"]])
def test_a_full_disk_is_a_sentence(arguments: list[str], app: Path) -> None:
    command = rung_command(*(argument.format(app=app) for argument in arguments))
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, check=False)
        subprocess.run(command, stdout=full, stderr=full, env=ENVIRONMENT, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("rung: stdout: can't be written: No space left on device")
    assert done.stderr.count("\n") == 1
    if arguments[0] == "scan":
        done = rung_process("scan", app, "-o", "/dev/full")
        assert (done.returncode, done.stderr) == (2, "rung: /dev/full: can't be written: No space left on device\n")


@pytest.mark.parametrize("streams", [">&-", "2>&-", ">&- 2>&-", "<&-"])
def test_closed_streams_are_no_traceback(streams: str, app: Path) -> None:
    command = ["bash", "-c", f'exec "$@" {streams}', "bash", *rung_command("scan", app, "--no-cache")]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert done.returncode == (2 if ">&-" in streams.replace("2>&-", "") else 0)
    assert "Traceback" not in done.stderr + done.stdout
    assert done.stderr.count("\n") <= 1


def test_a_report_that_runs_out_of_room_leaves_the_old_one(app: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    target.write_text("old")
    script = f"ulimit -f 1; trap '' XFSZ; exec \"$@\" -o '{target}'"
    command = ["bash", "-c", script, "bash", *rung_command("scan", app, "--no-cache", "--format", "json")]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert done.returncode == 2
    assert (done.stderr.count("\n"), "can't be written" in done.stderr) == (1, True)
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_a_report_never_goes_through_a_link(app: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    (tmp_path / "report.txt").symlink_to(precious)
    assert rung_process("scan", app, "-o", tmp_path / "report.txt").returncode == 0
    assert precious.read_text() == "mine"
    assert "Score" in (tmp_path / "report.txt").read_text() or (tmp_path / "report.txt").stat().st_size > 100


def test_a_report_may_go_to_a_name_of_stdout(app: Path, tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as stream:
        done = subprocess.run(rung_command("scan", app, "-o", "/dev/stdout"), stdout=stream, env=ENVIRONMENT, check=False)
    assert done.returncode == 0
    assert (tmp_path / "out").stat().st_size > 100
    assert os.path.exists("/dev/stdout")  # noqa: PTH110


def test_no_folder_for_the_report_is_a_sentence(app: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for target in (tmp_path / "absent" / "report", tmp_path / "file" / "report", tmp_path, tmp_path / ("x" * 300)):
        done = rung_process("scan", app, "-o", target)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), target
        assert "can't be written" in done.stderr


@pytest.mark.parametrize("options", [[], ["--ref", "HEAD"]])
def test_no_git_is_a_sentence(options: list[str], app: Path, tmp_path: Path) -> None:
    done = rung_process("scan", app, *options, PATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "rung: git can't be started (No such file or directory): install it, or put it on the PATH.\n"


def test_a_home_that_cannot_be_written_is_no_obstacle(app: Path, report: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o555)
    environment = {**ENVIRONMENT, "HOME": str(home)}
    environment.pop("RUNG_CACHE_DIR")
    environment.pop("XDG_CACHE_HOME", None)
    for folder in (home, Path("/proc/none"), Path("/dev/null"), Path("/")):
        command = rung_command("scan", app, "--format", "json")
        environment["HOME"] = str(folder)
        if folder == Path("/"):
            environment["XDG_CACHE_HOME"] = "/proc"
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, report, ""), folder


def damaged(cache: Path, damage: str) -> None:
    """Puts something that is no cache in the place of one."""
    cache.mkdir()
    file = cache / NAME
    if damage == "folder":
        file.mkdir()
    elif damage == "text":
        file.write_text("not a database")
    elif damage == "foreign":
        with sqlite3.connect(file) as connection:
            connection.execute("CREATE TABLE theirs (x)")
    elif damage == "shape":
        with sqlite3.connect(file) as connection:
            connection.execute("CREATE TABLE entry (x)")
            connection.execute(f"PRAGMA application_id = {0x72756E67}")
    elif damage == "link":
        file.symlink_to("/dev/full")
    elif damage == "pipe":
        os.mkfifo(file)
    elif damage == "dangling":
        file.symlink_to("/proc/none/none")


@pytest.mark.parametrize("damage", ["folder", "text", "foreign", "shape", "link", "pipe", "dangling"])
def test_a_cache_that_is_none_is_no_obstacle(damage: str, app: Path, report: str, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    damaged(cache, damage)
    for _ in range(2):
        done = rung_process("scan", app, "--format", "json", RUNG_CACHE_DIR=str(cache))
        assert (done.returncode, done.stdout, done.stderr) == (0, report, "")
    if damage == "foreign":
        with sqlite3.connect(cache / NAME) as connection:
            assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]


def test_a_cache_that_is_locked_is_no_obstacle(app: Path, report: str, tmp_path: Path) -> None:
    rung_process("scan", app, RUNG_CACHE_DIR=str(tmp_path))
    connection = sqlite3.connect(tmp_path / NAME, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    done = rung_process("scan", app, "--format", "json", RUNG_CACHE_DIR=str(tmp_path))
    connection.close()
    assert (done.returncode, done.stdout, done.stderr) == (0, report, "")


def test_a_cache_on_a_full_disk_is_no_obstacle(app: Path, report: str, tmp_path: Path) -> None:
    command = ["bash", "-c", "ulimit -f 4; trap '' XFSZ; exec \"$@\"", "bash", *rung_command("scan", app, "--format", "json")]
    for _ in range(2):
        environment = ENVIRONMENT | {"RUNG_CACHE_DIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, report, "")
    assert rung_process("scan", app, "--format", "json", RUNG_CACHE_DIR=str(tmp_path)).stdout == report


def test_several_scans_at_once_say_the_same(app: Path, report: str, tmp_path: Path) -> None:
    environment = ENVIRONMENT | {"RUNG_CACHE_DIR": str(tmp_path / "cache")}
    target = tmp_path / "report.json"
    commands = [rung_command("scan", app, "--format", "json", *(["-o", str(target)] if number % 2 else [])) for number in range(6)]
    running = [subprocess.Popen(c, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) for c in commands]
    said = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0] * len(running)
    assert said == [("" if number % 2 else report, "") for number in range(6)]
    assert target.read_text() == report
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "report.json"]


def test_a_current_folder_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    code = "import os, sys; os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone'); os.execv(sys.executable, sys.argv[1:])"
    command = [sys.executable, "-c", code, *rung_command("scan", ".")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=ENVIRONMENT, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "defect" not in done.stderr


def test_files_that_may_not_be_read_are_noticed(tmp_path: Path) -> None:
    if os.getuid():
        pytest.skip("needs another user")
    top = application(tmp_path / "app")
    (top / "notes.md").chmod(0o000)
    code = f"import os; os.setgid({NOBODY}); os.setuid({NOBODY}); from rung.cli.main import run; raise SystemExit(run())"
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    environment = ENVIRONMENT | {"HOME": "/nonexistent", "RUNG_CACHE_DIR": "/nonexistent"}
    command = [sys.executable, "-c", code, "scan", str(top), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if "ModuleNotFoundError" in done.stderr or "Permission denied" in done.stderr:
        pytest.skip("another user can't read this checkout")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["applicable"] is True
