"""A small tree of an XML file. Entities can't be declared, so a hostile file can't grow; namespaces are dropped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

_MAXIMUM_DEPTH = 100
_MAXIMUM_TEXT = 1000


@dataclass(slots=True)
class Element:
    """An XML element: its local name, attributes, own text, line and elements."""

    tag: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    elements: list[Element] = field(default_factory=list)

    def all(self, *path: str) -> Iterator[Element]:
        """The elements at this path of local names below the element."""
        if not path:
            yield self
            return
        for element in self.elements:
            if element.tag == path[0]:
                yield from element.all(*path[1:])

    def find(self, tag: str) -> str:
        """The text of the first element with this name; empty where there is none."""
        return next((e.text.strip() for e in self.elements if e.tag == tag), "")

    def walk(self) -> Iterator[Element]:
        """The element and all below it, in the order of the file."""
        yield self
        for element in self.elements:
            yield from element.walk()


class _RefusedError(Exception):
    """The file declares an entity or nests without reason."""


def read_xml(text: str) -> Element | None:
    """The root element of an XML text; None when it is not well formed, declares entities or nests too deeply."""
    from xml.parsers import expat

    parser = expat.ParserCreate()
    parser.buffer_text = True
    top = Element("", {}, 0)
    stack = [top]

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(stack) > _MAXIMUM_DEPTH:
            raise _RefusedError
        element = Element(name.rpartition(":")[2], attributes, parser.CurrentLineNumber)
        stack[-1].elements.append(element)
        stack.append(element)

    def characters(data: str) -> None:
        if len(stack[-1].text) < _MAXIMUM_TEXT:
            stack[-1].text += data

    def refuse(*_: object) -> None:
        raise _RefusedError

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: stack.pop()
    parser.CharacterDataHandler = characters
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(text.removeprefix("\ufeff").encode("utf-8", "replace"), True)
    except (expat.ExpatError, _RefusedError, ValueError, LookupError):
        return None
    return top.elements[0] if top.elements else None
