"""Task runners: their units, needs and commands."""

import json

import pytest

from rung.facts.pipelines.types import Unit
from rung.facts.pipelines.units import read_units


def units(path: str, text: str) -> dict[str, Unit]:
    return {unit.name: unit for unit in read_units(path, text)}


def words(unit: Unit) -> list[str]:
    return [" ".join(command.words) for command in unit.commands]


def test_justfile():
    found = units("a/justfile", (
        "suite := env('SUITE', 'evals')\nalias e := eval\nimport 'other.just'\nmod docs\n\n"
        "default: lint (eval 'x')\n\n# asks the model\neval target=suite *args: lint && report\n"
        "    cd web && pytest {{target}} {{args}} {{unknown}}\n\n"
        "script:\n    #!/usr/bin/env bash\n    cd web\n    pytest\n\nlint:\n    @ruff check\n"
    ))  # fmt: skip
    assert found["default"].needs == ("lint", "eval")
    assert found["default"].default
    assert found["eval"].needs == ("lint", "report")
    assert words(found["eval"]) == ["cd web", "pytest evals {{unknown}}"]
    assert found["script"].commands[-1].folder == "web"
    assert found["e"].needs == ("eval",)
    assert {"include:other.just", "mod:docs:"} <= set(found)


def test_taskfile():
    found = units("Taskfile.yml", (
        "version: '3'\nincludes: {docs: ./docs}\nvars: {SUITE: '{{.SUITE | default \"evals\"}}'}\n"
        "tasks:\n  lint: ruff check\n  eval:\n    dir: web\n    deps: [lint, {task: build}]\n    env: {A: b}\n"
        "    cmds:\n      - pytest {{.SUITE}} {{.CLI_ARGS}}\n      - task: lint\n        vars: {X: 1}\n"
    ))  # fmt: skip
    assert words(found["lint"]) == ["ruff check"]
    assert (found["eval"].folder, found["eval"].needs, found["eval"].environment) == ("web", ("lint", "build"), {"A": "b"})
    assert words(found["eval"]) == ["pytest evals", "task lint X=1"]
    assert found["eval"].commands[0].line == 11
    assert "include:docs:./docs" in found


def test_dvc():
    found = units("ml/dvc.yaml", (
        "stages:\n  train:\n    wdir: job\n    cmd: python train.py\n    outs: [model]\n"
        "  score:\n    foreach: [a, b]\n    do:\n      cmd:\n        - mkdir -p out\n        - python score.py ${item}\n"
        "      deps: [model, cases.csv]\n      metrics:\n        - out/scores.json:\n            cache: false\n"
        "  report:\n    cmd: python report.py\n    deps: [out/scores.json]\n  odd: 3\n"
    ))  # fmt: skip
    assert (found["train"].folder, found["train"].needs, words(found["train"])) == ("ml/job", (), ["python train.py"])
    assert (found["score"].needs, words(found["score"])) == (("train",), ["mkdir -p out", "python score.py ${item}"])
    assert (found["report"].needs, found["report"].default, found["report"].line) == (("score",), True, 16)
    assert found["odd"].commands == ()


def test_package_json():
    text = json.dumps({"name": "test", "scripts": {"pretest": "tsc", "test": "A=1 vitest run && b"}}, indent=2)
    found = units("web/package.json", text)
    assert (found["test"].kind, found["test"].folder, found["test"].needs, found["test"].line) == ("npm", "web", ("pretest",), 5)
    assert found["test"].commands[0].environment == {"A": "1"}
    assert words(found["test"]) == ["vitest run", "b"]


def test_composer_and_deno():
    composer = units("composer.json", '{"scripts": {"evals": ["@lint", "@php evals/run.php", "App\\\\Script::go"]}}')
    assert words(composer["evals"]) == ["composer run-script lint", "php evals/run.php"]
    deno = units("deno.jsonc", '{"tasks": {"a": "deno test", /* b */ "b": {"command": "x", "dependencies": ["a"]},}}')
    assert (words(deno["b"]), deno["b"].needs) == (["x"], ("a",))


PYPROJECT = """\
[project.scripts]
rag = "rag.cli:main"
[tool.poe.tasks]
evaluate = { cmd = "python -m evaluation", help = "Asks" }
check = ["lint", "evaluate"]
module = { script = "pkg.mod:f(a=1)" }
[tool.poe.tasks.both]
sequence = [{ cmd = "pytest a" }, "check"]
deps = ["lint"]
[tool.pdm.scripts]
evals.cmd = ["pytest", "-m", "live one"]
pre_evals = "echo"
every = { composite = ["evals", "ruff check"] }
[tool.hatch.envs.default.scripts]
test = "pytest {args:tests}"
cover = ["test", "- coverage report"]
[tool.hatch.envs.live.scripts]
run = "python -m evals"
[tool.rye.scripts]
chained = { chain = ["a"] }
[tool.pixi.tasks]
pixied = { cmd = "pytest p", depends-on = ["u"], cwd = "z" }
[tool.taskipy.tasks]
tasky = "pytest t"
"""


@pytest.mark.parametrize(
    ("name", "kind", "expected", "needs", "line"),
    [
        ("rag", "entry-point", ["python -m rag.cli"], (), 2),
        ("evaluate", "poe", ["python -m evaluation"], (), 4),
        ("check", "poe", ["poe lint", "poe evaluate"], (), 5),
        ("module", "poe", ["python -m pkg.mod"], (), 6),
        ("both", "poe", ["pytest a", "poe check"], ("lint",), 7),
        ("evals", "pdm", ["pytest -m live one"], ("pre_evals",), 11),
        ("every", "pdm", ["pdm run evals", "ruff check"], (), 13),
        ("test", "hatch", ["pytest tests"], (), 15),
        ("cover", "hatch", ["hatch run test", "coverage report"], (), 16),
        ("live:run", "hatch", ["python -m evals"], (), 18),
        ("chained", "rye", ["rye run a"], (), 20),
        ("pixied", "pixi", ["pytest p"], ("u",), 22),
        ("tasky", "taskipy", ["pytest t"], (), 24),
    ],
)
def test_pyproject(name, kind, expected, needs, line):
    unit = units("pyproject.toml", PYPROJECT)[name]
    assert (unit.kind, words(unit), unit.needs, unit.line) == (kind, expected, needs, line)


def test_pipfile_and_setup_files():
    assert words(units("Pipfile", '[scripts]\nevals = "pytest evals"\n')["evals"]) == ["pytest evals"]
    assert words(units("setup.cfg", "[options.entry_points]\nconsole_scripts =\n    rag = rag.cli:main\n")["rag"]) == ["python -m rag.cli"]
    assert words(units("setup.py", "setup(entry_points={'console_scripts': ['rag = rag.cli:main']})")["rag"]) == ["python -m rag.cli"]


TOX = """\
[tox]
envlist = py{311,312}-{unit,eval}, lint
[testenv]
set_env = A=b
commands =
    unit: pytest tests
    eval: pytest {posargs:evals} \\
        -x
[testenv:lint]
changedir = {toxinidir}/sub
commands = {[testenv:other]commands}
[testenv:other]
commands = ruff check
"""


def test_tox_ini():
    found = units("tox.ini", TOX)
    assert words(found["py312-eval"]) == ["pytest evals -x"]
    assert found["py311-unit"].environment == {"A": "b"}
    assert (words(found["lint"]), found["lint"].folder) == (["ruff check"], "sub")
    assert (found["lint"].default, found["other"].default) == (True, False)


def test_tox_in_toml():
    text = 'env_list = ["a"]\n[env_run_base]\ncommands = [["pytest", { replace = "posargs", default = ["evals"] }]]\n'
    assert words(units("tox.toml", text)["a"]) == ["pytest evals"]
    legacy = f'[tool.tox]\nlegacy_tox_ini = """\n{TOX}"""\n'.replace("\\\n", "\\\\\n")
    assert units("pyproject.toml", legacy)["other"].line == 15


NOX = """\
import nox
nox.options.sessions = ["lint"]
TESTS = ["evals", "-x"]

def helper(s, what):
    s.run("python", what)

@nox.session(python=["3.11", "3.12"])
def lint(session):
    session.run("ruff", "check", external=True)
    return
    session.run("never")

@nox.session(name="live")
def evaluate(session):
    if False:
        session.run("never")
    with session.chdir("web"):
        session.run("pytest", *TESTS, *session.posargs, f"--n={4}", str(path), env={"A": "b"})
    helper(session, "x.py")
    session.notify("lint")
"""


def test_noxfile():
    found = units("noxfile.py", NOX)
    assert words(found["lint"]) == ["ruff check"]
    assert words(found["live"]) == ["pytest evals -x --n=4 {path}", "python x.py"]
    assert (found["live"].commands[0].folder, found["live"].commands[0].environment) == ("web", {"A": "b"})
    assert (found["live"].needs, found["live"].default, found["lint"].default) == (("lint",), False, True)


def test_invoke():
    found = units("tasks.py", (
        "from invoke import task\n@task\ndef lint(c):\n    c.run('ruff check')\n"
        "@task(lint, help={})\ndef run_evals(c, share=False, n=3):\n    flag = '--a' if share else '--b'\n"
        "    with c.cd('web'):\n        c.run(f'pytest {flag} -n {n} {other}')\n"
    ))  # fmt: skip
    assert found["run-evals"].needs == ("lint",)
    assert [(c.words, c.folder, c.line) for c in found["run-evals"].commands] == [(("pytest", "--b", "-n", "3", "{other}"), "web", 9)]


def test_tasks_of_a_queue_are_no_units():
    assert read_units("app/tasks.py", "from celery import task\n@task\ndef a(c):\n    c.run('x')\n") == []


def test_rakefile():
    found = units("Rakefile", (
        "namespace :evals do\n  task run: %w[setup] do\n    sh 'rspec', args[:x]\n    ruby 'evals/a.rb'\n  end\n"
        "  task :all, [:suite] => [:run] do |_, args|\n"
        '    RSpec::Core::RakeTask.new(:inner) { |t| t.pattern = "evals/#{args[:suite]}.rb" }\n'
        "    Rake::Task[:inner].invoke\n  end\nend\nRake::TestTask.new { |t| t.pattern = 'test/*.rb' }\ntask default: :test\n"
    ))  # fmt: skip
    assert words(found["evals:run"]) == ["rspec {x}", "ruby evals/a.rb"]
    assert found["evals:all"].needs == ("evals:run", "evals:inner")
    assert words(found["evals:inner"]) == ["rspec evals/{suite}.rb"]
    assert words(found["test"]) == ["minitest test/*.rb"]
    assert (found["default"].needs, found["default"].default) == (("test",), True)


def test_gradle():
    found = units("app/build.gradle.kts", (
        'tasks.register<Exec>("evals") {\n  // commandLine("no")\n  workingDir = file("web")\n'
        '  commandLine("npx", "x",\n    "eval")\n  dependsOn("build")\n}\n'
        'tasks.register<Test>("live") { useJUnitPlatform { includeTags("evals") } }\n'
        'val main by tasks.registering(JavaExec::class) { mainClass.set("a.Main") }\n'
    ))  # fmt: skip
    assert (words(found["evals"]), found["evals"].folder, found["evals"].needs) == (["npx x eval"], "app/web", ("build",))
    assert words(found["live"]) == ["junit --include-tag evals"]
    assert words(found["main"]) == ["java a.Main"]
