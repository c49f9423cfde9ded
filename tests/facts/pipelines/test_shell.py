"""The commands that a shell text runs."""

import pytest

from rung.facts.pipelines.shell import parse_shell


def run(text: str, **options: object) -> list[str]:
    return [" ".join(command.words) for command in parse_shell(text, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pytest evals", ["pytest evals"]),
        ("a && b || c; d | e & f", ["a", "b", "c", "d", "e", "f"]),
        ("(a; b) > log 2>&1", ["a", "b"]),
        ("if x; then a; elif y; then b; else c; fi", ["x", "a", "y", "b", "c"]),
        ("if false; then a; else b; fi", ["false", "b"]),
        ("false && a\ntrue || b\nc", ["false", "true", "c"]),
        ("while read l; do a $l; done", ["read l", "a $l"]),
        ("case $X in a) b;; *) c;; esac", ["b", "c"]),
        ("echo $(date) `hostname`", ["date", "hostname", "echo $(date) `hostname`"]),
        ("cat <<EOF | sort\npytest evals\nEOF\nb", ["cat", "sort", "b"]),
        ("bash <<'EOF'\npytest evals\nEOF", ["bash", "pytest evals"]),
        ("# pytest evals\na # pytest", ["a"]),
        ('echo "pytest evals"', ["echo pytest evals"]),
        ("a \\\n  --b", ["a --b"]),
        ("azd provision `\n  --no-prompt\nb", ["azd provision --no-prompt", "b"]),
        ("a\nexit 0\nb", ["a"]),
        ("if x; then exit 1; fi\nb", ["x", "b"]),
        ("f() { a $1; }\nb", ["b"]),
        ("f() { a $1; return; c; }\nb\nf x", ["b", "a x"]),
        ("f() { f; a; }\nf", ["a"]),
        ('sudo bash -ec "a; b"', ["a", "b"]),
        ("docker run image sh -c 'a'", ["docker run image sh -c a", "a"]),
        ("echo bash -c 'a'", ["echo bash -c a"]),
        ("timeout 5 a\nxargs b\ntime c", ["timeout 5 a", "xargs b", "time c"]),
        ("exec a b\nc", ["exec a b"]),
    ],
)
def test_commands_come_in_the_order_in_which_they_run(text, expected):
    assert run(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("X=evals; pytest $X ${X}/a \"$X b\" '$X'", ("pytest", "evals", "evals/a", "evals b", "$X")),
        ('O="-m live"; pytest $O "$O"', ("pytest", "-m", "live", "-m live")),
        ("pytest ${SUITE:-evals} $OTHER", ("pytest", "evals", "$OTHER")),
        ('A=(-x "b c"); A+=(d); pytest "${A[@]}"', ("pytest", "-x", "b c", "d")),
        ("F=a/b.py; x ${F%.py} ${F##*/}", ("x", "a/b", "b.py")),
        ("x ${{ inputs.suite }} << parameters.a >>", ("x", "${{ inputs.suite }}", "<< parameters.a >>")),
        ("x {{ b }} $(Build.Id)", ("x", "{{ b }}", "$(Build.Id)")),
        ("x --a=${{ b }}/c", ("x", "--a=${{ b }}/c")),
        (".\\scripts\\run.ps1 a", ("./scripts/run.ps1", "a")),
    ],
)
def test_words_have_no_quotes_and_variables_are_substituted(text, words):
    assert parse_shell(text)[-1].words == words


def test_a_variable_keeps_the_value_it_surely_has():
    assert run("S=a\nif x; then S=b; p $S; fi\nq $S") == ["x", "p b", "q a"]


def test_a_loop_runs_once_for_each_known_word():
    assert run("for s in a b; do p $s; done; for s in $(l); do q $s; done") == ["p a", "p b", "l", "q $s"]


def test_what_the_caller_knows_is_substituted_but_not_repeated():
    (command,) = parse_shell('pytest "$SUITE" $1', environment={"SUITE": "evals", "1": "x"})
    assert command.words == ("pytest", "evals", "x")
    assert command.environment == {}


def test_a_known_argument_selects_a_branch():
    text = 'case "$1" in eval) a;; test) b;; esac'
    assert run(text, environment={"1": "eval"}) == ["a"]
    assert run(text) == ["a", "b"]


def test_environment_of_a_command():
    first, second = parse_shell("export A=1\nB=2 x\ny")
    assert (first.environment, second.environment) == ({"A": "1", "B": "2"}, {"A": "1"})


def test_folders():
    found = parse_shell("cd a && b\n(cd c; d)\ne\npushd f\ng\npopd\nh\ncd ..\ni")
    assert [(c.words[0], c.folder) for c in found if c.words[0] in "bdeghi"] == [
        ("b", "a"), ("d", "a/c"), ("e", "a"), ("g", "a/f"), ("h", "a"), ("i", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "here", ['"$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"', '"$(dirname "$0")/.."', "$(git rev-parse --show-toplevel)"]
)
def test_a_script_finds_its_own_repository(here):
    found = parse_shell(f"TOP={here}\ncd $TOP/web\nnode $TOP/evals/run.js", script="scripts/run.sh")
    assert (found[-1].folder, found[-1].words) == ("//web", ("node", "//evals/run.js"))


def test_lines_and_text():
    found = parse_shell("\na \\\n  b\n\nbash -c 'c\nd'", first_line=10)
    assert [(c.line, c.text) for c in found] == [(11, "a b"), (14, "c"), (15, "d")]


@pytest.mark.parametrize(
    "text",
    ["(" * 5000, "a && " * 3000 + "b", "X=$X$X$X;" * 500, "f(){ g; g; }; g(){ f; f; }; f", "\0`'\"", "for i in a b; do " * 12 + "x"],
)
def test_hostile_texts_end(text):
    assert len(parse_shell(text)) <= 5000
