"""What stands in for the real model in a test: mocks, fakes, stubs, recordings, and fixtures that put them in its place."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache

from rung.facts.code.source import Call, Function, Source
from rung.link.checks import asserts_by_name
from rung.link.declared_tests import TestUnit
from rung.link.project import Project
from rung.regex import regex

STAND_INS = frozenset(
    [
        "mock",
        "mocks",
        "mocked",
        "mocker",
        "mockito",
        "mockk",
        "patch",
        "monkeypatch",
        "stub",
        "stubs",
        "stubbed",
        "fake",
        "fakes",
        "vcr",
        "cassette",
        "respx",
        "nock",
        "msw",
        "webmock",
        "wiremock",
        "httptest",
        "double",
        "noop",
        "dummy",
        "spy",
        "replay",
        "scripted",
        "canned",
        "predetermined",
        "deterministic",
        "hardcoded",
    ]
)
STAND_IN = regex(
    r"(?:^|[._])(?:mock|mocks|mocked|mocker|patch|magicmock|asyncmock|monkeypatch|stub|stubs|stubbed|fake|fakes|vcr|cassette|respx|requests_mock|nock|msw|"
    r"webmock|wiremock|httptest|double|instance_double|class_double|fn|spyon|simulatereadablestream|stub_request|mocklanguagemodel\w*|mockito|when|givenThat|substitute|"
    r"responses\.(?:add|activate|mock)|fakelist\w*|fakechat\w*|testmodel|functionmodel|stubbedclient|httpx_mock|aioresponses|setupserver|newserver|mockk|use_cassette"
    r"|(?:setup|start)polly\w*|betamax\w*|recorder\.new\w*|httprr\.open\w*"
    r"|inmemoryplatform|dependency_overrides(?:\.\w+)?|echo(?:llm|model|client|chat\w*))(?:$|[._(])"
    r"|^(?:every|coevery|allow)(?:$|[.({])",  # by themselves: what a list has a method of that name for stands in for nothing
    re.IGNORECASE,
)
PARAMETER = regex(
    r"(?:^|_)(?:mock|mocked|fake|stub|cassette|vcr|respx|responses|requests_mock|httpx_mock|dummy|replay)(?:_|$)", re.IGNORECASE
)
# Tools with which a test replaces something: what matters is what they replace.
REPLACES = regex(
    r"(?:^|\.)(?:patch(?:\.\w+)?|setattr|setitem|mock|domock|spyOn|stubGlobal|stubEnv|setenv|delenv|chdir|syspath_prepend|delattr)$"
)
INERT = frozenset(
    [
        "env",
        "environ",
        "setenv",
        "delenv",
        "chdir",
        "settings",
        "config",
        "configuration",
        "database",
        "db",
        "sqlite",
        "engine",
        "session",
        "redis",
        "cache",
        "time",
        "datetime",
        "date",
        "sleep",
        "clock",
        "timer",
        "random",
        "uuid",
        "input",
        "print",
        "argv",
        "cwd",
        "home",
        "path",
        "paths",
        "folder",
        "dir",
        "directory",
        "logger",
        "logging",
        "log",
        "warn",
        "stdin",
        "stdout",
        "console",
        "memory",
        "storage",
        "telemetry",
        "tracing",
        "tracer",
        "analytics",
        "auth",
        "user",
        "navigation",
        "router",
        "toast",
        "headers",
        "cookies",
        "syspath",
    ]
)
TELLING = frozenset(
    [
        "llm",
        "llms",
        "model",
        "models",
        "ai",
        "chat",
        "client",
        "completion",
        "completions",
        "complete",
        "generate",
        "generation",
        "agent",
        "agents",
        "response",
        "responses",
        "message",
        "messages",
        "invoke",
        "ask",
        "answer",
        "api",
        "http",
        "requests",
        "httpx",
        "fetch",
        "post",
        "assistant",
        "run",
        "stream",
    ]
)
# What is done with a file, whatever its variable is called (`replay_path.read_text()`).
OF_FILE = regex(r"\.(?:read_text|write_text|read|write|exists|mkdir|glob|open|unlink|relative_to|is_file|is_dir)$")
# Java's and its relatives' numbers: `toDouble`, `Double.parseDouble`, `averagingDouble`.
NUMBER = regex(
    r"(?<=\.)(?:to|mapTo|as|parse|averaging|summing|comparing|next|get|flatMapTo)Doubles?(?:OrNull)?\b|\bdoubleValue\b|\bDouble\b(?=\.)|\.ToDouble\b"
)
SETUP = regex(
    r"(?:^|\.)(?:before(?:Each|All|_each|_all)?|Before\w*|SetUp|OneTimeSetUp|TestInitialize|setup|setUp|setUpClass|setup_\w+|let!?|subject)$"
)
ASSIGNED = regex(r"dependency_overrides|\.(?:return_value|side_effect|and_return|mockResolvedValue\w*|mockReturnValue\w*)$")
# What a test fakes of a framework's services that reach no model.
SIDE_EFFECT = regex(r"^(?:Storage|Mail|Notification|Event)\.fake\w*$")
UNIT = regex(r"(?:^|/)[Uu]nit/")  # by PHP's convention, tests that reach nothing outside
SHARED = ("TestCase.php", "Pest.php")
DEEPEST = 5


def stands_in(source: Source, unit: TestUnit | None, harmless: frozenset[str] = frozenset()) -> bool:
    """Whether a test, the file around it or a helper that it calls replaces the real thing with a mock, stub, fake or recording.

    `harmless` are names and types of what is replaced that plainly leads to no model.
    """
    if unit and any(PARAMETER.search(p) for p in unit.parameters):
        return True
    inside = None if unit is None else unit.functions | _helpers(source, unit) | {i for i, f in enumerate(source.functions) if _sets_up(f)}
    if any(
        (inside is None or call.function < 0 or call.function in inside) and replaces(call) and not _of_harmless(source, call, harmless)
        for call in source.calls
    ):
        return True
    if any(ASSIGNED.search(a.name) and (inside is None or a.function < 0 or a.function in inside) for a in source.assignments):
        return True
    return unit is not None and any(_decorated(d) for i in unit.functions for d in source.functions[i].decorators)


def _of_harmless(source: Source, call: Call, harmless: frozenset[str]) -> bool:
    """Whether a call of a replacing library is about what leads to no model: it names that, or only declares it by an annotation."""
    text = " ".join(source.lines[call.line - 1 : min(call.end_line, call.line + 4)])
    return bool(harmless) and (any(w in harmless for w in re.findall(r"\w+", text)) or text.lstrip().startswith("@"))


def _helpers(source: Source, unit: TestUnit) -> frozenset[int]:
    """Indexes of the file's own functions that a test calls, also through one another."""
    by_name: dict[str, list[int]] = {}
    for index, function in enumerate(source.functions):
        if function.name and index not in unit.functions:
            by_name.setdefault(function.name, []).append(index)
    found: set[int] = set()
    wave = set(unit.functions)
    for _ in range(DEEPEST):
        named = {c.callee.rsplit(".", 1)[-1] for c in source.calls if c.function in wave}
        wave = {i for name in named for i in by_name.get(name, ())} - found
        found |= wave
        if not wave:
            break
    return frozenset(found)


def _sets_up(function: Function) -> bool:
    return bool(SETUP.search(function.name)) or any(SETUP.search(d) for d in function.decorators)


def _decorated(decorator: str) -> bool:
    return bool(STAND_IN.search(decorator)) and not decorator.endswith(("patch.dict", "freeze_time"))


def replaces(call: Call) -> bool:
    """Whether a call puts something in the place of what may be the model. Environment, clocks, settings and stores are none."""
    if SIDE_EFFECT.search(call.callee):
        return False
    if not _is_stand_in(call.callee):
        return any(v.kind == "name" and v.text in ("monkeypatch", "mocker") for v in call.arguments.items)
    if not REPLACES.search(call.callee):
        return True
    targets = [v.text for v in call.arguments.items[:2] if v.kind in ("string", "name", "template")]
    named = words(" ".join(targets)) | words(call.callee.rsplit(".", 1)[-1])
    return not (named & INERT) or bool(named & TELLING)


@lru_cache(maxsize=100_000)
def _is_stand_in(callee: str) -> bool:
    if OF_FILE.search(callee):
        return False
    callee = NUMBER.sub("", callee)
    return bool(STAND_IN.search(callee) or STAND_INS & words(callee)) and not asserts_by_name(callee)


def fixtures_stand_in(project: Project, source: Source, unit: TestUnit) -> bool:
    """Whether a fixture that a test takes, or one above it that all tests get, puts a stand-in in the model's place (Python and PHP)."""
    if source.language == "php":
        return bool(UNIT.search(source.path)) or any(replaces(call) for above in _shared(project, source.path) for call in above.calls)
    if source.language != "python":
        return False
    found = list(_fixtures(project, source))
    wanted = [(p, 0) for p in unit.parameters] + [(f.name, 0) for _, f, auto in found if auto]
    seen: set[str] = set()
    while wanted:
        name, depth = wanted.pop()
        if name in seen or depth > DEEPEST:
            continue
        seen.add(name)
        for where, fixture, _ in found:
            if fixture.name != name:
                continue
            if PARAMETER.search(name) or _makes_stand_in(where, fixture):
                return True
            wanted += [(p, depth + 1) for p in fixture.parameters]
    return False


def _shared(project: Project, path: str) -> Iterator[Source]:
    """What PHP tests share by its place: the base class and the setup of a folder's tests, for all folders above."""
    folder = posixpath.dirname(path)
    while folder:
        for name in SHARED:
            shared = posixpath.join(folder, name)
            source = project.source(shared) if shared in project.repository.files else None
            if source is not None and shared != path:
                yield source
        folder = posixpath.dirname(folder)


def _makes_stand_in(source: Source, fixture: Function) -> bool:
    inside = range(fixture.line, fixture.end_line + 1)
    return any(call.line in inside and replaces(call) for call in source.calls) or any(
        a.line in inside and ASSIGNED.search(a.name) for a in source.assignments
    )


def _fixtures(project: Project, source: Source) -> Iterator[tuple[Source, Function, bool]]:
    """The fixtures of a file and of the conftest files above it, each with whether all tests get it."""
    folder = posixpath.dirname(source.path)
    paths = [source.path]
    while True:
        conftest = posixpath.join(folder, "conftest.py")
        if conftest in project.repository.files:
            paths.append(conftest)
        if not folder:
            break
        folder = posixpath.dirname(folder)
    for path in paths:
        where = project.source(path)
        if where is None:
            continue
        automatic = {
            call.line
            for call in where.calls
            if call.callee.rsplit(".", 1)[-1] == "fixture" and (auto := call.argument("autouse")) and auto.text == "true"
        }
        for function in where.functions:
            if any(d.rsplit(".", 1)[-1] == "fixture" for d in function.decorators):
                above = range(function.line - 4, function.line + 1)
                yield where, function, any(line in automatic for line in above)


def words(name: str) -> set[str]:
    """The words of a dotted, snake-case or camel-case name, in lower case."""
    return {w.lower() for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}
