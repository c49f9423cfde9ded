"""The shape of a policy: the published schema, with the words and numbers of the model that is used."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rung.gate.policy_document import Document, Path
from rung.gate.policy_words import Words, unknown
from rung.knowledge import data_folder

_TYPES = {"object": "a mapping", "array": "a list", "string": "text", "integer": "a whole number", "null": "empty"}
_NOUNS = {"floors": "capability or question", "for": "capability or question", "target": "level", "regression": "kind of regression"}


def schema_for(words: Words) -> dict[str, Any]:
    """The published schema, with a model's levels, capabilities, questions and maxima filled in."""
    schema: dict[str, Any] = json.loads((data_folder("schemas") / "policy.schema.json").read_text(encoding="utf-8"))
    parts = schema["$defs"]
    parts["level-name"]["enum"] = list(words.levels)
    parts["level-number"]["maximum"] = len(words.levels)
    parts["score"]["maximum"] = words.maximum
    parts["question"]["enum"] = list(words.questions)
    parts["subject"]["enum"] = ["target", *words.subjects]
    parts["points"]["maximum"] = max(words.questions.values())
    parts["floors"]["properties"] = {
        subject: {"description": words.titles[subject], "title": "a whole number", "type": "integer", "minimum": 0, "maximum": points}
        for subject, points in words.subjects.items()
    }
    return schema


def check_shape(document: Document, words: Words) -> None:
    """Raises UserError with file, line and a sentence for the first thing in a document that is against the schema."""
    import jsonschema  # slow to import, and only needed where there is a policy

    base = jsonschema.Draft202012Validator
    types = base.TYPE_CHECKER.redefine("integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool))  # not 3.0
    validator = jsonschema.validators.extend(base, type_checker=types)(schema_for(words))  # type: ignore[no-untyped-call]
    errors = [error for one in validator.iter_errors(document.value) for error in _plain_errors(one)]
    misspelt = {tuple(error.absolute_path) for error in errors if error.validator == "additionalProperties"}
    found = [_describe(e) for e in errors if e.validator != "required" or tuple(e.absolute_path) not in misspelt]
    if found:
        path, sentence = min(found, key=lambda pair: (document.line(pair[0]), [str(part) for part in pair[0]], pair[1]))
        raise document.error(path, sentence)


def _plain_errors(error: Any) -> Iterator[Any]:
    """The errors behind one of several alternatives: those of the alternative that is meant, if the type tells."""
    if error.validator != "anyOf":
        yield error
        return
    branches: dict[int, list[Any]] = {}
    for one in error.context:
        branches.setdefault(one.schema_path[0], []).append(one)
    for branch in branches.values():
        if not any(one.validator == "type" and one.absolute_path == error.absolute_path for one in branch):
            for one in branch:
                yield from _plain_errors(one)
            return
    yield error


def _describe(error: Any) -> tuple[Path, str]:
    """Where an error stands and its sentence."""
    path: Path = tuple(error.absolute_path)
    name = _name(path)
    match error.validator:
        case "additionalProperties":
            known: Mapping[str, Any] = error.schema["properties"]
            key = next(key for key in error.instance if key not in known)
            noun = _NOUNS.get(str(path[-1]), "key") if path and path[-1] == "floors" else "key"
            return (*path, key), unknown(noun, key, known)
        case "required":
            key = next(key for key in error.schema["required"] if key not in error.instance)
            return path, f"{name} has no {key!r}; add it: {_lower(error.schema['properties'][key]['description'])}"
        case "enum" if isinstance(error.instance, str):
            noun = _NOUNS.get(str(path[-1]), str(path[-1]))
            also = f", or a number from 1 to {len(error.schema['enum'])}" if noun == "level" else ""
            return path, unknown(noun, error.instance, error.schema["enum"], also)
        case "minimum" | "maximum":
            return path, _out_of_range(name, error)
        case "minProperties":
            return path, f"{name} is empty; write it as in {_example(error.schema, path)}"
        case "pattern" if error.schema.get("format") == "date":
            return path, f"{error.instance!r} is no date; write it as YYYY-MM-DD"
        case "pattern":
            return path, f"{name} is {'not one line of text' if error.instance.strip() else 'blank'}; fill it in"
        case _:
            return path, _wrong_type(name, path, error)


def _name(path: Path) -> str:
    if not path:
        return "the policy"
    if isinstance(path[-1], int):
        return f"entry {path[-1] + 1} of {path[-2]!r}" if len(path) > 1 else "the policy"
    return repr(path[-1])


def _out_of_range(name: str, error: Any) -> str:
    least, most = error.schema["minimum"], error.schema.get("maximum")
    span = f"from {least} to {most}" if most is not None else f"of {least} or more"
    return f"{name} is {error.instance}, which is {'more' if error.instance > least else 'less'} than there can be; write a number {span}"


def _wrong_type(name: str, path: Path, error: Any) -> str:
    schema = error.schema
    kinds = [schema["type"]] if isinstance(schema.get("type"), str) else schema.get("type", ())
    expected = schema.get("title") if path else None
    expected = expected or (f"one of {', '.join(schema['enum'])}" if "enum" in schema else " or ".join(_TYPES[kind] for kind in kinds))
    example = _example(schema, path)
    return f"{name} should be {expected}, but is {_kind(error.instance)}; {f'write it as in {example}' if example else 'correct it'}"


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    return "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list) else "empty"


def _example(schema: Mapping[str, Any], path: Path) -> str:
    if "examples" not in schema or not path:
        return ""
    text = json.dumps(schema["examples"][0], ensure_ascii=False)
    return f"`{path[-1]}: {text}`"


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:].rstrip(".")
