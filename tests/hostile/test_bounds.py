"""Repositories that are made to starve or to confuse: they are read in bounded time, and a bad file costs a notice."""

from __future__ import annotations

import json
from pathlib import Path

from rung.cli.main import run
from tests.helpers import git, make_repository, write_files
from tests.hostile.stage import APP, rung_process
from tests.robustness.test_readers import HOSTILE

LINE = 10_000_000  # bytes of one line; above what is read at all
LONG = 3_000_000  # below it
FILES = 3_000
DEPTH = 250

LOOPS = {
    "Makefile": "include Makefile other.mk\neval: eval again\n\t$(MAKE) eval\n\tmake again\nagain: eval\n\tbash loop.sh\n",
    "other.mk": "include Makefile\n-include other.mk\nA = $(B)\nB = $(A)\nx:\n\t$(A)\n",
    "loop.sh": "#!/bin/bash\nbash loop.sh & . ./loop.sh\nmake eval\n./back.sh\nf() { f; f; }; f\n",
    "back.sh": "#!/bin/bash\n./loop.sh\n./back.sh\n",
    "package.json": '{"workspaces": ["."], "scripts": {"eval": "npm run eval && npm run b", "b": "npm run eval", "pretest": "npm test", "test": "npm test"}}',
    "Taskfile.yml": "version: '3'\nincludes: {self: ./Taskfile.yml}\ntasks: {t: {deps: [t, 'self:t'], cmds: [{task: t}]}}\n",
    "justfile": "import 'justfile'\na: b\n    just a\nb: a\n    just b\n",
    "tox.ini": "[testenv]\ncommands = {[testenv]commands}\n  tox\ndeps = {[testenv:x]deps}\n[testenv:x]\ndeps = {[testenv]deps}\n",
    "requirements.txt": "-r requirements.txt\n-r more.txt\nopenai\n",
    "more.txt": "-r requirements.txt\n-c more.txt\n",
    ".github/workflows/ci.yml": "on: [pull_request, workflow_call]\njobs:\n  a:\n    uses: ./.github/workflows/ci.yml\n  b:\n    needs: [c]\n"
    "    uses: ./.github/workflows/b.yml\n  c:\n    needs: [b]\n    runs-on: x\n    steps:\n    - uses: ./\n    - run: make eval\n    - run: npm test\n",
    ".github/workflows/b.yml": "on: workflow_call\njobs:\n  a:\n    uses: ./.github/workflows/ci.yml\n  b:\n    uses: ./.github/workflows/b.yml\n",
    "action.yml": "runs:\n  using: composite\n  steps:\n  - uses: ./\n  - uses: ./again\n",
    "again/action.yml": "runs:\n  using: composite\n  steps:\n  - uses: ./\n  - run: ./loop.sh\n    shell: bash\n",
    ".gitlab-ci.yml": "include: [{local: .gitlab-ci.yml}, {local: b.yml}]\n.a: {extends: .b}\n.b: {extends: .a}\nt: {extends: [.a, t], needs: [t],"
    " script: [!reference [t, script], make eval]}\nu: {trigger: {include: .gitlab-ci.yml}}\n",
    "b.yml": "include: [.gitlab-ci.yml, b.yml]\n",
    "azure-pipelines.yml": "extends: {template: azure-pipelines.yml}\nsteps: [{template: azure-pipelines.yml}]\n",
    ".rung.yaml": "target: initial\nmode: annotate\n",
    "tsconfig.json": '{"extends": "./tsconfig.json", "references": [{"path": "."}]}',
    "a.py": "from b import *\nfrom a import x\nimport app\n\n\ndef f():\n    return g()\n\n\ndef g():\n    return f()\n",
    "b.py": "from a import *\nimport b\n",
    "compose.yaml": "include: [compose.yaml]\nservices: {a: {extends: {file: compose.yaml, service: a}, depends_on: [a]}}\n",
    "Dockerfile": "FROM a AS a\nFROM a AS b\nCOPY --from=b . .\nRUN make eval\n",
    "pom.xml": "<project><parent><relativePath>pom.xml</relativePath></parent><properties><a>${b}</a><b>${a}${a}</b></properties>"
    "<dependencies><dependency><groupId>${a}</groupId><artifactId>x</artifactId><version>${b}</version></dependency></dependencies></project>",
    "main.tf": 'locals {\n  a = local.b\n  b = "${local.a}${local.a}"\n}\nmodule "m" {\n  source = "./"\n}\n',
    "main.bicep": "module m './main.bicep' = {\n  params: { a: m.outputs.a }\n}\n",
    ".env": "A=$B\nB=${A}${A}\nMODEL=${MODEL}\n",
}
BOMBS = {
    "yaml": (".github/workflows/x.yml", ".gitlab-ci.yml", "values.yaml", "prompts/x.yaml", "promptfooconfig.yaml", "compose.yaml"),
    "json": ("package.json", "x.ipynb", "tsconfig.json", "grafana/dashboard.json", "evals/data.jsonl"),
    "toml": ("pyproject.toml", "Cargo.toml"),
    "xml": ("pom.xml", "x.csproj", "Directory.Packages.props", "web.config"),
    "text": ("Makefile", "x.py", "x.ts", "x.sh", "README.md", "CODEOWNERS", "Dockerfile"),
}


def scanned(top: Path, *options: str) -> dict[str, object]:
    """The report of a scan in a process of its own, which must come to an end without complaint."""
    done = rung_process("scan", top, "--format", "json", "--no-cache", *options)
    assert (done.returncode, done.stderr) == (0, "")
    report: dict[str, object] = json.loads(done.stdout)
    return report


def test_what_goes_round_in_circles_is_left(tmp_path: Path) -> None:
    report = scanned(make_repository(tmp_path, {**APP, **LOOPS}))
    assert report["applicable"] is True


def test_a_bomb_of_any_kind_is_a_file_that_says_nothing(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = dict(APP)
    for name, data in HOSTILE.items():
        for path in BOMBS.get(name.partition("-")[0], BOMBS["text"]):
            files[f"{name}/{path}"] = data[:30_000]
    report = scanned(make_repository(tmp_path, files))
    assert report["applicable"] is True


def test_a_policy_that_is_a_bomb_is_a_sentence(tmp_path: Path) -> None:
    for number, name in enumerate(("yaml-aliases", "yaml-flow", "yaml-itself", "yaml-merges", "yaml-base-60", "number")):
        top = make_repository(tmp_path / str(number), {**APP, ".rung.yaml": HOSTILE[name][:100_000]})
        done = rung_process("gate", top, "--no-cache")
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), name
        assert done.stderr.startswith("rung: .rung.yaml"), name
        assert len(done.stderr) < 2000


def test_lines_without_end(tmp_path: Path) -> None:
    words = b"model = 'gpt-4o' openai "
    files = {
        f"{kind}/{path}": start + words * (size // len(words)) + end
        for kind, size in (("huge", LINE), ("long", LONG))
        for path, start, end in (
            ("x.py", b"x = '''", b"'''\n"),
            ("x.ts", b"x = `", b"`\n"),
            ("data.json", b'{"a": "', b'"}'),
            ("values.yaml", b'a: "', b'"'),
            ("README.md", b"# ", b""),
            ("run.sh", b"echo ", b"\n"),
            ("prompt.txt", b"You are ", b""),
        )
    }
    report = scanned(make_repository(tmp_path, {**APP, **files}))
    notices = report["notices"]
    assert isinstance(notices, list)
    assert [notice["code"] for notice in notices if "too large" in notice["message"]] == ["unread-huge"]
    assert max(len(line) for line in json.dumps(report, indent=1).splitlines()) < 20_000


def test_many_files_and_deep_folders(tmp_path: Path) -> None:
    deep = "/".join(["d"] * DEPTH)
    many = {f"many/{number % 50}/f{number}.py": "import openai\n" for number in range(FILES)}
    write_files(tmp_path, {**APP, **many, f"{deep}/x.py": "import openai\n", f"{deep}/.gitattributes": "* linguist-vendored\n"})
    assert scanned(tmp_path)["applicable"] is True
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    assert scanned(tmp_path)["applicable"] is True


def test_many_refs(tmp_path: Path) -> None:
    top = make_repository(tmp_path / "app", APP)
    head = git(top, "rev-parse", "HEAD")
    packed = "".join(f"{head} refs/tags/v{number}\n{head} refs/remotes/origin/b{number}\n" for number in range(5_000))
    (top / ".git" / "packed-refs").write_text("# pack-refs with: peeled fully-peeled \n" + "".join(sorted(packed.splitlines(True))))
    for arguments in (["scan", str(top)], ["scan", str(top), "--ref", "b7"], ["scan", str(top), "--ref", "v12"]):
        assert run([*arguments, "--no-cache"]) == 0
