"""dvc.yaml: stages of a data pipeline, with those that make what they read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rung.facts.pipelines.shell import parse_shell
from rung.facts.pipelines.systems.document import Scalar, documents, mapping, scalar, sequence
from rung.facts.pipelines.types import Unit
from rung.facts.pipelines.units.common import folder_in, folder_of


def read_dvc(path: str, text: str) -> list[Unit]:
    """The stages; all of them run where none is named. A stage needs those whose outputs it depends on."""
    found = documents(text)
    stages = mapping(mapping(found[0]).get("stages")) if found else mapping(None)
    bodies = {name: _body(value) for name, value in stages.items()}
    makers = {out: name for name, body in bodies.items() for key in ("outs", "metrics", "plots") for out in _paths(body.get(key))}
    units = []
    for name, body in bodies.items():
        steps = [step for step in sequence(body.get("cmd")) if isinstance(step, Scalar)]
        commands = tuple(made for step in steps for made in parse_shell(step, step.first))
        needs = tuple(dict.fromkeys(makers[dep] for dep in _paths(body.get("deps")) if makers.get(dep, name) != name))
        where = folder_in(folder_of(path), scalar(body.get("wdir")))
        units.append(Unit("dvc", name, path, stages.line_of(name), where, commands, needs, default=True))
    return units


def _body(stage: Any) -> Any:
    """A stage's own fields; those of a stage that is made for each of several values stand below `do`."""
    fields = mapping(stage)
    return mapping(fields["do"]) if "do" in fields else fields


def _paths(value: Any) -> Iterator[str]:
    """Files of a list, some of which are mappings of the file to its options."""
    for item in sequence(value):
        if isinstance(item, Scalar):
            yield str(item)
        else:
            yield from mapping(item)
