"""Prose that people write: its sections, and whether somebody has filled it in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.regex import regex

MIN_PROSE = 200
LINK_ONLY = regex(r"\[[^\]]*\]\([^)]*\)|https?://\S+")
DENSE = regex(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
FENCED = regex(r"^\s*```.*?^\s*```", re.MULTILINE | re.DOTALL)


def extent(text: str) -> int:
    """How long a text is in characters of an alphabet: one of Chinese, Japanese or Korean says what two or three of these say."""
    return len(text) + 2 * len(DENSE.findall(text))


def is_edited(placeholders: re.Pattern[str], text: str) -> bool:
    """Whether a document is more than a template. One placeholder in a long text or in a command is the reader's to fill in."""
    found = placeholders.findall(FENCED.sub("", text))
    return not found or (len(found) == 1 and len(text) > 4 * MIN_PROSE and found[0].startswith("<"))


def sections(text: str, emphasis: bool = False) -> Iterator[tuple[int, str]]:
    """(line, text) of each part of a document that a heading begins, deeper ones included; with `emphasis`, bold lines are headings."""
    lines = text.splitlines()
    starts = [(i, len(m.group(1))) for i, line in enumerate(lines) if (m := re.match(r"(#+)\s+\S", line))]
    starts += [(i, 2) for i, line in enumerate(lines) if re.match(r"\s*<(?:h[1-6]|summary)\b", line)]
    if emphasis:
        starts += [(i, 7) for i, line in enumerate(lines) if re.match(r"\*\*[^*]{3,60}\*\*:?\s*$", line)]
    starts.sort()
    for index, (start, depth) in enumerate(starts):
        end = next((s for s, d in starts[index + 1 :] if d <= depth), len(lines))
        yield start + 1, "\n".join(lines[start:end])
