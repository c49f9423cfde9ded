"""Files that lead out of the repository: by links, by `..`, and by absolute paths. What stands outside never shows."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from rung.cli.main import run
from tests.helpers import git, make_repository, write_files
from tests.hostile.stage import APP, OUTSIDE, rung_process

FORMATS = ("json", "cyclonedx")
# What stands outside, under every name that something inside may ask for.
BAIT = {
    "base.txt": f"{OUTSIDE}==1.0\n",
    "more.mk": f"eval:\n\tpromptfoo eval -c {OUTSIDE}.yaml\n",
    "ci.yml": f"on: [pull_request]\n{OUTSIDE}:\n  script: [promptfoo eval -c {OUTSIDE}.yaml]\n",
    "action.yml": f"runs:\n  using: composite\n  steps:\n  - run: promptfoo eval -c {OUTSIDE}.yaml\n    shell: bash\n",
    "policy.yaml": f"target: optimized\nmode: enforce\n# {OUTSIDE}\n",
    "package.json": f'{{"name": "{OUTSIDE}", "dependencies": {{"{OUTSIDE}": "1"}}, "scripts": {{"eval": "promptfoo eval {OUTSIDE}"}}}}',
    "tsconfig.json": f'{{"compilerOptions": {{"paths": {{"{OUTSIDE}": ["./x"]}}}}}}',
    "compose.yaml": f"services:\n  base:\n    image: {OUTSIDE}\n    environment: [MODEL={OUTSIDE}]\n",
    "secret.env": f"OPENAI_MODEL={OUTSIDE}\n",
    "run.sh": f"promptfoo eval -c {OUTSIDE}.yaml\n",
    "app.py": f"from openai import OpenAI\nOpenAI().responses.create(model='{OUTSIDE}', input='x')\n",
    "prompt.txt": f"You are {OUTSIDE}.\n",
    "rules/mine.yaml": f"- id: {OUTSIDE}\n",
    "data.jsonl": f'{{"input": "{OUTSIDE}", "ideal": "x"}}\n',
    "entity.txt": OUTSIDE,
}


def asking(to: str) -> dict[str, str]:
    """Files of the repository that ask for the ones outside, which lie at `to`."""
    return {
        "requirements.txt": f"-r {to}/base.txt\n-c {to}/base.txt\n-e {to}\nopenai\n",
        "Makefile": f"include {to}/more.mk\n-include {to}/*.mk\neval:\n\tbash {to}/run.sh\n\t$(MAKE) -C {to} -f more.mk eval\n\tcd {to} && ./run.sh\n",
        ".gitlab-ci.yml": f"include:\n- local: {to}/ci.yml\n- {to}/ci.yml\ntest:\n  script: [make eval]\n  trigger: {{include: {to}/ci.yml}}\n",
        ".github/workflows/ci.yml": "on: [pull_request]\njobs:\n  test:\n    runs-on: x\n    steps:\n"
        f"    - uses: ./../../{to}\n    - uses: {to}\n    - run: bash {to}/run.sh\n    - run: npm --prefix {to} run eval\n"
        f"    - run: python {to}/app.py\n  more:\n    uses: ./.github/workflows/../../{to}/ci.yml\n",
        "azure-pipelines.yml": f"extends: {{template: {to}/ci.yml}}\nsteps: [{{template: {to}/ci.yml}}]\n",
        "package.json": f'{{"name": "x", "workspaces": ["{to}", "{to}/*"], "scripts": {{"test": "bash {to}/run.sh"}}}}',
        "tsconfig.json": f'{{"extends": "{to}/tsconfig.json", "compilerOptions": {{"paths": {{"@/*": ["{to}/*"]}}}}, "references": [{{"path": "{to}"}}]}}',
        "index.ts": f"import x from '{to}/app';\nimport y from '@/app';\nexport * from '{to}/package.json';\n",
        "compose.yaml": f"include: [{to}/compose.yaml]\nservices:\n  app:\n    extends: {{file: {to}/compose.yaml, service: base}}\n"
        f"    env_file: [{to}/secret.env]\n    build: {{context: {to}}}\n",
        "Taskfile.yml": f"version: '3'\nincludes: {{x: {to}/Taskfile.yml}}\ndotenv: [{to}/secret.env]\ntasks: {{t: {{cmds: ['bash {to}/run.sh']}}}}\n",
        "justfile": f"import '{to}/more.just'\nset dotenv-path := '{to}/secret.env'\nr:\n    bash {to}/run.sh\n",
        "tox.ini": f"[testenv]\ndeps = -r{to}/base.txt\nchangedir = {to}\ncommands = bash {to}/run.sh\n",
        "pyproject.toml": f'[tool.uv.workspace]\nmembers = ["{to}"]\n[tool.setuptools.dynamic]\ndependencies = {{file = ["{to}/base.txt"]}}\n',
        "promptfooconfig.yaml": f"prompts: ['file://{to}/prompt.txt']\nproviders: [openai:gpt-4o]\ntests: file://{to}/data.jsonl\n",
        "load.py": f"from openai import OpenAI\nPROMPT = open('{to}/prompt.txt').read()\nOpenAI().responses.create(model='gpt-4o', input=PROMPT)\n",
        "pom.xml": f'<!DOCTYPE a [<!ENTITY x SYSTEM "{to}/entity.txt"><!ENTITY % p SYSTEM "file:///etc/passwd">]>'
        "<project><dependencies><dependency><groupId>a</groupId><artifactId>&x;</artifactId></dependency></dependencies></project>",
        "a.csproj": f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{to}/entity.txt">]><Project><ItemGroup><PackageReference Include="&x;"/></ItemGroup></Project>',
        "main.bicep": f"module m '{to}/main.bicep' = {{ params: json(loadTextContent('{to}/package.json')) }}\n",
        "pkg/setup.cfg": f"[options]\ninstall_requires = file: {to}/base.txt\n",
    }


def reports(top: Path, folder: Path, *options: str) -> str:
    """What a scan says in every format that lists what was found."""
    folder.mkdir(exist_ok=True)
    wanted = [word for style in FORMATS for word in ("--format", style, "-o", str(folder / style))]
    assert run(["scan", str(top), *wanted, "--no-cache", *options]) == 0
    assert run(["facts", str(top), "-o", str(folder / "facts"), *[o for o in options if o != "--no-cache"]]) == 0
    return "".join((folder / name).read_text() for name in (*FORMATS, "facts"))


@pytest.mark.parametrize("way", ["relative", "absolute"])
def test_what_files_ask_for_outside_is_not_read(way: str, tmp_path: Path) -> None:
    write_files(tmp_path / "outside", BAIT)
    to = "../outside" if way == "relative" else str(tmp_path / "outside")
    top = make_repository(tmp_path / "app", {**APP, **asking(to)})
    for options in ([], ["--ref", "HEAD"]):
        assert OUTSIDE not in reports(top, tmp_path / "reports", *options)


def test_the_bait_would_be_seen_inside(tmp_path: Path) -> None:
    top = make_repository(tmp_path / "app", {**APP, **asking("inside"), **{f"inside/{name}": text for name, text in BAIT.items()}})
    assert OUTSIDE in reports(top, tmp_path / "reports")


def test_links_are_not_followed(tmp_path: Path) -> None:
    write_files(tmp_path / "outside", BAIT)
    top = make_repository(tmp_path / "app", APP)
    (top / "deep").mkdir()
    for name in BAIT:
        if "/" not in name:
            (top / "deep" / name).symlink_to(tmp_path / "outside" / name)
    for name, target in {
        "CODEOWNERS": "/etc/passwd",
        ".gitattributes": "../outside/base.txt",
        "folder": "../outside",
        "loop": ".",
        "self": "self",
        "there": "back",
        "back": "there",
        "root": "/",
        "proc": "/proc/self/environ",
    }.items():
        (top / name).symlink_to(target)
    for tracked in (False, True):
        if tracked:
            git(top, "add", "-A")
            git(top, "commit", "-q", "-m", "Links")
        for options in ([], ["--ref", "HEAD"]):
            said = reports(top, tmp_path / "reports", *options)
            assert OUTSIDE not in said
            assert "root:x:0" not in said
    assert "symbolic links, which are not followed" in said


@pytest.mark.parametrize(
    "extends",
    ["../outside/policy.yaml", "{outside}/policy.yaml", "a/../../outside/policy.yaml", "link.yaml", "~/policy.yaml", "/etc/passwd"],
)
def test_the_policy_of_a_change_extends_nothing_outside(extends: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_files(tmp_path / "outside", BAIT)
    top = make_repository(tmp_path / "app", {**APP, ".rung.yaml": "target: initial\n"})
    git(top, "switch", "-q", "-c", "change")
    (top / "link.yaml").symlink_to("../outside/policy.yaml")
    (top / ".rung.yaml").write_text(f"extends: ['{extends.format(outside=tmp_path / 'outside')}']\n")
    git(top, "add", "-A")
    git(top, "commit", "-q", "-m", "Change")
    for command in (["gate", str(top), "--base", "main"], ["diff", "main", "change", "--path", str(top)]):
        assert run([*command, "--no-cache"]) in (0, 1)
        said = capsys.readouterr()
        assert OUTSIDE not in said.out + said.err
        assert "root:x" not in said.out + said.err


def test_rules_of_a_policy_are_inside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_files(tmp_path / "outside", BAIT)
    for number, folder in enumerate(("../outside/rules", str(tmp_path / "outside" / "rules"), "link")):
        top = make_repository(tmp_path / str(number), {**APP, ".rung.yaml": f"rules: ['{folder}']\n"})
        (top / "link").symlink_to("../outside/rules")
        run(["scan", str(top), "--no-cache"])
        said = capsys.readouterr()
        assert OUTSIDE not in (said.out + said.err).replace(folder, "")
        assert "defect" not in said.err


def test_pipes_sockets_and_devices_are_not_opened(tmp_path: Path) -> None:
    top = make_repository(tmp_path / "app", APP)
    (top / "app.py").unlink()
    for name in ("app.py", "requirements-dev.txt", ".rung.yaml", "CODEOWNERS", ".gitattributes", "package.json", "pyproject.toml"):
        os.mkfifo(top / name)
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(top / "s.py"))
    if not os.getuid():
        os.mknod(top / "zero.py", 0o020666, os.makedev(1, 5))
    done = rung_process("scan", top, "--no-cache", "--format", "json")
    server.close()
    assert done.returncode in (0, 2)
    assert done.stderr.count("\n") <= 1
    (top / ".rung.yaml").unlink()
    done = rung_process("scan", top, "--no-cache", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert "no regular file" in done.stdout
