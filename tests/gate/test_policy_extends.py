"""What holds when a policy extends others: the stricter, and a notice where the own policy asks for less."""

from __future__ import annotations

from pathlib import Path

import pytest

from rung.errors import UserError
from rung.gate.policy import load_policy
from rung.gate.types import Limits, Policy
from rung.repository import open_repository
from rung.rules.load import load_knowledge
from tests.helpers import make_repository

MODEL = load_knowledge().model
FILES = {"apps/chat/main.py": "", "apps/talk/main.py": "", "src/a.py": "", "ours/a.yaml": "[]", "theirs/a.yaml": "[]"}
WAIVER = "waivers: [{for: %s, reason: Planned., owner: ops, expires: 2027-01-01}]\n"


def join(folder: Path, own: str, *others: str) -> Policy:
    names = [f"org{number}.yaml" for number in range(len(others))]
    files = {f"policies/{name}": text for name, text in zip(names, others, strict=True)}
    extends = "".join(f"  - policies/{name}\n" for name in names)
    make_repository(folder, {**FILES, **files, ".rung.yaml": f"{own}extends:\n{extends}"})
    return load_policy(open_repository(folder), MODEL)


@pytest.mark.parametrize(
    ("own", "other", "notice"),
    [
        ("target: defined\n", "#\n#\ntarget: managed\n", "the target defined has no effect: policies/org0.yaml:3 asks for managed."),
        ("target: {score: 14}\n", "target: 3\n", "the target a score of 14 has no effect: policies/org0.yaml:1 asks for managed."),
        ("target: {level: 2, score: 12}\n", "target: {score: 13}\n", "the target defined and a score of 12 has no effect"),
        ("floors: {safety: 1}\n", "floors: {safety: 2}\n", "the floor safety: 1 has no effect: policies/org0.yaml:1 asks for 2."),
        ("regression: allow\n", "regression: score\n", "regression: allow has no effect: policies/org0.yaml:1 asks for score."),
        ("mode: annotate\n", "mode: enforce\n", "mode: annotate has no effect: policies/org0.yaml:1 asks for enforce."),
        ("limits: {waivers: 3}\n", "limits: {waivers: 0}\n", "the limit waivers: 3 has no effect: policies/org0.yaml:1 asks for 0."),
        ("projects: [{name: chat, root: apps/chat, target: 1}]\n", "target: 2\n", "the target initial has no effect"),
    ],
)
def test_asking_for_less_has_no_effect_and_is_said(own: str, other: str, notice: str, tmp_path: Path) -> None:
    lower = join(tmp_path / "lower", own, other)
    higher = join(tmp_path / "higher", other, own)

    assert len(lower.notices) == 1
    assert lower.notices[0].startswith(".rung.yaml:1: ")
    assert notice in lower.notices[0]
    assert higher.notices == ()
    assert (lower.regression, lower.mode, lower.limits) == (higher.regression, higher.mode, higher.limits)


def test_what_both_ask_for_is_kept(tmp_path: Path) -> None:
    own = "target: 4\nfloors: {safety: 2}\nrules: [ours]\ninclude: [src/**]\nexclude: [a]\nlimits: {waivers: 1}\n" + WAIVER % "safety"
    other = (
        "target: 3\nfloors: {safety: 1}\nrules: [theirs]\ninclude: [lib/**]\nexclude: [b]\nlimits: {attestations: 2}\n" + WAIVER % "target"
    )

    policy = join(tmp_path, own, other)

    assert [(target.level, target.place.path) for target in policy.requirements.targets] == [(4, ".rung.yaml"), (3, "policies/org0.yaml")]
    assert [floor.points for floor in policy.requirements.floors] == [2, 1]
    assert [waiver.subject for waiver in policy.requirements.waivers] == ["safety", "target"]
    assert policy.packs == ("ours", "theirs")  # the later one decides: the organization's
    assert (policy.include, policy.exclude) == (("src/**",), ("b", "a"))
    assert policy.limits == Limits(2, 1)
    assert policy.notices == ()


def test_silence_lowers_and_raises_nothing(tmp_path: Path) -> None:
    policy = join(tmp_path, "mode: annotate\n", "regression: score\n")

    assert (policy.mode, policy.regression, policy.notices) == ("annotate", "score", ())


def test_a_project_replaces_its_own_files_target_but_not_the_organizations(tmp_path: Path) -> None:
    projects = "projects: [{name: chat, root: apps/chat, target: 4, floors: {safety: 3}}, {name: talk, root: apps/talk}]\n"
    own = "target: 3\nfloors: {safety: 2, prompts: 1}\n" + projects

    chat, talk = join(tmp_path, own, "target: 2\nfloors: {safety: 1}\n").projects

    assert [target.level for target in chat.requirements.targets] == [4, 2]
    assert [(floor.subject, floor.points) for floor in chat.requirements.floors] == [("prompts", 1), ("safety", 3), ("safety", 1)]
    assert [target.level for target in talk.requirements.targets] == [3, 2]


def test_projects_of_both_are_joined_by_name(tmp_path: Path) -> None:
    policy = join(
        tmp_path,
        "target: 1\nprojects: [{name: chat, root: apps/chat, target: 3}]\n",
        "projects: [{name: chat, root: apps/chat, target: 2}, {name: talk, root: apps/talk, target: 4}]\n",
    )

    assert {p.name: [t.level for t in p.requirements.targets] for p in policy.projects} == {"chat": [3, 2], "talk": [1, 4]}


@pytest.mark.parametrize("own", ["{name: chat, root: apps/talk}", "{name: talk, root: apps/chat}"], ids=["root", "name"])
def test_projects_of_both_must_agree(own: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^\.rung\.yaml:1: the project '\w+' has another name or root in policies/org0\.yaml:1; "):
        join(tmp_path, f"projects: [{own}]\n", "projects: [{name: chat, root: apps/chat}]\n")


def test_of_several_extended_policies_the_strictest_holds_and_none_is_blamed(tmp_path: Path) -> None:
    policy = join(tmp_path, "target: 2\n", "target: 1\nregression: score\n", "target: 3\nregression: answer\n")

    assert policy.regression == "answer"
    assert policy.notices == (".rung.yaml:1: the target defined has no effect: policies/org1.yaml:1 asks for managed.",)


def test_a_policy_that_is_reached_twice_counts_once(tmp_path: Path) -> None:
    policy = join(tmp_path, "", "extends: org2.yaml\n", "extends: org2.yaml\n", WAIVER % "safety")

    assert len(policy.requirements.waivers) == 1
    assert policy.sources == (".rung.yaml", "policies/org0.yaml", "policies/org2.yaml", "policies/org1.yaml")
