"""`action.yml` and the files that name it."""

from __future__ import annotations

import re
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from rung.action.inputs import PREFIX, Inputs
from rung.cli.init import ACTION

TOP = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((TOP / "examples/workflows").glob("*.yml"))


@pytest.fixture(scope="module")
def action() -> Any:
    return yaml.safe_load((TOP / "action.yml").read_text())


def test_every_input_reaches_the_program_and_no_script(action: Any) -> None:
    (step,) = action["runs"]["steps"]
    passed = {value: name for name, value in step["env"].items() if "${{" in value}
    assert passed == {f"${{{{ inputs.{name} }}}}": PREFIX + name.upper().replace("-", "_") for name in action["inputs"]}
    assert {name.replace("-", "_") for name in action["inputs"]} == {field.name for field in fields(Inputs)}
    assert "${{" not in step["run"]


def test_every_output_comes_from_the_step(action: Any) -> None:
    (step,) = action["runs"]["steps"]
    assert all(output["value"] == f"${{{{ steps.{step['id']}.outputs.{name} }}}}" for name, output in action["outputs"].items())


def script(action: Any, folder: Path, pythons: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs the step's script where these are the only interpreters, each a shell script of that text."""
    for place, text in pythons.items():
        python = folder / place
        python.parent.mkdir(parents=True, exist_ok=True)
        python.write_text(f"#!/bin/bash\n{text}\n")
        python.chmod(0o755)
    environment = {"PATH": str(folder / "bin"), "RUNNER_TOOL_CACHE": str(folder / "tools"), "GITHUB_ACTION_PATH": "/action"}
    command = ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", action["runs"]["steps"][0]["run"]]
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)


def test_a_python_that_fits_is_found(action: Any, tmp_path: Path) -> None:
    fits = '[ "$2" = -c ] || { echo "$0 $*"; exit 3; }'
    done = script(
        action, tmp_path, {"bin/python3": "exit 1", "tools/Python/3.9.1/x64/bin/python3": fits, "tools/Python/3.12.1/x64/bin/python3": fits}
    )
    assert done.stdout == f"{tmp_path}/tools/Python/3.12.1/x64/bin/python3 -I /action/src/rung/action/bootstrap.py\n"
    assert done.returncode == 3


def test_without_one_the_step_says_what_to_do(action: Any, tmp_path: Path) -> None:
    done = script(action, tmp_path, {"bin/python3": "exit 1"})
    assert done.returncode == 2
    assert done.stdout.startswith("::error title=rung::There is no Python 3.11 or newer")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_examples_use_what_the_action_has(action: Any, example: Path) -> None:
    text = example.read_text()
    uses = [step for job in yaml.safe_load(text)["jobs"].values() for step in job["steps"] if step.get("uses") == ACTION]
    assert uses
    assert all(set(step.get("with", {})) <= set(action["inputs"]) for step in uses)
    assert set(re.findall(r"steps\.rung\.outputs\.([\w-]+)", text)) <= set(action["outputs"])


def test_the_hook_runs_the_gate() -> None:
    (hook,) = yaml.safe_load((TOP / ".pre-commit-hooks.yaml").read_text())
    assert (hook["id"], hook["entry"], hook["pass_filenames"], hook["always_run"]) == ("rung-gate", "rung gate", False, True)
