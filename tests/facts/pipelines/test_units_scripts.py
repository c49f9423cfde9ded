"""Scripts, programs that start commands, containers and hooks."""

import json

import pytest

from rung.facts.pipelines.types import Unit
from rung.facts.pipelines.units import UNIT_FILES, is_unit_file, read_units


def units(path: str, text: str) -> dict[str, Unit]:
    return {unit.name: unit for unit in read_units(path, text)}


def words(unit: Unit) -> list[str]:
    return [" ".join(command.words) for command in unit.commands]


@pytest.mark.parametrize("path", ["scripts/run.sh", "bin/run", ".husky/pre-push"])
def test_a_shell_script_runs_in_its_callers_folder(path):
    (unit,) = read_units(path, "#!/usr/bin/env bash\ncd web\npytest $1\n")
    assert (unit.kind, unit.name, unit.folder) == ("script", path, ".")
    assert (unit.commands[-1].words, unit.commands[-1].folder, unit.commands[-1].line) == (("pytest", "$1"), "web", 3)


def test_arguments_of_a_script():
    (unit,) = read_units("run.sh", 'main() { pytest "$1"; }\n"$@"\n', {"1": "main", "2": "evals"})
    assert words(unit) == ["pytest evals"]


def test_what_is_no_shell_script():
    assert read_units("bin/run", "#!/usr/bin/env python3\nprint(1)\n") == []
    assert read_units("LICENSE", "pytest evals\n") == []


def test_powershell():
    (unit,) = read_units("scripts/a.ps1", (
        "<# pytest no #>\nparam(\n  [string]$A = 'x'\n)\n$suite = \"evals\"\n$run = Join-Path $PSScriptRoot '..\\run.py'\n"
        "if ($LASTEXITCODE -ne 0) {\n  exit 1\n}\nforeach ($x in 1..3) {\n  pytest $suite `\n    -x\n}\n"
        '$out = & python $run\nStart-Process -FilePath node -ArgumentList "a.js", "b" -Wait\n'
        "Set-Location web\nnpm test\nexit 0\nnever run\n"
    ))  # fmt: skip
    assert words(unit) == ["pytest evals -x", "python //run.py", "node a.js b", "Set-Location web", "npm test"]
    assert (unit.commands[0].line, unit.commands[-1].folder) == (11, "web")


def test_batch():
    text = "@echo off\r\nrem no\r\nset SUITE=evals\r\ncd /d %~dp0..\r\ncall pytest ^\r\n  %SUITE% %1\r\n"
    (unit,) = read_units("tools/a.bat", text)
    assert (unit.commands[-1].words, unit.commands[-1].folder) == (("pytest", "evals", "$1"), "//")


def test_python_programs():
    text = (
        "import os, subprocess, sys\nCMD = ['pytest', 'evals']\ndef f(x):\n    subprocess.run([sys.executable, '-m', 'a', x], cwd='web')\n"
        "    subprocess.check_call(CMD + ['-x'])\n    os.system(f'b {x} && c')\n"
    )
    (unit,) = read_units("tools/run.py", text)
    assert words(unit) == ["python -m a {x}", "pytest evals -x", "b {x}", "c"]
    assert (unit.commands[0].folder, unit.commands[0].line) == ("web", 4)
    assert read_units("a.py", "print('subprocess')") == []


def test_node_programs():
    text = (
        'import { execSync, spawn } from "node:child_process";\n// execSync("no")\nexecSync(`a ${b} && c`);\nspawn("npx", ["x", "eval"]);\n'
    )
    (unit,) = read_units("run.mjs", text)
    assert [(" ".join(c.words), c.line) for c in unit.commands] == [("a {b}", 3), ("c", 3), ("npx x eval", 4)]


def test_dockerfile():
    found = units("app/Dockerfile", (
        "FROM python AS base\nENV A=evals\nRUN --mount=type=cache,target=/x pip install \\\n    # why\n    -r r.txt && \\\n    pytest $A\n"
        "RUN <<EOF\nset -e\nfoo\nEOF\nFROM base\nENTRYPOINT [\"python\", \"-m\"]\nCMD [\"evals\"]\n"
    ))  # fmt: skip
    assert [(" ".join(c.words), c.line) for c in found["base"].commands] == [
        ("pip install -r r.txt", 3), ("pytest evals", 6), ("set -e", 8), ("foo", 9),
    ]  # fmt: skip
    assert (found["app/Dockerfile"].needs, found["app/Dockerfile"].default) == (("base",), True)
    assert words(found["app/Dockerfile:start"]) == ["python -m evals"]


def test_compose():
    found = units("compose.yaml", (
        "services:\n  evals:\n    build: ./evals\n    command: [sh, -c, 'pytest $$X && b']\n    environment: [X=y]\n"
        "    depends_on: [db]\n  odd: 3\n"
    ))  # fmt: skip
    unit = found["evals"]
    assert (words(unit), unit.folder, unit.needs, unit.environment) == (["pytest $X", "b"], "evals", ("db",), {"X": "y"})


def test_pre_commit():
    found = units(".pre-commit-config.yaml", (
        "repos:\n  - repo: https://example.org/x\n    hooks: [{id: other}]\n  - repo: local\n    hooks:\n"
        "      - id: evals\n        entry: python evals/run.py\n        args: [--all, 'a b']\n"
        "      - {id: pushed, entry: pytest, stages: [pre-push]}\n"
    ))  # fmt: skip
    assert list(found) == ["evals", "pushed"]
    assert found["evals"].commands[0].words == ("python", "evals/run.py", "--all", "a b")
    assert (found["evals"].default, found["pushed"].default) == (True, False)


def test_lefthook():
    found = units("lefthook.yml", "pre-push:\n  commands:\n    evals: {run: pytest evals, root: web/}\n  jobs:\n    - run: a\n")
    assert found["pre-push"].needs == ("pre-push:evals", "pre-push:0")
    assert found["pre-push:evals"].commands[0].folder == "web"


def test_procfile():
    assert words(units("Procfile", "web: gunicorn app\n# no\n")["web"]) == ["gunicorn app"]


TOP_KEYS = ("scripts", "tasks", "tool", "services", "repos", "pre-commit", "includes", "vars", "env", "project")


@pytest.mark.parametrize("path", sorted({glob.replace("*", "x") for glob in UNIT_FILES} | {"bin/x"}))
def test_readers_cope_with_anything(path):
    odd = [None, 1, [1, None, [2]], {"a": None, "b": [{"c": 1}], "d": {"e": {"f": []}}}, "x"]
    texts = ["", "\0\ufeff", "[" * 3000, "{" * 3000, "- " * 3000, "a: &a [*a]", "@task\ndef f(", "\t\t:=\n", "#!/bin/sh\n((("]
    texts += [json.dumps(dict.fromkeys(TOP_KEYS, value)) for value in odd]
    texts += [json.dumps({key: {"x": value, "y": {"x": value}} for key in TOP_KEYS}) for value in odd]
    texts += [f"[tool.{tool}]\n{key} = [[1]]\n" for tool in ("poe", "pdm", "tox") for key in ("tasks", "scripts", "env")]
    for text in texts:
        for unit in read_units(path, text):
            assert unit.line >= 0
    assert is_unit_file(path)
