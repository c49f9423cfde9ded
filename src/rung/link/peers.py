"""Pins of models beside the default: those that a named default is not, and those of a class among its peers that nothing uses."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace

from rung.facts.fact import Fact
from rung.link.graph import Graph
from rung.link.pins import IN_CODE, SHARED, SIDE, is_content
from rung.link.project import Project
from rung.link.providers import PROVIDER, named_providers
from rung.regex import regex

# A line that loads modules by names that are worked out.
LOADS = regex(
    r"(?:import_module|__import__)\([^)\n]{0,80}(?:\{|\+|%|module|path|plugin|provider|name|class)|(?:iter_modules|walk_packages|readdirSync|autoload)\("
    r"|require\.context|import\.meta\.glob"
)
# What is said to be the model where nobody chooses one.
DEFAULT = regex(r"(?:^|[._])default_?(?:(?:llm|chat|ai)_?)?(?:model|llm)(?:_?(?:name|id))?$", re.IGNORECASE)
WRITTEN = regex(r"(?:^|[._])(?:environ|env|ENV)\.\w+$")
# Folders at the top that hold one application each below them.
GATHERING = frozenset(
    {"apps", "packages", "services", "projects", "examples", "samples", "libs", "crates", "modules", "notebooks", "cookbook"}
)
# Peers have a class of the same kind each, and so many of them are used.
PEERS = 2
SHORTEST = 4


def beside_default(project: Project, graph: Graph, choices: list[Fact]) -> list[Fact]:
    """Choices without the pins in code that are no default: another is named so, or among its peers the file is left out or not chosen."""
    fixed = [c for c in choices if c.fields["pinned"] and c.fields["how"] in IN_CODE]
    if not fixed:
        return choices
    elsewhere = [c for c in fixed if not c.fields["site"]]
    named = [c for c in choices if c.fields["model"] and _is_default(c)]
    plain = {_top(c) for c in named} - {_top(c) for c in named if c.fields["pinned"]}
    own = {c.location.path for c in named}
    written = {id(c) for c in elsewhere if _is_written(c, choices)}
    left = {p for p in sorted({c.location.path for c in fixed}) if _is_left_out(project, graph, p) or _is_other(project, graph, p, choices)}
    others = {id(c) for c in fixed if c.location.path in left} | written
    beside = (c for c in elsewhere if _top(c) in plain)
    others |= {id(c) for c in beside if c.location.path in own or not SHARED.search(posixpath.basename(c.location.path))}
    given = {(c.location.path, c.fields["model"]) for c in fixed if id(c) in others}
    others |= {id(c) for c in fixed if c.fields["site"] and (c.location.path, c.fields["model"]) in given}  # calls with what is no default
    return [replace(c, fields={**c.fields, "pinned": False}) if id(c) in others else c for c in choices]


def _is_default(choice: Fact) -> bool:
    name, path = str(choice.fields.get("name") or ""), choice.location.path
    return bool(DEFAULT.search(name)) and choice.fields["how"] in IN_CODE and not SIDE.search(path) and not is_content(choice)


def _top(choice: Fact) -> str:
    """The folder at the top that a choice stands in, with the one below where the top only gathers applications."""
    first, *rest = choice.location.path.split("/")
    return f"{first}/{rest[0]}" if first.lower() in GATHERING and len(rest) > 1 else first if rest else ""


def _is_written(choice: Fact, choices: list[Fact]) -> bool:
    """Whether a module writes a variable of the environment for itself, where other files have the model elsewhere and none reads that."""
    name, path = str(choice.fields.get("name") or ""), choice.location.path
    if not WRITTEN.search(name):
        return False
    others = [c for c in choices if c.location.path != path and c.fields["how"] != "literal" and c.fields["how"] != "unused"]
    return bool(others) and not any(str(c.fields.get("name") or "") == name.rsplit(".", 1)[-1] for c in others)


def _is_left_out(project: Project, graph: Graph, path: str) -> bool:
    """Whether nothing of the application names a file or its classes, but two or more beside it that have a class of the same kind."""
    bases = _bases(project, path)
    if not bases or _is_taken(project, graph, path):
        return False
    folder, suffix = posixpath.split(path)[0], posixpath.splitext(path)[1]
    near = (p for p in project.code if p != path and posixpath.dirname(p) == folder and p.endswith(suffix))
    used = [p for p in near if bases & _bases(project, p) and _is_taken(project, graph, p)]
    return len(used) >= PEERS and not any(LOADS.search(project.text(p) or "") for p in project.code if project.is_application(p))


def _is_other(project: Project, graph: Graph, path: str, choices: list[Fact]) -> bool:
    """Whether a file is named after another provider than the default one, after which one beside it is named that asks a model too."""
    folder, name = posixpath.split(path)
    near = [_plain(p) for p in graph.near if p != path and posixpath.dirname(p) == folder and project.is_application(p)]
    own = _plain(name)
    if not folder or not near or path not in graph.near or SHARED.search(name):
        return False
    told = [str(s.fields["value"]) for s in project.settings if PROVIDER.fullmatch(str(s.fields["name"]))]
    users = set(graph.used.get(path, ()))
    files = sorted({*users, *(t for u in sorted(users) for t in graph.glanced(u)), *(c.location.path for c in choices)} - {path})
    told += [value for p in files if project.is_application(p) for value in named_providers(project.text(p) or "")]
    rests = {v: [n.replace(v, "") for n in near if v in n] for v in (_plain(value) for value in told) if len(v) >= SHORTEST}
    values = {v for v, found in rests.items() if any(rest in own and rest != own for rest in found)}
    return bool(values) and not any(v in own for v in values)


def _plain(path: str) -> str:
    """A file's name without case, ending and punctuation."""
    return re.sub(r"[^a-z0-9]", "", posixpath.splitext(posixpath.basename(path))[0].lower())


def _is_taken(project: Project, graph: Graph, path: str) -> bool:
    """Whether a file of the application that may use another one names it or a class of its: an interface's user names neither."""
    source = project.source(path)
    names = {posixpath.splitext(posixpath.basename(path))[0], *(c.name for c in (source.classes if source else ()))}
    users = (u for u in graph.used.get(path, ()) if u != path and project.is_application(u))
    return any(name in (project.text(u) or "") for u in users for name in names if name)


def _bases(project: Project, path: str) -> set[str]:
    """What the classes of a Python or JavaScript file derive from; files of other languages need not be imported by name."""
    source = project.source(path) if path.endswith((".py", ".ts", ".js", ".mts", ".mjs")) else None
    return {base.rsplit(".", 1)[-1] for c in source.classes for base in c.bases} - {"ABC", "BaseModel", "object"} if source else set()
