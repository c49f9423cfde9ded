"""Where the shipped rules and schemas are, and how a YAML file that a person wrote is read and validated."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from rung.cache import Cache, digest
from rung.errors import UserError
from rung.regex import regex

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 100  # levels of nesting; what is deeper overflows the stack of libyaml's composer, or that of whoever walks over it
_MOST_NODES = 200_000  # with aliases written out
_BY_BLOCKS = regex(r"^[ \t?:-]{50}", re.MULTILINE)  # a level of blocks takes a column, save that a list may stand below its key
_ANCHOR = regex(r"(?<![^\s\[{,:?-])&[^\s\[\]{},]")
_SEXAGESIMAL = regex(r"(?::[0-5]?\d){20}")  # a number to base 60, whose reading takes quadratic time


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
    return parse_yaml(read_text(path), str(path))


def read_text(path: Path) -> str:
    """The text of a file. Raises UserError when it can't be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: can't be read: {error}") from error


def is_bounded(text: str) -> bool:
    """Whether a YAML text can be loaded without harm: it isn't nested absurdly, and its aliases don't multiply. What doesn't parse can."""
    if _SEXAGESIMAL.search(text):
        return False
    if text.count("[") + text.count("{") < DEEPEST and not _BY_BLOCKS.search(text) and not _ANCHOR.search(text):
        return True
    try:
        return _is_bounded(yaml.parse(text, LOADER))
    except (yaml.YAMLError, ValueError):
        return True


def _is_bounded(events: Any) -> bool:
    """The same, told from the parser's events, which come without recursion."""
    total = 0
    opened: list[tuple[str | None, int]] = []
    sizes: dict[str, int] = {}  # of what has an anchor
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            opened.append((event.anchor, total))
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = opened.pop()
            if anchor:
                sizes[anchor] = total - before + 1
        elif isinstance(event, yaml.AliasEvent):
            if any(anchor == event.anchor for anchor, _ in opened):  # it holds itself
                return False
            total += sizes.get(str(event.anchor), 1)
        total += 1
        if len(opened) > DEEPEST or total > _MOST_NODES:
            return False
    return True


def parse_yaml(text: str, name: str) -> Any:
    """The content of a YAML text; `name` is the file's for people. Raises UserError with file and line when it can't be parsed."""
    try:
        return yaml.load(text, LOADER)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{name}:{mark.line + 1}" if mark else name
        raise UserError(f"{place}: is not valid YAML: {getattr(error, 'problem', None) or 'unreadable'}; correct it") from error
    except (RecursionError, ValueError) as error:
        raise UserError(f"{name}: is not valid YAML: {error}; correct it") from error


def parse_yaml_once(text: str, name: str, cache: Cache) -> Any:
    """As `parse_yaml`, which is slow, with what was parsed before taken from the cache."""
    key = digest((b"yaml", text.encode("utf-8")))
    known = cache.get(key)
    if known is not None:
        return json.loads(known)
    content = parse_yaml(text, name)
    try:
        encoded = json.dumps(content)
    except (TypeError, ValueError, RecursionError):  # dates and the like, which JSON has not
        return content
    if json.loads(encoded) == content:
        cache.put(key, encoded.encode("ascii"))
    return content


def validate(content: Any, schema: str, text: str, name: str) -> None:
    """Checks the content of a file, given with its text and name, against the shipped schema of that name (`tools`, `rules`).

    Raises UserError that names the file, the line where it can be told, and the first thing that is wrong.
    """
    import jsonschema  # slow to import (110 ms), and only needed for what a person wrote

    document = json.loads((data_folder("schemas") / f"{schema}.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(document, format_checker=jsonschema.FormatChecker(("regex",)))
    errors = sorted(validator.iter_errors(content), key=lambda e: [str(p) for p in e.absolute_path])
    if not errors:
        return
    error = jsonschema.exceptions.best_match(errors) or errors[0]
    place = list(error.absolute_path)
    line = _line_of(text, place)
    where = "/".join(str(p) for p in place) or "the file"
    raise UserError(f"{name}{f':{line}' if line else ''}: {where}: {_sentence(error)}")


def _sentence(error: Any) -> str:
    """What is wrong, without the whole of what it is wrong with."""
    if error.validator == "contains":
        return f"one is missing: {error.schema.get('description') or _shortened(json.dumps(error.validator_value))}"
    if error.validator == "format":
        return _shortened(f"{error.instance!r} is no {error.validator_value}: {error.cause}", 400)
    shown = repr(error.instance)
    message = str(error.message)
    return _shortened(message.replace(shown, _shortened(shown, 60), 1) if len(shown) > 60 else message, 400)


def _shortened(text: str, most: int = 200) -> str:
    return text if len(text) <= most else f"{text[: most - 4]} ..."


def _line_of(text: str, place: list[Any]) -> int:
    """The 1-based line of the node at a path of keys and indexes; 0 when it can't be told."""
    node = yaml.compose(text, LOADER)
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
