"""The real `action.yml` in real workflows, which `act` runs on this machine: `examples/workflows`, and one that shows the outputs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rung.cli.init import ACTION
from tests.action.stage import POLICY, WORSE, check_out, make_origin, propose
from tests.helpers import git

pytestmark = pytest.mark.slow

TOP = Path(__file__).resolve().parents[2]
ACT = Path(sys.executable).with_name("act")
SHIPPED = ("action.yml", "pyproject.toml", "README.md", "LICENSE", "src", "rules", "schemas")
SHOWS_OUTPUTS = """
on: push
jobs:
  rung:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - id: rung
        continue-on-error: true
        uses: rung-dev/rung@v0
        with:
          min-level: $(touch pwned)`touch pwned`
          mode: ${{ github.event.mode }}
          sarif-file: out/rung.sarif
      - run: printf '<%s>' "$LEVEL" "$NAME" "$SCORE" "$PASSED" "$OUTCOME" "$(head -c 1 "$JSON")" "$(head -c 1 "$SARIF")" "$(ls -d pwned)"
        env:
          LEVEL: ${{ steps.rung.outputs.level }}
          NAME: ${{ steps.rung.outputs.level-name }}
          SCORE: ${{ steps.rung.outputs.score }}
          PASSED: ${{ steps.rung.outputs.passed }}
          OUTCOME: ${{ steps.rung.outcome }}
          JSON: ${{ steps.rung.outputs.report-json }}
          SARIF: ${{ steps.rung.outputs.sarif-file }}
"""
Job = Callable[..., "Done"]


class Done:
    """What a job's log tells."""

    def __init__(self, log: str) -> None:
        self.log = log
        self.succeeded = "🏁  Job succeeded" in log
        self.codes = [int(code) for code in re.findall(r"exit status (\d+)", log)]
        self.outputs = dict(re.findall(r"::set-output:: ([a-z-]+)=(.*)", log))
        self.summary = log.partition("Summary - ")[2]


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """Runs a workflow in a workspace; rung is installed once for all jobs."""
    machine = tmp_path_factory.mktemp("machine")
    action = machine / "action"
    action.mkdir()
    for name in SHIPPED:
        if (TOP / name).is_dir():
            shutil.copytree(TOP / name, action / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(TOP / name, action)

    def run(workspace: Path, workflow: Path, event: str, content: Any) -> Done:
        (machine / "event.json").write_text(json.dumps(content))
        command = [str(ACT), event, "--eventpath", str(machine / "event.json"), "--workflows", str(workflow)]
        command += ["--platform", "ubuntu-latest=-self-hosted", "--local-repository", f"{ACTION}={action}"]
        command += ["--action-offline-mode", "--no-cache-server", "--action-cache-path", str(machine / "cache")]
        command += ["--env", f"RUNG_HOME={machine / 'home'}"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "RUNNER_", "PYTHON"))}
        environment |= {"GIT_CONFIG_GLOBAL": os.devnull}
        done = subprocess.run(
            command, cwd=workspace, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        return Done(done.stdout + done.stderr)

    return run


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    return make_origin(tmp_path / "origin")


def pull_request(job: Job, origin: Path, files: dict[str, str | bytes | None]) -> Done:
    """A pull request with these changes, in the default shallow checkout of its merge, under the example's workflow."""
    event = propose(origin, files)
    workspace = check_out(origin, origin.parent / "job", "refs/pull/7/merge")
    return job(workspace, TOP / "examples/workflows/pull-request.yml", "pull_request", event)


def test_a_pull_request_that_passes(job: Job, origin: Path) -> None:
    done = pull_request(job, origin, {"NEWS.md": "All is well.\n"})
    assert done.succeeded, done.log
    assert (done.outputs["level-name"], done.outputs["passed"]) == ("initial", "true")
    assert "The gate passes" in done.summary
    assert "±0 against `main`" in done.summary


def test_a_shallow_checkout_fetches_the_base_and_the_tags(job: Job, origin: Path) -> None:
    log = pull_request(job, origin, {"NEWS.md": "All is well.\n"}).log
    assert "this checkout is shallow, so 2 of 2 tags are fetched (depth 1)" in log
    assert "this checkout is shallow, so the commits up to the base are fetched (depth 2)" in log
    assert "No common ancestor" not in log


def test_a_pull_request_in_a_repository_below_its_level(job: Job, tmp_path: Path) -> None:
    origin = make_origin(tmp_path / "origin", {".rung.yaml": "target: managed\n"})
    done = pull_request(job, origin, {"NEWS.md": "All is well.\n"})
    assert (done.succeeded, done.codes[0], done.outputs["passed"]) == (False, 1, "false")
    assert "Below the target level" in done.log
    assert "The cheapest way up" in done.summary


def test_a_pull_request_that_lowers_an_answer(job: Job, origin: Path) -> None:
    done = pull_request(job, origin, WORSE)
    assert (done.succeeded, done.codes[0], done.outputs["passed"]) == (False, 1, "false")
    assert "::error title=Evidence lost%3A continuous-integration" in done.log
    assert "against `main`" in done.summary


def test_a_pull_request_that_edits_its_own_policy(job: Job, origin: Path) -> None:
    done = pull_request(job, origin, {**WORSE, ".rung.yaml": POLICY.replace("answer", "allow")})
    assert (done.succeeded, done.codes[0]) == (False, 1)
    assert "### Once this is merged" in done.summary


def test_a_tag_is_judged_before_it_is_published(job: Job, origin: Path) -> None:
    workspace = check_out(origin, origin.parent / "job", "refs/tags/v1.1.0")
    event = {"ref": "refs/tags/v1.1.0", "before": "0" * 40, "after": git(workspace, "rev-parse", "HEAD")}
    done = job(workspace, TOP / "examples/workflows/release-gate.yml", "push", event)
    assert (done.codes[0], done.outputs["passed"]) == (1, "false")
    assert "Below a floor%3A safety" in done.log
    assert "Publishing" not in done.log


def test_outputs_reach_the_next_step_and_inputs_no_shell(job: Job, tmp_path: Path) -> None:
    hostile = dict.fromkeys(
        ("json.py", "rung/__init__.py", "sitecustomize.py", "pip.py"), "raise SystemExit('imported from the checkout')\n"
    )
    origin = make_origin(tmp_path / "origin", hostile)
    workspace = check_out(origin, tmp_path / "job")
    workflow = tmp_path / "outputs.yml"
    workflow.write_text(SHOWS_OUTPUTS)
    done = job(workspace, workflow, "push", {"ref": "refs/heads/main", "mode": "annotate"})
    assert "<><><><><failure><><><>" in done.log
    assert done.codes[0] == 2
    assert "imported from the checkout" not in done.log

    workflow.write_text(SHOWS_OUTPUTS.replace("$(touch pwned)`touch pwned`", "optimized"))
    done = job(workspace, workflow, "push", {"ref": "refs/heads/main", "mode": "annotate"})
    assert done.succeeded, done.log
    assert f"<1><initial><{done.outputs['score']}><false><success><{{><{{><>" in done.log
