"""What a test runner's own configuration and options take in or leave out: files, build tags, groups of tests."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rung.facts.code.source import Value
from rung.link.conftests import Hook, hooks
from rung.link.declared_tests import OPTIONAL, TestUnit
from rung.link.globs import path_pattern
from rung.link.maven import active, classes
from rung.link.maven import groups as tags
from rung.link.project import Project
from rung.link.pytest_options import configured
from rung.regex import regex

VITEST = ("vitest", "vite")
JEST = ("jest",)
ENDINGS = ("ts", "mts", "js", "mjs", "cjs", "cts")
BUILD = regex(r"^//go:build (.+)$", re.MULTILINE)
PLATFORM = regex(r"linux|unix|amd64|cgo|gc|go1\.\d+")
# Constraints that say for which machines a file is, or that it is for none.
COSTLY = regex(
    r"\b(?:live|paid|costly|expensive|billed|real_?(?:llm|model|api)|llm\w*|evals?|evaluations?|models?|gen_?ai|ai|online|quality|golden|accuracy|prompts?)\b",
    re.IGNORECASE,
)
PLATFORMS = regex(r"^//go:build .*\b(?:windows|darwin|\w*bsd|js|wasm|wasip1|arm64|arm|386|android|ios|ignore|race)\b", re.MULTILINE)
# Groups that builds leave out: in a build's file, and on its command line.
LEFT_OUT = regex(r"\bexcludeTags?\s*[( ]\s*[\"']([\w-]+)[\"']|-DexcludedGroups=([\w,-]+)")
TAKEN_IN = regex(r"-Dgroups=([\w,-]+)")
# Maven leaves integration tests to its later phases.
INTEGRATES = regex(r"\b(?:verify|install|deploy|integration-test)\b")
ASKED_FOR = regex(r"\bfailsafe\b|-D(?:it\.)?test=")
FAILSAFE = "maven-failsafe-plugin"
INTEGRATION = r"/(?:\w+IT|IT[A-Z]\w*)\.(?:java|kt)$"
TERM = regex(r"(!?)\(?\s*(\w+)\s*(!=|!~|=|~)\s*([^&|()]+)")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Globs in the place of a runner's own (none: those hold) or `also` taken, patterns of what is left out, build tags, groups."""

    collects: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    also: tuple[str, ...] = ()

    def takes_path(self, project: Project, path: str) -> bool:
        """Whether a file is not left out."""
        if any(re.search(pattern, f"/{path}") for pattern in self.left_out):
            return False
        return not path.endswith("_test.go") or _is_built(project.text(path) or "", self.tags)

    def takes_unit(self, unit: TestUnit) -> bool:
        """Whether a test is in no group that is left out."""
        marks = {m.lower() for m in unit.marks}
        return marks.isdisjoint(self.without) and (not self.groups or not marks.isdisjoint(self.groups))


def narrow(project: Project, program: str, arguments: Sequence[str], folder: str) -> Narrowing:
    """What the configuration of a test command, and options of it, make of the tests that it would find."""
    words = list(arguments)
    if program in ("vitest", "jest"):
        return _of_javascript(project, program, words, folder)
    if program == "go":
        return Narrowing(tags=frozenset(t for v in _values(words, "-tags", "--tags") for t in re.split(r"[, ]", v)))
    if program == "junit":  # a build's own task of tests
        own = tuple(posixpath.join(folder, f"{w}/**/*.{{java,kt,groovy,scala}}") for w in words if w.startswith("src/"))
        groups, without = (frozenset(v.lower() for v in _values(words, f"--{k}-tag")) for k in ("include", "exclude"))
        return Narrowing(own, groups=groups, without=without)
    if program in ("cargo", "cargo-nextest"):
        return _of_cargo(words)
    if program == "dotnet":
        return _of_dotnet(words)
    if re.fullmatch(r"(?:\./)?(?:mvn[wd]?|maven)(?:\.cmd)?", program):
        return _of_maven(project, [program, *words], folder)
    if re.fullmatch(r"(?:\./)?gradlew?(?:\.bat)?", program):
        return _of_build(project, [program, *words], folder)
    if program in ("pytest", "py.test"):
        files = tuple(f"**/{g}" for g in configured(project, folder, "python_files") if g.endswith(".py"))
        out = [place for hook in _unasked(project, words, folder) for place in hook.places]
        return Narrowing(files, (*_not_collected(project, folder), *out), without=_unless_asked_for(project, words, folder))
    return Narrowing()


def _of_cargo(words: list[str]) -> Narrowing:
    """Tests that are marked to be ignored run only where a command asks for them: together with the others, or alone."""
    targets = tuple(f"**/tests/{name}{end}.rs" for name in _values(words, "--test") for end in ("", "/**/*"))
    out = () if targets or "--tests" in words or not {"--lib", "--bins"} & set(words) else ("/tests/",)
    asked, only = set(_values(words, "--run-ignored")), frozenset({OPTIONAL})
    alone = "--ignored" in words or bool({"only", "ignored-only"} & asked)
    without = frozenset() if alone or "all" in asked or "--include-ignored" in words else only
    return Narrowing(targets, out, groups=only if alone else frozenset(), without=without)


def _values(words: list[str], *options: str) -> Iterator[str]:
    for index, word in enumerate(words):
        option, _, value = word.partition("=")
        if option in options:
            yield value or (words[index + 1] if index + 1 < len(words) else "")


def _is_built(text: str, tags: frozenset[str]) -> bool:
    found = BUILD.search(text[:2000]) if "//go:build" in text[:2000] else None
    if not found:
        return True
    answers = [_holds(term, tags) for term in re.findall(r"!?\s*[\w.]+", found[1])]
    return any(answers) if "||" in found[1] else all(answers)


def is_costly(text: str) -> bool:
    """Whether a Go file is built with a tag alone that says what it costs or asks (`//go:build live`); most tags are of databases."""
    constraint = BUILD.search(text[:2000]) if not PLATFORMS.search(text[:2000]) and not _is_built(text, frozenset()) else None
    return constraint is not None and COSTLY.search(constraint[1]) is not None


def _holds(term: str, tags: frozenset[str]) -> bool:
    name = term.strip("! ")
    return (name in tags or bool(PLATFORM.fullmatch(name))) != term.startswith("!")


def _of_javascript(project: Project, program: str, words: list[str], folder: str) -> Narrowing:
    options = _configuration(project, program, words, folder)
    package = project.data(posixpath.join(folder, "package.json")) if program == "jest" else None
    own = package.get("jest") if isinstance(package, dict) else None
    kept = _strings(options.get("include") if program == "vitest" else options.get("testMatch")) if options else ()
    out = _strings(options.get("exclude") if program == "vitest" else options.get("testPathIgnorePatterns")) if options else ()
    below = options.get("dir") if options and program == "vitest" else None
    given = [v for v in _values(words, "--dir") if v] or ([below.text] if below is not None and below.kind == "string" else [])
    if isinstance(own, dict) and options is None:
        kept, out = (tuple(str(g) for g in v) if isinstance(v := own.get(k), list) else () for k in ("testMatch", "testPathIgnorePatterns"))
    out = (*out, *_values(words, "--exclude", "--testPathIgnorePatterns"))
    collects = tuple(posixpath.normpath(posixpath.join(folder, g.replace("<rootDir>/", ""))) for g in kept)
    if given and not collects:
        collects = tuple(posixpath.normpath(posixpath.join(folder, g, "**/*.{test,spec}.{js,jsx,ts,tsx,mjs,cjs}")) for g in given)
    inside = [path_pattern(posixpath.normpath(posixpath.join(folder, g))).pattern for g in out]
    patterns = [f"^/{p}$" for p in inside] if program == "vitest" else [g.replace("<rootDir>", "") for g in out]
    return Narrowing(tuple(_plain(c) for c in collects), tuple(p for p in patterns if p and _is_pattern(p)))


def _plain(glob: str) -> str:
    """A glob without the bracket groups of extended ones (`?(c|m)`)."""
    return re.sub(r"[?*+@!]\(([^)]*)\)", "*", glob)


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def _configuration(project: Project, program: str, words: list[str], folder: str) -> Value | None:
    """The options of a runner: those of the file that a command names, or of the one where it runs."""
    named = [posixpath.normpath(posixpath.join(folder, v)) for v in _values(words, "--config", "-c") if v]
    stems = VITEST if program == "vitest" else JEST
    usual = [posixpath.join(folder, f"{stem}.config.{end}") for stem in stems for end in ENDINGS]
    path = next((p for p in named or usual if p in project.repository.files), None)
    source = project.source(path) if path else None
    if source is None:
        return None
    given = [item for call in source.calls for item in call.arguments.items] + [a.value for a in source.assignments]
    for value in given:
        if value.kind == "mapping" and program == "jest" and (value.get("testMatch") or value.get("testPathIgnorePatterns")):
            return value
        options = value.get("test") if value.kind == "mapping" and program == "vitest" else None
        if options is not None and options.kind == "mapping" and options.get("projects") is None:
            return options
    return None


def _strings(value: Value | None) -> tuple[str, ...]:
    return tuple(i.text for i in value.items if i.kind == "string") if value is not None and value.kind == "list" else ()


def _of_dotnet(words: list[str]) -> Narrowing:
    groups: set[str] = set()
    without: set[str] = set()
    out: list[str] = []
    for expression in _values(words, "--filter"):
        for negated, key, operator, value in TERM.findall(expression):
            no = bool(negated) != operator.startswith("!")
            if key in ("Category", "TestCategory", "Trait"):
                (without if no else groups).add(value.strip().lower())
            elif no and "~" in operator:
                out.append(re.escape(value.strip().replace(".", "/")))
        if "|" in expression:
            groups.clear()
    return Narrowing(groups=frozenset(groups), without=frozenset(without), left_out=tuple(out))


def _of_build(project: Project, words: list[str], folder: str) -> Narrowing:
    command = " ".join(words)
    groups = {g.lower() for found in TAKEN_IN.findall(command) for g in found.split(",")}
    texts = [command]
    if not groups and not re.search(r"(?:^|\s)-P\w", command):
        names = ("build.gradle", "build.gradle.kts")
        texts += [project.text(p) or "" for n in names if (p := posixpath.join(folder, n)) in project.repository.files]
    without = {g.lower() for text in texts for found in LEFT_OUT.findall(text) for g in re.split(r"[ ,|]+", "".join(found)) if g}
    return Narrowing(groups=frozenset(groups), without=frozenset(without))


def _of_maven(project: Project, words: list[str], folder: str) -> Narrowing:
    command = " ".join(words)
    integrated = bool(ASKED_FOR.search(command)) or bool(INTEGRATES.search(command) and _has_failsafe(project, words))
    named = next((v for v in _values(words, "-f", "--file") if v), "pom.xml")
    place = posixpath.normpath(posixpath.join(folder, named if named.endswith(".xml") else f"{named}/pom.xml"))
    pom = active(project.text(place) or "", words) if place in project.repository.files else ""
    taken, left = classes(pom, integrates=integrated)
    groups, without = tags(pom)
    given = {g.lower() for found in TAKEN_IN.findall(command) for g in found.split(",")}
    without |= {g.lower() for found in LEFT_OUT.findall(command) for g in re.split(r"[ ,|]+", "".join(found)) if g}
    inner = posixpath.dirname(place)
    also = tuple(posixpath.join(inner, f"**/src/test/**/{glob}.{{java,kt,groovy,scala}}") for glob in taken)
    out = tuple(f"/{path_pattern(glob).pattern}\\.(?:java|kt|groovy|scala)$" for glob in left)
    out += () if integrated else (INTEGRATION,)
    return Narrowing(left_out=out, groups=frozenset(given or groups), without=frozenset(without - given), also=also)


def _has_failsafe(project: Project, words: list[str]) -> bool:
    """Whether a POM has the plugin that runs integration tests, which no phase does by itself."""
    poms = (p for p in project.paths if posixpath.basename(p).startswith("pom") and p.endswith(".xml"))
    return any(FAILSAFE in active(project.text(p) or "", words) for p in poms)


def _above(project: Project, folder: str) -> Iterator[str]:
    """conftest files of the tests that run from a folder."""
    start = f"{folder}/" if folder else ""
    yield from (p for p in project.paths if posixpath.basename(p) == "conftest.py" and p.startswith(start))


def _unless_asked_for(project: Project, words: list[str], folder: str) -> frozenset[str]:
    """Marks of tests that a conftest file skips unless an option of its own is given (`--run-evals`)."""
    return frozenset(mark for hook in _unasked(project, words, folder) for mark in hook.marks)


def _unasked(project: Project, words: list[str], folder: str) -> Iterator[Hook]:
    """Hooks of conftest files whose options a command does not give."""
    for hook in hooks(project, folder):
        if hook.options and not any(w == o or w.startswith(f"{o}=") for w in words for o in hook.options):
            yield hook


def _not_collected(project: Project, folder: str) -> tuple[str, ...]:
    """Patterns of what conftest files keep from being collected."""
    found = []
    for path in _above(project, folder):
        text = project.text(path) or ""
        source = project.source(path) if "collect_ignore" in text else None
        for assignment in source.assignments if source else ():
            if assignment.name in ("collect_ignore", "collect_ignore_glob") and assignment.function < 0:
                for glob in _strings(assignment.value):
                    below = posixpath.normpath(posixpath.join(posixpath.dirname(path), glob))
                    found.append(f"^/{path_pattern(below).pattern}(?:/|$)")
    return tuple(found)
