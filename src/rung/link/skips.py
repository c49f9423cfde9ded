"""Under which surroundings tests run at all: variables without which they skip themselves, and whether a pipeline gives these."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Source
from rung.facts.pipelines.types import Run
from rung.link.checks import TestUnit
from rung.link.project import Project

# What skips a test, or runs it only if.
SKIPS = re.compile(
    r"\bskip_?if\b|\brun_?if\b|skip_?unless\b|\.skip\b|\bskip\(|\.Skip(?:f|Now|Test)?\b|\bskipTest\b|\bassume\w*|(?:En|Dis)abledIfEnvironmentVariable|\bSkip(?:pable)?\b"
    r"|^\s*(?:skip|pending)\b|\?\s*(?:describe|it|test)\b|\b(?:describe|it|test)\s*:",
    re.IGNORECASE,
)
NEAR = 3
NO = ("", "0", "false", "no", "off", "False")
# What somebody who runs evaluations says in the command.
AIMED = re.compile(r"eval|bench|live|e2e|integration|quality|llm", re.IGNORECASE)


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

    def __init__(self, project: Project) -> None:
        self.project = project
        words = project.vocabulary["surroundings"]
        self._hands_on, self._secrets = re.compile(words["hands_on"], re.IGNORECASE), re.compile(words["secrets"], re.IGNORECASE)
        self._local, self._keys = re.compile(words["local_models"], re.IGNORECASE), re.compile(words["keys"])

    def lets_run(self, run: Run, source: Source, unit: TestUnit) -> bool:
        """Whether a test that asks a model can do so in a run: it doesn't skip itself, and there is a model to be reached."""
        return self.gives(run, skips_without(source, unit)) and (bool(AIMED.search(run.text)) or self._reaches_model(run))

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
        paths = dict.fromkeys((run.location.path, *(step.path for step in run.reach)))
        lines = [line for path in paths for line in (self.project.text(path) or "").splitlines() if not line.lstrip().startswith("#")]
        return "\n".join(lines)


def _is_set(name: str, text: str) -> bool:
    """Whether a pipeline's text sets a variable to anything but no."""
    values = re.findall(rf"\b{re.escape(name)}\b[\"']?\s*[:=]\s*[\"']?([^\"'\s,}}]*)", text)
    return any(v not in NO for v in values)
