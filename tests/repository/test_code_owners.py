"""Code owners by the rules of the services that read the file."""

import pytest

from rung.repository import open_repository
from tests.helpers import make_repository


def owners(tmp_path, text, path, file=".github/CODEOWNERS"):
    return open_repository(make_repository(tmp_path, {file: text})).owners(path)


@pytest.mark.parametrize(
    ("pattern", "owned", "free"),
    [
        ("*", ["a.py", "x/y/z.md"], []),
        ("*.prompty", ["a.prompty", "x/y.prompty"], ["a.prompty.py"]),
        ("/prompts/", ["prompts/a.md", "prompts/x/b.md"], ["src/prompts/a.md", "prompts"]),
        ("prompts/", ["prompts/a.md", "src/prompts/b/c.md"], ["prompts.md"]),
        ("docs/*", ["docs/a.md", "docs/a b.md"], ["docs/x/a.md", "x/docs/a.md"]),
        ("/apps/github", ["apps/github/x.py", "apps/github"], ["apps/github2", "x/apps/github"]),
        ("**/logs", ["logs/a", "x/y/logs/b"], ["logs2"]),
        ("src/**/test", ["src/test/a", "src/x/y/test/a"], ["test/a"]),
        ("src/**", ["src/a", "src/x/y"], ["src", "srcs/a"]),
        ("my\\ docs/", ["my docs/a"], ["docs/a"]),
        ("a?c.py", ["abc.py"], ["abbc.py", "a/c.py"]),
    ],
)
def test_patterns(tmp_path, pattern, owned, free):
    repository = open_repository(make_repository(tmp_path, {"CODEOWNERS": f"{pattern} @acme/team\n"}))

    assert [path for path in [*owned, *free] if repository.owners(path)] == owned


def test_the_last_match_wins_also_when_it_names_nobody(tmp_path):
    text = "# owners\n* @all\n*.md @docs me@example.com # @nobody\n/docs/internal/\n"
    repository = open_repository(make_repository(tmp_path, {"CODEOWNERS": text}))

    assert repository.owners("a.py") == ("@all",)
    assert repository.owners("docs/a.md") == ("@docs", "me@example.com")
    assert repository.owners("docs/internal/a.md") == ()
    assert repository.owner_rule("docs/a.md") == ("CODEOWNERS", 3)
    assert repository.owner_rule("docs/internal/a.md") is None


@pytest.mark.parametrize(
    "line", ["*.py owner other", "@acme/team", "!a.py @x", "[ab].py @x", "*.py @[team]", "*.py @", "a.py[ @x", "*.py # @x"]
)
def test_malformed_lines_own_nothing(tmp_path, line):
    assert owners(tmp_path, f"{line}\n", "a.py") == ()


def test_a_malformed_line_leaves_earlier_owners(tmp_path):
    assert owners(tmp_path, "* @all\n*.py owner\n", "a.py") == ("@all",)


def test_only_the_first_file_counts(tmp_path):
    files = {".github/CODEOWNERS": "/ci/ @ci\n", "CODEOWNERS": "* @all\n", "docs/CODEOWNERS": "* @docs\n"}

    assert open_repository(make_repository(tmp_path, files)).owners("a.py") == ()


def test_sections_have_default_owners_exceptions_and_add_up(tmp_path):
    text = "* @all\n[Prompts][2] @acme/prompts @@maintainer\nprompts/\n!prompts/drafts/\n^[Docs]\ndocs/ @docs\n*.md\n"
    repository = open_repository(make_repository(tmp_path, {".gitlab/CODEOWNERS": text}))

    assert repository.owners("src/prompts/a.txt") == ("@all", "@acme/prompts", "@@maintainer")
    assert repository.owners("prompts/drafts/a.txt") == ("@all",)
    assert repository.owners("docs/a.txt") == ("@all", "@docs")
    assert repository.owners("docs/a.md") == ("@all",)
    assert repository.owner_rule("prompts/a.txt") == (".gitlab/CODEOWNERS", 3)


def test_a_hostile_pattern_costs_no_time(tmp_path):
    pattern = "*a" * 40 + "b"

    assert owners(tmp_path, f"{pattern} @x\n", "a" * 200) == ()


def test_without_a_file_nobody_owns_anything(tmp_path):
    repository = open_repository(make_repository(tmp_path, {"a.py": ""}))

    assert (repository.owners("a.py"), repository.owner_rule("a.py"), repository.notices) == ((), None, [])
