"""Azure Pipelines."""

from __future__ import annotations

from textwrap import dedent

import pytest

from rung.facts.pipelines.systems import read_pipelines
from rung.facts.pipelines.systems.sources import Sources
from tests.facts.pipelines.repositories import command_lines, lines_of, reached


@pytest.mark.parametrize(
    ("top", "triggers"),
    [
        ("trigger: [main]\npr: none", {"push"}),
        ("trigger: none\npr: [main]", {"pull_request"}),
        ("trigger: none\npr: none", {"manual"}),
        ("trigger: none", {"manual"}),
        ("trigger: {tags: {include: ['v*']}}\npr: none", {"tag"}),
        ("trigger: none\nschedules: [{cron: '0 3 * * *'}]", {"schedule"}),
        ("trigger: none\nresources: {pipelines: [{pipeline: x, source: build, trigger: true}]}", {"pipeline:build"}),
        ("pool: default", {"push", "pull_request"}),
    ],
)
def test_triggers(top: str, triggers: set[str]) -> None:
    [pipeline] = read_pipelines("azure-pipelines.yml", f"{top}\nsteps: [{{script: pytest}}]")
    assert pipeline.triggers == triggers


def test_templates_with_parameters_loops_and_conditions() -> None:
    files = {
        "ci/azure-pipelines.yml": """\
            trigger: [main]
            variables: {SUITE: live}
            stages:
              - stage: test
                jobs:
                  - template: templates/job.yml
                    parameters:
                      folders: [evals, tests]
                      setup:
                        - script: npm ci
            """,
        "ci/templates/job.yml": """\
            parameters:
              - name: folders
                type: object
              - {name: lint, type: boolean, default: false}
              - {name: setup, type: stepList, default: []}
            jobs:
              - job: run
                steps:
                  - ${{ parameters.setup }}
                  - ${{ each folder in parameters.folders }}:
                      - bash: |
                          pytest ${{ folder }}/$(SUITE) $(Build.BuildId)
                  - ${{ if eq(parameters.lint, true) }}:
                      - script: ruff check
                  - ${{ else }}:
                      - script: echo no lint
            """,
    }
    texts = {path: dedent(text) for path, text in files.items()}
    sources = Sources(texts.keys(), texts.get)
    [pipeline] = read_pipelines("ci/azure-pipelines.yml", texts["ci/azure-pipelines.yml"], sources)
    assert lines_of([pipeline]) == [
        (10, "npm ci"),
        (12, "pytest evals/live ${Build_BuildId}"),
        (12, "pytest tests/live ${Build_BuildId}"),
        (16, "echo no lint"),
    ]
    assert [step.path for step in pipeline.jobs[0].steps][:2] == ["", "ci/templates/job.yml"]
    assert read_pipelines("ci/templates/job.yml", texts["ci/templates/job.yml"], sources) == []


def test_tasks_run_scripts_files_and_programs() -> None:
    [pipeline] = read_pipelines(
        "azure-pipelines.yml",
        dedent("""
        trigger: [main]
        steps:
          - task: AzureCLI@2
            inputs:
              scriptLocation: inlineScript
              inlineScript: az account show
              workingDirectory: $(Build.SourcesDirectory)/infra
          - task: Bash@3
            inputs: {targetType: filePath, filePath: ./run.sh, arguments: --all}
          - task: PythonScript@0
            inputs: {scriptPath: evals/run.py}
          - task: Npm@1
            inputs: {command: custom, customCommand: run eval}
          - script: pytest off
            enabled: false
          - script: pytest manual
            condition: eq(variables['Build.Reason'], 'Manual')
          - script: pytest main
            condition: and(succeeded(), eq(variables['Build.SourceBranch'], 'refs/heads/main'))
        """),
    )
    assert [words for _, words in lines_of([pipeline])] == [
        "az account show",
        "bash ./run.sh --all",
        "python evals/run.py",
        "npm run eval",
        "pytest main",
    ]
    steps = pipeline.jobs[0].steps
    assert (steps[0].uses, steps[0].folder) == ("AzureCLI@2", "infra")
    assert steps[-1].triggers == {"push"}


def test_a_template_is_no_pipeline_of_its_own(tmp_path: object) -> None:
    from pathlib import Path

    found = reached(
        Path(str(tmp_path)),
        {
            "azure-pipelines.yml": "trigger: none\npr: [main]\nsteps: [{template: .azure-pipelines/steps.yml}]\n",
            ".azure-pipelines/steps.yml": "steps:\n  - script: pytest evals\n",
            "deploy/values.yml": "pool: 3\nreplicas: 2\n",
        },
    )
    assert command_lines(found) == ["pytest evals"]
    assert (found[0].triggers, found[0].location.path) == ({"pull_request"}, ".azure-pipelines/steps.yml")


def test_templates_that_call_each_other_end() -> None:
    texts = {
        "azure-pipelines.yml": "trigger: [main]\nsteps: [{template: a.yml}]",
        "a.yml": "steps: [{script: x}, {template: a.yml}, {template: a.yml}]",
    }
    [pipeline] = read_pipelines("azure-pipelines.yml", texts["azure-pipelines.yml"], Sources(texts.keys(), texts.get))
    assert pipeline.jobs[0].steps
