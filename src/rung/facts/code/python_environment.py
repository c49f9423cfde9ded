"""Reads of environment variables in Python: the standard library's, and objects of packages that read settings from there."""

from __future__ import annotations

from rung.facts.code.reader import Reader
from rung.facts.code.shared import default_beside
from rung.facts.code.source import Value
from rung.facts.code.tree import Node

_FUNCTIONS = frozenset({"os.getenv", "os.environ.get", "os.environ.setdefault", "decouple.config"})
_CLASSES = frozenset({"environs.Env", "environ.Env", "starlette.config.Config", "decouple.Config", "decouple.AutoConfig"})


def _resolved(reader: Reader, name: str) -> str:
    """A dotted name with its first part as it was imported."""
    first, dot, rest = name.partition(".")
    return reader.imported.get(first, first) + dot + rest


def record_assigned(reader: Reader, name: str, value: Value) -> None:
    """Remember which name holds an object that reads the environment."""
    if value.kind == "call":
        made = _resolved(reader, value.text)
        if made in _CLASSES:
            reader.imported[name] = f"{made}()"


def record_call_read(reader: Reader, node: Node, call: Value) -> None:
    """`os.getenv("X", "default")`, and `env.str("X", default="default")` of an object made for it."""
    if not call.items or call.items[0].kind != "string":
        return
    callee = _resolved(reader, call.text)
    if callee in _FUNCTIONS or (callee.partition("()")[0] in _CLASSES and "()" in callee):
        default = call.items[1] if len(call.items) > 1 and not call.keys[1] else call.get("default")
        reader.add_environment(node, call.items[0], default or default_beside(reader, node, ("or",)))


def record_subscript_read(reader: Reader, node: Node) -> None:
    """`os.environ["X"]` where it is read."""
    if "environ" not in reader.text[node.start : node.end][:200] or not node.children:
        return
    parent = node.parent
    if parent is not None and parent.kind == "assignment" and parent.children[0] is node:
        return
    name = reader.dotted(node)
    key = reader.value(node.children[-1])
    if key.kind == "string" and _resolved(reader, name) == f"os.environ.{key.text}":
        reader.add_environment(node, key, default_beside(reader, node, ("or",)))
