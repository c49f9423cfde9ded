"""Taking a piece of evidence away costs the answers that rest on it, and no others.

Each file that an example's report names as evidence, or as a step of a chain, is removed in turn, and the example assessed again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from rung.judge import survey
from rung.model.assessment import Answer, Assessment, Finding
from rung.model.conditions import holds
from rung.rules.load import load_knowledge
from tests.helpers import make_repository
from tests.test_examples import EXAMPLES, EXPECTED

MODEL: Mapping[str, Any] = load_knowledge().model
QUESTIONS = {question["id"]: question for capability in MODEL["capabilities"] for question in capability["questions"]}
# What other files import or load: removing it takes more away than its own evidence, and what it did another file may do as well.
CODE = (".py", ".ts", ".js", ".json", ".txt", ".toml", ".prompty", ".j2")
# Without an evaluation none runs in CI, and it tests no prompts; without prompts there is nothing that carries versions.
FOLLOWS = {
    "evaluation-practice": ("evaluation-metrics", "continuous-integration", "prompt-change-control", "responsible-ai"),
    "prompt-structure": ("prompt-change-control", "versioning-and-rollback"),
}


def files_of(name: str) -> dict[str, str | bytes]:
    """An example's files by path."""
    folder = EXAMPLES / name
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def places(finding: Finding) -> Iterator[frozenset[str]]:
    """For each piece of a finding's evidence, the files that it stands in or is reached through."""
    for evidence in finding.evidence:
        yield frozenset({evidence.path, *(step.path for step in evidence.reach)})


def points_without(answer: Answer, path: str) -> int:
    """The points that are left when every finding is gone of which all evidence leads through a file."""
    held = {f.rule for f in answer.findings if f.holds and not all(path in files for files in places(f))}
    points = 0
    for option in QUESTIONS[answer.question]["answers"][1:]:
        if holds(option["when"], held.__contains__) and (option.get("alone") or points == option["points"] - 1):
            points = option["points"]
    return points


def assessed(folder: Path, files: Mapping[str, str | bytes], name: str) -> Assessment:
    """The assessment of files as a repository with the example's tags."""
    return survey(str(make_repository(folder, files, EXPECTED[name][1]))).reviews[0].assessment


def may_fall(whole: Assessment, path: str) -> set[str]:
    """The questions that a file is evidence for, and those that follow them."""
    own = {a.question for a in whole.answers if any(path in files for f in a.findings for files in places(f))}
    return own | {follower for question in own for follower in FOLLOWS.get(question, ())}


@pytest.mark.parametrize("name", EXPECTED)
def test_exactly_the_answers_that_rest_on_a_file_fall_with_it(name: str, tmp_path: Path) -> None:
    files = files_of(name)
    whole = assessed(tmp_path / "whole", files, name)
    named = {path for answer in whole.answers for finding in answer.findings for found in places(finding) for path in found} & files.keys()
    assert named
    for number, path in enumerate(sorted(named)):
        left = assessed(tmp_path / str(number), {other: content for other, content in files.items() if other != path}, name)
        points = {answer.question: answer.points for answer in left.answers}
        must = {a.question for a in whole.answers if points_without(a, path) < a.points}
        fell = {a.question for a in whole.answers if points.get(a.question, 0) < a.points}
        if not path.endswith(CODE):
            assert must <= fell <= may_fall(whole, path), f"{path} is gone"
        assert all(points.get(a.question, 0) <= a.points for a in whole.answers), f"something gains by the loss of {path}"
