"""Lists of patterns and terms that stand in a file of data: functions that look for them in a text, and callers that then withhold it."""

from __future__ import annotations

import re

from rung.facts.code.source import Call, Source
from rung.link.expression import Expression
from rung.link.gates import TESTS
from rung.link.glance import Glance
from rung.link.project import Project
from rung.link.refusals import LOOKS
from rung.regex import regex

NEAR = 10
COMMENT = regex(r"^\s*(?:#(?!\[)|//|\*|/\*).*$")
# An expression that is made of what stands elsewhere, in the usual languages; and what reads a file of data.
MADE = Expression(
    r"(?:\bRegex(?:Builder|Set)?::new\(|\bre\.(?:compile|search|match)\(|new RegExp\(|regexp\.(?:Must)?Compile\(|Pattern\.compile\("
    r"|new Regex\(|Regexp\.new\(|Regexp\.union\()\s{0,4}(?![rf@]{0,2}[\"'`/$])[&*\w]"
)
READS = Expression(
    r"read_to_string|include_str!|\bread_text\(|\bopen\(|readFile(?:Sync)?\(|readTextFile\(|ReadFile\(|ReadAll\w*\(|File\.(?:read|open)|load_file\(|safe_load\("
    r"|json\.load|file_get_contents|getResource|go:embed|readAllLines|readString\(|Deserialize"
)


class PatternLists:
    """Tells which functions of a file look for what such a list holds, and which calls of them decide what goes on."""

    def __init__(self, project: Project, glance: Glance) -> None:
        self.project, self.glance = project, glance
        self._known: dict[str, frozenset[str]] = {}
        self.withheld = regex(project.vocabulary["safety"]["withheld"], re.IGNORECASE)

    def functions(self, path: str) -> frozenset[str]:
        """Names of the functions that look for the patterns of a file of data in what they get."""
        if path not in self._known:
            self._known[path] = self._looking(path)
        return self._known[path]

    def _looking(self, path: str) -> frozenset[str]:
        if not self.glance.holds(path, "patterns") or not self.project.is_application(path):
            return frozenset()
        text = self.project.text(path) or ""
        source = self.project.source(path) if MADE.search(text) and READS.search(text) else None
        if source is None:
            return frozenset()
        looking = set()
        for call in source.calls:
            index = call.function if TESTS.search(call.callee) or LOOKS.search(call.callee) else -1
            while index >= 0 and source.functions[index].parent >= 0:
                index = source.functions[index].parent
            if index >= 0 and set(source.functions[index].parameters) - {"self", "cls", "this", "&self"}:
                looking.add(source.functions[index].name)
        return frozenset(looking - {""})

    def withholds(self, source: Source, call: Call) -> bool:
        """Whether what stands around and below a call says that a text is held back."""
        last = source.functions[call.function].end_line if call.function >= 0 else len(source.lines)
        rows = source.lines[call.line - 1 : min(last, call.line + NEAR)]
        return any(self.withheld.search(row) for row in rows if not COMMENT.match(row))
