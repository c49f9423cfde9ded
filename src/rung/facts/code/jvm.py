"""What Java and Kotlin share: reads of the environment, and imports."""

from __future__ import annotations

from rung.facts.code.reader import Reader
from rung.facts.code.shared import default_beside
from rung.facts.code.source import Import, Value
from rung.facts.code.tree import Node
from rung.regex import regex

_READS = ("System.getenv", "System.getenv.get", "System.getenv.getOrDefault")
_PLACEHOLDER = regex(r"\$\{([\w.\-]+)(?::([^}]*))?\}")
_IMPORT = regex(r"import\s+(static\s+)?([\w.`]+?)(\.\*)?\s*(?:\bas\s+(\w+)\s*)?;?\s*\Z")
_SPACE = regex(r"\s*\.\s*")


def record_read(reader: Reader, node: Node, call: Value) -> None:
    """`System.getenv("X")` with the default beside it, and `@Value("${x:default}")`."""
    if call.text in _READS and call.items:
        default = call.items[1] if len(call.items) > 1 else default_beside(reader, node, ("?:",)) or _or_else(reader, node)
        reader.add_environment(node, call.items[0], default)
    elif call.text.rpartition(".")[2] == "Value" and len(call.items) == 1 and call.items[0].kind == "string":
        for name, default_text in _PLACEHOLDER.findall(call.items[0].text):
            default = Value("string", default_text) if f"{name}:" in call.items[0].text else None
            reader.add_variable(node, name, default)


def _or_else(reader: Reader, node: Node) -> Value | None:
    """The default in `Optional.ofNullable(System.getenv("X")).orElse("default")`."""
    current: Node | None = node
    for _ in range(6):
        current = current.parent if current is not None else None
        if current is not None and current.kind in reader.grammar.calls and reader.dotted(current).endswith("fNullable.orElse"):
            items = reader.value(current).items
            return items[0] if items else None
    return None


def record_import(reader: Reader, node: Node) -> None:
    """`import a.b.C`, `import static a.b.C.d`, `import a.b.*`, `import a.b.C as D`."""
    parsed = _IMPORT.match(_SPACE.sub(".", reader.text_of(node).strip()))
    if parsed is None:
        return
    module = parsed[2].replace("`", "")
    names: tuple[tuple[str, str], ...] = ()
    if parsed[3]:
        names = (("*", "*"),)
    elif parsed[1]:
        module, _, name = module.rpartition(".")
        names = ((name, name),)
    reader.source.imports.append(Import(module, node.line, names, parsed[4] or ""))


def enum_value(reader: Reader, node: Node, arguments: Node | None) -> Value:
    """What an enum member is made from: its only argument, or the list of them."""
    items = tuple(reader.value(child) for child in arguments.children) if arguments is not None else ()
    if len(items) == 1:
        return items[0]
    return Value("list", "", node.line, items) if items else reader.missing(node)
