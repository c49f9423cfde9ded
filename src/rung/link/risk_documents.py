"""Documents about a system's risks, limits and intended use, also as pages that the application shows."""

from __future__ import annotations

import re

from rung.link.project import Project
from rung.link.prose import LINK_ONLY, MIN_PROSE, extent, is_edited, sections
from rung.regex import regex

PAGES = (".tsx", ".jsx", ".vue", ".svelte", ".astro", ".html", ".erb", ".cshtml", ".razor")
# A list item with a name and no value.
BLANK_FIELD = regex(r"\s*[-*+]\s+(?:\*\*)?[^:*\n]{1,80}:(?:\*\*)?:?\s*$")
SPEAKS_OF_MODEL = regex(
    r"\b(?:model|llms?|ai|answers?|responses?|hallucinat\w+|generated)\b|模型|生成|回答|モデル|모델|модел", re.IGNORECASE
)


class RiskDocuments:
    """Tells which documents and pages say what may go wrong."""

    def __init__(self, project: Project) -> None:
        self.project = project
        safety = project.vocabulary["safety"]
        self.names = regex(safety["document_names"], re.IGNORECASE)
        self.words = regex(safety["document_words"], re.IGNORECASE)
        self.data = regex(safety["data_words"], re.IGNORECASE)
        self.page_names = regex(safety["page_names"], re.IGNORECASE)
        self.headings = regex(safety["headings"], re.IGNORECASE | re.MULTILINE)
        self.unfilled = regex(safety["unfilled"], re.IGNORECASE | re.MULTILINE)
        self.placeholders = regex(project.vocabulary["documents"]["placeholders"], re.IGNORECASE | re.MULTILINE)

    def is_page(self, path: str) -> bool:
        """Whether a page that the application shows tells its users of risks, limits or intended use."""
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", "/".join(path.split("/")[-2:]))
        text = (self.project.text(path) or "") if self.page_names.search(name) else ""
        words = {w.lower() for w in self.words.findall(text)}
        return extent(text) > 4 * MIN_PROSE and len(words) >= 3 and bool(SPEAKS_OF_MODEL.search(text))

    def line(self, path: str, text: str) -> int:
        """A document about this system's risks, limits or intended use; a section of one will do, a line or a list of links won't."""
        named = bool(self.names.search(path.rsplit("/", 1)[-1])) or bool(
            re.search(r"responsible[_-]?ai|model[_-]?cards?/", path, re.IGNORECASE)
        )
        prose = self._written(text) if named else ""
        if (
            named
            and extent(prose) > MIN_PROSE
            and len({w.lower() for w in self.words.findall(prose)}) >= 2
            and is_edited(self.placeholders, text)
        ):
            return 1
        if path.count("/") > 3 or re.search(r"(?:^|/)(?:workshop|tutorial|course|lab)s?/", path, re.IGNORECASE):
            return 0
        for number, section in sections(text):
            if self.headings.search(section.splitlines()[0]):
                body = self._written("\n".join(section.splitlines()[1:]))
                words = {w.lower() for w in self.words.findall(body)}
                told = len(words) + (len({w.lower() for w in self.data.findall(body)}) if words else 0)
                if extent(body) > 2 * MIN_PROSE and told >= 2 and SPEAKS_OF_MODEL.search(body):
                    return number
        return 0

    def _written(self, text: str) -> str:
        """What somebody has written: without links, a template's advice and marks, and headings with nothing below them."""
        rows = [row for row in self.unfilled.sub("", LINK_ONLY.sub("", text)).splitlines() if row.strip() and not BLANK_FIELD.match(row)]
        return "\n".join(
            row for row, after in zip(rows, [*rows[1:], "#"], strict=False) if not (row.startswith("#") and after.startswith("#"))
        )
