"""Models that are searched for by what they can do, cost or hold: the first of a list that meets a need is taken."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Source
from rung.regex import regex

LIST_NAME = r"(?i:models|candidates|llms|deployments)\w*(?:\(\))?"
LISTED = r"[\w.:]*" + LIST_NAME
SEARCHES = (
    # models.find(m => m.supportsVision), models.into_iter().find(|m| ...), models.FirstOrDefault(m => ...), models.minBy { it.cost }
    regex(
        rf"\b{LISTED}\??(?:\.\w+\(\))*\??\.(?:find|find_map|first|firstOrNull|First|FirstOrDefault|detect|min_by|min_by_key|minBy|MinBy|minByOrNull)"
        r"\s*[({](?P<told>.{0,200})"
    ),
    # models.stream().filter(m -> m.supportsVision()).findFirst()
    regex(
        rf"\b{LISTED}(?:\.\w+\(\))*\.(?:filter|Where|select)\s*[({{](?P<told>.{{0,160}}?)[)}}]\s*\.(?:findFirst|findAny|First|next|first)\b"
    ),
    # Python's first of a generator: the `m for m in models` that has vision
    regex(rf"\bnext\(\s*\(?.{{0,80}}?\bfor\s+\w+\s+in\s+{LISTED}\s+if\b(?P<told>.{{0,160}})"),
    # the least of them by a key
    regex(rf"\bmin\(\s*{LISTED}\s*,\s*key\s*=(?P<told>.{{0,120}})"),
)
LIST = regex(LIST_NAME + r"$")
ENDS = regex(r"\b(?:return|break)\b")
IDENTITY = regex(r"(?:\.|\b)\w*(?:id|name|value|key|slug|model|label|provider)\b(?:\(\))?\s*(?:={2,3}|\.equals)", re.IGNORECASE)
MENTIONS = ("models", "candidates", "llms", "deployments")
# Lists of what generates no language, and pages on which a person picks.
OTHER = regex(r"embed|rerank|tts|speech|transcri|image_?(?:gen|out|model)|video|audio", re.IGNORECASE)
PAGE = regex(r"\.(?:tsx|jsx|vue|svelte)$")
JOINED, BODY, LONGEST = 3, 6, 400


class Capabilities:
    """Finds the lines at which a model is taken for a capability."""

    def __init__(self, words: str) -> None:
        self.words = regex(words, re.IGNORECASE)

    def lines(self, source: Source) -> Iterator[int]:
        """Lines of such searches in a file."""
        if PAGE.search(source.path):
            return
        for number, line in enumerate(source.lines if speaks_of_models("\n".join(source.lines)) else (), 1):
            if len(line) <= LONGEST and speaks_of_models(line):
                text = " ".join([line.rstrip(), *(t.strip() for t in source.lines[number : number + JOINED - 1])])
                found = (m for s in SEARCHES if (m := s.search(text)) and m.start() < len(line))
                if any(self._is_need(_argument(m.group("told"))) and not OTHER.search(m.group()) for m in found):
                    yield number
        for loop in source.loops:
            if LIST.search(loop.iterable.strip()) and not OTHER.search(loop.iterable):
                yield from self._in_loop(source, loop.line, min(loop.end_line, loop.line + BODY))

    def _in_loop(self, source: Source, first: int, last: int) -> Iterator[int]:
        for number in range(first, last):
            line = source.lines[number]
            if re.match(r"\s*if\b", line) and self._is_need(line) and ENDS.search(" ".join(source.lines[number : number + JOINED])):
                yield first
                return

    def _is_need(self, told: str) -> bool:
        return bool(self.words.search(told)) and not IDENTITY.search(told)


def speaks_of_models(text: str) -> bool:
    """Whether a text names a list of models."""
    lowered = text.lower()
    return any(word in lowered for word in MENTIONS)


def _argument(text: str) -> str:
    """A text as far as the bracket that closes what stands before it."""
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if depth < 0:
            return text[:at]
    return text
