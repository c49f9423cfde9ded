"""What to do for a rule here: entries of `rules/steps` filled in with the repository's facts."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from rung.advance.placing import end_of_list, spots
from rung.advance.surroundings import AZURE, Surroundings
from rung.advance.types import Action, NewFile
from rung.facts.fact import Fact
from rung.knowledge import data_folder, load_yaml
from rung.regex import regex
from rung.rules.match import matching, value_of

PLAIN = regex(r"[A-Za-z_./][\w ./=@-]*")
# Of a path nothing may reach a pipeline's file that its host would take for an expression or a command.
SAFE = regex(r"[\w .@+,=~()\[\]/-]+")
GITLAB = ".gitlab-ci.yml"
OTHERS = 2


def tables() -> Mapping[str, Any]:
    """The shipped data of steps."""
    found: Mapping[str, Any] = load_yaml(data_folder("rules") / "steps" / "steps.yaml")
    return found


class Steps:
    """Fills in the entries of the table for a repository."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self._known: dict[str, tuple[Action, ...]] = {}

    def actions(self, rule: str) -> tuple[Action, ...]:
        """What to do for a rule, from the first entry that fits; empty where none does."""
        if rule not in self._known:
            entries = (entry for entry in self.around.tables["steps"] if entry["rule"] == rule)
            self._known[rule] = next((found for entry in entries if (found := tuple(self._of(entry)))), ())
        return self._known[rule]

    def _of(self, entry: Mapping[str, Any]) -> Iterator[Action]:
        if entry.get("only", self.around.system) != self.around.system:
            return
        about = entry.get("about")
        left = 1 if about is None or about.get("first") else about.get("most", 1)
        for fields in self._subjects(about):
            known = {**fields, "here": self.around}
            for name, template in entry.get("let", {}).items():
                known[name] = self._text(template, known)
            if "if" in entry and not self._environment.compile_expression(entry["if"])(**known):
                continue
            if "pipeline" in entry and not SAFE.fullmatch(str(known["path"])):
                continue
            yield self._pipeline(entry, known) if "pipeline" in entry else self._action(entry, known)
            left -= 1
            if not left:
                return

    def _subjects(self, about: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        """The fields of each fact that an entry is about, the best first, one a file; one without fields for an entry that is about none.

        `others` are the next few files.
        """
        if about is None:
            return [{}]
        if about.get("tests"):
            return [{"path": path, "line": 0} for path in self.around.tests if SAFE.fullmatch(path)][:1]
        facts = self.around.literals if about.get("literals") else list(matching(about, self.around.facts))
        facts = [f for f in facts if SAFE.fullmatch(f.location.path) and all(value_of(f, name) for name in about.get("having", ()))]
        ranked = sorted(facts, key=lambda fact: self._rank(fact, about.get("prefer", ())))
        first: dict[str, Fact] = {}
        for fact in ranked:
            first.setdefault(fact.location.path, fact)
        kept, paths = list(first.values()), list(first)
        return [{**_fields(fact), "others": paths[number : number + OTHERS]} for number, fact in enumerate(kept, 1)]

    def _rank(self, fact: Fact, prefer: Sequence[str]) -> tuple[bool, int, bool, bool]:
        """What is in use before what was put away or is only shown, and models of a known family, code and text before the rest."""
        model = str(fact.fields.get("model") or "")
        missing = sum(not fact.fields.get(name) for name in prefer)
        path = fact.location.path
        return (
            self.around.is_said("away", path) or self.around.is_said("stand_in", model),
            missing,
            bool(model) and not self.around.is_known(model),
            path.endswith((".ipynb", ".json")),
        )

    def _action(self, entry: Mapping[str, Any], known: dict[str, Any]) -> Action:
        """An action at the fact's own line, at the end of a file, in a new one, or without a place."""
        path, line, place, existing = self._place(entry, known)
        if path and not SAFE.fullmatch(path):
            path, line, place = "", 0, ""
        known |= {"existing": existing}
        snippet = self._rendered(self._text(entry.get("snippet", ""), known), known)
        if place == "after":
            snippet = _aligned(snippet, self._list_end(path, entry)[1])
        return Action(
            self._text(entry["text"], known),
            path,
            line,
            place,
            snippet,
            self._text(entry.get("language", ""), known),
            tuple(self._files(entry, known, path, snippet)) if place == "new" else (),
        )

    def _place(self, entry: Mapping[str, Any], known: Mapping[str, Any]) -> tuple[str, int, str, bool]:
        """Path, line and kind of a place, and whether the file is there."""
        if entry.get("line"):
            return str(known["path"]), int(known["line"]), "line", True
        if "end" not in entry and "new" not in entry:
            return "", 0, "", False
        path = self._text(entry.get("end", entry.get("new", "")), known)
        there = next((name for name in (*entry.get("among", ()), path) if self.around.exists(name)), None)
        if there is None:
            return path, 0, "new", False
        if "list" in entry:
            return there, self._list_end(there, entry)[0], "after", True
        return there, len(self.around.text(there).splitlines()), "end", True

    def _list_end(self, path: str, entry: Mapping[str, Any]) -> tuple[int, str]:
        text = self.around.text(path)
        return end_of_list(text, str(entry["list"])) or (len(text.splitlines()), "  ")

    def _files(self, entry: Mapping[str, Any], known: Mapping[str, Any], path: str, text: str) -> Iterator[NewFile]:
        write = entry.get("write")
        if write and ("if" not in write or self._environment.compile_expression(write["if"])(**known)):
            yield NewFile(path, text, write["effect"])

    def _pipeline(self, entry: Mapping[str, Any], known: dict[str, Any]) -> Action:
        """A step in a pipeline that is there, or one of its own."""
        wanted = entry["pipeline"]
        setup = self.around.setup(known["path"])
        keys = self.around.secrets if wanted.get("keys") else []
        known |= {"setup": setup, "keys": keys, "secrets": keys, "title": wanted["title"], "workdir": "", "stage": ""}
        known["setup"] = setup = self.around.commands.with_runner(setup, known["command"])
        text = self._text(entry["text"], known)
        if self.around.system == "gitlab":
            known["stage"] = self._stage()
            job = self._rendered("job.gitlab.j2", known)
            if self.around.exists(GITLAB):
                return Action(text, GITLAB, len(self.around.text(GITLAB).splitlines()), "end", job, "yaml")
            return Action(text, GITLAB, 0, "new", job, "yaml", _made(wanted, GITLAB, job))
        if self.around.system == "azure":
            return self._azure(text, known)
        whole = self._rendered("workflow.github.j2", known)
        path = self._free(wanted["file"])
        spot = next(spots(self.around, setup, single=bool(wanted.get("keys"))), None)
        if spot is None:
            return Action(text, path, 0, "new", whole, "yaml", _made(wanted, path, whole))
        if setup["folder"] != spot.folder:
            known["workdir"] = setup["folder"] or "."
        step = _aligned(self._rendered("step.github.j2", known), spot.indent)
        return Action(text, spot.path, spot.line, "after", step, "yaml", _made(wanted, path, whole))

    def _azure(self, text: str, known: Mapping[str, Any]) -> Action:
        step = self._rendered("step.azure.j2", known)
        path = next((name for name in AZURE if self.around.exists(name)), "")
        end = end_of_list(self.around.text(path), "steps") if path else None
        if end is None:
            return Action(text, path, 0, "end" if path else "", step, "yaml")
        return Action(text, path, end[0], "after", _aligned(step, end[1]), "yaml")

    def _stage(self) -> str:
        """The stage that a job must name, since the pipeline doesn't have the usual one."""
        found = re.search(r"^stages:\s*\[([^\]]*)\]|^stages:\s*\n((?:\s*-[^\n]*\n)+)", self.around.text(GITLAB), re.MULTILINE)
        names = re.findall(r"[\w.-]*\w[\w.-]*", (found[1] or found[2]) if found else "")
        return "" if not names or "test" in names else names[-1]

    def _free(self, path: str) -> str:
        """The path, or one beside it where a file has that name."""
        base, suffix = posixpath.splitext(path)
        return path if not self.around.exists(path) else f"{base}-on-change{suffix}"

    def _text(self, template: str, known: Mapping[str, Any]) -> str:
        return self._environment.from_string(template).render(known) if "{" in template else template

    def _rendered(self, name: str, known: Mapping[str, Any]) -> str:
        return self._environment.get_template(name).render(known).strip("\n") + "\n" if name else ""

    @cached_property
    def _environment(self) -> Any:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        loader = FileSystemLoader(data_folder("rules") / "steps" / "templates")
        # What is made is YAML, Markdown and code, for which the filters below escape.
        made = Environment(loader=loader, trim_blocks=True, keep_trailing_newline=True, undefined=StrictUndefined, autoescape=False)  # noqa: S701
        made.filters |= {"yaml": as_yaml, "shell": shlex.quote, "code": _code, "slug": _slug, "stem": _stem, "folder": _folder}
        return made


def _made(wanted: Mapping[str, Any], path: str, text: str) -> tuple[NewFile, ...]:
    """A pipeline's file that can be made, unless what it runs has to be filled in first."""
    return (NewFile(path, text, "works"),) if wanted.get("write", True) else ()


def _fields(fact: Fact) -> dict[str, Any]:
    fields = {"tools": [], **fact.fields}
    return {**fields, "path": fact.location.path, "line": fact.location.line, "text": fact.text}


def as_yaml(value: object) -> str:
    """A text as a YAML scalar, plain where that can't be taken for anything else."""
    text = str(value).encode("utf-8", "replace").decode("utf-8")
    plain = (
        PLAIN.fullmatch(text)
        and text == text.strip()
        and text.lower() not in ("true", "false", "yes", "no", "on", "off", "null", "y", "n", ".")
    )
    return text if plain else json.dumps(text, ensure_ascii=False)


def _aligned(snippet: str, indent: str) -> str:
    """The snippet, with its first line at that indentation and the others with it."""
    lines = snippet.splitlines()
    own = len(lines[0]) - len(lines[0].lstrip())
    return "".join(f"{indent}{line[own:]}\n" if line.strip() else "\n" for line in lines)


def _code(text: str) -> str:
    return "`" + text.replace("`", "'") + "`"


def _slug(text: str) -> str:
    return re.sub(r"\W+", "-", text.lower()).strip("-")


def _stem(path: str) -> str:
    return posixpath.basename(path).split(".")[0]


def _folder(path: str) -> str:
    """A path's folder with a slash at its end; empty for a file at the top."""
    folder = posixpath.dirname(path)
    return f"{folder}/" if folder else ""
