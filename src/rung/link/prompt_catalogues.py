"""Prompts among a program's texts: entries of a translation file, of resources or of a properties file that code looks up by a key."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from rung.facts.fact import Fact
from rung.link.graph import Graph
from rung.link.project import Project
from rung.regex import regex

CATALOGUE = regex(
    r"(?:^|/)(?:locales?|i18n|lang|langs|translations?|messages|resources)/[\w./-]{1,120}\.(?:ya?ml|json)$|\.(?:properties|resx)$",
    re.IGNORECASE,
)
SPOKEN = regex(r"prompt|instruction|system_?message", re.IGNORECASE)
# Looking a text up: a translation, a resource bundle, a message source, a property.
LOOKS_UP = regex(
    r"\b(?:I18n|i18n|i18next|t|tr|translate|getMessage|get_message|getString|GetString|gettext|trans|localize|Resources|ResourceManager|bundle|messages)\b"
    r"[^\n]{0,60}prompt|\bPrompts\.[A-Z]\w+|scope:\s*:prompts|\$\{[\w.-]{0,40}prompt",
    re.IGNORECASE,
)
PROPERTY = regex(r"^([\w.-]*(?:prompt|instruction)[\w.-]*)\s*[=:]\s*(.{40,})$", re.IGNORECASE | re.MULTILINE)
RESOURCE = regex(r"<data\s+name=\"([\w.]{1,80})\"[^>]{0,80}>\s{0,80}<value>([^<]{40,})")
# Parts of a form in which somebody writes a prompt.
FORM = regex(
    r"(?:title|desc(?:ription)?|place_?holder|label|hint|tool_?tip|help\w*|error\w*|button|sub_?title|caption|confirm\w*)$", re.IGNORECASE
)
LONG, DEEP, MANY = 40, 6, 300


def catalogued(project: Project, graph: Graph) -> Iterator[Fact]:
    """A fact of form `template` for each catalogue of texts with a prompt, where code that leads to a model looks prompts up."""
    found = []
    for path in project.paths:
        if CATALOGUE.search(path) and project.is_application(path):
            text = project.text(path) or ""
            line = _line(project, path, text) if SPOKEN.search(text) or SPOKEN.search(path) else 0
            if line:
                found.append((path, line))
    if not found:
        return
    leading = [p for p in sorted(graph.leading) if project.is_application(p)]
    code = dict.fromkeys((*leading, *(t for p in leading for t in sorted(graph.glanced(p)) if project.is_application(t))))
    texts = [project.text(p) or "" for p in code]
    looked_up = any(map(LOOKS_UP.search, texts))
    for path, line in found:
        if looked_up or _is_named(path, texts):
            yield project.fact("prompt", path, line, form="template", structured=False, version="")


def _is_named(path: str, texts: list[str]) -> bool:
    """Whether code takes a text by the name of a catalogue of prompts (`PromptText.Welcome`, `getBundle("prompts")`)."""
    stem = posixpath.basename(path).split(".")[0]
    if not SPOKEN.search(stem):
        return False
    named = re.compile(rf"\b{re.escape(stem)}\.[A-Za-z]\w+|[\"'.:/]{re.escape(stem)}[\"'.:]", re.IGNORECASE)
    return any(stem.lower() in text.lower() and named.search(text) for text in texts)


def _line(project: Project, path: str, text: str) -> int:
    """The line of the first prompt of a catalogue; 0 where it holds none."""
    named = bool(SPOKEN.search(posixpath.basename(path)))
    if path.endswith(".properties"):
        match = PROPERTY.search(text)
    elif path.endswith(".resx"):
        match = next((m for m in RESOURCE.finditer(text) if named or SPOKEN.search(m[1])), None)
    else:
        key = _key(project.data(path), named, 0)
        match = re.search(rf"^\s*[\"']?{re.escape(key)}[\"']?\s*:", text, re.MULTILINE) if key else None
    return text.count("\n", 0, match.start()) + 1 if match else 0


def _key(data: Any, told: bool, depth: int) -> str:
    """The key of the first long text below a key that speaks of prompts; empty for none."""
    if not isinstance(data, dict) or depth > DEEP:
        return ""
    for name, value in list(data.items())[:MANY]:
        here = told or bool(
            SPOKEN.fullmatch(str(name).rstrip("s")) or (isinstance(value, str) and re.search(r"prompt$", str(name), re.IGNORECASE))
        )
        if isinstance(value, str) and here and len(value) >= LONG and " " in value and not FORM.search(str(name)):
            return str(name)
        if found := _key(value, here, depth + 1):
            return found
    return ""
