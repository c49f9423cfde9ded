"""Reads the clinic's leaflets and cuts them into passages, one a heading."""

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Passage:
    leaflet: str
    heading: str
    text: str

    @property
    def source(self) -> str:
        return f"{self.leaflet}: {self.heading}"


def read_leaflets(folder: Path) -> list[Passage]:
    """The passages of all leaflets (Markdown: a title, then sections), in the order of their file names."""
    return [passage for file in sorted(folder.glob("*.md")) for passage in _passages(file.read_text(encoding="utf-8"))]


def _passages(text: str) -> list[Passage]:
    title, *sections = re.split(r"^##? ", text, flags=re.MULTILINE)[1:]
    parts = [section.partition("\n") for section in sections]
    return [Passage(title.strip(), heading.strip(), body.strip()) for heading, _, body in parts]
