"""Python files in the scanned folder are text, also when it is the current folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.hostile.stage import ENVIRONMENT, Trap, application, rung_process

# What rung and its libraries import, and what Python looks for by itself once it has started.
MODULES = (
    *("yaml", "click", "git", "rich", "jinja2", "jsonschema", "ast_grep_py", "ahocorasick_rs", "platformdirs", "jsonpath", "cyclonedx"),
    *("json", "gc", "sqlite3", "subprocess", "tomllib", "hashlib", "difflib", "decimal", "sitecustomize", "usercustomize", "readline"),
    *("xml", "csv", "html", "string", "random", "secrets", "datetime", "zoneinfo", "gettext", "shutil", "ast", "tokenize", "colorama"),
)
FORMATS = ("text", "json", "markdown", "sarif", "junit", "github", "azure", "gitlab", "html", "cyclonedx")


def test_no_module_of_the_current_folder_is_imported(tmp_path: Path) -> None:
    trap = Trap(tmp_path)
    code = f"import os\nos.system({str(trap.program)!r} + ' < /dev/null')\nraise SystemExit('imported ' + __name__)\n"
    packages = {f"{name}/__init__.py": code for name in ("templates", "rules", "schemas", "lang", "plugins", "conftest")}
    settings = {"setup.cfg": "[x]\n", "pyvenv.cfg": "home = .\n", "a.pth": f"import os; os.system('{trap.program}')\n"}
    top = application(tmp_path / "app", {**{f"{name}.py": code for name in MODULES}, **packages, **settings})
    reports = [word for style in FORMATS for word in ("--format", style, "-o", str(tmp_path / f"report.{style}"))]
    for arguments in (["scan", ".", *reports, "--no-cache"], ["scan", "--ref", "HEAD", "--no-cache"], ["gate", "--base", "HEAD~1"]):
        done = rung_process(*arguments, cwd=top)
        assert (done.returncode, done.stderr[-2000:]) == (0, ""), arguments
    command = [sys.executable, "-c", "from rung.__main__ import main; main()", "scan", "."]  # as the script `rung` does
    done = subprocess.run(command, capture_output=True, text=True, cwd=top, env=ENVIRONMENT | {"PYTHONSAFEPATH": "1"}, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert trap.said == ""


def test_an_empty_entry_of_the_path_of_modules_is_not_the_current_folder(tmp_path: Path) -> None:
    top = application(tmp_path / "app", {"yaml.py": "raise SystemExit('imported')\n", "rich.py": "raise SystemExit('imported')\n"})
    path = os.pathsep.join([ENVIRONMENT["PYTHONPATH"], ""])
    done = rung_process("scan", ".", "--no-cache", cwd=top, PYTHONPATH=path)
    assert (done.returncode, done.stderr) == (0, "")
