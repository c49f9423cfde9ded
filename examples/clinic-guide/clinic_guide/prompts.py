"""Loads the prompts: Prompty files with a version, inputs and the model's parameters."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import prompty


@dataclass(frozen=True)
class Prompt:
    version: str
    parameters: dict[str, Any]
    messages: list[dict[str, str]]


def load_prompt(file: Path, question: str, **inputs: Any) -> Prompt:
    """A prompt with its inputs filled in, and the question as the last message.

    The question never goes through the template: in there a line such as `system:` would begin a message of its own.
    """
    loaded = prompty.load(str(file.resolve()))
    messages = [*prompty.prepare(loaded, inputs), {"role": "user", "content": question}]
    return Prompt(loaded.version, loaded.model.parameters, messages)
