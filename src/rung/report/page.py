"""A page of text: wrapped to a width, indented, in colour or not. Knows nothing of what it says."""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from rung.report.safe import one_line


class Glyphs(NamedTuple):
    """The few signs of a page that are not ASCII everywhere."""

    full: str
    half: str  # the lower one
    empty: str
    line: str
    bullet: str
    arrow: str
    more: str


UNICODE = Glyphs("█", "▄", "░", "┄", "•", "→", "…")
ASCII = Glyphs("#", ".", ".", "-", "*", "->", "...")
SHORTEST_QUOTE = 20


@dataclass(frozen=True)
class PageStyle:
    """How wide a page is, whether it has colour, and whether it must do with ASCII."""

    width: int = 100
    color: bool = False
    ascii_only: bool = False


class Page:
    """Collects lines. All text is taken literally: no markup, and control characters are shown as escapes."""

    def __init__(self, style: PageStyle) -> None:
        self.glyphs = ASCII if style.ascii_only else UNICODE
        self.width = style.width
        self._ascii_only = style.ascii_only
        self._buffer = StringIO()
        self._console = Console(
            file=self._buffer,
            width=style.width,
            force_terminal=style.color,
            color_system="standard" if style.color else None,
            no_color=not style.color,
            legacy_windows=False,
            _environ={},
        )

    def text(self, *parts: str | tuple[str, str]) -> Text:
        """Parts put together, each a string or a (string, style) pair."""
        result = Text()
        for part in parts:
            content, style = part if isinstance(part, tuple) else (part, "")
            result.append(self._harmless(content), style)
        return result

    def write(self, *parts: str | tuple[str, str], indent: int = 0, hang: int = 0) -> None:
        """Add a paragraph: every line is indented, all but the first by `hang` more."""
        lines = self.text(*parts).wrap(self._console, self.width - indent - hang, overflow="fold")
        for number, line in enumerate(lines):
            line.rstrip()
            self._console.print(Text(" " * (indent + (hang if number else 0))) + _no_command(line), soft_wrap=True)

    def item(self, content: str, indent: int = 0, style: str = "") -> None:
        """Add a bulleted paragraph."""
        self.write((self.glyphs.bullet + " ", "dim"), (content, style), indent=indent, hang=2)

    def quote(self, place: str, content: str, indent: int) -> None:
        """Add a place with what stands there, cut to one line; on a line of its own where the place leaves too little room."""
        place = self._harmless(place)
        room = self.width - indent - cell_len(place) - 2
        if room >= SHORTEST_QUOTE:
            self.write((place, "cyan"), "  ", self._cut(content, room), indent=indent)
        else:
            self.write((place, "cyan"), indent=indent, hang=4)
            self.write(self._cut(content, self.width - indent - 4), indent=indent + 4)

    def blank(self) -> None:
        """Add an empty line."""
        self._buffer.write("\n")

    def heading(self, content: str) -> None:
        """Add a heading with an empty line around it."""
        self.blank()
        self.write((content, "bold"))
        self.blank()

    def bar(self, share: float, cells: int) -> tuple[str, str]:
        """A bar's filled and empty part."""
        filled = round(share * cells)
        return self.glyphs.full * filled, self.glyphs.empty * (cells - filled)

    def render(self) -> str:
        """The whole page."""
        return self._buffer.getvalue()

    def _cut(self, content: str, room: int) -> str:
        content = self._harmless(content)
        if cell_len(content) <= room:
            return content
        return set_cell_size(content, room - len(self.glyphs.more)).rstrip() + self.glyphs.more

    def _harmless(self, content: str) -> str:
        safe = one_line(content)
        return safe.encode("ascii", "backslashreplace").decode() if self._ascii_only and not safe.isascii() else safe


def _no_command(line: Text) -> Text:
    # GitHub's runner takes a line of its log that begins with two colons for a command, whatever blanks stand before them.
    return Text("\\x3a") + line[line.plain.index(":") + 1 :] if line.plain.lstrip().startswith("::") else line
