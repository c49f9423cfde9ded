"""TOML with line numbers, which the standard library's reader does not give."""

from __future__ import annotations

from collections.abc import Iterator

from rung.facts.settings.entries.entry import MAXIMUM_DEPTH, Entry, Path
from rung.regex import regex

_TOKEN = regex(
    r"""(?P<space>[ \t\r]+|\#[^\n]*)|(?P<newline>\n)|(?P<long>\"{3}|'{3})|(?P<basic>"(?:[^"\\\n]|\\.)*+")|(?P<raw>'[^'\n]*')"""
    r"""|(?P<open>["'][^\n]*)"""
    r"""|(?P<mark>[\[\]{}=,])|(?P<bare>[^\s\[\]{}=,"'\#]+|.)""",
)
_ESCAPE = regex(r'\\(u[0-9a-fA-F]{4}|[btnfre"\\])')
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b", '"': '"', "\\": "\\"}
_Token = tuple[str, str, int]  # kind, text and line; a key or value is `text` when quoted and `bare` when not


def read_toml(text: str) -> Iterator[Entry]:
    """Yield the scalars of TOML in file order; tables in an array of tables are numbered."""
    tokens = _Tokens(text)
    table: Path = ()
    arrays: dict[Path, int] = {}
    while token := tokens.next():
        kind, value, _ = token
        if kind == "mark" and value == "[":
            table = _header(tokens, arrays)
        elif kind in ("bare", "text"):
            tokens.back(token)
            key = _key(tokens, "=")
            yield from _value(tokens, table + key, 0)
        if kind != "newline":
            tokens.skip_line()


class _Tokens:
    """The tokens of a text, with a place to put one back."""

    def __init__(self, text: str) -> None:
        self._stream = _tokens(text)
        self._kept: list[_Token] = []
        self.ended_line = False

    def next(self) -> _Token | None:
        token = self._kept.pop() if self._kept else next(self._stream, None)
        self.ended_line = token is None or token[0] == "newline"
        return token

    def back(self, token: _Token) -> None:
        self._kept.append(token)

    def skip_line(self) -> None:
        """Go to the end of the line, unless the last token was it."""
        while not self.ended_line:
            self.next()


def _tokens(text: str) -> Iterator[_Token]:
    at, line = 0, 1
    while found := _TOKEN.match(text, at):
        kind, value = str(found.lastgroup), found.group()
        at = found.end()
        if kind == "long":
            end = _end_of_long(text, at, value)
            body = text[at:end].removeprefix("\n")
            yield "text", body if value == "'''" else _unescape(body), line
            line += text.count("\n", at, end)
            at = end + 3
        elif kind == "basic":
            yield "text", _unescape(value[1:-1]), line
        elif kind == "raw":
            yield "text", value[1:-1], line
        elif kind not in ("space", "open"):  # a string without end is left out with the rest of its line
            yield kind, value, line
            line += kind == "newline"


def _end_of_long(text: str, at: int, quotes: str) -> int:
    end = text.find(quotes, at)
    while end > 0 and quotes == '"""' and text[end - 1] == "\\":
        end = text.find(quotes, end + 1)
    return len(text) if end < 0 else end


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda m: _ESCAPED.get(m[1]) or chr(int(m[1][1:], 16)), text)


def _key(tokens: _Tokens, until: str) -> tuple[str, ...]:
    """The parts of a dotted key, up to and with the mark that ends it."""
    parts: list[str] = []
    while token := tokens.next():
        kind, value, _ = token
        if kind == "text":
            parts.append(value)
        elif kind == "bare":
            parts.extend(part for part in value.split(".") if part)
        elif kind == "newline":
            break
        elif value == until:
            return tuple(parts)
    return ()


def _header(tokens: _Tokens, arrays: dict[Path, int]) -> Path:
    token = tokens.next()
    array = token is not None and token[:2] == ("mark", "[")
    if token is not None and not array:
        tokens.back(token)
    parts = _key(tokens, "]")
    path: Path = ()
    for index, part in enumerate(parts):
        path += (part,)
        if array and index == len(parts) - 1:
            arrays[path] = arrays.get(path, -1) + 1
        if path in arrays:
            path += (arrays[path],)
    return path


def _value(tokens: _Tokens, path: Path, depth: int) -> Iterator[Entry]:
    token = tokens.next()
    if token is None or depth > MAXIMUM_DEPTH:
        return
    kind, value, line = token
    if kind in ("bare", "text"):
        if path:
            yield Entry(path, value, line)
    elif value == "[":
        yield from _array(tokens, path, depth)
    elif value == "{":
        yield from _inline_table(tokens, path, depth)


def _array(tokens: _Tokens, path: Path, depth: int) -> Iterator[Entry]:
    index = 0
    while token := tokens.next():
        kind, value, _ = token
        if kind == "mark" and value == "]":
            return
        if kind == "mark" and value == ",":
            index += 1
        elif kind != "newline":
            tokens.back(token)
            yield from _value(tokens, (*path, index), depth + 1)


def _inline_table(tokens: _Tokens, path: Path, depth: int) -> Iterator[Entry]:
    while token := tokens.next():
        kind, value, _ = token
        if kind == "mark" and value == "}":
            return
        if kind in ("bare", "text"):
            tokens.back(token)
            yield from _value(tokens, path + _key(tokens, "="), depth + 1)
