"""GitLab CI."""

from __future__ import annotations

from textwrap import dedent

import pytest

from rung.facts.pipelines.systems import read_pipelines
from rung.facts.pipelines.systems.sources import Sources
from rung.facts.pipelines.types import Pipeline
from tests.facts.pipelines.repositories import lines_of

PATH = ".gitlab-ci.yml"


def read(text: str, others: dict[str, str] | None = None) -> Pipeline:
    files = {path: dedent(other) for path, other in (others or {}).items()}
    [pipeline] = read_pipelines(PATH, dedent(text), Sources(files.keys(), files.get))
    return pipeline


def started(job: str, top: str = "") -> set[str]:
    """What starts a job."""
    [found] = read(f"{top}\njob: {{script: [pytest], {job}}}").jobs
    return set(found.triggers or ()) if found.live else set()


@pytest.mark.parametrize(
    ("job", "triggers"),
    [
        ("stage: test", {"push", "tag"}),
        ('rules: [{if: $CI_PIPELINE_SOURCE == "merge_request_event"}]', {"pull_request"}),
        ("rules: [{if: $CI_PIPELINE_SOURCE == 'schedule'}]", {"schedule"}),
        ("rules: [{if: $CI_COMMIT_TAG}]", {"tag"}),
        ("rules: [{if: $CI_COMMIT_TAG =~ /^v\\d+/}]", {"tag"}),
        ("rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]", {"push"}),
        ("rules: [{if: $CI_COMMIT_BRANCH, when: manual}]", {"manual"}),
        ("rules: [{if: $CI_MERGE_REQUEST_IID, when: never}, {when: on_success}]", {"push", "tag"}),
        ("rules: [{if: $CI_PIPELINE_SOURCE == 'schedule' || $CI_COMMIT_BRANCH && $X == '1'}]", {"push", "schedule"}),
        ("rules: [{when: never}]", set()),
        ("when: manual", {"manual"}),
        ("only: [merge_requests]", {"pull_request"}),
        ("only: [schedules, tags]", {"schedule", "tag"}),
        ("only: [main]", {"push"}),
        ("except: [tags]", {"push"}),
    ],
)
def test_what_starts_a_job(job: str, triggers: set[str]) -> None:
    assert started(job) == triggers


def test_workflow_rules_hold_for_all_jobs() -> None:
    top = "workflow: {rules: [{if: $CI_PIPELINE_SOURCE == 'merge_request_event'}]}"
    assert started("stage: test", top) == {"pull_request"}


def test_a_variable_of_the_file_decides_what_a_push_runs() -> None:
    assert started("rules: [{if: $LIVE == 'true'}]", "variables: {LIVE: 'false'}") == {"schedule", "manual", "other"}


def test_extends_references_defaults_and_includes() -> None:
    pipeline = read(
        """\
        include:
          - local: /ci/base.yml
          - template: Jobs/SAST.gitlab-ci.yml
        default:
          before_script: [pip install -r requirements.txt]
        .setup:
          script:
            - cd app
        evals:
          extends: .evals
          variables: {SUITE: live}
          script:
            - !reference [.setup, script]
            - pytest $SUITE
        """,
        {"ci/base.yml": ".evals:\n  variables: {SUITE: none, MORE: '1'}\n  after_script:\n    - cat report.xml\n"},
    )
    job = pipeline.jobs[0]
    assert [(command.line, " ".join(command.words), command.folder) for command in job.steps[0].commands] == [
        (5, "pip install -r requirements.txt", ""),
        (8, "cd app", ""),
        (14, "pytest live", "app"),
    ]
    assert (job.steps[1].path, job.steps[1].commands[0].line) == ("ci/base.yml", 4)
    assert job.steps[0].environment == {"SUITE": "live", "MORE": "1"}
    assert pipeline.jobs[1].uses == "Jobs/SAST.gitlab-ci.yml"


def test_hidden_jobs_are_none_and_a_matrix_makes_several_environments() -> None:
    pipeline = read("""
        .hidden: {script: [pytest hidden]}
        job:
          parallel: {matrix: [{SUITE: [a, b]}]}
          script: [pytest $SUITE]
        """)
    assert [words for _, words in lines_of([pipeline])] == ["pytest a", "pytest b"]


def test_cycles_and_wrong_types_raise_nothing() -> None:
    for text in (
        ".a: {extends: .b}\n.b: {extends: .a}\nc: {extends: .a, script: [x]}",
        "a: {script: {b: c}, rules: x, only: 1}",
        "include: [[1]]\na: 1",
    ):
        read_pipelines(PATH, text)
    loop = "a: {script: [!reference [a, script]]}"
    assert lines_of(read_pipelines(PATH, loop)) == []
