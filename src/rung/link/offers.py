"""Choices that an application offers a person: buttons, routes and messages by which the model may act or may not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.expression import Expression
from rung.link.gates import Reach
from rung.link.project import Project
from rung.regex import regex

# Files of a user interface, which no import joins with the model; and those that a framework finds by itself.
INTERFACES = (".tsx", ".jsx", ".vue", ".svelte")
FOUND_BY_PLACE = regex(r"\.(?:vue|svelte)$|(?:^|/)(?:pages|app|routes|views)/|(?:^|/)(?:page|index|main|App|layout)\.\w+$")
SHOWN_ONLY = regex(r"(?:^|/)(?:stories|storybook|__stories__|demos?|mocks?)/|\.stories\.\w+$", re.IGNORECASE)
COMMENT = regex(r"^[ \t]*(?://|\*|/\*|#(?!\[)|<!--|\{/\*).*$", re.MULTILINE)


class Offers:
    """Facts of kind `safety-measure` for files that offer both to approve and to refuse what a model wants to do."""

    def __init__(self, project: Project, asking: Asking, reach: Reach) -> None:
        self.project, self.asking, self.reach = project, asking, reach
        words = project.vocabulary["offers"]
        parts = {name: words[name] for name in ("yes", "no", "subjects")}
        self.named = [Expression(words["named"] % {**parts, "verb": parts[side]}, re.IGNORECASE) for side in ("yes", "no")]
        self.plain = [Expression(words[f"plain_{side}"]) for side in ("yes", "no")]
        self.marks = Expression(words["marks"])
        self.bound = Expression(words["bound"])
        self.requests = Expression(words["requests"], re.IGNORECASE)
        self.counterparts = {name: Expression(words[f"counterpart_{name}"], re.IGNORECASE) for name in ("plan", "tool")}
        self._answered: dict[str, bool] = {}
        self.elicits, self.elicited = regex(words["elicits"]), regex(words["elicited"], re.IGNORECASE)

    @cached_property
    def _around(self) -> frozenset[str]:
        return frozenset({*self.asking.graph.near, *self.asking.graph.leading, *self.reach.files})

    def facts(self) -> Iterator[Fact]:
        """One measure a file."""
        glance = self.asking.uses.glance
        for path in self.project.code:
            if not self.project.is_application(path) or SHOWN_ONLY.search(path):
                continue
            line = self._elicits(path) if glance.holds(path, "elicit") else 0
            if not line and glance.holds(path, "offer") and glance.holds(path, "refusal") and self._is_near(path):
                line = self._offers(path)
            if line:
                yield self.project.fact("safety-measure", path, line, measure="approval", sides=["action"], tool="", function="")

    def _is_near(self, path: str) -> bool:
        """Whether a file stands around a model, or is a part of the interface that something shows."""
        if path in self._around:
            return True
        return path.endswith(INTERFACES) and bool(FOUND_BY_PLACE.search(path) or self.asking.graph.used.get(path))

    def _offers(self, path: str) -> int:
        """The line of a choice for and against an action of the model's; 0 for none."""
        text = COMMENT.sub("", self.project.text(path) or "")
        if path in self._around and (asked := self.requests.search(text)) and self.plain[1].search(text):
            return text.count("\n", 0, asked.start()) + 1
        if not self.bound.search(text):
            return 0
        mark = self.marks.search(text)
        for yes, no in [self.named, self.plain] if mark else [self.named]:
            found = yes.search(text)
            if found and no.search(text):
                about = mark.group() if mark and yes is self.plain[0] else found.group()
                known = path in self._around or self._is_answered(about)
                return text.count("\n", 0, found.start()) + 1 if known else 0
        return 0

    def _is_answered(self, choice: str) -> bool:
        """Whether code around the model speaks of what a choice of the interface is about: one that no server knows decides nothing."""
        about = "plan" if "plan" in choice.lower() else "tool"
        if about not in self._answered:
            files = (p for p in sorted(self._around) if self.project.is_application(p))
            self._answered[about] = any(self.counterparts[about].search(self.project.text(p) or "") for p in files)
        return self._answered[about]

    def _elicits(self, path: str) -> int:
        """The line where a tool of a server asks its client's user whether it may act, and looks at what was said; 0 for none."""
        source = self.project.source(path) if self.elicits.search(self.project.text(path) or "") else None
        for call in source.calls if source else ():
            if source is None or not self.elicits.search(f"{call.callee}("):
                continue
            told = "\n".join(source.lines[call.line - 1 : call.end_line])
            after = "\n".join(source.lines[call.line - 1 : call.end_line + 8])
            if self.elicited.search(told) and re.search(r"accept|decline|cancel", after, re.IGNORECASE):
                return call.line
        return 0
