"""Policies as teams write them: where they are found, what they come to, and how the command line adds to them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from rung.errors import UserError
from rung.gate.policy import load_policy, with_options
from rung.gate.policy_schema import schema_for
from rung.gate.policy_words import Words
from rung.gate.types import Attestation, Floor, Limits, Place, Policy, Project, Requirements, Target, Waiver
from rung.knowledge import data_folder
from rung.repository import open_repository
from rung.rules.load import load_knowledge
from tests.helpers import commit, git, make_repository, write_files

MODEL = load_knowledge().model
FULL = """\
target: {level: managed, score: 17}
floors: {safety: 2, evaluation-practice: 1}
regression: answer
mode: annotate
projects:
  - name: chat
    root: ./apps/chat/
    target: 4
    floors: {safety: 3}
include: ["src/**"]
exclude: ["third_party/**"]
rules: [policy/rules]
waivers:
  - {for: responsible-ai, reason: Planned., owner: "@acme/llm", expires: 2027-03-31}
attestations:
  - question: production-feedback
    points: 1
    reason: It is in another system.
    owner: ops
    evidence: https://example.com/board
    expires: "2027-04-30"
limits: {attestations: 2, waivers: 0}
"""
TOML = """\
[project]
name = "x"

[tool.rung]
target = "managed"
rules = [
  "policy/rules",
]

[tool.rung.floors]
safety = 2

[[tool.rung.waivers]]
for = "target"
reason = "Planned."
owner = "ops"
expires = 2027-03-31

[[tool.rung.waivers]]
for = "safety"
reason = "Planned."
owner = "ops"
expires = 2027-03-31
"""
FILES = {"apps/chat/main.py": "", "src/main.py": "", "policy/rules/ours.yaml": "[]\n"}


def load(
    folder: Path, files: Mapping[str, str | bytes], *, ref: str | None = None, config: str | None = None, outside: bool = True
) -> Policy:
    if not (folder / ".git").exists():
        make_repository(folder, {**FILES, **files})
    return load_policy(open_repository(folder, ref), MODEL, config=config, outside=outside)


def test_everything_that_a_policy_can_say(tmp_path: Path) -> None:
    policy = load(tmp_path, {".rung.yaml": FULL})

    target = Target(3, 17, Place(".rung.yaml", 1))
    practice = Floor("evaluation-practice", 1, Place(".rung.yaml", 2))
    waiver = Waiver("responsible-ai", "Planned.", "@acme/llm", date(2027, 3, 31), Place(".rung.yaml", 14))
    rest = ("It is in another system.", "ops", "https://example.com/board", date(2027, 4, 30), Place(".rung.yaml", 16))
    attestation = Attestation("production-feedback", 1, *rest)
    own = (Target(4, None, Place(".rung.yaml", 8)),), (practice, Floor("safety", 3, Place(".rung.yaml", 9)))
    assert policy == Policy(
        Requirements((target,), (Floor("safety", 2, Place(".rung.yaml", 2)), practice), (waiver,), (attestation,)),
        "answer",
        "annotate",
        (Project("chat", "apps/chat", Requirements(*own, (waiver,), (attestation,))),),
        ("src/**",),
        ("third_party/**",),
        ("policy/rules",),
        Limits(2, 0),
        (".rung.yaml",),
    )


def test_a_repository_without_a_policy_is_asked_for_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, {"pyproject.toml": "[tool.ruff]\n"}) == Policy()


def test_a_level_and_the_same_table_in_pyproject(tmp_path: Path) -> None:
    policy = load(tmp_path, {"pyproject.toml": TOML})

    assert policy.requirements.targets == (Target(3, None, Place("pyproject.toml", 5)),)
    assert policy.requirements.floors == (Floor("safety", 2, Place("pyproject.toml", 11)),)
    assert [waiver.place.line for waiver in policy.requirements.waivers] == [13, 19]
    assert policy.packs == ("policy/rules",)
    assert policy.sources == ("pyproject.toml",)


@pytest.mark.parametrize("other", [{"pyproject.toml": TOML}, {".rung.yml": "target: 1\n"}], ids=["pyproject", "yml"])
def test_two_policies_are_one_too_many(tmp_path: Path, other: dict[str, str]) -> None:
    with pytest.raises(UserError, match=r"there is a policy in \.rung\.yaml and in (pyproject\.toml|\.rung\.yml)"):
        load(tmp_path, {".rung.yaml": "", **other})


def test_a_broken_pyproject_matters_only_with_a_table_of_ours(tmp_path: Path) -> None:
    assert load(tmp_path / "other", {"pyproject.toml": '[project]\ndescription = "rung\n'}) == Policy()
    with pytest.raises(UserError, match=r"^pyproject\.toml:2: is not valid TOML: "):
        load(tmp_path / "ours", {"pyproject.toml": "[tool.rung]\ntarget = managed\n"})


def test_the_policy_of_a_commit_is_read_from_git(tmp_path: Path) -> None:
    make_repository(
        tmp_path, {".rung.yaml": "extends: policies/a.yaml\n", "policies/a.yaml": "extends: b.yaml\n", "policies/b.yaml": "target: 2\n"}
    )
    commit(tmp_path, {".rung.yaml": "target: manged\n", "policies/a.yaml": None, "policies/b.yaml": None}, "change")
    write_files(tmp_path, {".rung.yaml": "target: 4\n"})

    policy = load(tmp_path, {}, ref="HEAD~1")

    assert policy.requirements.targets == (Target(2, None, Place("policies/b.yaml", 1)),)
    assert policy.sources == (".rung.yaml", "policies/a.yaml", "policies/b.yaml")
    assert load(tmp_path, {}).requirements.targets[0].level == 4
    with pytest.raises(UserError, match=r"^\.rung\.yaml:1: .* \(as it is at HEAD\)$"):
        load(tmp_path, {}, ref="HEAD")


def test_a_subfolder_has_the_policy_of_the_top(tmp_path: Path) -> None:
    make_repository(tmp_path, {**FILES, ".rung.yaml": "target: 2\n", "apps/chat/.rung.yaml": "target: 4\n"})

    assert load_policy(open_repository(tmp_path / "apps/chat"), MODEL).requirements.targets[0].level == 2


def test_a_policy_that_git_ignores_counts(tmp_path: Path) -> None:
    make_repository(tmp_path, {".gitignore": ".rung.yaml\norg/\n"})
    write_files(tmp_path, {".rung.yaml": "extends: org/policy.yaml\n", "org/policy.yaml": "target: 3\n"})

    assert load(tmp_path, {}).sources == (".rung.yaml", "org/policy.yaml")
    assert load(tmp_path, {}, ref="HEAD") == Policy()


def test_a_policy_behind_a_link_is_refused_and_not_overlooked(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    write_files(outside, {"policy.yaml": "target: 3\n"})
    top = make_repository(tmp_path / "repository", {"a.py": ""})
    (top / ".rung.yaml").symlink_to(outside / "policy.yaml")
    git(top, "add", ".rung.yaml")
    git(top, "commit", "-q", "-m", "link")

    for ref in (None, "HEAD"):
        with pytest.raises(UserError, match=r"^\.rung\.yaml: is no policy: it is a symbolic link"):
            load(top, {}, ref=ref)
    (top / ".rung.yaml").unlink()
    (top / "org").symlink_to(outside)
    write_files(top, {".rung.yaml": "extends: org/policy.yaml\n"})
    with pytest.raises(UserError, match=r"^org/policy\.yaml: is no policy: it is a symbolic link, or behind one"):
        load(top, {})


def test_a_file_on_disk_takes_the_place_of_the_own_policy(tmp_path: Path) -> None:
    write_files(tmp_path, {"org/gate.yaml": "extends: base.yaml\ntarget: 3\n", "org/base.yaml": "mode: annotate\n"})
    config = str(tmp_path / "org/gate.yaml")
    make_repository(tmp_path / "repository", {".rung.yaml": "target: 1\n"})

    policy = load(tmp_path / "repository", {}, config=config)

    assert policy.sources == (config, str(tmp_path / "org/base.yaml"))
    assert (policy.requirements.targets, policy.mode) == ((Target(3, None, Place(config, 2)),), "annotate")
    assert load(tmp_path / "repository", {}, config=config, outside=False).requirements.targets[0].level == 1


def test_only_a_trusted_policy_extends_a_file_outside(tmp_path: Path) -> None:
    write_files(tmp_path, {"org.yaml": "target: 3\n"})
    top = make_repository(tmp_path / "repository", {".rung.yaml": f"target: 1\nextends:\n  - {tmp_path}/org.yaml\n"})

    assert load(top, {}).sources == (".rung.yaml", f"{tmp_path}/org.yaml")
    with pytest.raises(UserError, match=r"^\.rung\.yaml:3: .* is outside the repository"):
        load(top, {}, outside=False)


def test_the_published_schema_has_the_words_of_the_model() -> None:
    published = json.loads((data_folder("schemas") / "policy.schema.json").read_text(encoding="utf-8"))

    assert published == schema_for(Words(MODEL))


def test_every_key_of_the_schema_is_described() -> None:
    def keys(node: object) -> list[tuple[str, object]]:
        if isinstance(node, dict):
            own = list(node.get("properties", {}).items()) if isinstance(node.get("properties"), dict) else []
            return own + [pair for child in node.values() for pair in keys(child)]
        return [pair for child in node for pair in keys(child)] if isinstance(node, list) else []

    found = keys(json.loads((data_folder("schemas") / "policy.schema.json").read_text(encoding="utf-8")))

    assert len(found) > 30
    assert [name for name, value in found if not (isinstance(value, dict) and value.get("description"))] == []


def test_options_add_to_a_policy_and_to_its_projects(tmp_path: Path) -> None:
    policy = load(tmp_path, {".rung.yaml": FULL})

    strict = with_options(policy, MODEL, min_level="2", min_score=20, floors=["safety=4"], regression="score", mode="enforce")

    added = (Target(2, None, Place("--min-level")), Target(None, 20, Place("--min-score")))
    for before, after in ((policy.requirements, strict.requirements), (policy.projects[0].requirements, strict.projects[0].requirements)):
        assert after.targets == before.targets + added
        assert after.floors == (*before.floors, Floor("safety", 4, Place("--floor")))
    assert (strict.regression, strict.mode) == ("score", "enforce")
    assert with_options(policy, MODEL) == policy


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"min_level": "manged"}, "--min-level: there is no level 'manged'; write 'managed'"),
        (
            {"min_level": "5"},
            "--min-level: there is no level '5'; write one of initial, defined, managed, optimized, or a number from 1 to 4",
        ),
        ({"min_score": 29}, "--min-score: there is no score 29; write a number from 0 to 28"),
        ({"floors": ["safty=1"]}, "--floor: there is no capability or question 'safty'; write 'safety'"),
        ({"floors": ["safety"]}, "--floor: 'safety' names no points; write it as in safety=2"),
        ({"floors": ["content-safety=3"]}, "--floor: 'content-safety' can't have '3' points; write a number from 0 to 2"),
        ({"regression": "scores"}, "--regression: there is no kind of regression 'scores'; write 'score'"),
        ({"mode": "enforced"}, "--mode: there is no mode 'enforced'; write 'enforce'"),
    ],
)
def test_a_bad_option_gets_the_right_word(options: dict[str, object], says: str) -> None:
    with pytest.raises(UserError) as raised:
        with_options(Policy(), MODEL, **options)  # type: ignore[arg-type]

    assert str(raised.value) == says
