"""Where the shipped rules and schemas are, and how a YAML file that a person wrote is read and validated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from rung.errors import UserError

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def data_folder(name: str) -> Path:
    """The folder of shipped data, `rules` or `schemas`: inside an installed wheel, or at the top of a checkout.

    Raises UserError when the installation lacks it.
    """
    package = Path(__file__).resolve().parent
    for candidate in (package / "_data" / name, package.parent.parent / name):
        if candidate.is_dir():
            return candidate
    raise UserError(f"the folder {name}/ of rung's own data is missing: install rung again")


def load_yaml(path: Path) -> Any:
    """The content of a YAML file. Raises UserError with file and line when it can't be read or parsed."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: can't be read: {error}") from error
    try:
        return yaml.load(text, LOADER)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        raise UserError(f"{place}: is not valid YAML: {getattr(error, 'problem', None) or 'unreadable'}; correct it") from error
    except (RecursionError, ValueError) as error:
        raise UserError(f"{path}: is not valid YAML: {error}; correct it") from error


def validate(content: Any, schema: str, path: Path) -> None:
    """Checks content against the shipped schema of that name (`tools`, `rules`, `model`, `vocabulary`).

    Raises UserError that names the file, the line where it can be told, and the first thing that is wrong.
    """
    import jsonschema  # slow to import (110 ms), and only needed for what a person wrote

    document = json.loads((data_folder("schemas") / f"{schema}.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(document)
    errors = sorted(validator.iter_errors(content), key=lambda e: [str(p) for p in e.absolute_path])
    if not errors:
        return
    error = jsonschema.exceptions.best_match(errors) or errors[0]
    place = list(error.absolute_path)
    line = _line_of(path, place)
    where = "/".join(str(p) for p in place) or "the file"
    raise UserError(f"{path}{f':{line}' if line else ''}: {where}: {error.message}")


def _line_of(path: Path, place: list[Any]) -> int:
    """The 1-based line of the node at a path of keys and indexes; 0 when it can't be told."""
    node = yaml.compose(path.read_text(encoding="utf-8"), LOADER)
    line = node.start_mark.line + 1 if node else 0
    for key in place:
        if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
        elif isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(key)), None)
            if found is None:
                break
            node = found[1]
            line = found[0].start_mark.line + 1
            continue
        else:
            break
        line = node.start_mark.line + 1
    return line
