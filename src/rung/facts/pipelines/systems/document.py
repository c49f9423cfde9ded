"""YAML with line numbers, read from parser events.

Events keep a hostile file harmless: the loader's own recursion overflows the C stack on deep nesting, and aliases are
shared here instead of copied. Every scalar stays text, so that `on`, `yes` and `1.20` are what the file says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

DEEPEST = 100
LONGEST = 2_000_000


class Scalar(str):
    """A scalar as text; `line` is where it stands, `first` the line of its first content (one below for a block scalar)."""

    __slots__ = ("block", "first", "line", "path", "quoted")

    line: int
    first: int
    block: bool  # its lines are lines of the file
    quoted: bool
    path: str  # the file

    @classmethod
    def make(cls, text: str, line: int, first: int = 0, block: bool = False, quoted: bool = False, path: str = "") -> Scalar:
        made = cls(text)
        made.line, made.first, made.block, made.quoted, made.path = line, first or line, block, quoted, path
        return made

    def with_text(self, text: str) -> Scalar:
        """The same place with other text."""
        return Scalar.make(text, self.line, self.first, self.block, self.quoted, self.path)


class Mapping(dict[str, Any]):
    """A mapping in the order of the file; `lines` has the line of each key."""

    def __init__(self, line: int = 0) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}

    def put(self, key: str, value: Any, line: int) -> None:
        self[key] = value
        self.lines[key] = line

    def line_of(self, key: str) -> int:
        return self.lines.get(key, self.line)


class Sequence(list[Any]):
    """A sequence; `tag` is its explicit tag, such as `!reference`."""

    def __init__(self, line: int = 0, tag: str = "") -> None:
        super().__init__()
        self.line = line
        self.tag = tag


def documents(text: str, path: str = "", above: int = 0) -> list[Any]:
    """The documents of a YAML text as Mapping, Sequence, Scalar or None; [] when it is no YAML or nested absurdly deep.

    `above` is the number of lines above the text, for one that stands inside another file.
    """
    import yaml

    if len(text) > LONGEST:
        return []
    try:
        loader: Any = yaml.CSafeLoader
    except AttributeError:  # PyYAML without libyaml
        loader = yaml.SafeLoader
    try:
        return _Builder(path, above).build(yaml.parse(text.lstrip("\ufeff"), Loader=loader))
    except (yaml.YAMLError, ValueError, RecursionError):
        return []


class _Builder:
    """Puts nested containers together with a stack of its own."""

    def __init__(self, path: str, above: int) -> None:
        self.path, self.above = path, above
        self.found: list[Any] = []
        self.stack: list[_Frame] = []
        self.anchors: dict[str, Any] = {}

    def build(self, events: Iterator[Any]) -> list[Any]:
        import yaml

        event: Any
        for event in events:
            if isinstance(event, yaml.ScalarEvent):
                self._add(self._keep(event.anchor, _scalar(event, self.path, self.above)))
            elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                if len(self.stack) >= DEEPEST:
                    return []
                mark: Any = event.start_mark
                line = mark.line + 1 + self.above
                made = Mapping(line) if isinstance(event, yaml.MappingStartEvent) else Sequence(line, event.tag or "")
                self.stack.append(_Frame(made, event.anchor))
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                self._close()
            elif isinstance(event, yaml.AliasEvent):
                self._add(self.anchors.get(str(event.anchor)))
            elif isinstance(event, yaml.DocumentStartEvent):
                self.anchors = {}
        return self.found

    def _keep(self, anchor: str | None, value: Any) -> Any:
        if anchor:
            self.anchors[anchor] = value
        return value

    def _add(self, value: Any) -> None:
        if not self.stack:
            self.found.append(value)
            return
        frame = self.stack[-1]
        if isinstance(frame.made, Sequence):
            frame.made.append(value)
        elif len(frame.keys) > len(frame.values):
            frame.values.append(value)
        else:
            frame.keys.append(value)

    def _close(self) -> None:
        frame = self.stack.pop()
        if isinstance(frame.made, Mapping):
            _fill(frame.made, list(zip(frame.keys, frame.values, strict=False)))
        self._add(self._keep(frame.anchor, frame.made))


@dataclass(slots=True)
class _Frame:
    """A container that is still open, with the keys and values of a mapping so far."""

    made: Any
    anchor: str | None
    keys: list[Any] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)


def _fill(made: Mapping, pairs: list[tuple[Any, Any]]) -> None:
    for key, value in pairs:
        if isinstance(key, Scalar) and key != "<<":
            made.put(key, value, key.line)
    for key, value in pairs:
        if isinstance(key, Scalar) and key == "<<":
            for source in value if isinstance(value, Sequence) else [value]:
                if isinstance(source, Mapping):
                    for name, item in source.items():
                        if name not in made:
                            made.put(name, item, source.line_of(name))


def _scalar(event: Any, path: str, above: int) -> Scalar | None:
    value, line = str(event.value), event.start_mark.line + 1 + above
    if not event.style and value in ("", "~", "null", "Null", "NULL"):
        return None
    block = event.style in ("|", ">")
    return Scalar.make(value, line, line + 1 if block else line, event.style == "|", event.style in ("'", '"'), path)


def mapping(value: Any) -> Mapping:
    """The value when it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else Mapping()


def sequence(value: Any) -> list[Any]:
    """The items of a sequence; a lone value as a list of one; nothing as an empty list."""
    if value is None:
        return []
    return value if isinstance(value, Sequence) else [value]


def place(node: Any, default: str = "") -> str:
    """The file in which a mapping or scalar stands."""
    first = next(iter(node), None) if isinstance(node, Mapping) else node
    return first.path if isinstance(first, Scalar) and first.path else default


def scalar(value: Any) -> Scalar:
    """The value when it is a scalar, else an empty one."""
    return value if isinstance(value, Scalar) else Scalar.make("", 0)


def texts(value: Any) -> dict[str, str]:
    """The scalar entries of a mapping of plain values; a null value is empty text, nested ones are left out."""
    return {str(key): str(item or "") for key, item in mapping(value).items() if item is None or isinstance(item, Scalar)}


def flatten(value: Any, most: int = 2000) -> list[Any]:
    """The items of nested sequences in one list."""
    found: list[Any] = []
    waiting = [value]
    for _ in range(10 * most):  # bounded: aliases can make a small file very wide
        if not waiting or len(found) >= most:
            break
        item = waiting.pop()
        if isinstance(item, Sequence):
            waiting.extend(reversed(item))
        elif item is not None:
            found.append(item)
    return found
