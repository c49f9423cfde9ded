"""The tests that a file declares, their marks, and those that are switched off."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rung.facts.code.source import Function, Source
from rung.regex import regex

TEST_DECORATOR = regex(
    r"(?:^|\.)(?:it|test|specify|example|scenario|Test|ParameterizedTest|RepeatedTest|TestFactory|Fact|Theory|TestMethod|DataTestMethod|TestCase|TestCaseSource|rstest|case)$"
    r"|^(?:it|test|specify)\.(?:each|concurrent|only|skipIf|runIf)|(?:^|\.)\w+(?:Fact|Theory)$|^tokio\.test$|^tokio::test$|^async_std::test$|^test_case|^Deno\.test$|^bun\.test$|^t\.Run$"
)
SKIPPED = regex(
    r"(?:^|\.)(?:skip|todo|fixme|Ignore|Disabled|ignore|xit|xdescribe|xtest|pending|fails)$|^(?:pytest\.mark\.skip|unittest\.skip)$|^(?:xit|xtest|xdescribe|xspecify)$"
)
# A statement by which a test leaves itself out, and attributes of tests that can be told to.
LEAVES = regex(
    r"^(?:t|b|this|ctx|context|pytest|test|it)\.(?:[sS]kip(?:f|Now)?|skipTest)$|^self\.skipTest$|^(?:skip|pending)$|^Assert\.(?:Ignore|Inconclusive|Skip)$"
)
GUARDS = regex(r"\b(?:if|unless|when)\b|[?]|&&|\|\|")
ATTRIBUTE = regex(r"(?:^|\.)\w*(?:Fact|Theory|Test|TestCase|TestMethod)$")
# How Kotlin's specifications declare a test: `"name" { ... }`, `should("...") { ... }`, `then("...") { ... }`.
SPECIFIES = regex(r"(?:invoke|should|[tT]hen|`then`|expect)(?:\.config)?$")
OPTIONAL = "ignore"  # the mark of Rust's tests that run when they are asked for
SKIPS_ITSELF = regex(r"^\s*(?:\$this->|self::|static::)markTest(?:Skipped|Incomplete)\(")
ATTRIBUTES = 4  # lines above a class, or below where a parser takes them for its first, in which its attributes stand


@dataclass(frozen=True, slots=True)
class TestUnit:
    """One test of a file: where it stands, its marks, and the indexes of the functions that belong to it."""

    name: str
    line: int
    end_line: int
    marks: tuple[str, ...]
    functions: frozenset[int]
    parameters: tuple[str, ...]


def test_units(source: Source) -> list[TestUnit]:
    """The tests of a file, in its order; skipped ones are left out."""
    units = []
    if _skips_all(source):
        return []
    told = _skipped_by_argument(source)
    for index, function in enumerate(source.functions):
        if not _is_test(source, function) or _is_skipped(source, index) or index in told:
            continue
        inside = frozenset(i for i, f in enumerate(source.functions) if f.line >= function.line and f.end_line <= function.end_line)
        marks = _marks(source, index)
        units.append(TestUnit(function.name, function.line, function.end_line, marks, inside, function.parameters))
    return units


def _is_test(source: Source, function: Function) -> bool:
    if any(TEST_DECORATOR.search(d) or SKIPPED.search(d) for d in function.decorators):
        return True
    if source.language == "python":
        owner = function.owner
        if not function.name.startswith("test") or function.parent >= 0:
            return False
        return not owner or "test" in owner.lower() or any(c.name == owner and "TestCase" in " ".join(c.bases) for c in source.classes)
    if source.language == "go":
        return source.path.endswith("_test.go") and function.name.startswith(("Test", "Fuzz", "Example"))
    if source.language == "ruby":
        return function.name.startswith("test_")
    if source.language == "php":
        bases = [b for c in source.classes if c.name == function.owner for b in c.bases]
        named = source.path.endswith(("Test.php", "Tests.php")) or any(b.endswith("TestCase") for b in bases)
        return function.name.startswith("test") and bool(function.owner) and named
    if source.path.endswith(".kt") and any(SPECIFIES.match(d) for d in function.decorators):
        return any(b.endswith("Spec") for c in source.classes for b in c.bases)
    return False


def _is_skipped(source: Source, index: int) -> bool:
    own = source.functions[index]
    around = (c for c in source.classes if c.line <= own.line and own.end_line <= c.end_line)
    if any(_skips(source, d) for c in around for d in c.decorators) or _leaves(source, index) or _told_to_skip(source, own):
        return True
    if source.language == "php" and _skips_first(source, own):
        return True
    while index >= 0:
        function = source.functions[index]
        if any(_skips(source, d) for d in function.decorators):
            return True
        index = function.parent
    return False


def _skips(source: Source, decorator: str) -> bool:
    return bool(SKIPPED.search(decorator)) and not (source.language == "rust" and decorator == OPTIONAL)


def _leaves(source: Source, index: int) -> bool:
    """Whether a test leaves itself out by a statement of its own that stands under no condition."""
    function = source.functions[index]
    body = [line for line in source.lines[function.line : function.end_line] if line.strip()]
    depth = len(body[0]) - len(body[0].lstrip()) if body else 0
    for call in source.calls:
        if call.function != index or not LEAVES.match(call.callee) or call.line <= function.line:
            continue
        text = source.lines[call.line - 1]
        given = call.arguments.items
        if (
            len(text) - len(text.lstrip()) == depth
            and not GUARDS.search(text.partition("(")[0])
            and not re.search(r"[)\"'] (?:if|unless) ", text)
        ):
            return not given or given[0].kind in ("string", "template")
    return False


def _told_to_skip(source: Source, function: Function) -> bool:
    """`[Fact(Skip = "costs money")]`, without a condition (`SkipUnless`)."""
    if source.language != "csharp":
        return False
    above = max((f.end_line for f in source.functions if f.end_line < function.line), default=0)
    given = (c for c in source.calls if above < c.line <= function.line and ATTRIBUTE.search(c.callee))
    return any(c.argument("Skip", "Ignore") is not None and c.argument("SkipUnless", "SkipWhen") is None for c in given)


def _skips_all(source: Source) -> bool:
    """`pytestmark = pytest.mark.skip(...)` for a whole file."""
    marks = [a.value for a in source.assignments if a.name == "pytestmark" and a.function < 0] if source.language == "python" else []
    return any(v.text == "pytest.mark.skip" for mark in marks for v in (mark, *mark.items) if v.kind in ("call", "name"))


def _skipped_by_argument(source: Source) -> frozenset[int]:
    """Tests whose own annotation has an argument that switches them off: `[Fact(Skip = "...")]`, `@Test(enabled = false)`."""
    found = set()
    for call in source.calls if source.language in ("csharp", "java", "kotlin") else ():
        if call.function >= 0 and TEST_DECORATOR.search(call.callee):
            for key, value in zip(call.arguments.keys, call.arguments.items, strict=False):
                if (key in ("Skip", "Ignore", "IgnoreReason") and value.kind != "null") or (key == "enabled" and value.text == "false"):
                    found.add(call.function)
    return frozenset(found)


def _skips_first(source: Source, function: Function) -> bool:
    """Whether the first thing that a PHP test does is to skip itself, under no condition."""
    body = source.lines[function.line : function.end_line]
    first = next((text for text in body if text.strip(" \t{")), "")
    return bool(SKIPS_ITSELF.search(first))


def _marks(source: Source, index: int) -> tuple[str, ...]:
    """Marks, tags and groups of a test, its class and the whole file, by which a runner selects or leaves out."""
    function = source.functions[index]
    found = [d.rsplit(".", 1)[-1] for d in function.decorators]
    if source.language == "rust":  # `#[ignore = "why"]` has its reason behind the name
        found += [d.partition(".")[0] for d in function.decorators]
    for owner in source.classes:
        if owner.name == function.owner or (owner.line <= function.line and function.end_line <= owner.end_line):
            found += [d.rsplit(".", 1)[-1] for d in owner.decorators]
    for assignment in source.assignments:
        if assignment.name == "pytestmark":
            values = assignment.value.items if assignment.value.kind == "list" else (assignment.value,)
            found += [v.text.rsplit(".", 1)[-1] for v in values]
    owners = [c for c in source.classes if c.line <= function.line and function.end_line <= c.end_line]
    for call in source.calls:
        # RSpec's metadata: `describe X, :live do`; JUnit's @Tag("live"); [Trait("Category", "live")] above a test or its class
        tail = call.callee.rsplit(".", 1)[-1]
        around = (tail in ("describe", "it", "context") or call.callee in ("it.group", "test.group")) and (
            call.line <= function.line <= call.end_line
        )
        above = (tail in ("Tag", "Tags", "Category", "Trait", "TestCategory") or (tail == "Group" and source.language == "php")) and (
            call.function == index or any(o.line - ATTRIBUTES <= call.line <= o.line + ATTRIBUTES and call.function < 0 for o in owners)
        )
        if around or above:
            found += [v.text for v in call.arguments.items if v.kind == "string" and re.fullmatch(r"\w+", v.text)]
            found += [k for k in call.arguments.keys if k]
    return tuple(dict.fromkeys(found))
