"""Under which surroundings tests run at all: variables without which they skip themselves, and whether a pipeline gives these."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from rung.facts.code.source import Source
from rung.facts.pipelines.types import Run
from rung.link.conftests import hooks
from rung.link.declared_tests import TestUnit
from rung.link.graph import Graph
from rung.link.project import Project
from rung.regex import regex

# What skips a test, or runs it only if.
SKIPS = regex(
    r"\bskip_?if\b|\brun_?if\b|skip_?unless\b|\.skip\b|\bskip\(|\.Skip(?:f|Now|Test)?\b|\bskipTest\b|markTest(?:Skipped|Incomplete)|\bassume\w*|(?:En|Dis)abledIfEnvironmentVariable|\bSkip(?:pable)?\b"
    r"|^\s*(?:skip|pending)\b|\?\s*(?:describe|it|test)\b|\b(?:describe|it|test)\s*:",
    re.IGNORECASE,
)
NEAR = 3
KEYED = regex(r"(\w+)[\"']?\s*:(?!:)")
IMPORT = regex(r"\s*(?:import|from|require)\b|\s*(?:const|var|let)\s[^=]{1,200}=\s*require\(")
SHORT = ("-short", "-test.short", "--short")
NO = ("", "0", "false", "no", "off", "False")
ENVIRONMENT = regex(r"env\b|environ|Getenv|getenv|ENV\[|ENV\.|env!|env::")
# A variable that is given to one command of a file of scripts: `"evals": "RUN_EVALS=1 vitest run"`.
PREFIXED = regex(r"(?:^\s+@?|[\"'`]|&&\s|\bcross-env\s|\benv\s)[A-Z][A-Z0-9_]{1,60}=\S{1,80}\s+[\w./-]")
# What somebody who runs evaluations says in the command.
AIMED = regex(r"eval|bench|live|e2e|integration|quality|llm", re.IGNORECASE)


def skips_without(source: Source, unit: TestUnit) -> frozenset[str]:
    """Environment variables without which a test of a file skips itself."""
    found = set()
    for read_name, line, function in _reads(source):
        if function >= 0 and function not in unit.functions and not _is_fixture(source, function, unit):
            continue
        if line > unit.end_line and function < 0 and source.language != "python":
            continue
        names = {a.name.rsplit(".", 1)[-1] for a in source.assignments if a.line == line}
        if _skips_at(source, line, unit) or any(_skips_by(source, name, line, unit) for name in sorted(names)):
            found.add(read_name)
    return frozenset(found)


def skips_by_others(source: Source, unit: TestUnit, others: Iterable[Source]) -> frozenset[str]:
    """Variables that other files of the project read, and by whose names there a test skips itself (`skipIf(!env.evals)`, `@live`)."""
    found = set()
    for other in others:
        for read_name, line, function in _reads(other):
            if any(_skips_by_name(source, name, unit, _leaves_out(other, line)) for name in sorted(_names_at(other, line, function))):
                found.add(read_name)
    return frozenset(found)


def _names_at(source: Source, line: int, function: int) -> set[str]:
    """What holds or gives what is read at a line: variables, keys, the function around it."""
    found = {a.name.rsplit(".", 1)[-1] for a in source.assignments if a.line == line or (a.line < line <= a.value.line)}
    found |= set(KEYED.findall(source.lines[line - 1]))
    if function >= 0 and source.functions[function].name:
        found.add(source.functions[function].name)
    return {n for n in found if len(n) > 2}


def _leaves_out(source: Source, line: int) -> bool:
    """Whether what is read at a line skips there."""
    return any(SKIPS.search(text) for text in source.lines[max(0, line - 2) : line + NEAR])


def _skips_by_name(source: Source, name: str, unit: TestUnit, leaves_out: bool) -> bool:
    if leaves_out and name in unit.parameters:
        return True
    word = re.compile(rf"(?<!\w){re.escape(name)}\b")
    for number, text in enumerate(source.lines, 1):
        if not word.search(text) or IMPORT.match(text):
            continue
        if leaves_out and _uses(source, number, unit):
            return True
        concerns = _concerns(source, number, unit)
        opened = bool(re.search(r"\bif\b|\bunless\b", text))
        if concerns and any(SKIPS.search(t) for t in source.lines[number - 1 : number + (NEAR if opened else 0)]):
            return True
        held = re.match(r"\s*(?:const|let|var)?\s*(\w+)\s*:?=[^=]", text)
        if held and concerns and held[1] != name and _skips_by(source, held[1], number, unit):
            return True
    return False


def _uses(source: Source, line: int, unit: TestUnit) -> bool:
    """Whether what skips is used at a line for a test: around it, above it, in it, or for the whole file."""
    text = source.lines[line - 1].strip()
    if unit.line <= line <= unit.end_line or text.startswith("pytestmark"):
        return True
    if text.startswith("@"):
        return _concerns(source, line, unit)
    return any(c.line == line and c.end_line >= unit.end_line for c in source.calls)


def _reads(source: Source) -> Iterator[tuple[str, int, int]]:
    yield from ((r.name, r.line, r.function) for r in source.environment)
    for call in source.calls:
        if call.callee.rsplit(".", 1)[-1] == "EnabledIfEnvironmentVariable":
            named = call.argument("named")
            if named is not None:
                yield named.text, call.line, -1


def _is_fixture(source: Source, function: int, unit: TestUnit) -> bool:
    """A helper or fixture that the test takes or calls."""
    name = source.functions[function].name
    return bool(name) and (
        name in unit.parameters or any(c.function in unit.functions and c.callee.rsplit(".", 1)[-1] == name for c in source.calls)
    )


def _concerns(source: Source, line: int, unit: TestUnit) -> bool:
    """Whether what stands at a line, outside every test, is for this one: around it, right above it, or for all of the file."""
    if unit.line <= line <= unit.end_line:
        return True
    if any(
        f.line <= line <= f.end_line and not (f.line <= unit.line and unit.end_line <= f.end_line) for f in source.functions if f.decorators
    ):
        return any(f.line <= line <= f.end_line and f.name in unit.parameters for f in source.functions)
    text = source.lines[line - 1]
    if "pytestmark" in text or (text.startswith("const ") and "?" in text):
        return True
    if line > unit.line:
        return False
    if source.language == "python":
        below = [f.line for f in source.functions if f.line >= line]
        classes = [c for c in source.classes if c.line >= line and c.line - line <= NEAR and c.line <= unit.line <= c.end_line]
        return bool(classes) or not text.lstrip().startswith("@") or (bool(below) and min(below) == unit.line)
    around = [c for c in source.calls if c.line <= line <= c.end_line and c.end_line >= unit.end_line]
    owners = [c for c in source.classes if c.line - NEAR <= line <= c.end_line and c.line <= unit.line <= c.end_line]
    return bool(around or owners) or line >= unit.line - NEAR


def _skips_at(source: Source, line: int, unit: TestUnit) -> bool:
    """Whether the condition that a read stands in skips: on its line, or in the block that it opens."""
    if not _concerns(source, line, unit):
        return False
    opened = bool(re.search(r"\bif\b|\bunless\b", source.lines[line - 1]))
    last = line + NEAR if opened else line
    wrapped = line > 1 and bool(SKIPS.search(source.lines[line - 2])) and source.lines[line - 2].rstrip().endswith("(")
    return wrapped or any(SKIPS.search(text) for text in source.lines[line - 1 : last])


def _skips_by(source: Source, name: str, read: int, unit: TestUnit) -> bool:
    """Whether a variable that holds what was read decides on skipping."""
    word = re.compile(rf"(?<![\w.]){re.escape(name)}\b")
    for number, text in enumerate(source.lines, 1):
        if number == read or not word.search(text) or not _concerns(source, number, unit):
            continue
        opened = bool(re.search(r"\bif\b|\bunless\b", text))
        if any(SKIPS.search(t) for t in source.lines[number - 1 : number + (NEAR if opened else 0)]):
            return True
        derived = re.match(r"\s*(?:const|let|var)?\s*(\w+)\s*=[^=]", text)
        if derived and derived[1] != name and number > read and _skips_by(source, derived[1], number, unit):
            return True
    return False


class Surroundings:
    """Tells what pipelines give to the tests that they run."""

    def __init__(self, project: Project, graph: Graph) -> None:
        self.project, self.graph = project, graph
        words = project.vocabulary["surroundings"]
        self._hands_on, self._secrets = regex(words["hands_on"], re.IGNORECASE), regex(words["secrets"], re.IGNORECASE)
        self._local, self._keys = regex(words["local_models"], re.IGNORECASE), regex(words["keys"])

    def lets_run(self, run: Run, source: Source, unit: TestUnit) -> bool:
        """Whether a test that asks a model can do so in a run: it doesn't skip itself, and there is a model to be reached."""
        if source.language == "go" and any(w in SHORT for w in run.arguments) and _is_long(source, unit):
            return False
        own = self.gives(run, skips_without(source, unit)) and self.gives(run, skips_by_others(source, unit, self._others(source)))
        return own and self.gives(run, self._by_hooks(source, unit)) and (bool(AIMED.search(run.text)) or self._reaches_model(run))

    def _others(self, source: Source) -> Iterator[Source]:
        """Files that a file of tests uses, and conftest files above it, that read the environment."""
        paths = set(self.graph.touches(source.path))
        folder = posixpath.dirname(source.path)
        while source.language == "python":
            paths.add(posixpath.join(folder, "conftest.py"))
            if not folder:
                break
            folder = posixpath.dirname(folder)
        for path in sorted(paths & self.project.repository.files.keys()):
            other = self.project.source(path) if ENVIRONMENT.search(self.project.text(path) or "") else None
            if other is not None:
                yield other

    def _by_hooks(self, source: Source, unit: TestUnit) -> frozenset[str]:
        """Variables without which a hook of a conftest file leaves a test out."""
        marks = {m.lower() for m in unit.marks}
        return frozenset(
            name
            for hook in (hooks(self.project, "") if source.language == "python" else ())
            if not hook.options and (marks & hook.marks or any(re.search(place, f"/{source.path}") for place in hook.places))
            for name in hook.variables
        )

    def gives(self, run: Run, names: frozenset[str]) -> bool:
        """Whether a run has one of the variables that a test needs in order to run; true as well where that can't be told."""
        values = [v for name in names if (v := run.environment.get(name)) is not None]
        if not names or any(v.strip("'\"") not in NO for v in values):
            return True
        if run.system != "github":  # elsewhere secrets reach every job without a word in the file
            return any(self._keys.search(name) for name in names)
        told = self._told(run)
        return bool(self._hands_on.search(told)) or any(_is_set(name, told) for name in names)

    def _reaches_model(self, run: Run) -> bool:
        """Whether a run is handed a secret, or has a model of its own."""
        if run.system != "github":
            return True
        told = self._told(run)
        return any(pattern.search(told) for pattern in (self._secrets, self._hands_on, self._local))

    def _told(self, run: Run) -> str:
        """The texts of all files on the way to a run, comments left out."""
        places = {(run.location.path, run.location.line), *((step.path, step.line) for step in run.reach)}
        pipelines = {p.path for p in self.project.pipelines}
        lines = []
        for path in dict.fromkeys((run.location.path, *(step.path for step in run.reach))):
            for number, line in enumerate((self.project.text(path) or "").splitlines(), 1):
                # what another command of a file of scripts is given is not for this one
                other = path not in pipelines and (path, number) not in places and PREFIXED.search(line)
                if not line.lstrip().startswith("#") and not other:
                    lines.append(line)
        return "\n".join(lines)


def _is_long(source: Source, unit: TestUnit) -> bool:
    """Whether a Go test skips itself where short ones are asked for."""
    return any("testing.Short()" in text for text in source.lines[unit.line - 1 : unit.end_line])


def _is_set(name: str, text: str) -> bool:
    """Whether a pipeline's text sets a variable to anything but no."""
    values = re.findall(rf"\b{re.escape(name)}\b[\"']?\s*[:=]\s*[\"']?([^\"'\s,}}]*)", text)
    return any(v not in NO for v in values)
