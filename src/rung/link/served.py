"""Tests that ask the application where it runs, through its own HTTP API, and look at what the answer says.

Most tests of a running server see only codes, fields and error messages, so the words of an answer must be told here: an expected word,
phrase or pattern that the test holds against it.
"""

from __future__ import annotations

import posixpath
import re
from functools import cached_property

from rung.facts.code.source import Call, Source
from rung.link.checks import assertions, derived, mentions, on_content
from rung.link.declared_tests import TestUnit
from rung.link.expression import Expression
from rung.link.glance import MODEL_CATEGORIES, Glance
from rung.link.graph import Graph
from rung.link.project import Project
from rung.regex import regex
from rung.repository import Role

# Where a server is reached that runs by itself: an address of this machine, a constant or variable that holds one, or a framework's test
# that starts the whole application.
ADDRESS = Expression(
    r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|host\.docker\.internal)\b"
    r"|\b(?:\w+_)?(?:BASE|API|APP|BACKEND|SERVER|SERVICE|AGENT|CHAT|TARGET|HOST|CHATBOT|BOT|RAG|DEPLOYED|GATEWAY|E2E|TEST)_?(?:BASE_?)?(?:UR[LI]|HOST|ENDPOINT|ADDRESS)\b"
    r"|(?<=@)SpringBootTest\b|\bQuarkusTest\b|\bMicronautTest\b"
)
ANSWER = (
    r"chat|ask|complet(?:e|ions?)|answers?|generate|invoke|converse|conversation|summari[sz]e|respond|responses|assist(?:ant)?|rag|query"
    r"|predict|invocations|prompt"
)
# The path of a request that has the model answer: its last part says so, or the last but one where a message is sent.
ROUTE = regex(
    rf"/(?:{ANSWER})(?:/(?:stream|sync|async|completions?|messages?|send|invoke|run|ask|query|\{{[^}}/]*\}}|\$\{{[^}}/]*\}}|%s))?/?(?=[\"'`?]|\{{?$)"
    rf"|[\"'`](?:{ANSWER})\?[\w.-]{{1,40}}="
    r"|/(?:\{[^}/]*\}|\$\{[^}/]*\}|%s)/(?:messages?|runs?|completions?|invoke|ask|chat|query)/?(?=[\"'`?])",
    re.IGNORECASE,
)
SENDS = regex(
    r"(?:^|\.)(?:post|Post|fetch|request|stream|urlopen|PostAsync|PostAsJsonAsync|SendAsync|NewRequest|NewRequestWithContext|postForEntity|postForObject|exchange|perform"
    r"|send|uri|axios|aconnect_sse|connect_sse|ws_connect|post_json)$"
)
# What only asks where the question stands in the address or beside it.
GETS = regex(r"(?:^|\.)(?:get|Get|GET|target|getForObject|getForEntity|GetAsync|GetStringAsync|GetFromJsonAsync|get_response|urlopen)$")
QUERY = regex(r"\?[\w.-]{1,40}=|\bparams\b|[qQ]ueryParam|query_string|\.query\(|[qQ]uery:")
IN_PROCESS = Expression(
    r"\bTestClient\b|ASGITransport|test_client\(|WSGITransport|\bapp=|createServer\(|\.listen\(|httptest|Bun\.serve|HTTPServer|WebMvcTest|MockBean|MockitoBean|inject\("
)
REPLACING = regex(
    r"(?<![a-z])(?:mock|@patch|with patch|monkeypatch\.setattr|fake|stub|vcr|cassette|respx|nock\b|msw\b|wiremock|pollyjs|betamax"
    r"|httprr|simulat)",
    re.IGNORECASE,
)
STAND_IN_FILE = (
    r"(?:mock|fake|stub|dummy)[\w-]*(?:llm|model|server|provider|completion|upstream|{tools})"
    r"|(?:llm|{tools})[\w-]*(?:mock|fake|stub|simulator)"
)
# What an assertion on how a request went says, and the fixed words of an answer's envelope.
OF_ERRORS = regex(
    r"error|invalid|required|not[ _]found|missing|denied|unauthori|forbidden|n't own|fail|exception|unsupported|must be|can ?not|can't"
    r"|no authori|too (?:long|many|large)"
    r"|\b[45]\d\d\b|expected_?(?:message|msg|code|status|error|detail)",
    re.IGNORECASE,
)
ENVELOPE = regex(
    r"""["'](?:data: ?|\[DONE\]|chat\.completion(?:\.chunk)?|text_completion|assistant|user|system|stop|length|success|ok|done|delta"""
    r"""|choices|healthy|running|completed|true|false|application/json|text/\w[\w-]*.*|content-type|POST|GET|\d*|[\w-]*_id|event: ?\w*"""
    r"""|start|end|finish|text-delta|message|tool_calls?|tool)["']""",
    re.IGNORECASE,
)
# Fields in which a server tells of a request.
ENVELOPE_FIELD = regex(
    r"""(?:\[["']|\.get\(["']|\.)(?:message|msg|detail|reason|code|status_text|headers)"""
    r"""(?:["']\]|["'](?:, ?(?:""|''|None))?\)|\b)(?![\[.]\w*content)"""
)
WORDS = regex(r"""[rf]?(["'`/])(?=[^"'`]*\w{2})((?:(?!\1).)+)\1""")
EXPECTED = regex(
    r"(?:^|[\W_]|[a-z](?=[A-Z]))(?:expect(?:ed|ations?|s)?|keywords?|words?|patterns?|phrases?|fragments?|must|contains?|truth|gold|golden|correct|ideal|want|wanted|substrings?|needles?|facts?|regex)(?:$|[\W_]|(?=[A-Z]))",
    re.IGNORECASE,
)
# Names of fields, and what is sent.
KEY = regex(r"""\[["'][^"']*["']\]|\.get\(["'][^"']*["'][^)]*\)|\{[^{}]*:[^{}]*\}""")
ASSERTING = regex(r"^\W*(?:assert\w*|expect)\b|\.(?:to)?(?:Contain|Match)\w*\(|\bassert\.\w+")
MATCHERS = regex(r"""(?:containsString(?:IgnoringCase)?|matchesPattern|matchesRegex)\(["'](?=[^"']*[a-zA-Z]{2})""")
# `"queue" in reply["data"]`: a field that is there, in what is no text.
FIELD_THERE = regex(r"""["'][a-z][\w-]*["']\s+(?:not\s+)?in\s+([\w.\[\]"'()]+)\s*(?:$|,|and\b)""")
OBJECT = regex(r"(?:^|\.)(?:data|payload|json|body|res|resp|obj|metadata|choice)$|\.json\(\)$")
TEXT = regex(
    r"""(?:answer|content|text|reply|response|output|message|result|summary|completion)(?:["']\])?$|(?:lower|strip|casefold|upper)\(\)$|^str\("""
)
LONGEST = 1500
DECODES = regex(r"(?:^|\.)(?:Decode|Unmarshal|ReadJSON|BindJSON)$")


class Served:
    """Finds tests that ask the running application and look at its answer."""

    def __init__(self, project: Project, graph: Graph, glance: Glance) -> None:
        self.project, self.graph, self.glance = project, graph, glance
        self._asks: dict[str, frozenset[str]] = {}
        self._texts: dict[str, bool] = {}

    def may_ask(self, path: str) -> bool:
        """Whether a test's text looks as if it asked the running application, itself or through a helper; told without parsing it."""
        if path not in self._texts:
            self._texts[path] = self._looks(path)
        return self._texts[path]

    def _looks(self, path: str) -> bool:
        if self.project.role(path) is not Role.TEST or not self._applies:
            return False
        near = [path, *self._around(path)]
        if not any(self.glance.holds(p, "address") for p in near) or not any(self._routes(p) for p in near):
            return False
        if any(IN_PROCESS.search(self.project.text(p) or "") or self._replaced(p) for p in near if not p.endswith("conftest.py")):
            return False
        top = path.split("/", 1)[0]
        if not any(ADDRESS.search(self.project.text(p) or "") for p in near) or any(p.split("/", 1)[0] == top for p in self._stand_ins):
            return False
        text = self.project.text(path) or ""
        return self._routes(path) or any(name in text for p in near[1:] if (s := self.project.source(p)) for name in self._asking(s))

    def _routes(self, path: str) -> bool:
        return self.glance.holds(path, "route") and bool(ROUTE.search(self.project.text(path) or ""))

    def _replaced(self, path: str) -> bool:
        return self.glance.holds(path, "stand-in") and bool(REPLACING.search(self.project.text(path) or ""))

    def _around(self, path: str) -> list[str]:
        """The helpers of a test: test files that it imports, and those in which its fixtures may stand."""
        found = [t for t in sorted(self.graph.glanced(path)) if self.project.role(t) is Role.TEST]
        folder = posixpath.dirname(path) if path.endswith(".py") else ""
        while folder:
            if (conftest := f"{folder}/conftest.py") in self.project.repository.files:
                found.append(conftest)
            folder = posixpath.dirname(folder)
        return list(dict.fromkeys(found))

    @cached_property
    def _applies(self) -> bool:
        return any(self.project.is_application(p) for p in self.graph.leading)

    @cached_property
    def _stand_ins(self) -> tuple[str, ...]:
        """Files that put a server or model of their own in the place of the real one."""
        tools = (t.id for t in self.project.catalogue.tools if t.category in MODEL_CATEGORIES)
        named = re.compile(STAND_IN_FILE.format(tools="|".join(map(re.escape, tools))), re.IGNORECASE)
        return tuple(p for p in self.project.paths if named.search(posixpath.basename(p)))

    def calls(self, source: Source) -> list[Call]:
        """Calls of a test file that send a question to the running application."""
        if not self.may_ask(source.path):
            return []
        names = {n for t in self._around(source.path) if (s := self.project.source(t)) for n in self._asking(s)}
        own = self._asking(source, frozenset(names))
        return [c for c in source.calls if _sends(source, c) or c.callee.rsplit(".", 1)[-1] in (names | own)]

    def _asking(self, source: Source, outside: frozenset[str] = frozenset()) -> frozenset[str]:
        """Names of a file's functions, other than its tests, that send a question."""
        known = self._asks.get(source.path)
        if known is None:
            found: set[str] = set()
            while True:
                names = found | outside
                more = {
                    f.name
                    for c in source.calls
                    if c.function >= 0 and (_sends(source, c) or c.callee.rsplit(".", 1)[-1] in names)
                    for f in (source.functions[c.function],)
                    if f.name and f.parent < 0 and not f.decorators and not f.name.startswith(("test", "Test"))
                } - found
                if not more:
                    break
                found |= more
            known = self._asks[source.path] = frozenset(found)
        return known


def _sends(source: Source, call: Call) -> bool:
    """Whether a call sends a request to a route that answers, written in it or held by a name that it is given."""
    gets = not SENDS.search(call.callee)
    if gets and not GETS.search(call.callee):
        return False
    text = " ".join(source.lines[call.line - 1 : min(call.end_line, call.line + 6)])
    if ROUTE.search(text) and (not gets or QUERY.search(text)):
        return True
    given = {v.text for v in call.arguments.items[:3] if v.kind == "name"}
    held = (a for a in source.assignments if a.name in given and a.function in (call.function, -1))
    texts = (" ".join(source.lines[a.line - 1 : a.line + 1]) for a in held)
    return any(ROUTE.search(t) and (not gets or QUERY.search(f"{t} {text}")) for t in texts)


def tells(source: Source, unit: TestUnit, asking: list[Call]) -> bool:
    """Whether a test holds words or a pattern against the answer that it was given by these calls."""
    names = derived(source, unit, asking) | _decoded(source, unit, asking)
    lines = {call.line for call in asking}
    spans = [(call.line, call.end_line) for call in asking]
    for call in assertions(source, unit.functions):
        text = _condition(source, call)
        inside = any(first <= call.line <= last for first, last in spans) or any(call.line <= line <= call.end_line for line in lines)
        if not (inside or mentions(text, names)) or not on_content(source, call) or not _of_words(text):
            continue
        if not _echoes(source, unit, call, text) and not _sees_field(source, text):
            return True
    if any(MATCHERS.search(source.lines[n - 1]) for first, last in spans for n in range(first, min(last, len(source.lines)) + 1)):
        return True
    return _handed_on(source, unit, names) or _by_hand(source, unit, names)


def _sees_field(source: Source, text: str) -> bool:
    """Whether an assertion sees only that an object has a field; an object is told by its name, or by being parsed from JSON."""
    found = FIELD_THERE.search(text)
    if found is None or (not found[1].isidentifier() and TEXT.search(found[1])):
        return False
    if not found[1].isidentifier() or OBJECT.search(found[1]):
        return "[" in found[1] or bool(OBJECT.search(found[1]))
    parsed = re.compile(rf"\b{re.escape(found[1])}\b(?:\s*:[^=]+)?\s*=\s.*(?:\.json\(|json\.loads)")
    return any(parsed.search(line) for line in source.lines)


def _echoes(source: Source, unit: TestUnit, call: Call, text: str) -> bool:
    """Whether all words that an assertion looks for stand in what the test sent: whatever gives back its input passes."""
    wanted = [m[1].lower() for m in WORDS.findall(KEY.sub("", text))]
    checked = {n for c in assertions(source, unit.functions) for n in range(c.line, c.end_line + 1)}
    texts = [t for t in source.texts if unit.line <= t.line <= unit.end_line]
    sent = "\n".join(t.value.lower() for t in texts if t.line not in checked)
    beside = [t.value.lower() for t in texts if call.line <= t.line <= call.end_line]
    return bool(wanted) and all(w in sent or sum(w in t for t in beside) > 1 for w in wanted)


def _condition(source: Source, call: Call) -> str:
    """An assertion without the message that it ends with."""
    text = " ".join(source.lines[call.line - 1 : min(call.end_line, call.line + 8)]).strip()[:LONGEST]
    return re.split(r""",\s*\(?[fr]?["'](?=[^"']*[ {])""", text)[0] if call.callee == "assert" else text


def _of_words(text: str) -> bool:
    """Whether an assertion names what an answer must say."""
    if OF_ERRORS.search(text) or ENVELOPE_FIELD.search(text):
        return False
    rest = ENVELOPE.sub("", KEY.sub("", text))
    return bool(WORDS.search(rest)) or bool(EXPECTED.search(ASSERTING.sub(" ", rest)))


def _handed_on(source: Source, unit: TestUnit, names: frozenset[str]) -> bool:
    """The answer is handed to a helper of the file that looks for a pattern or words in it."""
    handed = {
        c.callee.rsplit(".", 1)[-1]
        for c in source.calls
        if c.function in unit.functions and mentions(" ".join(source.lines[c.line - 1 : c.end_line]), names)
    }
    helpers = {index for index, f in enumerate(source.functions) if f.name in handed} - set(unit.functions)
    return bool(helpers) and any(on_content(source, c) and _of_words(_condition(source, c)) for c in assertions(source, helpers))


def _by_hand(source: Source, unit: TestUnit, names: frozenset[str]) -> bool:
    """Go's way: `if !strings.Contains(got, want) { t.Errorf(...) }`."""
    if not any(re.search(r"\.(?:Error|Errorf|Fatal|Fatalf)$", c.callee) for c in source.calls if c.function in unit.functions):
        return False
    looks = [c for c in source.calls if c.function in unit.functions and re.search(r"(?:Contains|EqualFold|MatchString)$", c.callee)]
    texts = [" ".join(source.lines[c.line - 1 : c.end_line]) for c in looks]
    return any(mentions(text, names) and _of_words(text) for text in texts)


def _decoded(source: Source, unit: TestUnit, asking: list[Call]) -> frozenset[str]:
    """Go's names that a response is decoded into."""
    names = derived(source, unit, asking)
    found = set()
    for call in source.calls:
        text = source.lines[call.line - 1]
        if call.function in unit.functions and DECODES.search(call.callee) and mentions(text, names):
            found |= set(re.findall(r"&(\w+)", text))
    return frozenset(found)
