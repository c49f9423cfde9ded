"""Which commit a change is compared with, and what a shallow checkout fetches for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.action.stage import POLICY, WORSE, act, check_out, make_origin, merge, propose
from tests.helpers import commit, git

ZEROS = "0" * 40


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    return make_origin(tmp_path / "origin")


def compared(workspace: Path, event: str, content: object, inputs: dict[str, str] | None = None) -> str | None:
    """The commit that a run compared with."""
    comparison = act(workspace, event, content, inputs).report.get("comparison")
    return None if comparison is None else str(comparison["commit"])


def test_a_pull_request_is_compared_with_the_first_parent_of_its_merge(origin: Path, tmp_path: Path) -> None:
    event = propose(origin, WORSE)
    tip = commit(origin, {"OTHER.md": "Meanwhile.\n"}, "Meanwhile", day=11)
    merge(origin)
    done = act(check_out(origin, tmp_path / "job", "refs/pull/7/merge"), "pull_request", event, GITHUB_BASE_REF="main")
    assert done.code == 1
    assert "this checkout is shallow, so the commits up to the base are fetched (depth 2)" in done.log
    assert (done.report["comparison"]["base"], done.report["comparison"]["commit"]) == ("main", tip)
    assert "No common ancestor" not in done.log + done.summary


def test_a_pull_request_checked_out_at_its_head_is_compared_with_the_base_of_the_event(origin: Path, tmp_path: Path) -> None:
    event = propose(origin, WORSE)
    workspace = check_out(origin, tmp_path / "job", "refs/heads/change-7")
    assert compared(workspace, "pull_request", event) == event["pull_request"]["base"]["sha"]


def test_a_pull_request_can_be_judged_without_checking_it_out(origin: Path, tmp_path: Path) -> None:
    event = propose(origin, WORSE)
    workspace = check_out(origin, tmp_path / "job")
    done = act(workspace, "pull_request_target", event, {"ref": event["pull_request"]["head"]["sha"]})
    assert done.code == 1
    assert done.report["repository"]["commit"] == event["pull_request"]["head"]["sha"]
    assert (workspace / ".github/workflows/evaluate.yml").exists()


def test_a_push_is_compared_with_what_was_there_before(origin: Path, tmp_path: Path) -> None:
    before = git(origin, "rev-parse", "main")
    ids = [commit(origin, {"NEWS.md": f"{day}\n"}, "News", day=day) for day in (12, 13, 14)]
    event = {"ref": "refs/heads/main", "before": before, "after": ids[-1], "forced": False, "commits": [{"id": i} for i in ids]}
    done = act(check_out(origin, tmp_path / "job"), "push", event)
    assert (done.code, done.report["comparison"]["commit"]) == (0, before)
    assert "No common ancestor" not in done.summary


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("push", {"ref": "refs/heads/new", "before": ZEROS, "commits": []}),
        ("push", {"ref": "refs/tags/v1.1.0", "before": "1" * 40}),
        ("release", {"action": "published", "release": {"tag_name": "v1.1.0"}}),
        ("schedule", {"schedule": "0 4 * * *"}),
        ("workflow_dispatch", None),
        ("pull_request", {"pull_request": ["not", "what", "it", "should", "be"]}),
    ],
)
def test_nothing_is_compared_where_no_change_starts(origin: Path, tmp_path: Path, name: str, event: object) -> None:
    done = act(check_out(origin, tmp_path / "job"), name, event)
    assert done.code == 0
    assert "comparison" not in done.report


def test_a_merge_queue_is_compared_with_what_it_builds_on(origin: Path, tmp_path: Path) -> None:
    base = git(origin, "rev-parse", "main")
    propose(origin, WORSE)
    event = {"merge_group": {"base_sha": base, "base_ref": "refs/heads/main"}}
    assert compared(check_out(origin, tmp_path / "job", "refs/pull/7/merge"), "merge_group", event) == base


@pytest.mark.parametrize("name", ["main", "origin/main", "v1.0.0"])
def test_a_base_that_is_asked_for_is_fetched_by_its_name(origin: Path, tmp_path: Path, name: str) -> None:
    propose(origin, WORSE)
    workspace = check_out(origin, tmp_path / "job", "refs/heads/change-7")
    done = act(workspace, "workflow_dispatch", {}, {"base": name})
    assert done.report["comparison"]["base"] == name
    assert done.report["comparison"]["commit"] == git(origin, "rev-parse", name.removeprefix("origin/"))


def test_a_base_that_is_asked_for_and_not_there_cannot_be_judged_by(origin: Path, tmp_path: Path) -> None:
    done = act(check_out(origin, tmp_path / "job"), inputs={"base": "no-such-branch"})
    assert (done.code, dict(done.outputs)) == (2, {})
    assert "::error title=rung::" in done.log
    assert "no-such-branch" in done.log


def test_a_fetch_that_fails_is_a_warning(origin: Path, tmp_path: Path) -> None:
    event = propose(origin, WORSE)
    workspace = check_out(origin, tmp_path / "job", "refs/pull/7/merge")
    origin.rename(tmp_path / "gone")
    done = act(workspace, "pull_request", event)
    assert done.code == 0
    assert "::warning title=rung::The tags can't be fetched" in done.log
    assert "::warning title=rung::The base commit can't be fetched, so nothing is compared" in done.log


def test_the_base_is_fetched_alone_where_the_merge_is_gone(origin: Path, tmp_path: Path) -> None:
    event = propose(origin, WORSE)
    workspace = check_out(origin, tmp_path / "job", "refs/pull/7/merge")
    git(origin, "update-ref", "-d", "refs/pull/7/merge")
    git(origin, "reflog", "expire", "--expire=now", "--all")
    git(origin, "gc", "-q", "--prune=now")
    done = act(workspace, "pull_request", event)
    assert (done.code, done.report["comparison"]["commit"]) == (1, git(origin, "rev-parse", "main"))
    assert "the commits up to the base can't be fetched" in done.log


def test_a_shallow_checkout_gets_the_tags(origin: Path, tmp_path: Path) -> None:
    workspace = check_out(origin, tmp_path / "job")
    done = act(workspace, "schedule")
    assert "2 of 2 tags are fetched (depth 1)" in done.log
    assert git(workspace, "tag").split() == ["v1.0.0", "v1.1.0"]
    assert "shallow-no-tags" not in {notice["code"] for notice in done.report["notices"]}
    assert "tags are fetched" not in act(workspace, "schedule").log


def test_of_many_tags_the_newest_versions_are_fetched(origin: Path, tmp_path: Path) -> None:
    for minor in range(2, 60):
        git(origin, "tag", f"v1.{minor}.0")
    workspace = check_out(origin, tmp_path / "job")
    assert "the newest 50 of 60 tags are fetched" in act(workspace, "schedule").log
    assert sorted(int(tag.split(".")[1]) for tag in git(workspace, "tag").split()) == list(range(10, 60))


def test_a_whole_checkout_stays_whole(origin: Path, tmp_path: Path) -> None:
    event = propose(origin, WORSE)
    git(tmp_path, "clone", "-q", "--single-branch", "--branch=change-7", origin.as_uri(), "job")
    tip = commit(origin, {"OTHER.md": "Meanwhile.\n"}, "Meanwhile", day=11)
    event["pull_request"]["base"]["sha"] = tip
    workspace = tmp_path / "job"
    before = git(workspace, "rev-list", "HEAD")
    assert act(workspace, "pull_request", event).code == 1
    assert git(workspace, "rev-list", "HEAD") == before
    assert git(workspace, "rev-parse", "--is-shallow-repository") == "false"


def test_a_change_of_the_policy_does_not_judge_itself(origin: Path, tmp_path: Path) -> None:
    event = propose(origin, {**WORSE, ".rung.yaml": POLICY.replace("answer", "allow")})
    done = act(check_out(origin, tmp_path / "job", "refs/pull/7/merge"), "pull_request", event)
    assert done.code == 1
    assert "### Once this is merged" in done.summary


def test_hooks_and_monitors_of_the_checkout_are_not_run(origin: Path, tmp_path: Path) -> None:
    event = propose(origin, WORSE)
    workspace = check_out(origin, tmp_path / "job", "refs/pull/7/merge")
    ran = tmp_path / "ran"
    hook = workspace / ".git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {ran}\n")
    hook.chmod(0o755)
    git(workspace, "config", "core.fsmonitor", str(hook))
    ran.unlink(missing_ok=True)
    assert act(workspace, "pull_request", event).code == 1
    assert not ran.exists()
