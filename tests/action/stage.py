"""A repository on a server, a job's checkout of it, and the Action run there as a runner would."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rung
from tests.gate.desk import DESK
from tests.helpers import commit, git, make_repository

POLICY = "target: initial\nregression: answer\n"
WORSE: dict[str, str | bytes | None] = {".github/workflows/evaluate.yml": None}  # nothing runs the evaluation any more
SERVER = "https://github.example.com"
_INHERITED = ("GITHUB_", "RUNNER_", "RUNG_", "GIT_", "HTTP_PROXY", "ALL_PROXY")  # servers of the tests are on this machine


@dataclass(frozen=True)
class Done:
    """What a run of the Action left."""

    code: int
    log: str
    outputs: Mapping[str, str]
    summary: str

    @property
    def report(self) -> Any:
        """The JSON report."""
        return json.loads(Path(self.outputs["report-json"]).read_text())


def make_origin(folder: Path, files: Mapping[str, str | bytes] | None = None) -> Path:
    """The server's repository: the small application with its policy, tagged v1.0.0 and v1.1.0, the second on a later commit."""
    change = ({"README.md": "# Desk\n"}, "Describe it")
    return make_repository(folder, {**DESK, ".rung.yaml": POLICY, **(files or {})}, ("v1.0.0", "v1.1.0"), [change])


def propose(origin: Path, files: Mapping[str, str | bytes | None], number: int = 7) -> dict[str, Any]:
    """A pull request with these changes, and GitHub's merge of it under refs/pull; returns its event."""
    base = git(origin, "rev-parse", "main")
    git(origin, "switch", "-q", "-c", f"change-{number}")
    head = commit(origin, files, "Change it", day=10)
    git(origin, "switch", "-q", "main")
    merge(origin, number)
    return {"number": number, "pull_request": {"number": number, "base": {"sha": base, "ref": "main"}, "head": {"sha": head}}}


def merge(origin: Path, number: int = 7) -> None:
    """Makes GitHub's merge of a pull request with what main is now."""
    git(origin, "switch", "-q", "--detach", "main")
    git(origin, "merge", "-q", "--no-ff", "-m", "Merge", f"change-{number}")
    git(origin, "update-ref", f"refs/pull/{number}/merge", "HEAD")
    git(origin, "switch", "-q", "main")


def check_out(origin: Path, folder: Path, ref: str = "refs/heads/main") -> Path:
    """What actions/checkout does by default: one commit of one ref, detached, and no tags."""
    folder.mkdir()
    git(folder, "init", "-q")
    git(folder, "remote", "add", "origin", origin.as_uri())
    git(folder, "fetch", "-q", "--no-tags", "--depth=1", "origin", f"+{ref}:refs/remotes/job")
    git(folder, "checkout", "-q", "--detach", "refs/remotes/job")
    return folder


def act(workspace: Path, event: str = "push", content: object = None, inputs: Mapping[str, str] | None = None, **more: str) -> Done:
    """Runs the Action in a workspace with an event and inputs, as `action.yml` passes them."""
    room = workspace.parent / f"{workspace.name}-runner"
    room.mkdir(exist_ok=True)
    for name in ("output", "summary"):
        (room / name).write_text("")
    (room / "event.json").write_text(json.dumps(content))
    environment = {name: value for name, value in os.environ.items() if not name.upper().startswith(_INHERITED)}
    environment |= {
        "PYTHONPATH": str(Path(rung.__file__).parent.parent),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GITHUB_WORKSPACE": str(workspace),
        "GITHUB_EVENT_NAME": event,
        "GITHUB_EVENT_PATH": str(room / "event.json"),
        "GITHUB_OUTPUT": str(room / "output"),
        "GITHUB_STEP_SUMMARY": str(room / "summary"),
        "GITHUB_SERVER_URL": SERVER,
        "GITHUB_REPOSITORY": "acme/desk",
        "GITHUB_SHA": git(workspace, "rev-parse", "HEAD"),
        "GITHUB_RUN_ID": "12",
        "RUNNER_TEMP": str(room),
    }
    environment |= {f"RUNG_INPUT_{name.upper().replace('-', '_')}": value for name, value in (inputs or {}).items()} | more
    command = [sys.executable, "-P", "-m", "rung.action"]
    done = subprocess.run(command, cwd=room, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    outputs = dict(re.findall(r"^([a-z-]+)<<(?:rung-[0-9a-f]+)\n(.*)\nrung-[0-9a-f]+$", (room / "output").read_text(), re.MULTILINE))
    return Done(done.returncode, done.stdout, outputs, (room / "summary").read_text())
