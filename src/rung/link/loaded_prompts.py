"""Which prompt files application code loads: those that it names, builds into the program, or reads the folder of."""

from __future__ import annotations

import posixpath
import re
from functools import cached_property
from typing import Any

from rung.link.expression import Expression
from rung.link.graph import Graph
from rung.link.project import Project
from rung.link.shell_agents import ShellAgents
from rung.link.uses import Uses
from rung.link.views import view_name
from rung.regex import regex

# Files in which a constant may name a prompt file or folder.
NAMES_FILES = Expression(
    r"""prompt|\.(?:txt|md|jinja2?|j2|st|erb|hbs|mustache|liquid|tmpl|ya?ml|json|toml)["'`]|system|instruction|persona|template""",
    re.IGNORECASE,
)
# A folder a prompt, a file a part of the conversation.
SELF_NAMED = regex(r"(?:system|user)\.(?:md|txt|j2|jinja2?|hbs|mustache|liquid|tmpl)$")
# A name that is worked out, and the suffix behind it.
FILLED_IN = regex(r"(?:\}|%[sv]|\$\w{1,30})(\.\w{2,10})$")
EMBED = regex(r"^//go:embed[ \t]+(.+)$", re.MULTILINE)
PROJECTS = (".csproj", ".fsproj", ".vbproj")
RESOURCE = regex(r"""<EmbeddedResource\s+Include=["']([^"';]+)""")


class LoadedPrompts:
    """Tells by the strings of application code which files it loads; `words` are the vocabulary's of prompts."""

    def __init__(self, project: Project, graph: Graph, uses: Uses, words: dict[str, Any]) -> None:
        self.project, self.graph, self.uses, self.words = project, graph, uses, words
        self.paths, self.modules = regex(words["paths"], re.IGNORECASE), regex(words["modules"], re.IGNORECASE)
        self._parts: dict[str, bool] = {}
        self._spoken: dict[tuple[str, str], bool] = {}
        self._shell = ShellAgents(project)

    def is_named(self, path: str) -> bool:
        """Whether application code embeds the file, a string constant of it ends with the file's name, or code fills that in."""
        return path in self._embedded or posixpath.basename(path) in self._texts_tails or self._is_filled_in(path)

    def _is_filled_in(self, path: str) -> bool:
        """Whether a file that asks a model, in the same package, takes files of that suffix by a name that it works out."""
        suffix = posixpath.splitext(path)[1]
        return any(suffix == ending and path.startswith(folder) for folder, ending in self._filled)

    @cached_property
    def _filled(self) -> frozenset[tuple[str, str]]:
        """Folders of files that ask a model, each with a suffix before which they fill in a name (`f"{version}.j2"`)."""
        found: set[tuple[str, str]] = set()
        endings = tuple(self.words["templates"])
        for path in sorted(self.graph.near) if endings else ():
            text = self.project.text(path) or "" if self.project.is_application(path) and "/" in path else ""
            source = self.project.source(path) if any(e in text for e in endings) else None
            for told in source.texts if source else ():
                if match := FILLED_IN.search(told.value):
                    found.add((f"{posixpath.dirname(path)}/", match[1]))
        return frozenset(found)

    def is_handed(self, path: str) -> bool:
        """Whether a string constant that speaks of prompts names the template file."""
        return posixpath.basename(path) in self._named_in_code

    def is_loaded(self, path: str) -> bool:
        """Whether application code names the file, its stem, or the folder that it reads all of."""
        if self.is_named(path) or view_name(path) in self._texts:
            return True
        if self._shell.reads(path):
            return True
        stem = posixpath.splitext(posixpath.basename(path))[0]
        folder = posixpath.basename(posixpath.dirname(path))
        texts = self._texts
        if SELF_NAMED.match(posixpath.basename(path)) and self._names_part(posixpath.basename(path)):
            return True
        if self.is_handed(path) or posixpath.basename(path) in texts:
            return True
        if (stem in texts or stem.split(".")[0] in texts) and self._is_spoken_of(posixpath.dirname(path), posixpath.splitext(path)[1]):
            return True
        if folder and self.paths.search(folder + "/"):
            return folder in texts or any(t.endswith(f"/{folder}") or f"{folder}/" in t for t in texts)
        return self._is_below(posixpath.dirname(posixpath.dirname(path)), folder)

    def _is_spoken_of(self, folder: str, suffix: str) -> bool:
        """Whether code or settings speak of a folder, or of files of that suffix beside themselves; else a stem is only a word."""
        known = self._spoken.get((folder, suffix))
        if known is None:
            name = posixpath.basename(folder) or suffix
            texts = {p: self.project.text(p) or "" for p in self.project.code if self.project.is_application(p)}
            values = (str(s.fields["value"]) for s in self.project.settings)
            known = any(name in text for text in (*texts.values(), *values)) or any(
                suffix in text for path, text in texts.items() if posixpath.dirname(path) == folder
            )
            self._spoken[folder, suffix] = known
        return known

    def _is_below(self, above: str, folder: str) -> bool:
        """Whether code fills in the name of a folder below that of the prompts (`prompts/$version/$name.txt`), or joins the two."""
        name = posixpath.basename(above)
        if not folder or not self.paths.search(name + "/"):
            return False
        filled = re.compile(rf"(?:^|/){re.escape(name)}/(?:[\w.-]{{1,40}}/)?(?:[$#%]?\{{|\$\w|%[sdv])")
        if any(filled.search(t) for t in self._texts):
            return True
        beside = {
            p[len(above) + 1 :].partition("/")[0]
            for p in self.project.paths
            if p.startswith(f"{above}/") and p.count("/") > above.count("/") + 1
        }
        return (name in self._texts or any(t.rstrip("/").endswith(f"/{name}") for t in self._texts)) and not beside.isdisjoint(self._texts)

    def _names_part(self, name: str) -> bool:
        """Whether some application code names the file that a folder a prompt holds (`summary/system.md`)."""
        if name not in self._parts:
            self._parts[name] = any(name in (self.project.text(p) or "") for p in self.project.code if self.project.is_application(p))
        return self._parts[name]

    @cached_property
    def _embedded(self) -> frozenset[str]:
        """Files that are built into the program by a Go file or a .NET project."""
        found: set[str] = set()
        for path in self.project.code:
            folder = posixpath.dirname(path)
            if path.endswith(".go") and self.project.is_application(path) and "go:embed" in (text := self.project.text(path) or ""):
                for line in EMBED.findall(text):
                    for name in line.replace("all:", "").split():
                        found.update(self.project.having(posixpath.join(folder, name.strip('"`'))))
        for path in self.project.paths:
            if path.endswith(PROJECTS) and self.project.is_application(path):
                for name in RESOURCE.findall(self.project.text(path) or ""):
                    found.update(self.project.having(posixpath.join(posixpath.dirname(path), name.replace("\\", "/"))))
        return frozenset(found)

    @cached_property
    def _texts_tails(self) -> frozenset[str]:
        return frozenset(t.rsplit("/", 1)[-1] for t in self._texts)

    @cached_property
    def _texts(self) -> frozenset[str]:
        """Short string constants that may name prompt files: those of application files that speak of prompts or ask a model."""
        found: set[str] = set()
        for path in self.project.code:
            if (
                self.project.is_application(path)
                and (path in self.graph.near or self.modules.search(path) or self.uses.glance.holds(path, "deploys"))
                and NAMES_FILES.search(self.project.text(path) or "")
            ):
                source = self.project.source(path)
                found |= {t.value for t in source.texts if len(t.value) < 120} if source else set()
                # a file that is imported as text
                found |= {
                    m.split("?")[0] for m, _ in self.uses.glance.modules(path) if m.split("?")[0].endswith(tuple(self.words["templates"]))
                }
        return frozenset(found)

    @cached_property
    def _named_in_code(self) -> frozenset[str]:
        """Names of template files that string constants of application code end with, handed to the model in some way."""
        suffixes = tuple(self.words["templates"])
        return frozenset(
            posixpath.basename(t.strip())
            for t in self._texts
            if t.strip().endswith(suffixes) and re.search(r"prompt|system|instruction|rules|persona|template", t, re.IGNORECASE)
        )
