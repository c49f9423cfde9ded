"""Workflows and actions of GitHub."""

from __future__ import annotations

from textwrap import dedent

import pytest

from rung.facts.pipelines.systems import read_pipelines
from rung.facts.pipelines.types import Pipeline
from tests.facts.pipelines.repositories import lines_of, workflow

CI = ".github/workflows/ci.yml"


def read(text: str, path: str = CI) -> Pipeline:
    [pipeline] = read_pipelines(path, dedent(text))
    return pipeline


def left(condition: str, on: str = "[push, pull_request, workflow_dispatch]") -> set[str]:
    """The triggers that a job's condition leaves."""
    pipeline = read(workflow("- run: pytest", on, f"if: {condition}"))
    job = pipeline.jobs[0]
    return set(pipeline.triggers if job.triggers is None else job.triggers) if job.live else set()


@pytest.mark.parametrize(
    ("on", "triggers"),
    [
        ("pull_request", {"pull_request"}),
        ("[pull_request_target, merge_group]", {"pull_request", "merge_group"}),
        ("{push: {tags: ['v*']}}", {"tag"}),
        ("{push: {branches: [main]}}", {"push"}),
        ("{push: {branches: [main], tags: ['v*']}}", {"push", "tag"}),
        ("{push: {branches-ignore: ['**']}, pull_request: }", {"pull_request"}),
        ("{schedule: [{cron: '0 3 * * *'}], workflow_dispatch: }", {"schedule", "manual"}),
        ("{workflow_run: {workflows: [CI, Build]}}", {"pipeline:CI", "pipeline:Build"}),
        (
            "{release: {types: [published]}, issue_comment: , workflow_call: , deployment_status: }",
            {"release", "issue_comment", "call", "other"},
        ),
    ],
)
def test_triggers_in_every_way_of_writing_them(on: str, triggers: set[str]) -> None:
    assert read(workflow("- run: pytest", on)).triggers == triggers


@pytest.mark.parametrize(
    ("condition", "triggers"),
    [
        ("false", set()),
        ("${{ false }}", set()),
        ("'false'", set()),
        ("github.event_name == 'workflow_dispatch'", {"manual"}),
        ("${{ github.event_name != 'push' && github.actor != 'x' }}", {"pull_request", "manual"}),
        ("startsWith(github.ref, 'refs/tags/')", {"tag", "manual"}),
        ("github.ref == 'refs/heads/main' || github.event_name == 'pull_request'", {"push", "pull_request", "manual"}),
        ('contains(fromJSON(\'["push", "schedule"]\'), github.event_name)', {"push", "tag"}),
        ("github.event.pull_request.draft == false && github.base_ref == 'main'", {"pull_request"}),
        ("github.repository == 'a/b' && inputs.live && !cancelled()", {"push", "tag", "pull_request", "manual"}),
        ("!(github.event_name == 'push') && (false || github.event.inputs.suite == 'all')", {"manual"}),
    ],
)
def test_conditions_narrow_the_triggers(condition: str, triggers: set[str]) -> None:
    quoted = '"' + condition.replace('"', '\\"') + '"'
    assert left(condition if condition.startswith("'") else quoted) == triggers


def test_a_job_that_needs_a_dead_one_is_dead_unless_it_always_runs() -> None:
    pipeline = read("""
        on: push
        jobs:
          last: {needs: second, steps: [{run: c}]}
          second: {needs: [first], steps: [{run: b}]}
          report: {needs: first, if: always(), steps: [{run: d}]}
          first: {if: false, steps: [{run: a}]}
        """)
    assert [(job.name, job.live) for job in pipeline.jobs] == [("last", False), ("second", False), ("report", True), ("first", False)]


def test_every_command_has_the_line_on_which_it_stands() -> None:
    pipeline = read("""\
        on: push
        jobs:
          test:
            steps:
              - run: pytest a
              - name: more
                run: |
                  # a comment

                  pytest b && \\
                    pytest c
              - run: >-
                  pytest
                  d
        """)
    assert lines_of([pipeline]) == [(5, "pytest a"), (10, "pytest b"), (11, "pytest c"), (13, "pytest d")]
    assert [step.line for step in pipeline.jobs[0].steps] == [5, 6, 12]


def test_matrix_environment_and_folders_are_put_in() -> None:
    pipeline = read("""
        on: push
        env: {ROOT: services}
        defaults: {run: {working-directory: "${{ env.ROOT }}/api"}}
        jobs:
          test:
            strategy:
              matrix:
                suite: [fast, slow]
                include: [{suite: live, flags: --live}]
                exclude: [{suite: slow}]
            env: {SUITE: "${{ matrix.suite }}"}
            steps:
              - run: pytest evals/$SUITE ${{ matrix.flags }}
              - run: make lint
                working-directory: .
        """)
    found = [(step.folder, step.commands[0].words) for step in pipeline.jobs[0].steps]
    assert ("services/api", ("pytest", "evals/live", "--live")) in found
    assert [words[1] for folder, words in found if folder == "services/api"] == ["evals/fast", "evals/live"]
    assert ("", ("make", "lint")) in found


def test_what_a_step_writes_down_reaches_later_steps() -> None:
    pipeline = read("""
        on: push
        jobs:
          plan:
            outputs: {suite: "${{ steps.choose.outputs.suite }}"}
            steps:
              - id: choose
                run: |
                  echo "suite=evals" >> "$GITHUB_OUTPUT"
                  echo "FLAGS=-q" >> $GITHUB_ENV
              - run: pytest $FLAGS
          run:
            needs: plan
            steps:
              - run: pytest ${{ needs.plan.outputs.suite }}
        """)
    assert [words for _, words in lines_of([pipeline])][-2:] == ["pytest -q", "pytest evals"]


def test_other_shells() -> None:
    pipeline = read(
        workflow("""
        - run: import pytest; pytest.main()
          shell: python
        - shell: pwsh
          run: |
            if ($true) {
              python .\\evals\\run.py `
                --all
            }
        """)
    )
    assert [words.replace("\\", "/").removeprefix("./") for _, words in lines_of([pipeline])] == ["python ./evals/run.py --all"]


def test_inputs_of_a_call_decide_conditions_and_text() -> None:
    text = dedent("""
        on:
          workflow_call:
            inputs:
              live: {type: boolean, default: true}
              suite: {type: string, default: tests}
        jobs:
          test:
            if: ${{ inputs.live }}
            steps: [{run: 'pytest ${{ inputs.suite }} ${{ inputs.more || ''-q'' }}'}]
        """)
    assert lines_of(read_pipelines(CI, text)) == [(10, "pytest tests ${{ inputs.more || '-q' }}")]
    assert lines_of(read_pipelines(CI, text, inputs={"suite": "evals"}))[0][1].startswith("pytest evals")
    assert lines_of(read_pipelines(CI, text, inputs={"live": "false"})) == []


def test_actions_of_the_three_kinds() -> None:
    composite = read(
        "{name: e, inputs: {suite: {default: evals}}, runs: {using: composite, steps: [{run: 'pytest ${{ inputs.suite }}', shell: bash}]}}",
        "a/action.yml",
    )
    assert composite.triggers == {"call"}
    assert lines_of([composite]) == [(1, "pytest evals")]
    node = read("runs: {using: node20, main: dist/index.js}", "action.yaml")
    assert node.jobs[0].steps[0].commands[0].words == ("node", "dist/index.js")
    docker = read("runs: {using: docker, image: Dockerfile}", "b/action.yml")
    assert docker.jobs[0].steps[0].uses == "docker://Dockerfile"


@pytest.mark.parametrize(
    "path", [".github/workflows/ci.yml.disabled", ".github/disabled/ci.yml", "examples/app/.github/workflows/ci.yml", "docs/ci.yml"]
)
def test_elsewhere_a_workflow_is_no_pipeline(path: str) -> None:
    assert read_pipelines(path, workflow("- run: pytest")) == []


@pytest.mark.parametrize(
    "text",
    [
        "on: [",
        "on: push\njobs: [a, 1]",
        "on: {push: [1]}\njobs: {a: {steps: {run: x}, needs: {a: b}, strategy: [1], env: [x]}}",
        "on: push\njobs: {a: null, b: {steps: [null, 1, [x], {run: [1]}, {uses: {a: b}}]}}",
        "on: push\njobs: &j {a: *j}",
        "[" * 60_000,
        "a: " * 60_000,
        "on: push\njobs: {a: {if: '" + "(" * 5000 + "', steps: [{run: x}]}}",
        "\0\1",
    ],
)
def test_malformed_files_raise_nothing(text: str) -> None:
    for pipeline in read_pipelines(CI, text):
        assert pipeline.system == "github"


@pytest.mark.parametrize("script", ["${{" * 2000, "${{ '" * 2000, "'" * 5001])
def test_open_expressions_take_no_long_time(script: str) -> None:
    assert read(f"on: push\njobs: {{a: {{if: {script!r}, name: {script!r}, steps: [{{uses: {script!r}}}]}}}}").jobs
