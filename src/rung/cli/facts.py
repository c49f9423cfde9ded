"""`rung facts`: everything that was found, for other tools to ask."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from rung.cli.lists import one_of

if TYPE_CHECKING:
    from rung.facts.fact import Fact


@click.command()
@click.argument("path", default=".")
@click.option("--ref", metavar="REF", help="Read this commit, branch or tag from git's object store.")
@click.option("--rules", metavar="DIR", multiple=True, help="Read more rules and tools from DIR. May be given several times.")
@click.option("--kind", "kinds", metavar="KIND", multiple=True, help="Only facts of this kind. May be given several times.")
@click.option(
    "--where", "wanted", metavar="FIELD=GLOB", multiple=True, help="Only facts whose field matches; path and text are fields too."
)
@click.option("-o", "--output", metavar="FILE", help="Write the facts to FILE instead of printing them.")
def facts(path: str, ref: str | None, rules: tuple[str, ...], kinds: tuple[str, ...], wanted: tuple[str, ...], output: str | None) -> None:
    """Print what was found in the repository at PATH as JSON lines, one fact a line, in the order of kind and place.

    The kinds and their fields are those that rules ask for: docs/rules.md lists them, schemas/fact.schema.json describes a line.

    \b
    rung facts --kind use --where category=evaluation
    rung facts --kind prompt | jq -r .path
    """
    gc.disable()

    from rung.cli.output import emit
    from rung.cli.progress import progress_bar
    from rung.judge import gather
    from rung.report.facts import render_facts

    conditions = dict(condition(text) for text in wanted)
    known = kinds_of_facts()
    for kind in kinds:
        one_of("kind of facts", kind, known)
    with progress_bar() as progress:
        gathered = gather(path, ref, rules, progress)
    found = (fact for kind in sorted(gathered.facts) if not kinds or kind in kinds for fact in gathered.facts[kind])
    emit(render_facts((fact for fact in found if matches(fact, conditions)), gathered.secrets), output)


def kinds_of_facts() -> list[str]:
    """All kinds of facts that there are, sorted."""
    import json

    from rung.knowledge import data_folder

    schema = json.loads((data_folder("schemas") / "rules.schema.json").read_text(encoding="utf-8"))
    return sorted(schema["$defs"]["kind"]["enum"])


def condition(text: str) -> tuple[str, str]:
    """Field and glob of `FIELD=GLOB`. Raises click.UsageError for anything else."""
    field, equals, glob = text.partition("=")
    if not field or not equals:
        raise click.UsageError(f"--where {text!r} is no condition: give FIELD=GLOB, such as category=evaluation.")
    return field, glob


def matches(fact: Fact, conditions: Mapping[str, str]) -> bool:
    """Whether every field that is asked for, or one of its elements, matches its glob."""
    from fnmatch import fnmatchcase

    fields = {**fact.fields, "path": fact.location.path, "text": fact.text}
    return all(any(fnmatchcase(text, glob) for text in texts(fields.get(field))) for field, glob in conditions.items())


def texts(value: object) -> list[str]:
    """A field's value, or each of its elements, as JSON writes it; nothing for a field that is not there."""
    if value is None:
        return []
    if isinstance(value, bool):
        return [str(value).lower()]
    return [str(inner) for inner in value] if isinstance(value, (list, tuple)) else [str(value)]
