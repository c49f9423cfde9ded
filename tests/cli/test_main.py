"""The command line as a person meets it: a real process, its streams and its exit code."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

import rung

ENVIRONMENT = {key: value for key, value in os.environ.items() if key not in {"NO_COLOR", "RUNG_DEBUG", "COLUMNS", "PYTHONIOENCODING"}}
ENVIRONMENT["PYTHONPATH"] = str(Path(rung.__file__).parent.parent)
Done = subprocess.CompletedProcess[str]


def run(*arguments: str | Path, cwd: Path | None = None, **environment: str) -> Done:
    command = [sys.executable, "-m", "rung", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=ENVIRONMENT | environment, check=False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository that uses no LLM."""
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "hello.py").write_text("print('hello')\n")
    git = ["git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@example.com"]
    for arguments in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "First"]):
        subprocess.run([*git, *arguments], check=True)
    return folder


def test_version_and_help() -> None:
    assert run("--version").stdout == f"rung {rung.__version__}\n"
    assert "scan" in run("-h").stdout
    assert "--ref REF" in run("scan", "--help").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["frobnicate"], "No such command 'frobnicate'"),
        (["scan", "--frob"], "No such option '--frob'"),
        (["scan", "--format", "xml"], "'xml' is not one of 'text', 'json'"),
        (["scan", "one", "two"], "unexpected extra argument (two)"),
    ],
)
def test_a_wrong_command_line_gets_one_sentence(arguments: list[str], words: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("rung: ")
    assert done.stderr.count("\n") == 1
    assert words in done.stderr
    assert "--help`." in done.stderr


SLOW_TO_IMPORT = ("yaml", "jsonschema", "git", "rich", "jinja2", "sqlite3", "ast_grep_py", "rung.link", "rung.judge")


@pytest.mark.parametrize("arguments", [["--help"], ["scan", "--help"], ["gate", "--no-such-option"]])
def test_help_and_usage_errors_import_nothing_that_is_slow(arguments: list[str]) -> None:
    code = f"import sys; from rung.cli.main import run; run({arguments}); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT)
    assert not set(SLOW_TO_IMPORT) & set(done.stderr.split())


def test_a_repository_without_llm_is_told_in_a_sentence(repository: Path) -> None:
    done = run("scan", repository)
    assert (done.returncode, done.stderr) == (0, "")
    assert "LLM" in done.stdout
    assert "Level" not in done.stdout
    report = json.loads(run("scan", "--format", "json", cwd=repository).stdout)
    assert (report["applicable"], report["level"], report["repository"]["path"]) == (False, None, ".")


@pytest.mark.parametrize(("path", "ref"), [("absent", None), ("repository", "no-such-ref")])
def test_bad_input_gets_one_sentence(repository: Path, path: str, ref: str | None) -> None:
    done = run("scan", path, *(["--ref", ref] if ref else []), cwd=repository.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("rung: ")
    assert done.stderr.count("\n") == 1
    assert (ref or path) in done.stderr


def test_a_broken_rule_file_gets_one_sentence_with_its_place(repository: Path, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "mine.yaml").write_text("- id: [\n")
    done = run("scan", repository, "--rules", pack)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "mine.yaml" in done.stderr


def test_the_report_goes_to_a_file(repository: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    target.write_text("old")
    target.chmod(0o640)
    done = run("scan", repository, "--format", "json", "-o", target)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert json.loads(target.read_text())["applicable"] is False
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.json", "repository"]


def test_a_report_that_cannot_be_written_gets_one_sentence(repository: Path, tmp_path: Path) -> None:
    done = run("scan", repository, "-o", tmp_path / "absent" / "report.txt")
    assert done.returncode == 2
    assert done.stderr == f"rung: {tmp_path}/absent/report.txt: can't be written: No such file or directory\n"


def test_a_reader_that_goes_away_is_no_error(repository: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "rung", "scan", str(repository)]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


def on_a_terminal(*arguments: str | Path, **environment: str) -> str:
    """What the program prints on a terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "rung", *map(str, arguments)]
    environment = ENVIRONMENT | {"TERM": "xterm"} | environment
    process = subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=theirs, env=environment)
    os.close(theirs)
    said = b""
    try:
        while chunk := os.read(ours, 4096):
            said += chunk
    except OSError:  # how Linux says that the other side has closed
        pass
    os.close(ours)
    assert process.wait() == 0
    return said.decode()


def test_colour_on_a_terminal_alone_and_not_with_no_color(repository: Path) -> None:
    assert "\x1b[" in on_a_terminal("scan", repository)
    assert "\x1b" not in on_a_terminal("scan", repository, NO_COLOR="1")
    assert "\x1b" not in run("scan", repository).stdout
