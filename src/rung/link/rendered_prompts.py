"""Tests that render a prompt file of the application, by its own code or by its name, and look at the text that comes out."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from functools import cached_property

from rung.facts.code.source import Function, Source
from rung.facts.fact import Fact
from rung.link.asking import COMMON as KNOWN
from rung.link.asking import Asking
from rung.link.checks import assertions
from rung.link.declared_tests import TestUnit, test_units
from rung.link.project import Project
from rung.regex import regex

MOST = 60  # prompt files whose names are looked for
LOOKS = regex(r"^\s*if\b.*(?:!=|==|strings\.Contains|strings\.Has)")
CONTENT = regex(r"""["'`][^"'`]{0,40}[^\W\d_]{3}|(?:[!=]==?|equal|eql?\b|Equal|toBe|match|snapshot|golden|want|expected)""", re.IGNORECASE)
FORMAL = regex(r"is not None|isinstance|NotNull|toBeDefined|raises?\b|Throws|\berr\b|\.Length\b|\blen\(|NotEmpty")
# Names of files that say nothing by themselves.
COMMON = frozenset({"system", "user", "prompt", "template", "base", "main", "default", "index", "chat", "text", "message", "instructions"})
# Functions of names that others have as well are known by their class or module.
USUAL = frozenset(
    {
        *("load", "get", "read", "open", "parse", "format", "main", "run", "new", "init", "initialize", "setup", "build"),
        *("create", "make", "find", "fetch", "call", "execute"),
    }
)
ABOUT_PROMPTS = regex(r"prompt|template|render|instruction|(?<![a-z])(?:load|read)", re.IGNORECASE)
# How a test makes files of its own.
WRITES = regex(
    r"WriteFile\(|write_text\(|writeFile(?:Sync)?\(|\.write\(|File\.write|file_put_contents\(|writeText\(|writeString\(|WriteAllText"
)
TEMPORARY = regex(r"MkdirTemp|TempDir|mkdtemp|tmp_path|tmpdir|tempfile|mktmpdir|sys_get_temp_dir|createTemp|GetTempPath", re.IGNORECASE)
# A function that hands what it rendered to what completes it, whatever stands behind that, gives an answer and no prompt.
HANDS_ON = regex(
    r"\b_?(?:\w{0,30}(?:[lL]lm|LLM)|[cC]omplet(?:er|ions?)|(?:chat|language|ai)_?[mM]odel|(?:chat|llm|ai|model|openai|claude)_?[cC]lient|model|agent|assistant"
    r"|generator|oracle|backend|provider|chat|gpt|ai)(?:\.|->|\?\.)\w{1,40}(?:<[^<>]{0,40}>)?\("
    r"|(?:\.|->|\b)_?(?:complete|completion|generate_?(?:[tT]ext|[cC]ontent)?|ask(?:_?[mM]odel|_?[lL]lm)?|call_?(?:[mM]odel|[lL]lm)|infer)(?:Async)?\("
)
ROUNDS = 3
DATA = (".yaml", ".yml", ".json", ".toml")
GENERAL = ("config", "configs", "settings", "data", "static", "assets", "resources", "public", "files", "conf")


class RenderedPrompts:
    """Finds tests that assert on what the application's prompt files become."""

    def __init__(self, project: Project, asking: Asking, prompts: list[Fact]) -> None:
        self.project, self.asking, self.graph = project, asking, asking.graph
        files = [p.location.path for p in prompts if p.fields["form"] in ("template", "definition")]
        names: set[str] = set()
        self._stems: set[str] = set()
        self._usual: set[str] = set()
        with_code = {posixpath.dirname(p) for p in project.code}
        self._folders: set[str] = set()
        for path in files[:MOST]:
            base, folder = posixpath.basename(path), posixpath.basename(posixpath.dirname(path))
            stem = base.split(".")[0]
            if stem.lower() in COMMON:
                self._usual.add(base)
            elif len(stem) > 3:
                self._stems.add(stem)
            told = re.search(r"prompt|template", folder, re.IGNORECASE)
            # a folder of another name is known by what stands in it: definitions, and no code
            holds = folder.lower() not in GENERAL and len(folder) > 3 and posixpath.dirname(path) not in with_code and path.endswith(DATA)
            self._folders |= {folder} if holds and not told else set()
            names |= {base} | ({folder} if told or holds else set())
        listed = "|".join(re.escape(n) for n in sorted(names | self._stems))
        self.named = regex(rf"[\"'`/]({listed})(?:[\"'`/]|\.\w{{2,8}}[\"'`])") if listed else None

    def line(self, path: str) -> int:
        """The line of an assertion of a test file on a rendered prompt; 0 where there is none."""
        if self.named is None:
            return 0
        loading = sorted(self._beside(path) & self._loading)
        text = self.project.text(path) or ""
        if (not loading and not self.named.search(text)) or self._makes_up(text):
            return 0
        source = self.project.source(path)
        if source is None:
            return 0
        known = {n for target in loading for n in self._givers(target)}
        taken = {n for target in loading for n in self.graph.touches(path).get(target) or ()}  # what it imports, it means by its name alone
        known |= {name for n in known if (name := n.rpartition(".")[2]) in taken}
        asked = {n for c in self.asking.calls(path) for n in range(c.line, c.end_line + 1)}
        return next((line for unit in test_units(source) if (line := self._looked_at(source, unit, known, asked))), 0)

    def _makes_up(self, text: str) -> bool:
        """Whether a test writes the prompts that it renders: files in a folder of its own, and it names none of the application's."""
        if not WRITES.search(text) or not TEMPORARY.search(text) or self.named is None:
            return False
        return all(m[1] in self._usual for m in self.named.finditer(text))

    def _beside(self, path: str) -> set[str]:
        """Files that a test uses, and those of its own package where that needs no import."""
        found = set(self.graph.glanced(path))
        if path.endswith(".go"):
            folder = posixpath.dirname(path)
            found |= {p for p in self._loading if posixpath.dirname(p) == folder}
        return found

    @cached_property
    def _loading(self) -> frozenset[str]:
        """Application code that names one of the prompt files or their folder."""
        glance = self.asking.uses.glance
        return frozenset(
            p
            for p in self.project.code
            if self.named
            and self.project.is_application(p)
            and (glance.holds(p, "prompt") or any(f in (self.project.text(p) or "") for f in self._folders))
            and self.named.search(self.project.text(p) or "")
        )

    def _givers(self, path: str) -> set[str]:
        """Names of functions that give a rendered prompt: they name its file, or what holds it, or call one that does, and ask no model."""
        source = self.project.source(path)
        if source is None or self.named is None:
            return set()
        asks = self.asking.names(path)
        held = {
            a.name.rsplit(".", 1)[-1]
            for a in source.assignments
            if a.function < 0 and any(self.named.search(t) or "go:embed" in t for t in source.lines[max(0, a.line - 2) : a.line])
        }
        found: set[str] = set()
        for _ in range(ROUNDS):
            words = _any_of(held | found)
            for function in source.functions:
                body = "\n".join(source.lines[function.line - 1 : function.end_line])
                inner = body.partition(function.name)[2] if function.name else ""
                if (
                    function.name
                    and function.name not in asks
                    and not HANDS_ON.search(inner)
                    and not self._has_answered(source, function)
                    and (any(map(self._is_named, inner.splitlines())) or (words and words.search(inner)))
                ):
                    owner = function.owner or posixpath.basename(path).split(".")[0]
                    found.add(f"{owner}.{function.name}" if function.name in USUAL else function.name)
        return found

    def _has_answered(self, source: Source, function: Function) -> bool:
        """Whether a function calls, on some object, a method by which an object of the application's has a model answer."""
        called = (c.callee for c in source.calls if function.line <= c.line <= function.end_line and c.arguments.items)
        return any("." in callee and callee.rpartition(".")[2] in self._answering for callee in called)

    @cached_property
    def _answering(self) -> frozenset[str]:
        """Names of the methods of application code that ask a model themselves, which tell it behind an interface too."""
        asked = ((p, c) for p in self.project.code if self.project.is_application(p) for c in self.asking.direct(p))
        sources = ((self.project.source(p), c) for p, c in asked)
        names = (s.functions[c.function] for s, c in sources if s is not None and c.function >= 0)
        return frozenset(f.name for f in names if f.owner) - KNOWN

    def _looked_at(self, source: Source, unit: TestUnit, known: Iterable[str], asked: set[int]) -> int:
        """The line of a test's assertion on a name that holds a rendered prompt."""
        tainted = set(known)
        for _ in range(ROUNDS):
            words = _any_of(tainted)
            for a in source.assignments:
                if (a.function >= 0 and a.function not in unit.functions) or a.line in asked:
                    continue
                text = "\n".join(source.lines[a.line - 1 : max(a.line, a.value.line)])
                told = text.partition("=")[2]
                if self._tells(told, words):
                    tainted |= {n.strip().rsplit(".", 1)[-1] for n in a.name.split(",")}
            for index, function in enumerate(source.functions):
                if function.name and index not in unit.functions and function.line not in asked and not function.name.startswith("test"):
                    lines = [t for n, t in enumerate(source.lines[function.line : function.end_line], function.line + 1) if n not in asked]
                    if self._tells("\n".join(lines), words):
                        tainted.add(function.name)
        tainted -= {"", "_", "err", "self", "test", "it"}
        words = _any_of(tainted)
        if words is None:
            return 0
        places = [(c.line, c.end_line) for c in assertions(source, unit.functions)]
        places += [(n, n) for n in range(unit.line, unit.end_line + 1) if source.language == "go" and LOOKS.search(source.lines[n - 1])]
        for first, last in places:
            text = " ".join(source.lines[first - 1 : last])
            if words.search(text) and CONTENT.search(text) and not FORMAL.search(text) and first not in asked:
                return first
        return 0

    def _tells(self, text: str, words: re.Pattern[str] | None) -> bool:
        return (words is not None and words.search(text) is not None) or ("(" in text and self._is_named(text))

    def _is_named(self, text: str) -> bool:
        """Whether a text names a prompt; its name without the file's ending or folder may be the name of anything."""
        found = self.named.finditer(text) if self.named is not None else ()
        return any(m[1] not in self._stems or m[0][-1] == "/" or "." in m[0][-9:] or ABOUT_PROMPTS.search(text) for m in found)


def _any_of(names: set[str]) -> re.Pattern[str] | None:
    return re.compile(r"\b(?:" + "|".join(re.escape(n) for n in sorted(names)) + r")\b") if names else None
