"""Functions of the repository's own that take personal data out of a text, wherever they stand between the user and the model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from rung.facts.code.source import Call, Class, Function, Source
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.direct import owners
from rung.link.entities import snake
from rung.link.gates import Reach
from rung.link.project import Project
from rung.link.sides import Sides
from rung.link.wrappers import Wrappers
from rung.regex import regex

REPLACES = regex(
    r"(?:^|\.)(?:re\.)?(?:sub|subn|replace|replaceAll|replace_all|gsub!?|ReplaceAllString(?:Func)?|ReplaceAllLiteralString|ReplaceAll|ReplaceString|Replace|"
    r"split|anonymize|ReplaceAllStringFunc|replaceAllMapped|str_i?replace|preg_replace(?:_callback)?|strtr)$"
)
WORD, SIGILS = regex(r"\w+"), "@$?!"
# Calls by which a text is shown, logged or kept.
SHOWN = regex(
    r"(?:^|\.)(?:print\w*|Print\w*|log\w*|Log\w*|debug|info|warn(?:ing)?|error|trace|echo|capture\w*|track|insert\w*|save\w*|upsert\w*|put_?[iI]tem|execute)$"
)
ASSIGNED = regex(r".*?(\w+)\s*(?::\s*[\w<>\[\]|. ]+)?:?=(?!=)")
SCOPES = regex(r"\s*(?:async with|await using|with|using|if|else|elif|for|while|try)\b")
# A line that closes a type and opens its values.
GOES_ON = regex(r"\s*[})\]].{0,40}[{(\[]\s*$")
QUOTED = regex(r"\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'")
LONGEST_NAME = 60
ROWS = 30  # of a table of patterns
# Calls by which a text's placeholder may be replaced, and not what a pattern finds.
PLAIN = regex(r"(?:^|\.)(?:replace|Replace|replaceAll|ReplaceAll|str_i?replace|strtr)$")


class Escaped:
    """An expression for what is written in source code, where a backslash in a text may have to be written twice."""

    def __init__(self, pattern: str) -> None:
        self.plain = regex(pattern)

    def search(self, text: str) -> bool:
        """Whether the expression is found in a text."""
        return bool(self.plain.search(text) or ("\\\\" in text and self.plain.search(text.replace("\\\\", "\\"))))


class Redactions:
    """Facts of kind `safety-measure` for functions around a model that hold patterns of personal data, and replace what matches."""

    def __init__(self, project: Project, asking: Asking, reach: Reach) -> None:
        self.project, self.asking, self.reach = project, asking, reach
        words = project.vocabulary["redactions"]
        self.personal, self.placeholders = Escaped(words["personal"]), regex(words["placeholders"])
        self.replaced = regex(words["replaced"])
        self.named, self.hooks = regex(words["named"]), regex(words["hooks"])
        self.elsewhere = regex(words["elsewhere"])
        self.verbs, self.framework = regex(words["verbs"]), regex(words["framework_bases"])
        self.log_heads, self.log_bases = regex(words["log_heads"]), regex(words["log_bases"])
        self.sides, self.wrappers = Sides(project, asking), Wrappers(project)

    @cached_property
    def files(self) -> frozenset[str]:
        """The files around a model, with those that a package uses whose files stand there together."""
        used = (t for p in self.reach.files if p.endswith(".go") for t in self.asking.graph.glanced(p))
        return self.reach.files | {t for t in used if self.project.is_application(t)}

    def facts(self) -> Iterator[Fact]:
        """One measure for each such function that is in use."""
        glance = self.asking.uses.glance
        for path in sorted(self.files):
            if not glance.holds(path, "redacting") or self.elsewhere.search(snake(path)):
                continue
            source = self.project.source(path)
            functions = self._redacting(source) if source else {}
            for name, index in functions.items():
                place = self._in_use(source, index, functions) if source else None
                if place:
                    side = place[2] or "input"
                    yield self.project.fact(
                        "safety-measure", place[0], place[1], measure="pii-redaction", sides=[side], tool="", function=name
                    )

    def _redacting(self, source: Source) -> Mapping[str, int]:
        """The functions of a file that take personal data out of a text, by name; those that only call them are in use of them."""
        found: dict[str, int] = {}
        replacing: dict[int, list[Call]] = {}  # by function, those of the functions right inside it too
        for call in source.calls:
            if call.function >= 0 and REPLACES.search(call.callee):
                for around in {call.function, source.functions[call.function].parent}:
                    replacing.setdefault(around, []).append(call)
        for index, function in enumerate(source.functions):
            if index not in replacing or not function.name or len(function.name) > LONGEST_NAME or function.name in found:
                continue
            if self.elsewhere.search(snake(f"{function.owner} {function.name}")) and not self._of_framework(source, function):
                continue
            if self._holds(source, function, replacing[index]):
                found[function.name] = index
        return found

    def _holds(self, source: Source, function: Function, calls: list[Call]) -> bool:
        """Whether a function replaces personal data: its name says so beside patterns, or it holds them and says what it puts."""
        body = "\n".join(source.lines[function.line - 1 : function.end_line])
        of_owner = bool(self.named.search(snake(function.owner)))
        if of_owner and any(map(self.personal.search, source.lines)):
            return True
        name = snake(function.name)
        module = snake(source.path.rsplit("/", 1)[-1].split(".")[0])
        named = of_owner or bool(self.named.search(name)) or bool(self.named.search(module))
        if not named and self.verbs.search(name):
            return bool(self.personal.search(body)) or self._names_pattern(source, function, body)
        if not named and not self.replaced.search(body):
            return False
        personal = bool(self.personal.search(body)) or self._names_pattern(source, function, body)
        if named:
            puts = (v for c in calls for v in c.arguments.items[1:] if v.kind in ("string", "template"))
            return personal or any(self.placeholders.search(v.text) for v in puts)
        first = [c.arguments.items[0] for c in calls if PLAIN.search(c.callee) and len(c.arguments.items) > 1]
        if any(v.kind == "string" and self.replaced.search(f'"{v.text}"') for v in first):
            return False  # a template that is filled in
        return personal

    def _names_pattern(self, source: Source, function: Function, body: str) -> bool:
        """Whether a function names what elsewhere in its file is given such a pattern, or a list of them."""
        words = frozenset(WORD.findall(body))
        held = (  # by another function, whose annotation may be the pattern
            f.name.strip(SIGILS) in words
            and re.search(rf"\b{re.escape(f.name)}\s*\(", body)
            and any(map(self.personal.search, source.lines[max(0, f.line - 3) : f.end_line]))
            for f in source.functions
            if len(f.name) > 2 and f.end_line - f.line < 4 and not function.line <= f.line <= function.end_line
        )
        if any(held):
            return True
        return any(
            len(tail := a.name.rsplit(".", 1)[-1]) > 2
            and tail.strip(SIGILS) in words
            and not function.line <= a.line <= function.end_line
            and re.search(rf"(?<![\[<\"'`{{])\b{re.escape(tail)}\b", body)
            and self._is_pattern(source, a.line)
            for a in source.assignments
            if a.value.kind in ("list", "mapping", "call", "string", "other", "template")
        )

    def _is_pattern(self, source: Source, line: int) -> bool:
        """Whether what is assigned at a line is or holds a pattern of personal data, on it or in the deeper lines below."""
        rows = source.lines[line - 1 : line + ROWS]
        end = next((i for i, row in enumerate(rows) if i and 0 <= _depth(row) <= _depth(rows[0]) and not GOES_ON.match(row)), len(rows))
        return any(self.personal.search(row) for row in rows[:end])

    def _in_use(self, source: Source, index: int, functions: Mapping[str, int]) -> tuple[str, int, str] | None:
        """(path, line, side) where what goes to or comes from a model passes through a function; None where nothing does."""
        function = source.functions[index]
        if self._is_left_alone(source.path):
            return None
        if any(self.hooks.search(d) for d in function.decorators):
            return source.path, function.line, "input"
        handed = self.wrappers.of(source).get(index)
        if handed is not None:
            replaced = [c.line for c in source.calls if function.line <= c.line <= function.end_line and REPLACES.search(c.callee)]
            return source.path, replaced[0], "output" if replaced[0] > handed else "input"
        declared = self._of_framework(source, function)
        if declared and (declared.decorators or self.wrappers.is_made(source, declared.name)):
            told = snake(" ".join((*declared.bases, declared.name, function.name)))
            return source.path, function.line, self.sides.told(told) or "input"
        names = {function.name} | {f.owner for f in (function,) if f.owner and self.named.search(snake(f.owner))}
        users = sorted(u for u in self.asking.graph.used.get(source.path, ()) if u in self.files)
        for path in (source.path, *users, *self._neighbours(source.path)):
            text = self.project.text(path) or ""
            other = source if path == source.path else self.project.source(path) if any(n in text for n in names) else None
            if other is None or self.elsewhere.search(snake(path)):
                continue
            for call in other.calls:
                tail = call.callee.rsplit(".", 1)[-1]
                used = tail == function.name or any(
                    v.kind == "name" and v.text.rsplit(".", 1)[-1] == function.name for v in call.arguments.items
                )
                if (
                    used
                    and not self._is_for_logs(other, call)
                    and (other is not source or self._is_reached(source, call, functions, users))
                ):
                    return path, call.line, self.sides.side(other, call)
        return None

    def _is_left_alone(self, path: str) -> bool:
        """Whether a file stands in an inner package that no other one imports, where only this module may."""
        folder = path.rpartition("/")[0]
        if not path.endswith(".go") or "internal" not in folder.split("/"):
            return False
        named = f'/{folder[folder.index("internal") :]}"'
        others = (p for p in self.project.code if p.endswith(".go") and self.project.is_application(p) and p.rpartition("/")[0] != folder)
        return not any(named in (self.project.text(p) or "") for p in others)

    def _of_framework(self, source: Source, function: Function) -> Class | None:
        """The class around a function whose methods a framework calls with what goes to a model or comes from it."""
        around = (c for c in source.classes if c.name == function.owner)
        return next((c for c in around if any(map(self.framework.search, c.bases))), None)

    def _is_reached(self, source: Source, call: Call, functions: Mapping[str, int], users: list[str]) -> bool:
        """Whether something uses the function around a call, which stands in the file of what is called."""
        around = source.functions[call.function] if call.function >= 0 else None
        name = owners(source, call.function)[0]
        if around is None or not name or name in self.asking.names(source.path):
            return True
        if name in functions:
            return False
        if any(c.name == around.owner and c.bases for c in source.classes) or name.startswith("__"):
            return True  # a method that a framework or an object's maker calls
        word = re.compile(rf"\b{re.escape(name)}\b")
        texts = (self.project.text(p) or "" for p in (*users, *self._neighbours(source.path)))
        return sum(bool(word.search(row)) for row in source.lines) > 1 or any(word.search(t) for t in texts)

    def _neighbours(self, path: str) -> Iterator[str]:
        """Files of the same package, in a language that imports none of them."""
        if path.endswith(".go"):
            folder = path.rpartition("/")[0]
            yield from (p for p in sorted(self.files) if p.endswith(".go") and p.rpartition("/")[0] == folder and p != path)

    def _is_for_logs(self, source: Source, call: Call) -> bool:
        """Whether what a call returns is only logged, shown or kept elsewhere."""
        if any(self.elsewhere.search(snake(n)) for n in owners(source, call.function) if n):
            return True
        if self._stands_in_log(source, call):
            return True
        assigned = ASSIGNED.match(source.lines[call.line - 1])
        if assigned and self.elsewhere.search(snake(assigned.group(1))):
            return True
        return any(c.line <= call.line <= c.end_line and c is not call and SHOWN.search(c.callee) for c in source.calls)

    def _stands_in_log(self, source: Source, call: Call) -> bool:
        """Whether a call stands in a block that sets up a log or a report of errors, or in a class that writes one."""
        function = source.functions[call.function] if call.function >= 0 else None
        if function and any(c.name == function.owner and any(map(self.log_bases.search, c.bases)) for c in source.classes):
            return True
        named = {f.line for f in source.functions if f.name and f.name.isidentifier()}
        row = source.lines[call.line - 1]
        heads, depth = [row[: call.column]], _depth(row)
        for number in range(call.line - 1, max(0, call.line - ROWS), -1):
            above = source.lines[number - 1]
            if not depth or number + 1 in named:
                break
            if 0 <= _depth(above) < depth:
                depth = _depth(above)
                if number not in named and not SCOPES.match(above):
                    heads.append(above)
        return any(self.log_heads.search(snake(QUOTED.sub("", head))) for head in heads)


def done_where(source: Source, function: Function, parameter: str) -> list[str]:
    """What a function calls in the branches that it enters only if a parameter says so."""
    found: list[str] = []
    condition = re.compile(rf"^\s*(?:}}\s*)?(?:if|elif|else if|when)\b.*(?<![\w.]){re.escape(parameter)}\b")
    for number in range(function.line, function.end_line + 1):
        row = source.lines[number - 1]
        if condition.search(row):
            last = next((n for n in range(number + 1, function.end_line + 1) if 0 <= _depth(source.lines[n - 1]) <= _depth(row)), number)
            found += [c.callee for c in source.calls if number < c.line < last]
    return list(dict.fromkeys(found))


def _depth(row: str) -> int:
    """How deep a line is indented; -1 for an empty one."""
    return len(row) - len(row.lstrip()) if row.strip() else -1
