"""The other CI systems."""

from __future__ import annotations

from textwrap import dedent

import pytest

from rung.facts.pipelines.systems import read_pipelines
from rung.facts.pipelines.types import Pipeline
from tests.facts.pipelines.repositories import lines_of


def read(path: str, text: str) -> list[Pipeline]:
    return read_pipelines(path, dedent(text))


def started(pipelines: list[Pipeline]) -> dict[str, set[str]]:
    """What starts each live job."""
    return {
        job.name: set(pipeline.triggers if job.triggers is None else job.triggers)
        for pipeline in pipelines
        for job in pipeline.jobs
        if job.live
    }


def test_circleci_commands_parameters_matrix_and_orbs() -> None:
    found = read(
        ".circleci/config.yml",
        """\
        version: 2.1
        orbs: {ruby: circleci/ruby@2.5.3}
        commands:
          evaluate:
            parameters: {suite: {type: string}, flags: {default: -q}}
            steps:
              - run:
                  name: Evaluate
                  working_directory: ~/project/app
                  command: |
                    rake "evals[<< parameters.suite >>]" << parameters.flags >>
        jobs:
          evals:
            parameters: {suite: {type: string}}
            steps:
              - checkout
              - ruby/install-deps
              - when: {condition: false, steps: [{run: never}]}
              - evaluate: {suite: << parameters.suite >>}
        workflows:
          main:
            jobs:
              - evals: {matrix: {parameters: {suite: [tides, winds]}}}
        """.replace("{suite: << parameters.suite >>}", '{suite: "<< parameters.suite >>"}'),
    )
    assert lines_of(found) == [(11, "rake evals[tides] -q"), (11, "rake evals[winds] -q")]
    steps = found[0].jobs[0].steps
    assert [step.uses for step in steps if step.uses] == ["checkout", "circleci/ruby/install-deps"]
    assert steps[-1].folder == "app"


def test_circleci_workflows() -> None:
    found = read(
        ".circleci/config.yml",
        """
        version: 2.1
        parameters: {live: {type: boolean, default: false}}
        jobs:
          test: {steps: [{run: pytest}]}
          unused: {steps: [{run: never}]}
        workflows:
          main:
            jobs:
              - test: {name: push}
              - test: {name: tag, filters: {branches: {ignore: /.*/}, tags: {only: /^v/}}}
              - hold: {type: approval, requires: [push]}
              - test: {name: approved, requires: [hold]}
          nightly:
            triggers: [{schedule: {cron: "0 3 * * *"}}]
            jobs: [{test: {name: night}}]
          asked:
            when: << pipeline.parameters.live >>
            jobs: [{test: {name: asked}}]
          planned:
            when: {equal: [scheduled_pipeline, << pipeline.trigger_source >>]}
            jobs: [{test: {name: planned}}]
        """.replace("[scheduled_pipeline, << pipeline.trigger_source >>]", '[scheduled_pipeline, "<< pipeline.trigger_source >>"]'),
    )
    assert started(found) == {
        "push": {"push"},
        "tag": {"tag"},
        "approved": {"manual"},
        "night": {"schedule"},
        "asked": {"manual"},
        "planned": {"schedule"},
    }


def test_bitbucket() -> None:
    found = read(
        "bitbucket-pipelines.yml",
        """\
        definitions:
          steps:
            - step: &evaluate
                name: Evaluate
                script:
                  - npm ci
                  - pipe: atlassian/aws-s3-deploy:1.1.0
                    variables: {BUCKET: b}
        pipelines:
          pull-requests:
            "**":
              - parallel: [{step: *evaluate}, {step: {name: Two, script: [pytest]}}]
          branches:
            main:
              - step: {name: Three, script: [make deploy], trigger: manual}
              - step: {name: Four, script: [make after]}
          custom: {nightly: [{step: {name: Five, script: [make eval]}}]}
        """,
    )
    assert started(found) == {
        "Evaluate": {"pull_request"},
        "Two": {"pull_request"},
        "Three": {"manual"},
        "Four": {"manual"},
        "Five": {"manual"},
    }
    assert lines_of(found)[:2] == [(15, "make deploy"), (16, "make after")]
    assert {step.uses: dict(step.inputs) for p in found for job in p.jobs for step in job.steps if step.uses} == {
        "atlassian/aws-s3-deploy:1.1.0": {"BUCKET": "b"}
    }


def test_jenkins() -> None:
    found = read(
        "ci/Jenkinsfile",
        """\
        pipeline {
          agent any
          environment { SUITE = 'evals' }
          stages {
            stage('Test') {
              steps {
                // sh 'commented out'
                echo "sh 'a text'"
                dir('app') {
                  sh 'pytest ${SUITE}'
                }
                sh(script: '''
                  npm ci
                  npm test
                ''', returnStdout: true)
              }
            }
            stage('Review') {
              when { changeRequest() }
              steps { sh "make review" }
            }
            stage('Off') {
              when { expression { return false } }
              steps { sh 'make off' }
            }
            stage('Deploy') {
              input { message 'Deploy?' }
              steps { sh 'make deploy' }
            }
          }
        }
        """,
    )
    assert found[0].triggers == {"push", "pull_request"}
    assert lines_of(found) == [(10, "pytest evals"), (13, "npm ci"), (14, "npm test"), (20, "make review"), (28, "make deploy")]
    steps = [step for job in found[0].jobs for step in job.steps]
    assert steps[0].folder == "app"
    assert [step.triggers for step in steps if step.name in ("Review", "Deploy")] == [{"pull_request"}, {"manual"}]


def test_jenkins_by_the_clock() -> None:
    assert read("Jenkinsfile", "pipeline {\n triggers { cron('H 3 * * *') }\n stages { stage('x') { steps { sh 'pytest' } } }\n}")[
        0
    ].triggers == {"schedule"}
    assert read("Jenkinsfile", "properties([pipelineTriggers([cron('@daily')])])\nnode {\n sh 'pytest'\n}")[0].triggers == {"schedule"}


def test_buildkite() -> None:
    found = read(
        ".buildkite/pipeline.yml",
        """\
        env: {SUITE: evals}
        steps:
          - label: Test
            commands:
              - cd app
              - pytest $SUITE
            plugins:
              - docker-compose#v4.9.0: {run: app}
          - label: Night
            if: build.source == "schedule"
            command: make night
          - {label: Off, skip: true, command: make off}
          - label: Matrix
            command: "pytest {{matrix}}"
            matrix: [a, b]
          - block: Deploy?
          - {label: Deploy, command: make deploy}
        """,
    )
    assert started(found) == {
        "Test": {"push", "pull_request"},
        "Night": {"schedule"},
        "Matrix": {"push", "pull_request"},
        "Deploy": {"manual"},
    }
    assert lines_of(found)[1] == (6, "pytest evals")
    assert [words for _, words in lines_of(found)][-3:] == ["pytest a", "pytest b", "make deploy"]
    assert found[0].jobs[0].steps[-1].uses == "docker-compose#v4.9.0"


def test_cloud_build() -> None:
    found = read(
        "deploy/cloudbuild.yaml",
        """\
        steps:
          - name: python:3.12
            entrypoint: bash
            args:
              - -c
              - |
                pip install -r requirements.txt
                pytest $_SUITE
          - {name: gcr.io/cloud-builders/docker, args: [build, -t, image, .]}
          - {name: node:22, entrypoint: npm, args: [run, eval], dir: web}
          - {name: gcr.io/google.com/cloudsdktool/cloud-sdk, args: [gcloud, run, deploy, app]}
        substitutions: {_SUITE: evals}
        images: [image]
        """,
    )
    assert lines_of(found) == [
        (7, "pip install -r requirements.txt"),
        (8, "pytest evals"),
        (9, "docker build -t image ."),
        (10, "npm run eval"),
        (11, "gcloud run deploy app"),
        (13, "docker push image"),
    ]
    assert (found[0].triggers, found[0].jobs[0].steps[2].folder) == ({"other"}, "web")


def test_codebuild_in_a_file_and_in_a_template() -> None:
    spec = "version: 0.2\nphases:\n  build:\n    commands:\n      - cd app\n      - npx cdk deploy\n"
    [job] = read("buildspec.yml", spec)[0].jobs
    assert (job.steps[0].commands[1].words, job.steps[0].commands[1].folder) == (("npx", "cdk", "deploy"), "app")
    template = dedent("""\
        Resources:
          Bucket: {Type: AWS::S3::Bucket}
          Build:
            Type: AWS::CodeBuild::Project
            Properties:
              Source:
                Type: NO_SOURCE
                BuildSpec: !Sub |
                  version: 0.2
                  phases:
                    build:
                      commands:
                        - npx cdk deploy --all
        """)
    assert lines_of(read("deploy.yml", template)) == [(13, "npx cdk deploy --all")]
    assert read("other.yml", "Resources: {Bucket: {Type: AWS::S3::Bucket}}") == []


def test_drone_and_woodpecker() -> None:
    drone = read(
        ".drone.yml",
        """
        kind: pipeline
        name: main
        trigger: {event: [push, cron]}
        steps:
          - {name: test, image: python, commands: [pytest]}
          - {name: night, image: python, commands: [pytest evals], when: {event: cron}}
          - {name: publish, image: "plugins/docker:20", settings: {repo: a/b}, when: {event: tag}}
        """,
    )
    assert [(step.name, step.live, step.triggers) for step in drone[0].jobs[0].steps] == [
        ("test", True, None),
        ("night", True, {"schedule"}),
        ("publish", False, frozenset()),
    ]
    woodpecker = read(
        ".woodpecker/test.yaml", "when: [{event: pull_request}, {event: manual}]\nsteps: {test: {image: x, commands: [pytest]}}"
    )
    assert woodpecker[0].triggers == {"pull_request", "manual"}


def test_travis_and_appveyor() -> None:
    travis = read(
        ".travis.yml",
        """
        language: node_js
        env: {global: [SUITE=evals]}
        jobs:
          include:
            - name: usual
            - {name: nightly, if: type = cron, script: npm run $SUITE}
        """,
    )
    assert started(travis) == {"usual": {"push", "pull_request", "tag"}, "nightly": {"schedule"}}
    assert [words for _, words in lines_of(travis)] == ["npm test", "npm run evals"]
    appveyor = read("appveyor.yml", "test_script:\n  - cmd: call run.bat %A%\n  - ps: |\n      python evals\\run.py\nenvironment: {A: x}\n")
    assert [words.replace("\\", "/") for _, words in lines_of(appveyor)] == ["run.bat x", "python evals/run.py"]


def test_gocd_and_tekton() -> None:
    gocd = read(
        "gocd/app.yaml",
        """
        format_version: 10
        pipelines:
          app:
            materials: {git: {git: https://example.com/app}}
            stages:
              - test: {jobs: {unit: {tasks: [{exec: {command: make, arguments: [test]}}, {script: pytest evals}]}}}
              - deploy: {approval: manual, jobs: {deploy: {tasks: [{exec: {command: bash, arguments: [-c, make deploy]}}]}}}
        """,
    )
    assert started(gocd) == {"unit": {"push"}, "deploy": {"manual"}}
    assert [words for _, words in lines_of(gocd)] == ["make test", "pytest evals", "make deploy"]
    tekton = read(
        ".tekton/pr.yaml",
        """
        kind: PipelineRun
        metadata: {name: pr, annotations: {pipelinesascode.tekton.dev/on-event: "[pull_request, push]"}}
        spec:
          pipelineSpec:
            tasks:
              - {name: a, taskSpec: {steps: [{image: python, script: "pytest evals"}]}}
              - {name: b, taskRef: {name: other}}
        ---
        kind: Task
        metadata: {name: other}
        spec: {steps: [{command: [make], args: [test]}, {script: "#!/usr/bin/env python\\nimport x"}]}
        """,
    )
    assert tekton[0].triggers == {"pull_request", "push"}
    assert [words for _, words in lines_of(tekton)] == ["pytest evals", "make test"]


PATHS = [
    ".gitlab-ci.yml",
    ".circleci/config.yml",
    "bitbucket-pipelines.yml",
    "Jenkinsfile",
    ".buildkite/a.yml",
    "cloudbuild.yaml",
    "buildspec.yml",
    "amplify.yml",
    ".drone.yml",
    ".woodpecker.yml",
    ".travis.yml",
    "appveyor.yml",
    ".tekton/a.yaml",
    "azure-pipelines.yml",
    "action.yml",
]
SHAPES = ["", "a", "[1, 2]", "{}", "null", "\t", "{{ x }}", "[" * 5000, "a: &a {b: *a}", "}{ 'x"]
KEYS = [
    "jobs",
    "steps",
    "workflows",
    "pipelines",
    "script",
    "phases",
    "commands",
    "stages",
    "spec",
    "trigger",
    "when",
    "runs",
    "env",
    "include",
    "extends",
]


@pytest.mark.parametrize("path", PATHS)
def test_no_file_raises_anything(path: str) -> None:
    for shape in SHAPES:
        read_pipelines(path, shape)
        for key in KEYS:
            for value in (
                "1",
                "[1, [2], null]",
                "{a: 1, b: [c], d: {e: f}}",
                "{a: {steps: 1, script: {x: y}, jobs: [a: b], stages: [1], rules: [1]}}",
            ):
                read_pipelines(path, f"kind: PipelineRun\n{key}: {value}\nsteps: [{{commands: [1, {{}}], {key}: {value}}}, {value}]\n")
