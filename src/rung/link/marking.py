"""Marking: does code hold what a model answered against what its cases expect? Told by where the values come from, not by names.

Answers and cases are followed by name through the assignments, loops and functions of one file, as far as its records tell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from rung.facts.code.source import Assignment, Call, Comparison, Source, Value
from rung.link.each import each, header, set_operations
from rung.link.metrics import judged
from rung.regex import regex

WORD = regex(r"[A-Za-z_]\w{0,80}")
PART = regex(r"\$?([A-Za-z_]\w{0,80})(?:\?\.|\.|->|\[[\"':]{0,2})([A-Za-z_]\w{0,80})")
FIELD = regex(r"([A-Za-z_]\w{0,80})(?:\.|\[[\"'])([A-Za-z_]\w{0,80})(?:[\"']\])?")
ROUNDS = 5
DEEPEST = 6
REACH = 12  # lines of an expression that are looked through
# Calls to which a function is handed that they call with each case.
EACH = regex(r"(?:^|[._])(?:map|apply|imap|starmap|submit|to_thread|run_in_executor|progress_apply|map_async|applymap|batch)$")
NO_CASES = regex(r"^(?:range|count|itertools\.count|os\.|sys\.stdin|iter\(input|tqdm\(range|trange)\b")
# Calls that hold one value against another.
HOLDS = regex(
    r"(?:^|[._])(?:search|fullmatch|match|findall|startswith|endswith|issubset|issuperset|intersection|isdisjoint|ratio|isclose|cos_sim|dot|count|compute"
    r"|includes?|[cC]ontains\w{0,20}|[eE]quals\w{0,20}|EqualFold|eql|startsWith|endsWith|start_with|starts_with|end_with|ends_with|HasPrefix|HasSuffix"
    r"|MatchString|test|is_match|IsMatch|str_contains|stripos|strcasecmp|casecmp|in_array|array_diff|array_intersect|intersect|preg_match|containsAll"
    r"|similar_text|levenshtein)\??$"
)
SCORER = regex(
    r"scor|match|metric|exact|check|verif|correct|simil|overlap|compar|bleu|rouge|distance|accura|recall|precision|grade|judge|mark|agree|equal|evaluat"
    r"|(?:^|_)(?:f1|em|hit|kept|covers?|kappa)(?:_|$)|confusion",
    re.IGNORECASE,
)
# What is done with an answer and its case besides holding one against the other.
STORES = regex(
    r"(?:^|[._])(?:print|append|write\w*|save\w*|log\w*|info|debug|add|insert\w*|record\w*|dumps?|update|format|extend|put|create\w*|send\w*|checkout|checkpoint\w*|dict)$",
    re.IGNORECASE,
)
EXPECTED = regex(
    r"expect|label|gold|truth|reference|ideal|solution|correct|should|must_|(?:^|\W)(?:want|keywords?|facts)(?:\W|$)", re.IGNORECASE
)
# What is no answer's content: how a call ended, that something came back, how long it is.
FORMAL = regex(
    r"__name__|\b(?:None|null|nil|undefined)\b|\.(?:length|size|Length|Count)\b|status|finish_reason|stop_reason|(?:return|exit)_?code|^\s*len\(|\blen\([^()]{0,60}\)\s*$|^\s*(?:\"\"|'')\s*$|isinstance|\btype\("
)
# How often a run's answers were right is what an evaluation comes to.
TALLIES = regex(
    r"accura|correct|(?<![a-z])(?:scores?|scored|fail(?:s|ed|ures?)?|pass(?:ed|es)?|wrong|misse[sd]|hits?|mistakes|right|precision|recall|f1|bleu|rouge\w*"
    r"|exact|judges?|judged|graded?|grades|verdicts?|agree\w*|win_?rate|mismatch\w*|errors?|expected|similarity|solved)(?![a-z])",
    re.IGNORECASE,
)
GRADES = regex(r"(?:^|_)(?:judge|grade|score|rate|evaluate|assess|verdict)", re.IGNORECASE)

Names = set[tuple[int, str]]


class Marking:
    """The flow of answers and cases through one file.

    `asked` are its calls that ask a model, `asking` names that do when handed on; `graded`: it has the schema of a judge's verdict;
    `scorers` are names of functions that it takes from a module which scores.
    """

    def __init__(
        self, source: Source, asked: list[Call], asking: frozenset[str], graded: bool = False, scorers: frozenset[str] = frozenset()
    ) -> None:
        self.source, self.graded, self.scorers = source, graded, scorers
        self.answers: Names = set()
        self.cases: Names = set()
        self._mixed: Names = set()  # rows of answers together with their cases
        local = {f.name: i for i, f in enumerate(source.functions) if f.name}
        self._local = local
        names = set(asking)
        self.asked = {id(c) for c in asked}
        for _ in range(ROUNDS):  # functions of the file that come to the model through one another
            inside = {source.functions[c.function].name for c in source.calls if id(c) in self.asked and c.function >= 0} - {"main", ""}
            more = [c for c in source.calls if id(c) not in self.asked and (_tail(c.callee) in inside or self._hands(c, names | inside))]
            names |= inside
            if not more:
                break
            self.asked |= {id(c) for c in more}
        self.calls = [c for c in source.calls if id(c) in self.asked]
        self._tails = {_tail(c.callee) for c in self.calls} | names
        self._rows = dict(self._kept())
        self._filled = {_tail(a.name) for a in source.assignments if "." in a.name or "[" in a.name}
        self._each = each(source) if source.language != "python" else []
        self._alone = Counter(a.line for a in source.assignments)
        self._given = {frozenset(WORD.findall(_text(v))) for c in self.calls for v in c.arguments.items if v.kind == "name"}
        self._follow()

    def line(self, judges: bool) -> int:
        """The line at which an answer is held against what its case expects or, with `judges`, handed to a judge; 0 when none is."""
        found = [c.line for c in self.source.comparisons if self._marks(c)]
        found += [c.line for c in self.source.calls if (judges or id(c) not in self.asked) and self._scores(c)]
        found += [line for left, right, line, function in set_operations(self.source) if self._meets(left, right, line, function)]
        return min(found, default=0)

    def _asks_inside(self, assignment: Assignment) -> bool:
        """Whether the functions ask that are handed to the call whose result is assigned (`rows = cases.map((c) => ask(c))`)."""
        if self.source.language == "python" or assignment.value.kind != "call":
            return False
        made = (c for c in self.source.calls if c.line == assignment.value.line and c.function == assignment.function)
        end = max((c.end_line for c in made if c.callee == assignment.value.text), default=0)
        return any(assignment.line <= c.line <= end and c.function != assignment.function for c in self.calls)

    def _hands(self, call: Call, names: set[str]) -> bool:
        return bool(EACH.search(call.callee)) and any(v.kind == "name" and _tail(v.text) in names for v in call.arguments.items)

    def _kept(self) -> Iterator[tuple[tuple[int, str], list[str]]]:
        """Lists whose entries are tuples (`[(case, ask(case)) for case in cases]`, `rows.append((case, answer))`), each with its parts."""
        for assignment in self.source.assignments:
            match = re.match(r"\[\((.{3,160}?)\) for\b", assignment.value.text) if assignment.value.kind == "other" else None
            if match:
                yield (assignment.function, assignment.name), _split(match[1])
        for call in self.source.calls:
            value = call.arguments.items[0] if len(call.arguments.items) == 1 else None
            if call.callee.endswith(".append") and value and value.kind == "list":
                yield (call.function, call.callee.rpartition(".")[0]), [_text(v) for v in value.items]

    def _follow(self) -> None:
        for _ in range(ROUNDS):
            before = len(self.answers) + len(self.cases)
            self._loops()
            self._callbacks()
            self._assignments()
            self._parameters()
            if len(self.answers) + len(self.cases) == before:
                return

    def _loops(self) -> None:
        for loop in self.source.loops:
            targets = self._targets(loop.line, loop.end_line, loop.iterable)
            asks = any(loop.line <= c.line <= loop.end_line for c in self.calls) and not NO_CASES.match(loop.iterable)
            zipped = re.match(r"(?:enumerate\()?zip\((.{1,200})", loop.iterable)
            if zipped:
                groups = self._groups(loop.line, loop.end_line, loop.iterable)
                for group, part in zip(groups, _split(zipped[1]), strict=False):
                    for name in WORD.findall(group):
                        self._take(name, part, loop.function)
                continue
            parts = self._rows.get((loop.function, loop.iterable), [])
            if parts and len(parts) == len(targets):
                for name, part in zip(targets, parts, strict=True):
                    self._take(name, part, loop.function)
                continue
            for name in targets:
                self._take(name, loop.iterable, loop.function)
                if asks and not self._in(self.answers, loop.iterable, loop.function):
                    self.cases.add((loop.function, name))
            if asks and not self._in(self.answers, loop.iterable, loop.function) and (root := WORD.search(loop.iterable)):
                called = loop.iterable[root.end() : root.end() + 1] in ("(", ".") and root[0] in (
                    "enumerate",
                    "sorted",
                    "tqdm",
                    "list",
                    "itertools",
                )
                words = WORD.findall(loop.iterable)
                self.cases.add((loop.function, words[1] if called and len(words) > 1 else root[0]))

    def _callbacks(self) -> None:
        """What a function is handed that is called with each of a list: a case, where it asks the model; else what the list holds."""
        for index, parameters, receiver in self._each:
            function = self.source.functions[index]
            told = self._in(self.answers, receiver, function.parent)
            if self._in(self._mixed, receiver, function.parent):
                self._mixed |= {(index, name) for name in parameters}
            asks = not told and any(function.line <= c.line <= function.end_line for c in self.calls)
            for name in parameters:
                self._take(name, receiver, function.parent, index)
                if asks:
                    self.cases.add((index, name))

    def _assignments(self) -> None:
        for assignment in self.source.assignments:
            text = _text(assignment.value)
            name = _tail(assignment.name)
            words = set(WORD.findall(text))
            within = [c for c in self.calls if c.function == assignment.function and assignment.line <= c.line <= assignment.line + REACH]
            alone = self._alone[assignment.line] == 1 and assignment.value.kind == "call"  # of a tuple, each value for itself
            asks = any(_tail(c.callee) in words or (c.line == assignment.line and alone) for c in within)
            if self._asks_inside(assignment):
                asks = True
                self._mixed.add((assignment.function, name))
            if asks or self._in(self.answers, text, assignment.function):
                self.answers.add((assignment.function, name))
            elif self._in(self.cases, text, assignment.function):
                self.cases.add((assignment.function, name))
        for call in self.calls:  # `frame["answer"] = frame["question"].apply(ask)`: the frame holds cases
            if EACH.search(call.callee) and "." in call.callee:
                self.cases.add((call.function, call.callee.split(".")[0]))

    def _parameters(self) -> None:
        for call in self.source.calls:
            index = self._local.get(_tail(call.callee))
            if index is None or index == call.function:
                continue
            parameters = [p for p in self.source.functions[index].parameters if p not in ("self", "cls")]
            for position, (key, value) in enumerate(zip(call.arguments.keys, call.arguments.items, strict=False)):
                name = key or (parameters[position] if position < len(parameters) else "")
                if name:
                    self._take(name, _text(value), call.function, index)

    def _take(self, name: str, text: str, function: int, scope: int | None = None) -> None:
        where = function if scope is None else scope
        if self._in(self.answers, text, function) or any(f"{tail}(" in text for tail in self._tails):
            self.answers.add((where, name))
        elif self._in(self.cases, text, function):
            self.cases.add((where, name))

    def _groups(self, line: int, end: int, iterable: str) -> list[str]:
        """The targets of a loop over things that are zipped, one text each."""
        targets = self._header(line, end, iterable)
        if iterable.startswith("enumerate"):
            targets = targets.partition(",")[2].strip().removeprefix("(").removesuffix(")")
        return _split(targets)

    def _targets(self, line: int, end: int, iterable: str) -> list[str]:
        return WORD.findall(self._header(line, end, iterable))

    def _header(self, line: int, end: int, iterable: str) -> str:
        if self.source.language != "python":
            return header(self.source, line, iterable)
        text = " ".join(self.source.lines[line - 1 : min(end, line + REACH)])
        head = re.escape(" ".join(iterable.split())[:30])
        match = re.search(rf"\bfor\s+([\w\s,()*]{{1,120}}?)\s+in\s+{head}", " ".join(text.split()))
        return match[1] if match else ""

    def _in(self, names: Names, text: str, function: int) -> bool:
        scopes = self._scopes(function)
        return any((scope, word) in names for word in WORD.findall(text) for scope in scopes)

    def _scopes(self, function: int) -> list[int]:
        found = [-1]
        while function >= 0:
            found.append(function)
            function = self.source.functions[function].parent
        return found

    def _answers_in(self, text: str, line: int, function: int) -> bool:
        asked = any(c.line == line and f"{_tail(c.callee)}(" in text for c in self.calls)
        return asked or (self._in(self.answers, text, function) and not self._of_case(text, function))

    def _of_case(self, text: str, function: int) -> bool:
        """Whether a text is a field of a case alone, called like a variable that holds the answer (`case["answer"]`)."""
        field = FIELD.fullmatch(text.strip())
        if field is None or field[2] in self._filled or self._in(self.answers, field[1], function):
            return False
        return self._in(self.cases, field[1], function)

    def _marks(self, comparison: Comparison) -> bool:
        left, right = comparison.left, comparison.right
        if FORMAL.search(left) or FORMAL.search(right):
            return False
        told = [self._answers_in(side, comparison.line, comparison.function) for side in (left, right)]
        if comparison.operator in ("<", "<=", ">", ">="):
            sets = "set(" in left and "set(" in right
            near = next((s for s in (left, right) if "abs(" in s), "")
            if near:
                return self._both(near, comparison.line, comparison.function)
            if not sets:
                return False
        elif comparison.operator not in ("==", "!=", "in", "not in"):
            return False
        if all(told):
            return bool(EXPECTED.search(left)) != bool(EXPECTED.search(right)) or self._of_row(left, right, comparison.function)
        if not any(told):
            return False
        other = right if told[0] else left
        if frozenset(WORD.findall(other)) in self._given or other.strip()[:1] in "\"'":
            return False
        return self._in(self.cases, other, comparison.function)

    def _meets(self, left: str, right: str, line: int, function: int) -> bool:
        """Whether of two sides one is an answer and the other what its case expects."""
        told = [self._answers_in(side, line, function) for side in (left, right)]
        if all(told):
            return bool(EXPECTED.search(left)) != bool(EXPECTED.search(right))
        return any(told) and self._in(self.cases, right if told[0] else left, function)

    def _of_row(self, left: str, right: str, function: int) -> bool:
        """Whether both sides are parts of one row, in which a function put the answer beside its case (`r.got == r.topic`)."""
        one, other = PART.match(left.strip()), PART.match(right.strip())
        if one is None or other is None or one[1] != other[1] or one[2] == other[2]:
            return False
        return any((scope, one[1]) in self._mixed for scope in self._scopes(function))

    def _both(self, text: str, line: int, function: int) -> bool:
        return self._answers_in(text, line, function) and (self._in(self.cases, text, function) or bool(EXPECTED.search(text)))

    def _scores(self, call: Call) -> bool:
        """A call that is handed an answer and what is expected, or an answer and asks a judge."""
        tail = _tail(call.callee)
        if STORES.search(call.callee):
            return False
        parts = [_text(v) for v in call.arguments.items if v.kind != "string"]
        if "." in call.callee:
            receiver = call.callee.rpartition(".")[0]
            at_once = any(c.line == call.line and c.callee == receiver for c in self.calls)  # `answer(q).include?(expected)`
            parts.append(f"{receiver}()" if at_once else receiver)
        answers = [self._answers_in(p, call.line, call.function) for p in parts]
        if not any(answers):
            return False
        if id(call) in self.asked:
            return bool(GRADES.search(tail) or self.graded or judged(self.source)) and any(
                a and (any(w in self._names_of_answers for w in WORD.findall(p)) or any(f"{tail}(" in p for tail in self._tails))
                for a, p in zip(answers, parts, strict=True)
            )
        if not (HOLDS.search(call.callee) or SCORER.search(tail) or tail in self.scorers):
            return False
        return any(
            not told and self._in(self.cases, part, call.function) and frozenset(WORD.findall(part)) not in self._given
            for told, part in zip(answers, parts, strict=True)
        )

    @property
    def _names_of_answers(self) -> set[str]:
        return {name for _, name in self.answers}


def _tail(callee: str) -> str:
    return callee.rsplit(".", 1)[-1]


def _split(text: str) -> list[str]:
    """The parts of a tuple, cut at its own commas."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _text(value: Value) -> str:
    """All that an expression names, as one text."""
    return " ".join(_parts(value, DEEPEST))


def _parts(value: Value, deep: int) -> Iterator[str]:
    if value.kind != "string":
        yield f"{value.text}(" if value.kind == "call" else value.text
    for item in value.items if deep else ():
        yield from _parts(item, deep - 1)
