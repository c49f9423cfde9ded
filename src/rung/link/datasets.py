"""Data sets of evaluation cases: files that a source names, and cases written into it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rung.facts.code.source import Assignment, Call, Loop, Source, Value
from rung.link.checks import assertions
from rung.link.data_files import DATA_FILE, cases_in, locate
from rung.link.declared_tests import TestUnit, test_units
from rung.link.project import Project
from rung.regex import regex

MANY_TESTS = 3
OPTION = regex(r"\{(?:--)?[\w|-]{1,40}=([\w./-]{1,120})(?: :[^}]{0,100})?\}")
HANDED = ("data", "dataset", "cases", "examples", "test_cases", "testCases", "goldens")
FRAME = regex(r"(?:^|\.)(?:DataFrame(?:\.from_records)?|from_list|from_records)$")
CASE = regex(r"""[{(,]\s*["']?(?:input|inputs|question|query|vars)["']?\s*[:=]""")  # how a case begins that is written out
# Lists that are handed about in any program, and are no cases of an evaluation.
NO_CASES_NAMED = regex(
    r"(?:^|_)(?:messages?|history|conversation|chat|tools?|functions?|models?|model_ids|providers?|columns|fields|metrics|evaluators|scorers|headers|roles?"
    r"|documents?|docs|chunks?|contexts?|keywords|stop\w*|args|argv|argparse|parts|content|choices|options|params|kwargs|config|schema|criteria|labels|colou?rs|commands?|cmds?)$",
    re.IGNORECASE,
)
# What tests are run over besides cases: the same ones with another model, on another system.
NO_CASES_PARAMETERS = frozenset(
    [
        "model",
        "model_name",
        "model_id",
        "models",
        "llm",
        "llms",
        "llm_class",
        "provider",
        "providers",
        "backend",
        "engine",
        "client",
        "stream",
        "streaming",
        "temperature",
        "platform",
        "dialect",
        "store",
    ]
)
INLINE = regex(
    r"(?:^|\.)(?:parametrize|each|CsvSource|ValueSource|CsvFileSource|MethodSource|MemberData|TestCaseSource|ClassData|InlineData|TestCase|DataRow|DynamicData)$"
    r"|^(?:it|test)\.(?:\w+\.)*with$"
)
# Parameters of a test that say with what the same question is asked.
SURROUNDINGS = regex(
    r"^(?:\w*(?:[Mm]emory|[Ss]torage|[Ss]tore|[Dd]b|[Dd]atabase|[Bb]ackend|[Pp]rovider|[Ee]ngine|[Mm]odel|[Dd]eployment|[Cc]lient|[Ss]ervice|[Cc]onfig(?:uration)?|[Mm]ode)"
    r"(?:_?(?:[Tt]ype|[Nn]ame|[Kk]ind|[Ii]d))?|(?:use|is|with|enable)_?[A-Z_]\w*|stream(?:ing)?|temperature)$"
)
# How a list or table begins that is written out where it is gone through, in any language.
LITERAL = regex(
    r"[\[({]|map\[|&?\[|&?vec!|Object\.(?:entries|keys|values)\(|(?:map|list|array|set|sequence|hashMap)Of\(|(?:List|Map|Set|Stream)\.of(?:Entries)?\(|Arrays\.asList\("
    r"|new\b|\w+\[\]\{|\[\]"
)
PROVIDER = regex(r"(?:^|\.)DataProvider$")
ROW = regex(r"(?:^|\.)(?:InlineData|TestCase|DataRow)$")  # gives one case each
MANY_ROWS = 20
LISTS = regex(
    r"(?:^|\.)(?:r?glob|iglob|iterdir|listdir|scandir|walk|globSync|readdir(?:Sync)?|ReadDir|WalkDir|Glob|read_dir|GetDirectories|EnumerateFiles|GetFiles)$"
    r"|^glob\.sync$"
)
# What a harness goes through, where it sets tasks to the application.
TASKS = regex(
    r"exercis|problem|task|instance|puzzle|challenge|scenario|benchmark|case|question|fixture|sample|swe_?bench|human_?eval", re.IGNORECASE
)


def defined_cases(source: Source, taken: frozenset[str] | None) -> tuple[str, int] | None:
    """A list of cases that a module defines at its top level and of which another one takes the name (None: all of them)."""
    for assignment in source.assignments:
        if taken is not None and assignment.name not in taken:
            continue
        if assignment.function < 0 and not assignment.owner and _is_cases(assignment.value) and not NO_CASES_NAMED.search(assignment.name):
            return source.path, assignment.line
    return None


def goes_through_folder(source: Source) -> bool:
    """Whether a harness goes through a folder of exercises, tasks or the like, wherever that comes from."""
    through = [c.line for c in source.calls if LISTS.search(c.callee)]
    lines = [*through, *(loop.line for loop in source.loops)] if through or source.loops else []
    return any(TASKS.search(source.lines[line - 1]) for line in lines)


def data_set(project: Project, source: Source, live: Sequence[TestUnit] = ()) -> tuple[str, int] | None:
    """Where the cases of an evaluation stand: (path, line) of a file with at least two, or of the list in the source itself.

    `live` are those of the file's tests that ask a model, where it has tests.
    """
    return _files(project, source, live) or _versioned(source) or _inline(source, live)


def _versioned(source: Source) -> tuple[str, int] | None:
    """A data set elsewhere that is taken in one version."""
    for call in source.calls:
        version = next((v for key in ("revision", "as_of", "version", "dataset_version") if (v := call.argument(key))), None)
        if (
            version
            and version.kind in ("string", "number")
            and re.search(r"dataset", call.callee, re.IGNORECASE)
            and version.text != "main"
        ):
            return source.path, call.line
    return None


def _files(project: Project, source: Source, live: Sequence[TestUnit]) -> tuple[str, int] | None:
    others = [u for u in test_units(source) if u not in live] if live else []
    imported = [(i.module, i.line) for i in source.imports if source.language == "javascript"]  # `import cases from "./cases.json"`
    written = ((t.value.strip(), t.line) for t in source.texts)
    # a console's command says its options with what they are otherwise: `{--file=cases.json}`
    defaults = [(m[1], t.line) for t in source.texts if "=" in t.value and (m := OPTION.search(t.value[:2000]))]
    for text, line in (*written, *defaults, *imported):
        match = DATA_FILE.fullmatch(text) if len(text) < 200 and "\n" not in text else None
        if not match or any(u.line <= line <= u.end_line for u in others):
            continue
        target = locate(project, source.path, text)
        if target and cases_in(project, target) >= 2:
            return target, 1
    return None


def _inline(source: Source, live: Sequence[TestUnit]) -> tuple[str, int] | None:
    if line := _provided(source, live):
        return source.path, line
    rows = [c for c in source.calls if INLINE.search(c.callee) and _for_live(source, c, live)]
    for call in rows:
        several = sum(1 for c in rows if c.callee == call.callee and abs(c.line - call.line) <= MANY_ROWS) >= 2
        if _gives_cases(call) if not ROW.search(call.callee) else several and not _gives_settings(source, call):
            return source.path, call.line
    looped = " ".join(loop.iterable for loop in source.loops) + " " + " ".join(c.callee for c in source.calls)
    given = [v for c in source.calls for v in c.arguments.items]
    given += [v for g in given if g.kind == "mapping" for v in g.items]  # the columns of a frame
    handed = " ".join(v.text for v in given if v.kind == "name")
    for assignment in source.assignments:
        name = assignment.name.rsplit(".", 1)[-1]
        if NO_CASES_NAMED.search(name) or not _is_cases(_rows(assignment.value)) or not _for_live(source, assignment, live):
            continue
        if re.search(rf"\b{re.escape(name)}\b", f"{looped} {handed}"):
            return source.path, assignment.line
    checked = assertions(source)  # `assert all(word in answer for word in [...])` goes over words, not over cases
    for loop in source.loops:
        listed = LITERAL.match(loop.iterable) and re.search(r"[\"'\])}]\s*,\s*[\[({\"']", loop.iterable)
        if listed and _for_live(source, loop, live) and not any(c.line <= loop.line <= c.end_line for c in checked):
            return source.path, loop.line
    line = _written_out(source, live)
    if line:
        return source.path, line
    if len(live) >= MANY_TESTS and len({_question(source, unit) for unit in live}) >= MANY_TESTS:
        return source.path, live[0].line
    return None


def _written_out(source: Source, live: Sequence[TestUnit]) -> int:
    """The line of cases that stand in a call themselves, or that Ruby goes through as a literal; 0 when there are none."""
    if source.language == "ruby":
        for number, line in enumerate(source.lines, 1):
            if re.match(r"\s*(?:[\[{%].*[\]})]|[A-Z_]+)\.each(?:_with_index|_pair)?\b.*\bdo\b", line):
                return number
    within = {f for unit in live for f in unit.functions}
    handed = (c for c in source.calls if not live or (c.function in within and len(CASE.findall(_written(source, c))) >= 2))
    return next((c.line for c in handed if _handed_cases(source, c)), 0)


def _written(source: Source, call: Call) -> str:
    return "\n".join(source.lines[call.line - 1 : call.end_line])


def _provided(source: Source, live: Sequence[TestUnit]) -> int:
    """The line of a function that a live test names as what provides its cases, and that writes out several; 0 when none does."""
    named = {
        c.arguments.items[0].text for c in source.calls if PROVIDER.search(c.callee) and c.arguments.items and _for_live(source, c, live)
    }
    for function in source.functions if source.language == "php" else ():
        if function.name in named and len({t.line for t in source.texts if function.line < t.line <= function.end_line}) >= MANY_TESTS:
            return function.line
    return 0


def _handed_cases(source: Source, call: Call) -> bool:
    """Whether a call is handed cases as its data, in a list or in a function that returns one."""
    value = call.argument(*HANDED)
    if value is None or call.callee.rsplit(".", 1)[-1] in ("DataFrame", "Figure", "stringify", "dumps", "dump"):
        return False
    if value.kind == "function":
        return len(CASE.findall(_written(source, call))) >= 2
    return value.kind == "list" and _is_cases(value)


def _gives_cases(call: Call) -> bool:
    given = call.arguments.items
    if call.callee.endswith(".with"):  # of objects, it gives the same question other surroundings
        return any(_is_cases(v) and any(i.kind != "call" for i in v.items) for v in given)
    if given and given[0].kind == "string" and call.callee.endswith("parametrize"):
        if {name.strip() for name in given[0].text.split(",")} <= NO_CASES_PARAMETERS:
            return False
        return any(_is_cases(v) for v in given) or (len(given) >= 2 and given[1].kind != "list")
    return any(_is_cases(v) for v in given) or len(given) >= 2


def _gives_settings(source: Source, row: Call) -> bool:
    """Whether a row above a test gives the same question other surroundings: a store, a provider, a model."""
    below = min((f for f in source.functions if f.line >= row.line and f.name), key=lambda f: f.line, default=None)
    return below is not None and bool(below.parameters) and all(SURROUNDINGS.search(p) for p in below.parameters)


def _for_live(source: Source, what: Call | Assignment | Loop, live: Sequence[TestUnit]) -> bool:
    """Whether what stands in a file of tests belongs to one that asks a model, or to no test at all."""
    if not live:
        return True
    spans = [(u.line, u.end_line, u in live) for u in test_units(source)]
    within = [is_live for line, end, is_live in spans if line <= what.line <= end]
    if within or not isinstance(what, Call):
        return not within or any(within)
    after = [(line, is_live) for line, _, is_live in spans if line >= what.line]
    return min(after)[1] if after else True  # a decorator of the test below it


def _question(source: Source, unit: TestUnit) -> str:
    """The longest sentence of a test: what it asks, most likely."""
    return max((t.value for t in source.texts if unit.line <= t.line <= unit.end_line and " " in t.value.strip()), key=len, default="")


def _rows(value: Value) -> Value:
    """The rows of a table that is written out (`pd.DataFrame([(...), (...)], columns=...)`), or else the value itself."""
    given = value.items[0] if value.kind == "call" and value.items and FRAME.search(value.text) else None
    rows = given is not None and given.kind == "list" and all(i.kind in ("list", "mapping") for i in given.items)
    return given if given is not None and rows else value


def _is_cases(value: Value) -> bool:
    if value.kind == "list":
        turns = all(i.kind == "mapping" and {"role", "content"} <= set(i.keys) for i in value.items)  # of one conversation
        return len(value.items) >= 2 and not turns and all(i.kind in ("string", "template", "list", "mapping", "call") for i in value.items)
    return value.kind == "mapping" and len(value.items) >= 2 and all(i.kind in ("string", "list", "mapping") for i in value.items)
