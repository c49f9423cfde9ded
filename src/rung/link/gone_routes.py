"""Requests of an evaluation to an endpoint that the repository's own server declares no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from rung.facts.code.source import Call, Source
from rung.link.candidates import HINT
from rung.link.graph import Graph
from rung.link.project import Project
from rung.link.requests import ADDRESS, STARTS_APPLICATION
from rung.link.uses import Uses
from rung.regex import regex
from rung.repository import Role

SENDS = regex(
    r"(?:^|\.)(?:post|Post|fetch|request|stream|urlopen|axios|PostAsync|PostAsJsonAsync|SendAsync|NewRequest|NewRequestWithContext|postForEntity|postForObject"
    r"|exchange|uri|post_json|postJson|connect_sse|aconnect_sse|post_form|inject)$"
)
# The path of an address of this machine, of one that stands before it as a variable, or of the application that a test starts.
PATH = regex(
    r"(?:https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|host\.docker\.internal)(?::(?:\d{2,5}|\$?\{[^{}]{1,40}\}))?"
    r"|(?<=[\"'`])\$?\{[^{}/]{1,60}\}|(?<=[\"'`]))(?P<path>(?:/[\w.:-]{1,60}|/\$?\{[^{}/]{0,60}\}){1,8})/?(?=\\?[\"'`?])"
)
# A path that a server is told of: the router's call, decorator or annotation stands in the same line, or a mapping of methods.
DECLARES = regex(
    r"@[\w.]{0,40}(?:route|get|post|put|patch|delete|api_route|Mapping|Path|Post|Get|Put|Controller|websocket)\b|\[(?:Http(?:Get|Post|Put)|Route)\b|#\[(?:get|post|put|route)\b"
    r"|\b(?:HandleFunc|Handle|MapPost|MapGet|MapGroup|MapMethods|add_api_route|add_url_rule|add_route|include_router|Blueprint|APIRouter|Route|re_path|path|scope|resource|nest|web\.\w+)\b"
    r"|(?:\b(?:\w{0,20}(?:app|router|routes?|server|api|group|mux|fastify|hono|engine)|e|r|g|v\d|bp)|Route)(?:\.|::)(?:get|post|put|patch|all|use|route|on|any|match|group|GET|POST|Get|Post|Any|Group|Route|Mount)\b"
    r"|^\s*(?:get|post|put|match|namespace|scope|route)\b",
)
DECLARED = regex(
    r"[\"'`](?:(?:GET|POST|PUT|PATCH|DELETE|ANY) )?(?P<path>/?[\w{}<>\[\]:.*$()@|+\\-]{1,60}(?:/[\w{}<>\[\]:.*$()@|+\\-]{0,60}){0,8})[\"'`]"
)
# Where routes come from besides what is written out: frameworks that serve what they are handed, tables, proxies, conventions.
OTHERWISE = regex(
    r"\[controller\]|\[action\]|createProxy|reverse_proxy|ReverseProxy|http-proxy|httputil\.|add_routes\(|\bresources?\s+:|(?<!admin\.)autodiscover"
    r"|FunctionName|@app\.function|https?\.onRequest|\.mount\([\"']/[\"']|resolvers\b|trpc|to_a2a|get_\w*_app\("
)
# Routes of a resource and what is below it, as a router is told of them, and such routers.
REGISTERED = regex(r"\.register\(\s{0,40}(?:prefix\s?=\s?)?r?[\"'](?P<path>[\w/-]{0,60})[\"']")
REGISTERS = regex(r"\b(?:Default|Simple|Nested\w{0,20}|Extended\w{0,20})Router\b|\.register\(\s{0,40}r?f[\"']")
BY_FILE = regex(r"(?:^|/)(?:api|routes|functions|pages|server|endpoints|lambdas?|handlers?)/", re.IGNORECASE)
VERSION = regex(r"v\d+(?:(?:alpha|beta)\d*)?")
BESIDE = regex(
    r"login|token|auth|session|signup|register|upload|ingest|index|documents?|seed|reset|health|feedback|users?|admin|setup|clear|threads?$",
    re.IGNORECASE,
)
VARIABLE = regex(r"[{}<>\[\]*$()|+\\]|^:")
BEFORE = 3  # lines over which a call's route may be written


class GoneRoutes:
    """Tells which evaluations ask the repository's server for what it plainly doesn't serve."""

    def __init__(self, project: Project, graph: Graph, uses: Uses) -> None:
        self.project, self.graph, self.uses = project, graph, uses

    def reason(self, source: Source, asked: list[Call]) -> str:
        """Why an evaluation can't run; `asked` are its calls to functions of the application that ask a model, past any request."""
        text = "\n".join(source.lines)
        if asked or not (ADDRESS.search(text) or STARTS_APPLICATION.search(text)):
            return ""
        sent = [p for p in dict.fromkeys(self._sent(source)) if not BESIDE.search(p)]
        if not sent or not self._routes or self._otherwise:
            return ""
        gone = [p for p in sent if not self._is_there(p)]
        return f"it asks {gone[0]}, which the server has no more" if len(gone) == len(sent) else ""

    def _sent(self, source: Source) -> Iterator[str]:
        """Paths of requests that a file sends, written in their calls or held by a name that they are given."""
        for call in source.calls:
            if not SENDS.search(call.callee):
                continue
            lines = source.lines[call.line - 1 : min(call.end_line, call.line + BEFORE)]
            given = {v.text for v in call.arguments.items[:3] if v.kind == "name"}
            held = (a for a in source.assignments if a.name in given and a.function in (call.function, -1))
            for text in (" ".join(lines), *(" ".join(source.lines[a.line - 1 : a.line + 1]) for a in held)):
                yield from (m["path"] for m in PATH.finditer(text) if self._is_own(source, m["path"]))

    def _is_own(self, source: Source, path: str) -> bool:
        """Whether a path is none of a model's server, as its API or framework has it."""
        return not any(self.uses.addressed(source.path, path)) and bool(_fixed(path))

    def _is_there(self, path: str) -> bool:
        parts = path.strip("/").split("/")
        versions = {p for p in parts if VERSION.fullmatch(p)}
        if versions and self._versions and not versions & self._versions:
            return False
        if any(_ends_alike(parts, route) for route in self._routes):
            return True
        last = _fixed(path)
        return any(last in re.split(r"[/.]", p) for p in self.project.code if BY_FILE.search(p))

    @cached_property
    def _served(self) -> list[str]:
        """Application code that may declare routes: none of evaluations, and none that runs in a page."""
        return [
            p for p in self.project.code if self.project.is_application(p) and not HINT.search(p) and self.project.role(p) is not Role.TEST
        ]

    @cached_property
    def _routes(self) -> list[list[str]]:
        """The routes that the application declares, if one of them stands where a model is led to."""
        found: list[list[str]] = []
        leads = False
        for path in self._served:
            text = self.project.text(path) or ""
            resources = [m["path"].strip("/") for m in REGISTERED.finditer(text)] if ".register(" in text else []
            found += [[*(part for part in r.split("/") if part), "*"] for r in resources]
            lines = text.split("\n")
            for number, line in enumerate(lines):
                if not DECLARES.search(line):
                    continue
                near = " ".join([line, *lines[number + 1 : number + BEFORE]]) if "/" not in line else line
                for match in DECLARED.finditer(near[:500]):
                    if "/" in match[0] or re.match(r"\s*(?:re_)?path\(", line):
                        found += [route for route in (match["path"].strip("/").split("/"),) if route != [""]]
                        leads |= path in self.graph.leading
        return found if leads else []

    @cached_property
    def _versions(self) -> frozenset[str]:
        return frozenset(part for route in self._routes for part in route if VERSION.fullmatch(part))

    @cached_property
    def _otherwise(self) -> bool:
        """Whether the application serves routes that stand nowhere in its code."""
        texts = (self.project.text(p) or "" for p in self._served)
        return any(OTHERWISE.search(t) or (REGISTERS.search(t) and not REGISTERED.search(t)) for t in texts)


def _fixed(path: str) -> str:
    """The last part of a path that is no variable."""
    return next((p for p in reversed(path.strip("/").split("/")) if p and not VARIABLE.search(p)), "")


def _ends_alike(parts: list[str], route: list[str]) -> bool:
    """Whether a path ends as a route does, of which what stands before it may be declared elsewhere."""
    if any("*" in r or ":path" in r or "..." in r for r in route):
        kept = [r for r in route if not ("*" in r or ":path" in r or "..." in r)]
        return not kept or all(k in parts or VARIABLE.search(k) for k in kept)
    shared = min(len(parts), len(route))
    return all(p == r or VARIABLE.search(p) or VARIABLE.search(r) for p, r in zip(parts[-shared:], route[-shared:], strict=True))
