"""Which tests a test command runs: the paths it names, the markers it selects, the options of the project's configuration."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from rung.link.declared_tests import TestUnit
from rung.link.project import Project
from rung.link.pytest_options import configured
from rung.link.runner_files import Narrowing
from rung.regex import regex

PYTEST = ("pytest", "py.test")
# Files that stand for the projects in their folder.
SOLUTIONS = (".sln", ".slnx", ".slnf", ".csproj", ".fsproj", ".vbproj")
BUILDS = regex(r"pom[\w.-]*\.xml|(?:build|settings)\.gradle(?:\.kts)?|Cargo\.toml|package\.json|deno\.jsonc?|go\.(?:mod|work)|build\.sbt")
# Files that a command is given and that hold no tests: settings of the build, of the runner, of a repository of packages.
SETTINGS = (".xml", ".toml", ".properties", ".ini", ".cfg", ".gradle", ".kts", ".env", ".mod", ".runsettings")
# Folders into which a compiler writes, and the endings of what it makes of a typed file.
BUILT = regex(r"\.?(?:out|dist|build|lib|compiled|_build|(?:tests?|spec)[_-]?(?:dist|build|out)|(?:dist|build|out)[_-]?(?:tests?|spec))")
COMPILED = regex(r"\.([cm]?)js$")
MANAGES = "manage.py"  # starts the tests of a Django project, and holds none
WITH_VALUE = frozenset(
    [
        "-m",
        "-k",
        "-n",
        "-c",
        "-o",
        "-p",
        "-r",
        "-W",
        "--rootdir",
        "--ignore",
        "--ignore-glob",
        "--deselect",
        "--maxfail",
        "--tb",
        "--durations",
        "--timeout",
        "--junitxml",
        "--junit-xml",
        "--cov",
        "--cov-report",
        "--cov-config",
        "--cov-fail-under",
        "--numprocesses",
        "--dist",
        "--html",
        "--confcutdir",
        "--basetemp",
        "--log-level",
        "--log-cli-level",
        "--reruns",
        "--retries",
        "--config",
        "--project",
        "--reporter",
        "--workers",
        "--testNamePattern",
        "-t",
        "--coverageDirectory",
        "--outputFile",
        "--grep",
        "-g",
        "--tag",
        "--exclude",
        "--filter",
        "--configuration",
        "--logger",
        "--settings",
        "--results-directory",
        "--require",
        "-r",
        "--format",
        "-f",
        "--out",
        "-run",
        "-bench",
        "-count",
        "-timeout",
        "-p",
        "-parallel",
        "--test-threads",
        "--features",
        "--package",
        "-P",
        "--activate-profiles",
        "--file",
        "-pl",
        "--projects",
        "--to",
        "--output",
        "--output-dir",
        "--kernel",
        "--kernel_name",
    ]
)


@dataclass(frozen=True, slots=True)
class Selection:
    """What a test command selects: folders or files (empty: everything below its folder), left-out paths, marker and name expressions."""

    paths: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    marker: str = ""
    name: str = ""
    narrowed: Narrowing = field(default_factory=Narrowing)

    @property
    def narrows_units(self) -> bool:
        """Whether not all tests of a file that is collected run."""
        return bool(self.marker or self.name or self.narrowed.groups or self.narrowed.without)

    def takes_path(self, path: str, folder: str) -> bool:
        """Whether a file is among what the command collects."""
        if any(path == i or path.startswith(i.rstrip("/") + "/") for i in self.ignored):
            return False
        if not self.paths:
            return not folder or path.startswith(folder + "/")
        return any(path == p or path.startswith(p.rstrip("/") + "/") or p in ("", ".") or _glob(p, path) for p in self.paths)

    def takes_unit(self, unit: TestUnit) -> bool:
        """Whether a test is selected by marker and name."""
        return _holds(self.marker, unit.marks) and _holds_name(self.name, unit.name) and self.narrowed.takes_unit(unit)


def _glob(pattern: str, path: str) -> bool:
    if "*" not in pattern:
        return False
    from rung.link.globs import path_pattern

    return bool(path_pattern(pattern).fullmatch(path))


def options(project: Project, program: str, folder: str) -> list[str]:
    """The options that a project's own configuration always gives to a test command."""
    return configured(project, folder, "addopts") if program in PYTEST else []


def select(project: Project, program: str, arguments: Sequence[str], folder: str) -> Selection:
    """The selection of a test command that runs in a folder, with the project's own options where it has some."""
    words = list(arguments)
    defaults: list[str] = []
    if program in PYTEST:
        words = options(project, program, folder) + words
        defaults = configured(project, folder, "testpaths")
    paths, ignored, marker, name = [], [], "", ""
    for word, option, value in _options(words):
        if option in ("-m", "--tag"):
            marker = value
        elif option in ("-k", "-run"):
            name = value
        elif option in ("--ignore", "--ignore-glob"):
            ignored.append(_inside(folder, value))
        elif not word.startswith("-") and not _is_word(word) and not _takes_test(project, words, word, folder):
            whole = word.endswith(SOLUTIONS) or BUILDS.fullmatch(posixpath.basename(word))
            if (word.endswith(SETTINGS) and not whole) or posixpath.basename(word) == MANAGES:
                continue
            path = _inside(folder, posixpath.dirname(word) or "." if whole else word.split("::")[0])
            # A word that is no path here is the value of an option that isn't known, unless it looks like a path.
            if _exists(project, path) or "/" in word or word.endswith(".py"):
                paths += [path] if program in PYTEST else _sources(project, path, folder)
        elif word.startswith("-m") and len(word) > 2 and not word.startswith("--") and program in PYTEST:
            marker = word[2:]
    known = [p for p in paths if _exists(project, p)]
    if paths and not known and (program in PYTEST or all(p.endswith(".ipynb") for p in paths)):
        known = paths  # a path that is not there: finds nothing
    if not paths and defaults:
        known = [p for d in defaults if _exists(project, p := _inside(folder, d))]
    return Selection(tuple(known), tuple(ignored), marker.strip("'\""), name.strip("'\""))


def _options(words: list[str]) -> Iterator[tuple[str, str, str]]:
    """(word, option, its value) for each word that is not itself the value of an option."""
    index = 0
    while index < len(words):
        word = words[index]
        option, _, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if word.startswith("-") and option in WITH_VALUE and not value:
            index += 1
            value = words[index] if index < len(words) else ""
        index += 1
        if word != "--":
            yield word, option, value


def _takes_test(project: Project, words: list[str], word: str, folder: str) -> bool:
    """Whether a word is the script that is told to test (`manage.py test`, `artisan test`), and not what is tested."""
    following = words[words.index(word) + 1 :][:1]
    return following == ["test"] and _inside(folder, word) in project.repository.files


def _is_word(word: str) -> bool:
    return word in ("run", "test", "tests:unit", "watch", "./...", "...", "--", "discover", "start", "ci") or "$" in word or "{" in word


def _inside(folder: str, path: str) -> str:
    path = path.rstrip("/")
    path = path.removesuffix("/...")
    joined = posixpath.normpath(posixpath.join(folder, path))
    return "" if joined == "." else joined


def _exists(project: Project, path: str) -> bool:
    files = project.repository.files
    return path == "" or path in files or "*" in path or any(p.startswith(path + "/") for p in files)


def _sources(project: Project, path: str, folder: str) -> list[str]:
    """What a path of compiled files stands for (`out/test/*.test.js` for `src/test/*.test.ts`); the path itself where none is told."""
    head, _, rest = path.removeprefix(f"{folder}/").partition("/")
    files = project.repository.files
    built = posixpath.join(folder, head) + "/"
    if not BUILT.fullmatch(head) or any(f.startswith(built) for f in files):
        return [path]
    for root in ("src", ""):
        for end in (".ts", ".tsx"):
            source = posixpath.join(folder, root, COMPILED.sub(lambda m, end=end: f".{m[1]}{end[1:]}", rest)).rstrip("/")  # type: ignore[misc]
            if any(_glob(source, f) for f in files) if "*" in source else (source != folder and _exists(project, source)):
                return [source]
    return [path]


def _holds(expression: str, marks: tuple[str, ...]) -> bool:
    """Evaluates pytest's marker expression (`and`, `or`, `not`, parentheses) over a test's marks.

    Marks may also be given at run time (to parameters, by a hook). So a test that carries one of the expression's marks is taken
    to carry the others too where the expression asks for them, and to lack those that it excludes.
    """
    if not expression or _Expression(expression, lambda word: word in marks).value():
        return True
    words = set(re.findall(r"[\w-]+", expression)) - {"and", "or", "not"}
    excluded = set(re.findall(r"\bnot\s+([\w-]+)", expression))
    if not words & set(marks) or excluded & set(marks):
        return False
    return _Expression(expression, lambda word: word not in excluded).value()


def _holds_name(expression: str, name: str) -> bool:
    if not expression:
        return True
    return _Expression(expression, lambda word: word.lower() in name.lower()).value()


class _Expression:
    """A recursive-descent reader of `and`, `or`, `not` and parentheses; anything it can't read selects everything."""

    def __init__(self, text: str, test: Callable[[str], bool]) -> None:
        self.words = re.findall(r"\(|\)|[^\s()]+", text)[:200]
        self.test = test

    def value(self) -> bool:
        try:
            return self._or()
        except (IndexError, RecursionError):
            return True

    def _or(self) -> bool:
        result = self._and()
        while self.words and self.words[0] in ("or", "|"):
            self.words.pop(0)
            other = self._and()
            result = result or other
        return result

    def _and(self) -> bool:
        result = self._not()
        while self.words and self.words[0] == "and":
            self.words.pop(0)
            other = self._not()
            result = result and other
        return result

    def _not(self) -> bool:
        word = self.words.pop(0)
        if word == "not":
            return not self._not()
        if word == "(":
            result = self._or()
            self.words.pop(0)
            return result
        return self.test(word)
