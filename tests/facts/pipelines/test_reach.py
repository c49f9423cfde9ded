"""What pipelines really run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.pipelines.repositories import command_lines, only, reached, workflow

CI = ".github/workflows/ci.yml"


def follow(root: Path, command: str, files: dict[str, str]) -> list[str]:
    """What a step with one command comes to."""
    return command_lines(reached(root, {CI: workflow(f"- run: |\n    {command}"), **files}))


def test_a_chain_through_a_reusable_workflow_an_action_make_and_a_script(tmp_path: Path) -> None:
    found = reached(
        tmp_path,
        {
            ".github/workflows/pr.yml": """\
                name: PR
                on: [pull_request]
                jobs:
                  evals:
                    uses: acme/app/.github/workflows/_evals.yml@main
                    with: {suite: live}
                """,
            ".github/workflows/_evals.yml": """\
                on: {workflow_call: {inputs: {suite: {type: string}}}}
                jobs:
                  run:
                    steps:
                      - uses: ./.github/actions/evaluate
                        with: {suite: "${{ inputs.suite }}"}
                """,
            ".github/actions/evaluate/action.yml": """\
                inputs: {suite: {required: true}}
                runs:
                  using: composite
                  steps:
                    - run: make evaluate SUITE=${{ inputs.suite }}
                      shell: bash
                """,
            "Makefile": "SUITE ?= none\nevaluate: build\n\t./scripts/eval.sh $(SUITE)\nbuild:\n\tdocker build .\n",
            "scripts/eval.sh": '#!/bin/sh\ncd evals\npython -m pytest "$1" -q\n',
        },
    )
    assert command_lines(found) == ["docker build .", "eval.sh live", "cd evals", "pytest live -q"]
    run = found[-1]
    assert (run.folder, run.location.path, run.location.line, run.triggers) == ("evals", "scripts/eval.sh", 3, {"pull_request"})
    assert run.unit == "script:scripts/eval.sh:scripts/eval.sh"
    assert [(step.kind, step.text) for step in run.reach] == [
        ("trigger", "pull_request"),
        ("workflow", "PR"),
        ("job", "evals"),
        ("workflow", ".github/workflows/_evals.yml"),
        ("job", "run"),
        ("step", "./.github/actions/evaluate"),
        ("action", ".github/actions/evaluate/action.yml"),
        ("step", "make evaluate SUITE=live"),
        ("target", "evaluate"),
        ("script", "scripts/eval.sh"),
        ("command", 'python -m pytest "$1" -q'),
    ]
    assert [(step.path, step.line) for step in run.reach][-3:] == [("Makefile", 2), ("scripts/eval.sh", 1), ("scripts/eval.sh", 3)]


@pytest.mark.parametrize(
    ("command", "program"),
    [
        ("npx --yes judge@latest eval -c x.yaml", "judge eval -c x.yaml"),
        ("uvx --from judge-tools judge eval", "judge eval"),
        ("uv run --group eval --with 'x>1' judge eval", "judge eval"),
        ("uv --directory app run python3.12 -m judge eval", "judge eval"),
        ("poetry run coverage run -m pytest evals", "pytest evals"),
        ("sudo -E env -u A B=c timeout 5m judge eval", "judge eval"),
        ("xvfb-run -a pipx run 'judge[all]==1.2' eval", "judge eval"),
        ("dotenvx run -f .env -- pnpm dlx @scope/judge@2 eval", "@scope/judge eval"),
        ("doppler run -p app -- bundle exec judge eval", "judge eval"),
        ("conda run -n e python -m judge eval", "judge eval"),
        ("pnpm judge eval", "judge eval"),
        ("yarn run judge eval", "judge eval"),
        ("corepack pnpm@9 exec judge eval", "judge eval"),
        ("corepack enable", "corepack enable"),
        ("npm exec -- judge eval", "judge eval"),
        ("docker compose exec -T app judge eval", "judge eval"),
        ("docker compose run --rm -e A=b app judge eval", "judge eval"),
        ("docker exec -it $NAME judge eval", "judge eval"),
        ("nix develop .#ci -c judge eval", "judge eval"),
        ("mise exec node@22 -- judge eval", "judge eval"),
        ("bash -c 'judge eval'", "judge eval"),
        ("./node_modules/.bin/judge eval", "judge eval"),
        ("hatch run eval:judge eval", "judge eval"),
        ("docker run image judge eval", "docker run image judge eval"),
    ],
)
def test_wrappers_are_removed(tmp_path: Path, command: str, program: str) -> None:
    assert follow(tmp_path, command, {}) == [program]


@pytest.mark.parametrize(
    ("command", "files", "program"),
    [
        ("make -C sub", {"sub/Makefile": "all:\n\tjudge eval\n"}, "judge eval"),
        ("make -f tools/ci.mk evaluate", {"tools/ci.mk": "evaluate:\n\tjudge eval\n"}, "judge eval"),
        ("just evaluate", {"justfile": "evaluate:\n    judge eval\n"}, "judge eval"),
        ("task check", {"Taskfile.yml": "version: 3\ntasks: {check: {deps: [evaluate]}, evaluate: {cmds: [judge eval]}}\n"}, "judge eval"),
        ("npm test -- --all", {"package.json": '{"scripts": {"test": "judge eval"}}'}, "judge eval --all"),
        ("npm --prefix web run evaluate", {"web/package.json": '{"scripts": {"evaluate": "judge eval"}}'}, "judge eval"),
        ("pnpm --filter web evaluate", {"p/web/package.json": '{"name": "web", "scripts": {"evaluate": "judge eval"}}'}, "judge eval"),
        ("yarn workspace @a/web evaluate", {"web/package.json": '{"name": "@a/web", "scripts": {"evaluate": "judge eval"}}'}, "judge eval"),
        ("npx turbo run evaluate", {"p/web/package.json": '{"scripts": {"evaluate": "judge eval"}}'}, "judge eval"),
        ("npx nx affected -t evaluate", {"p/web/package.json": '{"scripts": {"evaluate": "judge eval"}}'}, "judge eval"),
        ("npx run-s 'evaluate:*'", {"package.json": '{"scripts": {"evaluate:a": "judge eval"}}'}, "judge eval"),
        ("npx concurrently 'npm:evaluate'", {"package.json": '{"scripts": {"evaluate": "judge eval"}}'}, "judge eval"),
        ("tox -e py312,evals", {"tox.ini": "[testenv:evals]\ncommands = judge eval\n"}, "judge eval"),
        (
            "nox -s evals-3.12",
            {"noxfile.py": "import nox\n@nox.session\ndef evals(session):\n    session.run('judge', 'eval')\n"},
            "judge eval",
        ),
        ("uv run poe check", {"pyproject.toml": '[tool.poe.tasks]\ncheck = ["evals"]\nevals = "judge eval"\n'}, "judge eval"),
        ("pdm evals", {"pyproject.toml": '[tool.pdm.scripts]\nevals = "judge eval"\n'}, "judge eval"),
        ("hatch run ci:evals", {"pyproject.toml": '[tool.hatch.envs.ci.scripts]\nevals = "judge eval"\n'}, "judge eval"),
        ("uv run evaluate", {"pyproject.toml": '[project.scripts]\nevaluate = "app.evals:main"\n', "app/evals.py": ""}, "app.evals"),
        (
            "inv evaluate-all --share",
            {"tasks.py": "from invoke import task\n@task\ndef evaluate_all(c):\n    c.run('judge eval')\n"},
            "judge eval",
        ),
        ("just evaluate tides", {"justfile": "evaluate suite:\n    judge {{suite}}\n"}, "judge tides"),
        ("rake 'evals[tides]'", {"Rakefile": 'task :evals, [:suite] do |_, args|\n  sh "judge #{args[:suite]}"\nend\n'}, "judge tides"),
        (
            "inv judge --suite tides",
            {"tasks.py": "from invoke import task\n@task\ndef judge(c, suite):\n    c.run(f'judge {suite}')\n"},
            "judge tides",
        ),
        ("bundle exec rake 'evals[tides]'", {"Rakefile": "task :evals do\n  sh 'judge eval'\nend\n"}, "judge eval"),
        (
            "pre-commit run --all-files",
            {".pre-commit-config.yaml": "repos: [{repo: local, hooks: [{id: e, entry: judge eval, language: system}]}]\n"},
            "judge eval",
        ),
        ("lefthook run pre-push", {"lefthook.yml": "pre-push: {commands: {e: {run: judge eval}}}\n"}, "judge eval"),
        ("docker compose run evals", {"compose.yml": "services: {evals: {image: x, command: judge eval}}\n"}, "judge eval"),
        ("cd tools && . ./ci.sh", {"tools/ci.sh": "judge eval\n"}, "judge eval"),
        ("pwsh -File ci.ps1", {"ci.ps1": "judge eval\n"}, "judge eval"),
        ("python tools/ci.py", {"tools/ci.py": "import subprocess\nsubprocess.run(['judge', 'eval'], check=True)\n"}, "judge eval"),
        ("node tools/ci.mjs", {"tools/ci.mjs": "import { execSync } from 'node:child_process';\nexecSync('judge eval');\n"}, "judge eval"),
        ("docker build -t x app", {"app/Dockerfile": "FROM python\nRUN judge eval\nCMD serve\n"}, "judge eval"),
    ],
)
def test_what_tasks_and_scripts_run(tmp_path: Path, command: str, files: dict[str, str], program: str) -> None:
    assert follow(tmp_path, command, files)[-1] == program


@pytest.mark.parametrize(
    ("command", "file", "path"),
    [
        ("python evals/run.py --all", "evals/run.py", ""),
        ("python3 -m evals.run", "evals/run.py", ""),
        ("python -m evaluation", "evaluation/__main__.py", ""),
        ("cd app && python -m evals.run", "app/src/evals/run.py", ""),
        ("uv run python -m tool.evals", "packages/tool/evals.py", ""),
        ("PYTHONPATH=lib python -m evals", "lib/evals.py", ""),
        ("uv run evals/run.py", "evals/run.py", ""),
        ("coverage run evals/run.py", "evals/run.py", ""),
        ("node --import tsx evals/run.ts", "evals/run.ts", ""),
        ("npx tsx evals/run.ts", "evals/run.ts", ""),
        ("bun run evals/run.ts", "evals/run.ts", ""),
        ("deno run -A evals/run.ts", "evals/run.ts", ""),
        ("bundle exec ruby evals/run.rb", "evals/run.rb", ""),
        ("go run ./cmd/evals -all", "cmd/evals/main.go", ""),
        ("cargo run --bin evals", "src/bin/evals.rs", ""),
        ("dotnet run --project evals", "evals/Program.cs", ""),
        ("torchlaunch launch train.py", "train.py", ""),
        ("ruff check train.py", "", "train.py"),
        ("python -m missing.module", "", ""),
        ("python /evals/run.py", "", "evals/run.py"),
    ],
)
def test_the_file_that_a_command_executes(tmp_path: Path, command: str, file: str, path: str) -> None:
    found = reached(tmp_path, {CI: workflow(f"- run: {command}"), "README.md": "", (file or path or "x.txt"): ""})
    assert found[-1].file == file


def test_a_folder_never_leaves_the_repository(tmp_path: Path) -> None:
    found = reached(
        tmp_path,
        {
            CI: workflow("""
            - run: cd ../.. && one
            - run: cd /opt/app && two
            - run: cd "$GITHUB_WORKSPACE/app" && three ${{ github.workspace }}/evals/x.yaml
            - run: four
              working-directory: ../up
            - run: cd app/sub/.. && five
            """)
        },
    )
    assert {run.program: run.folder for run in found if run.program != "cd"} == {
        "one": "",
        "two": "",
        "three": "app",
        "four": "",
        "five": "app",
    }
    assert only(found, "three").arguments == ("../evals/x.yaml",)


def test_what_nobody_starts_does_not_run(tmp_path: Path) -> None:
    found = reached(
        tmp_path,
        {
            ".github/workflows/_called.yml": workflow("- run: never", "workflow_call"),
            ".github/workflows/off.yml": workflow("- {run: never, if: false}\n- uses: ./.github/actions/used"),
            ".github/workflows/dead.yml": workflow("- run: never", "push", "if: ${{ false }}"),
            ".github/workflows/old.yml.disabled": workflow("- run: never"),
            ".github/actions/used/action.yml": "runs: {using: composite, steps: [{run: used, shell: bash}]}\n",
            ".github/actions/unused/action.yml": "runs: {using: composite, steps: [{run: never, shell: bash}]}\n",
            "Makefile": "x:\n\tnever\n",
        },
    )
    assert command_lines(found) == ["used"]


def test_triggers_follow_conditions_and_calls(tmp_path: Path) -> None:
    found = reached(
        tmp_path,
        {
            CI: """\
                name: CI
                on: [push, workflow_dispatch]
                jobs:
                  a: {uses: ./.github/workflows/b.yml}
                  m: {if: github.event_name == 'workflow_dispatch', steps: [{run: m}]}
                """,
            ".github/workflows/b.yml": workflow("- run: pushed\n  if: github.event_name == 'push'\n- run: both", "workflow_call"),
            ".github/workflows/after.yml": workflow(
                "- run: after", "{workflow_run: {workflows: [CI]}}", "if: github.event_name == 'workflow_run'"
            ),
            ".github/workflows/strange.yml": workflow("- run: strange", "{workflow_run: {workflows: [Elsewhere]}}"),
        },
    )
    triggers = {run.program: set(run.triggers) for run in found}
    assert triggers == {
        "pushed": {"push", "tag"},
        "both": {"push", "tag", "manual"},
        "m": {"manual"},
        "after": {"push", "tag", "manual"},
        "strange": {"other"},
    }
    assert only(found, "after").reach[0].text == "manual, push, tag"


def test_actions_are_runs_with_inputs(tmp_path: Path) -> None:
    found = reached(
        tmp_path,
        {
            CI: workflow("- uses: Acme/Judge-Action/sub@v1.2\n  with: {config: a.yaml, strict: true}\n- uses: ./missing"),
            ".github/workflows/remote.yml": "on: push\njobs: {a: {uses: acme/ci/.github/workflows/x.yml@v1, with: {a: b}}}\n",
        },
    )
    assert [(run.action, run.arguments, dict(run.inputs)) for run in found] == [
        ("acme/judge-action", ("sub",), {"config": "a.yaml", "strict": "true"}),
        ("./missing", (), {}),
        ("acme/ci", (".github/workflows/x.yml",), {"a": "b"}),
    ]


def test_variables_of_the_pipeline_reach_targets_and_scripts(tmp_path: Path) -> None:
    found = reached(
        tmp_path,
        {
            CI: workflow("- run: make evals", job="env: {SUITE: evals/live, FLAGS: -q -x}"),
            "Makefile": "evals:\n\tpytest $$SUITE $$FLAGS\n\tsh run.sh\n",
            "run.sh": 'for suite in "$SUITE" more; do judge "$suite"; done\n',
        },
    )
    assert command_lines(found) == ["pytest evals/live -q -x", "sh run.sh", "judge evals/live", "judge more"]


def test_a_script_that_a_pipeline_takes_as_input_is_run(tmp_path: Path) -> None:
    found = reached(
        tmp_path,
        {
            CI: workflow('- uses: ./a\n  with:\n    script: |\n      cd evals\n      python -m pytest -k "${{ secrets.K }}"'),
            "a/action.yml": "inputs: {script: {}}\nruns: {using: composite, steps: [{run: '${{ inputs.script }}', shell: bash}]}\n",
        },
    )
    assert command_lines(found) == ["cd evals", "pytest -k ${{ secrets.K }}"]
    assert found[-1].folder == "evals"


def test_a_child_pipeline_of_gitlab_has_its_parents_triggers(tmp_path: Path) -> None:
    found = reached(
        tmp_path,
        {
            ".gitlab-ci.yml": "child:\n  rules: [{if: $CI_PIPELINE_SOURCE == 'merge_request_event'}]\n  trigger: {include: ci/child.yml}\n",
            "ci/child.yml": "evals: {script: [judge eval]}\nnever: {rules: [{if: $CI_COMMIT_TAG}], script: [never]}\n",
        },
    )
    assert [(run.program, run.triggers, run.location.path) for run in found] == [("judge", {"pull_request"}, "ci/child.yml")]


def test_cycles_end(tmp_path: Path) -> None:
    found = reached(
        tmp_path,
        {
            CI: workflow("- run: make a\n- run: ./a.sh\n- uses: ./act\n- run: npm run x", "[push, workflow_call]")
            + "  again: {uses: ./.github/workflows/ci.yml}\n",
            "Makefile": "a: b\n\t$(MAKE) a\n\tend\nb: a\n\tmake a\n",
            "a.sh": "#!/bin/sh\n./a.sh\nbash a.sh\nend\n",
            "act/action.yml": "runs: {using: composite, steps: [{uses: ./act}, {run: end, shell: bash}]}\n",
            "package.json": '{"scripts": {"x": "npm run x && npm run y", "y": "npm run x; end"}}',
        },
    )
    assert "end" in command_lines(found)
    assert len(found) < 200


def test_the_same_repository_gives_the_same_runs_in_the_same_order(tmp_path: Path) -> None:
    files = {CI: workflow("- run: make a b"), "Makefile": "a: c d\n\tone\nb: c\n\ttwo\nc:\n\tthree\nd:\n\tfour\n"}
    assert command_lines(reached(tmp_path, files)) == ["three", "four", "one", "two"]
    assert reached(tmp_path, files) == reached(tmp_path, files)
