"""Writes docs/rules.md and docs/tools.md from rules/, and docs/badge.svg from an example; with --check, exits 1 when stale."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rung.facts.catalogue import Tool
from rung.judge import survey
from rung.knowledge import data_folder
from rung.report.badge import render_svg
from rung.rules.load import Knowledge, Rule, load_knowledge

DOCS = Path(__file__).resolve().parent
EXAMPLE = DOCS.parent / "examples" / "clinic-guide"
IDENTITY = ["-c", "user.name=rung", "-c", "user.email=rung@example.com"]
NOTE = "<!-- Written by docs/generate.py from rules/ and schemas/; change it there. -->"
RULES_HEAD = """# Questions and rules

{note}

The levels are those of Microsoft's [{name}]({source}); the questions are rung's own.
Every question is worth 0, 1 or 2 points. A rule is an observation about the repository; an answer is earned by rules that hold.
An answer presumes the one above it, unless it stands *alone*.

| level | name | points | what it says |
| --- | --- | --- | --- |"""
QUESTION = """
### {title}

`{id}`

| points | answer | earned by |
| --- | --- | --- |"""
FACTS_HEAD = """
## Facts

What a rule's `find` may ask for, with the fields for its `where`. The tools behind `use` are in [tools.md](tools.md).

| kind | what it is |
| --- | --- |"""
TOOLS_HEAD = """# Tools

{note}

rung knows {count} entries of tools, by the signs that stand beside each. A tool with several purposes has an entry for each.
A declared dependency is a sign only of what a platform wires in by itself.
"""
NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four"}
SIGNS = ("imports", "calls", "keywords", "dependencies", "commands", "actions", "images", "hosts", "environment", "resources", "files")


def main(arguments: list[str]) -> int:
    """Writes the pages, or tells which ones are stale; returns the exit code."""
    knowledge = load_knowledge()
    pages = {"rules.md": rules_page(knowledge), "tools.md": tools_page(knowledge), "badge.svg": badge()}
    stale = [name for name, text in pages.items() if not (DOCS / name).is_file() or (DOCS / name).read_text(encoding="utf-8") != text]
    if "--check" in arguments:
        for name in stale:
            sys.stderr.write(f"docs/{name} is stale: run python docs/generate.py\n")
        return 1 if stale else 0
    for name in stale:
        (DOCS / name).write_text(pages[name], encoding="utf-8")
    return 0


def badge() -> str:
    """The badge of the best of the examples, in a repository of its own as a team would have it, with a release."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / EXAMPLE.name
        shutil.copytree(EXAMPLE, copy)
        for command in (["init", "-q", "--template="], ["add", "-A", "-f"], ["commit", "-q", "-m", "As it stands"], ["tag", "v2.1.0"]):
            subprocess.run(["git", "-C", copy, *IDENTITY, *command], check=True, env=_environment())  # noqa: S603, S607 - git, of the example
        return render_svg(survey(str(copy)).reviews[0].assessment)


def _environment() -> dict[str, str]:
    """The environment without what a git command around this one, or its user's configuration, would have a say by."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def rules_page(knowledge: Knowledge) -> str:
    """The levels, the questions with their answers, the rules that earn them, and the facts that rules may ask for."""
    return "\n".join([*_levels(knowledge.model), *_applicable(knowledge), *_capabilities(knowledge), *_facts()]) + "\n"


def _levels(model: Mapping[str, Any]) -> Iterator[str]:
    yield RULES_HEAD.format(note=NOTE, name=model["name"], source=model["source"])
    for level in model["levels"]:
        yield f"| {level['number']} | {level['name']} | {level['from']}-{level['to']} | {level['description']} |"


def _applicable(knowledge: Knowledge) -> Iterator[str]:
    condition = knowledge.model["applicable"]
    yield from ("", "## Applicability", "", f"A repository is judged if this holds: {_earned(condition)}.")
    for rule in _named(condition):
        yield from _rule(knowledge.rules[rule])


def _capabilities(knowledge: Knowledge) -> Iterator[str]:
    for capability in knowledge.model["capabilities"]:
        yield from ("", f"## {capability['title']}")
        used: dict[str, None] = {}
        for question in capability["questions"]:
            yield QUESTION.format(title=question["title"], id=question["id"])
            for answer in question["answers"]:
                condition = answer.get("when")
                earned = _earned(condition) if condition else ""
                yield f"| {answer['points']}{' (alone)' if answer.get('alone') else ''} | {answer['text']} | {earned} |"
                used |= dict.fromkeys(_named(condition) if condition else ())
        for rule in used:
            yield from _rule(knowledge.rules[rule])


def _rule(rule: Rule) -> Iterator[str]:
    yield from ("", f"#### {rule.id}", "", f"**{rule.title}.** {rule.why}", "", f"What to do: {rule.fix}")
    if rule.needs:
        yield f"It needs the repository's {' and '.join(rule.needs)}; where they are missing, the answer is unknown."
    yield ""
    for word, key in (("Holds", "holds"), ("Fails", "fails")):
        for example in rule.examples:
            if key in example:
                yield f"- {word}: {example['about']}{_miss(example)}"


def _miss(example: Mapping[str, Any]) -> str:
    """What rung says of an example that fails, where the example pins it."""
    pin = example.get("misses", "")
    reason = pin if isinstance(pin, str) else pin["reason"]
    return f" rung says: *{reason}*." if reason else ""


def _earned(condition: Any) -> str:
    """A condition over rules in words, with links to the rules."""
    if isinstance(condition, str):
        return f"[{condition}](#{condition})"
    if "at_least" in condition:
        count, of = condition["at_least"]["count"], condition["at_least"]["of"]
        return f"{NUMBERS.get(count, count)} or more of {', '.join(map(_earned, of))}"
    if "not" in condition:
        return f"not {_inner(condition['not'])}"
    if "all" in condition:
        return " and ".join(map(_inner, condition["all"]))
    return ", or ".join(map(_inner, condition["any"]))


def _inner(condition: Any) -> str:
    return _earned(condition) if isinstance(condition, str) else f"({_earned(condition)})"


def _named(condition: Any) -> list[str]:
    """Ids of the rules in a condition, in its order."""
    if isinstance(condition, str):
        return [condition]
    if "at_least" in condition:
        return _named({"all": condition["at_least"]["of"]})
    parts = condition.get("all") or condition.get("any") or [condition["not"]]
    return list(dict.fromkeys(rule for part in parts for rule in _named(part)))


def _facts() -> Iterator[str]:
    schema = json.loads((data_folder("schemas") / "rules.schema.json").read_text(encoding="utf-8"))
    yield FACTS_HEAD
    for kind in schema["$defs"]["kind"]["oneOf"]:
        yield f"| `{kind['const']}` | {kind['description']} |"


def tools_page(knowledge: Knowledge) -> str:
    """The tools by category, with links, and the rules that look at each category."""
    tools = knowledge.catalogue.tools
    lines = [TOOLS_HEAD.format(note=NOTE, count=len(tools))]
    categories = sorted({t.category for t in tools})
    lines += [f"- [{_title(c)}](#{c}) ({sum(t.category == c for t in tools)})" for c in categories]
    for category in categories:
        looking = [f"[{r.id}](rules.md#{r.id})" for r in knowledge.rules.values() if category in _categories(r.when)]
        lines += ["", f"## {category}", "", *([f"Rules that look at it: {', '.join(looking)}.", ""] if looking else [])]
        lines += [_tool(t) for t in sorted(tools, key=lambda t: (t.name.lower(), t.id)) if t.category == category]
    return "\n".join(lines) + "\n"


def _title(category: str) -> str:
    return category.replace("-", " ").capitalize()


def _tool(tool: Tool) -> str:
    known = [sign for sign in SIGNS if sign in tool.entry and (sign != "dependencies" or tool.text("declared"))]
    identifier = f" (`{tool.id}`)" if tool.name != tool.id else ""
    return f"- [{tool.name}]({tool.text('url')}){identifier}{': ' if known else ''}{', '.join(known)}"


def _categories(condition: Any) -> list[str]:
    """The categories of tools that a rule's condition asks for."""
    if isinstance(condition, list):
        return [c for part in condition for c in _categories(part)]
    if not isinstance(condition, dict):
        return []
    wanted = condition.get("category", [])
    own = [wanted] if isinstance(wanted, str) else list(wanted) if isinstance(wanted, list) else []
    return own + _categories([v for k, v in condition.items() if k != "category"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
