import pytest

from rung.facts.code import LANGUAGES, language_of, read_source

SUFFIXES = sorted(LANGUAGES)


def test_unknown_files_are_not_read() -> None:
    assert language_of("README.md") is None
    assert read_source("README.md", "x = 1") is None
    assert language_of("src/App.TSX") == "javascript"


def test_lines_are_those_that_line_numbers_count() -> None:
    text = 'a = "\u2028\x0c"\r\nb = f()\r\n'
    source = read_source("a.py", text)
    assert source is not None
    assert source.lines == ['a = "\u2028\x0c"', "b = f()"]
    assert source.lines[source.calls[0].line - 1] == "b = f()"


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "\ufeff\0\udc80\u2028",
        "x = " + "[\n" * 3_000 + "]" * 3_000,
        "x = " + "f(\n" * 3_000,
        "x = a" + ".b('c')\n" * 1_000,
        "x = (" + "'a' +\n" * 1_000 + "'b')",
        "{\n" * 3_000,
        '"""${#{' * 100,
        "x = '" + "a, b; " * 100_000 + "'",
    ],
    ids=["empty", "bytes", "lists", "calls", "chain", "sum", "braces", "quotes", "wide"],
)
def test_nothing_makes_a_reader_fail(suffix: str, text: str) -> None:
    source = read_source(f"a{suffix}", text)
    assert source is None or source.path == f"a{suffix}"


def test_calls_are_found_however_deep_they_stand() -> None:
    source = read_source("deep.py", "x = " + "f(\n" * 2_000 + ")" * 2_000)
    assert source is not None
    assert len(source.calls) == 2_000
    source = read_source("deep.js", "test('a', () => {\n" * 1_000 + "});" * 1_000)
    assert source is not None
    assert source.functions[-1].parent == 998


def test_values_stay_shallow_enough_to_be_compared() -> None:
    source = read_source("deep.py", "x = " + "[\n" * 2_000 + "]" * 2_000)
    assert source is not None
    assert hash(source.assignments[0].value) == hash(source.assignments[0].value)
    assert repr(source.assignments[0])


def test_a_long_sum_is_one_text() -> None:
    source = read_source("a.js", "const a = " + " +\n".join(f'"part {number} "' for number in range(3_000)) + ";")
    assert source is not None
    assert len(source.texts) == 1
    assert source.texts[0].value.endswith("part 2999 ")
