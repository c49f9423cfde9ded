"""Records of model calls that code writes itself: a mapping or object with tokens, or the prompt beside the response, that ends in a file
or a database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from rung.facts.code.source import Call, Source, Value
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.entities import snake
from rung.link.filled_keys import filled_keys, holder
from rung.link.project import Project
from rung.regex import regex

DEPTH, HOPS, ROUNDS = 6, 3, 4
# Scripts that make data sets, evaluate, train or cache keep such mappings too, and record no calls of the application.
ELSEWHERE = regex(
    r"(?:^|[/_.-])(?:\w*(?<!ri)evals?|evaluations?|evaluators?|\w*bench\w*|tests?|mocks?|datasets?|data_?gen\w*|synth\w*|train\w*|finetun\w*|fine_?tun\w*"
    r"|notebooks?|annotat\w*|label\w*|cach\w+|export\w*|prices?|pricing)(?=[/_.-])",
    re.IGNORECASE,
)

# Objects that hold a whole conversation or a configuration, with sums of tokens at best.
WHOLE = regex(
    r"Session|Conversation|History|Thread|Chat$|Config|Settings|State$|Store$|Request|Params|Options|Client|Average|Aggregate|Summary|Stats"
)
# Classes and the like that a file declares, in any language.
DECLARED = regex(r"\b(?:class|struct|record|interface|type|object|module)\s+(\w+)")
# Functions that give what they put together, and calls that copy what they are handed.
GIVES = regex(r"_?(?:get|to|as|dump|build|make|collect|serialize)_?")
COPIES = regex(r"(?:^|\.)(?:deepcopy|copy|structuredClone|cloneDeep|clone|dict|asdict|freeze)$")
SPEAKS = regex(r"[Tt]okens?\b|[Tt]okens?_|[Uu]sage|[Cc]ost\b|[Pp]rompt|[Mm]essages|[Qq]uery|[Mm]etrics|_time\b|[Ll]atency")


class Records:
    """Finds the places where an application stores a record of a model call, without a declared table."""

    def __init__(self, project: Project, asking: Asking) -> None:
        self.project, self.asking = project, asking
        self._declarations: dict[str, frozenset[str]] = {}
        self._named: dict[str, frozenset[str]] = {}
        self._filled: dict[str, set[str]] = {}
        words = project.vocabulary["records"]
        self.token = regex(project.vocabulary["monitoring"]["token_fields"], re.IGNORECASE)
        self.parts = {k: regex(v) for k, v in words["parts"].items()}
        monitoring = project.vocabulary["monitoring"]
        self.paired = [regex(monitoring[k], re.IGNORECASE) for k in ("tokens_in", "tokens_out")]
        self.sinks = regex(words["sinks"])
        self.no_sinks = regex(words["no_sinks"], re.IGNORECASE)
        self.event_sinks, self.event_modules = regex(words["event_sinks"]), regex(words["event_modules"])
        self.exchanges = regex(words["exchanges"])
        self.events = regex(words["events"])
        self.event_parts = [regex(words[k]) for k in ("event_texts", "event_models", "event_calls")]
        self.handed = (regex(words["whole_prompts"]), self.parts["answered"], self.event_parts[2])
        self.savers = regex(words["savers"], re.IGNORECASE)

    def facts(self) -> Iterator[Fact]:
        """Facts of kind `call-record`, one a file."""
        glance, leading = self.asking.uses.glance, self.asking.graph.leading
        for path in self.project.code:
            if not glance.holds(path, "written") or not self.project.is_application(path) or ELSEWHERE.search(path):
                continue
            if path not in leading and not glance.holds(path, "record"):
                continue
            source = self.project.source(path) if SPEAKS.search(self.project.text(path) or "") else None
            line = (self._recorded(source) or self._exchanged(source) or self._told(source) or self._handed(source)) if source else 0
            if line:
                yield self.project.fact("call-record", path, line, entity="")

    def _recorded(self, source: Source) -> int:
        """The line of a record that is stored; 0 when there is none."""
        if not any(self._sinks(source, c.callee) or self.savers.search(snake(c.callee.rsplit(".", 1)[-1])) for c in source.calls):
            return 0
        classes = self._classes(source)
        self._filled = filled_keys(source)
        tainted: dict[tuple[int, str], int] = {}
        for call in source.calls:
            line = next((v.line for v in _walk(call.arguments, DEPTH) if self._is_record(v, classes)), 0)
            if line and self._ends(source, call):
                return line
        self._seed(source, classes, tainted)
        for _ in range(ROUNDS if tainted else 0):
            for call in source.calls:
                line = self._held(call.arguments, call.function, tainted)
                if line and self._ends(source, call):
                    return line
            if not self._spread(source, tainted):
                break
        return 0

    def _exchanged(self, source: Source) -> int:
        """The line where a function that writes down what goes to a model and comes back is handed both, in turn; 0 for none."""
        given: dict[str, tuple[set[str], Call]] = {}
        for call in source.calls:
            tail = snake(call.callee.rsplit(".", 1)[-1])
            if self.exchanges.search(tail):
                words = {w for v in _walk(call.arguments, DEPTH) for w in re.split(r"\W+", snake(v.text))}
                sides = given.setdefault(tail, (set(), call))[0]
                sides |= {side for side in ("sent", "answered") if any(self.parts[side].search(w) for w in words)}
        return next((c.line for sides, c in given.values() if len(sides) == 2 and self._saves(source, c.callee, HOPS)), 0)

    def _told(self, source: Source) -> int:
        """The line where telemetry is handed an event of a model's call with what was sent or answered and the model; 0 for none."""
        for call in source.calls:
            if not self.events.search(call.callee) or len(call.arguments.items) < 2:
                continue
            names = {item.text for v in _nested(call.arguments) for item in v.items if item.kind == "name"}
            given = [
                a.value for a in source.assignments if a.name in names and a.value.kind == "mapping" and _sees(source, call, a.function)
            ]
            held = {snake(k) for value in (call.arguments, *given) for v in _nested(value) for k in v.keys if k}
            if all(any(p.search(k) for k in held) for p in self.event_parts):
                return call.line
        return 0

    def _handed(self, source: Source) -> int:
        """The line where a function that writes its parameters down is handed the prompt as it was sent and the response; 0 for none."""
        for call in source.calls:
            tail = call.callee.rsplit(".", 1)[-1]
            if len(call.arguments.items) < 2 or not self.savers.search(snake(tail)) or self.no_sinks.search(call.callee):
                continue
            for other in self._near(source, "written", partial(self._speaks_of, tail)):
                if any(f.name == tail and self._writes_exchange(other, i) for i, f in enumerate(other.functions)):
                    return call.line
        return 0

    def _speaks_of(self, name: str, path: str) -> bool:
        return name in (self.project.text(path) or "")

    def _writes_exchange(self, source: Source, index: int) -> bool:
        """Whether a function writes those of its parameters to a file or database that hold the whole prompt and the response."""
        function = source.functions[index]
        names = {snake(p.lstrip("*&$").split(":")[0].split()[-1]): p for p in function.parameters if p.strip("*&$ :")}
        sent, answered, told = ({n for n in names if p.search(n)} for p in self.handed)
        if not answered or not (any(n != "prompt" for n in sent) or (sent and told)):
            return False
        sinks = [c for c in source.calls if c.function == index and self.sinks.search(c.callee) and not self.no_sinks.search(c.callee)]
        written = " ".join(snake(line) for c in sinks for line in source.lines[c.line - 1 : c.end_line])
        return all(any(re.search(rf"\b{n}\b", written) for n in side) for side in (sent, answered))

    def _seed(self, source: Source, classes: dict[str, set[str]], tainted: dict[tuple[int, str], int]) -> None:
        """Names that hold a record: assigned one, appended one, or filled key by key."""
        filled: dict[tuple[int, str], set[str]] = {}
        for a in source.assignments:
            hit = next((v for v in _walk(a.value, 2) if self._is_record(v, classes)), None)
            if hit is not None and "cache" not in a.name.lower():
                tainted.setdefault(_scope(a.function, a.name), hit.line)
            head, dot, key = a.name.rpartition(".")
            if a.value.kind == "mapping":
                filled.setdefault((a.function, a.name), set()).update(k for k in a.value.keys if k)
            elif dot and head not in ("self", "this") and (a.function, head) in filled:
                filled[a.function, head].add(key)
                if self._tells({snake(k) for k in filled[a.function, head]}):
                    tainted.setdefault(_scope(a.function, head), a.line)
        for call in source.calls:
            head, _, tail = call.callee.rpartition(".")
            if head and tail in ("append", "push", "Add", "add", "extend", "insert", "unshift"):
                hit = next((v for v in _walk(call.arguments, 2) if self._is_record(v, classes)), None)
                if hit is not None:
                    tainted.setdefault(_scope(call.function, head), hit.line)
            elif call.function >= 0 and COPIES.search(call.callee) and GIVES.match(name := source.functions[call.function].name):
                hit = next((v for v in _walk(call.arguments, 2) if self._is_record(v, classes)), None)
                if hit is not None:  # what a function gives back is a copy of a record
                    tainted.setdefault((-2, name), hit.line)

    def _spread(self, source: Source, tainted: dict[tuple[int, str], int]) -> bool:
        """Hands records on: to names that are made of them, to lists that they are put into, to functions that give an attribute back."""
        before = len(tainted)
        for a in source.assignments:
            line = self._held(a.value, a.function, tainted)
            if line and "." not in a.name.removeprefix("self.").removeprefix("this."):
                tainted.setdefault(_scope(a.function, a.name), line)
        for call in source.calls:
            head, _, tail = call.callee.rpartition(".")
            line = self._held(call.arguments, call.function, tainted)
            if line and head and tail in ("append", "push", "Add", "add", "extend", "insert"):
                tainted.setdefault(_scope(call.function, head), line)
            if line and call.function >= 0 and GIVES.match(source.functions[call.function].name):
                tainted.setdefault((-2, source.functions[call.function].name), line)
        return len(tainted) > before

    def _held(self, value: Value, function: int, tainted: dict[tuple[int, str], int]) -> int:
        """The line of the record that an expression is made of; 0 for none."""
        for part in _walk(value, DEPTH):
            if part.kind == "name" and (line := tainted.get(_scope(function, part.text), 0)):
                return line
            if part.kind == "call":
                line = tainted.get((-2, part.text.rsplit(".", 1)[-1]), 0) or tainted.get(_scope(function, part.text.rpartition(".")[0]), 0)
                if line:
                    return line
            if part.kind == "other" and len(part.text) < 200:
                for word in set(re.findall(r"[\w.]+", part.text)):
                    if line := tainted.get(_scope(function, word), 0):
                        return line
        return 0

    def _is_record(self, value: Value, classes: dict[str, set[str]]) -> bool:
        """Whether a mapping, an object with named fields or an object of a class that has them is the record of a call."""
        if value.kind == "mapping" or (value.kind == "call" and any(value.keys)):
            keys = {snake(k) for v in _nested(value) for k in v.keys if k}
            if "history" in keys or "messages" in keys or "trajectory" in keys:
                held = zip(value.keys, value.items, strict=False)
                keys |= {snake(k) for key, item in held for k in self._filled.get(holder(key, item), ())}
            if self._tells(keys):
                return True
        if value.kind == "call" and classes:
            return any(part in classes and self._tells(classes[part] - {"messages"}) for part in value.text.split("."))
        return False

    def _tells(self, keys: Iterable[str]) -> bool:
        """Whether keys tell of one call: tokens or cost with what was asked or answered, or the prompt as sent with the response."""
        names = list(keys)
        said = frozenset().union(*map(self._parts_of, names))
        has = {part: part in said for part in self.parts}
        counted = [n for n in names if n != "token" and self.token.search(n)]
        priced = bool(counted) and all("cost" in n or "price" in n for n in counted)
        if has["passage"] or (priced and not has["sent"] and {"model", "model_name"}.isdisjoint(names)):
            return False
        if has["told"] and not has["graded"] and not has["asks"] and all(any(p.search(n) for n in names) for p in self.paired):
            return True
        kept = bool(counted) and "trajectory" in names
        if has["history"] and (has["stats"] or kept) and not has["asks"] and not has["graded"]:
            return True
        if has["answered"] and has["sent"] and has["instructed"] and not has["asks"] and not has["graded"]:
            return True
        if counted:
            return (has["sent"] and has["answered"]) or ((has["answered"] or has["sent"] or has["asked"]) and has["told"])
        if has["graded"] or has["asks"]:
            return False
        return has["answered"] and ((has["sent"] and has["told"]) or (has["asked"] and has["timed"]))

    def _parts_of(self, name: str) -> frozenset[str]:
        """The parts of a record that a key in snake case may stand for."""
        known = self._named.get(name)
        if known is None:
            known = self._named[name] = frozenset(part for part, p in self.parts.items() if p.search(name))
        return known

    def _classes(self, source: Source) -> dict[str, set[str]]:
        """The classes that a file makes objects of, by name, with the fields of theirs and of the classes that these are typed with."""
        called = {p for c in source.calls for p in c.callee.split(".") if p[:1].isupper() and not WHOLE.search(p)}
        if not called:
            return {}
        found: dict[str, set[str]] = {}
        for other in self._near(source, "record", lambda path: not called.isdisjoint(self._declared(path))):
            own = {c.name for c in other.classes}
            wanted = own & called
            if not wanted:
                continue
            fields: dict[str, set[str]] = {}
            typed: dict[str, set[str]] = {}
            for a in other.assignments:
                if a.owner in own and a.function < 0:
                    fields.setdefault(a.owner, set()).add(snake(a.name.rsplit(".", 1)[-1]))
                    typed.setdefault(a.owner, set()).update(own & set(re.findall(r"\w+", a.annotation)))
            for name in wanted:
                found.setdefault(name, set()).update(
                    f for held in (name, *(t for t in typed.get(name, ()) if not WHOLE.search(t))) for f in fields.get(held, ())
                )
        return found

    def _near(self, source: Source, group: str, wanted: Callable[[str], bool]) -> Iterator[Source]:
        """A file and those that it takes names from, as far as these hold a word of a group and are wanted."""
        yield source
        for target in self.asking.graph.touches(source.path):
            near = self.project.is_own(target) and self.asking.uses.glance.holds(target, group)
            other = self.project.source(target) if near and wanted(target) else None
            if other is not None:
                yield other

    def _declared(self, path: str) -> frozenset[str]:
        """What a file seems to declare."""
        known = self._declarations.get(path)
        if known is None:
            known = self._declarations[path] = frozenset(DECLARED.findall(self.project.text(path) or ""))
        return known

    def _ends(self, source: Source, call: Call) -> bool:
        """Whether a call puts what it is given into a file or a database, itself or as a function of the repository's own that does."""
        if self.no_sinks.search(call.callee):
            return self._is_own_log(source, call.callee)
        if self._sinks(source, call.callee):
            return True
        return self._saves(source, call.callee, HOPS)

    def _sinks(self, source: Source, callee: str) -> bool:
        """Whether a call keeps what it is given: in a file, a database, or where events are kept."""
        if self.sinks.search(callee):
            return True
        return bool(self.event_sinks.search(callee)) and any(
            self.event_modules.search(m) for i in source.imports for m in (i.module, *(f"{i.module}.{n}" for n, _ in i.names))
        )

    def _is_own_log(self, source: Source, callee: str) -> bool:
        """Whether what is called like a log is an object of a class of the repository's own whose method writes what it gets."""
        head, _, tail = callee.rpartition(".")
        made = {a.value.text.rsplit(".", 1)[-1] for a in source.assignments if a.name == head and a.value.kind == "call"}
        for other in self._near(source, "written", lambda path: tail in (self.project.text(path) or "")) if made else ():
            for index, function in enumerate(other.functions):
                if (
                    function.name == tail
                    and function.owner in made
                    and any(self.sinks.search(c.callee) for c in other.calls if c.function == index)
                ):
                    return True
        return False

    def _saves(self, source: Source, callee: str, hops: int) -> bool:
        tail = callee.rsplit(".", 1)[-1]
        if not hops or not self.savers.search(snake(tail)) or self.no_sinks.search(callee):
            return False
        for other in self._near(source, "written", lambda path: tail in (self.project.text(path) or "")):
            for index, function in enumerate(other.functions):
                if function.name == tail and any(
                    not self.no_sinks.search(c.callee)
                    and (self._sinks(other, c.callee) or (c.callee != callee and self._saves(other, c.callee, hops - 1)))
                    for c in other.calls
                    if c.function == index
                ):
                    return True
        return False


def _sees(source: Source, call: Call, function: int) -> bool:
    """Whether a call stands in a function or in one inside it."""
    inner = call.function
    while inner >= 0 and inner != function:
        inner = source.functions[inner].parent
    return inner == function


def _scope(function: int, name: str) -> tuple[int, str]:
    """Attributes of an object are seen in the whole file, other names in their function."""
    return (-1 if name.startswith(("self.", "this.", "@")) else function, name)


def _walk(value: Value, depth: int) -> Iterator[Value]:
    """An expression and the ones that it is made of."""
    yield value
    if depth:
        for item in value.items:
            yield from _walk(item, depth - 1)


def _nested(value: Value) -> Iterator[Value]:
    """A mapping and the mappings within it, such as the usage of a call."""
    yield value
    for item in value.items:
        if item.kind == "mapping":
            yield from _nested(item)
