"""Prompts in data files: which entries of YAML, JSON and TOML hold a prompt, and which of these are definitions, more than text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from rung.regex import regex

HOLE = regex(r"\{\{?[^{}\n]{1,60}\}?\}|\$\{?\w+\}?|<%=?|%\(\w+\)s|%[{<]\w+[}>]|\{\}")
NUMBERED = regex(r"^v?\d+(?:\.\d+)*$", re.IGNORECASE)
COUNTED = regex(r"[rv]?\d{1,4}(?:\.\d{1,4}){0,3}", re.IGNORECASE)
# A single message of a conversation carries a role, but declares nothing about the prompt.
MESSAGE_KEYS = frozenset({"role", "content", "name", "tool_calls", "parts", "kind", "messages"})
ROLES = ("system", "user", "assistant", "developer", "human", "ai", "model")
INSTRUCTS = ("system", "developer")
TURN_KEYS = ("content", "text", "template", "message")
INSTRUCTION_KEYS = ("system", "system_prompt", "systemPrompt", "instructions", "prompt", "prompt_template", "template", "systemMessage")
PLAIN_KEYS = ("text", "body", "value", "string")
PROMPT_LENGTH = 40
DEEP = 3
MANY = 200


class Entry(NamedTuple):
    """An entry that holds a prompt: whether it is a definition, and its version."""

    structured: bool
    version: str


class PromptDefinitions:
    """Reads the data of a file whose path or use says that it holds prompts."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self.text_keys, self.more_keys = tuple(words["text_keys"]), frozenset(words["more_keys"])
        self.version_keys = tuple(words["version_keys"])
        self.command_keys = frozenset(words["command_keys"])
        self.beside_keys = frozenset(words["beside_keys"]) - {"parser", "commands", "llm", "lm"}
        self.addressed = regex(words["addressed"])

    def best(self, data: Any) -> Entry | None:
        """What a file's entries come to: a definition if any is one, a version if any carries one; None where none holds a prompt."""
        found = list(self._entries(data))
        if not found:
            return None
        return Entry(any(e.structured for e in found), next((e.version for e in found if e.version), ""))

    def _entries(self, data: Any, key: str = "", depth: int = 0) -> Iterator[Entry]:
        if isinstance(data, list) and depth <= 1:
            for item in data[:MANY]:
                yield from self._entries(item, "", depth + 1) if isinstance(item, dict) else ()
        if not isinstance(data, dict):
            return
        if self._holds_prompt(data):
            more = self.more_keys & {k for k in data if isinstance(k, str)}
            message = set(data) <= MESSAGE_KEYS or ("role" in data and not self._is_filled_in(data))
            yield Entry((bool(more) and not message) or _is_conversation(data.get("messages")), self._version(data, key))
            return
        for name, value in list(data.items())[:MANY] if depth < DEEP else ():
            yield from self._entries(value, str(name), depth + 1) if isinstance(value, dict) or depth == 0 else ()

    def declared(self, data: Any) -> Entry | None:
        """What plainly is a prompt's definition, whatever its file is called: an instruction to a model, and its inputs or parameters."""
        entries = [data, *(v for v in data.values() if isinstance(v, dict))][:MANY] if isinstance(data, dict) else []
        for key, entry in zip(["", *(data if isinstance(data, dict) else ())], entries, strict=False):
            if self.beside_keys & {k for k in entry if isinstance(k, str)} and any(map(self._instructs, _instructions(entry))):
                return Entry(True, self._version(entry, key) or self._version(data, ""))
        return None

    def _instructs(self, text: str) -> bool:
        return len(text) >= PROMPT_LENGTH and self.addressed.search(text[:1000]) is not None

    def _version(self, data: dict[Any, Any], key: str) -> str:
        """The version that a prompt's entry gives itself, or that its key is; a revision by a hash is that of a model's weights."""
        given = (
            str(data[name]) for name in self.version_keys if name in data and (name == "version" or COUNTED.fullmatch(str(data[name])))
        )
        return next(given, key if NUMBERED.match(key) else "")

    def _holds_prompt(self, entry: dict[Any, Any]) -> bool:
        for key in self.text_keys:
            value = entry.get(key)
            if isinstance(value, str) and len(value) >= PROMPT_LENGTH:
                return True
            if isinstance(value, list) and value and isinstance(value[0], dict) and "role" in value[0]:
                return True
        return any(_is_turns(v) for v in entry.values()) or _is_turns(_by_role(entry)) or self._is_filled_in(entry)

    def _is_filled_in(self, entry: dict[Any, Any]) -> bool:
        """Whether an entry holds a text with holes, by a key that says little, beside inputs or parameters."""
        texts = (entry.get(k) for k in (*self.text_keys, *PLAIN_KEYS))
        told = any(isinstance(t, str) and len(t) >= PROMPT_LENGTH and HOLE.search(t) for t in texts)
        return told and bool(self.command_keys & {k for k in entry if isinstance(k, str)})

    def is_table_of_commands(self, data: Any, depth: int = 0) -> bool:
        """Whether data maps names to prompts, two or more, each with what goes with it: context, mode, inputs or parameters."""
        if not isinstance(data, dict) or depth > DEEP:
            return False
        entries = [v for v in data.values() if isinstance(v, dict)]
        full = [e for e in entries if self._holds_prompt(e) and "role" not in e]
        if len(full) >= 2 and sum(bool(self.command_keys & {k for k in e if isinstance(k, str)}) for e in full) >= 2:
            return True
        return any(self.is_table_of_commands(e, depth + 1) for e in entries[:MANY])


def _by_role(entry: Mapping[Any, Any]) -> list[dict[Any, Any]]:
    """Turns that stand in tables by their role (`[system]`, `[user]`)."""
    return [{**v, "role": k} for k, v in entry.items() if k in ROLES and isinstance(v, dict)]


def _instructions(entry: Mapping[Any, Any]) -> list[str]:
    """Texts of an entry that are told to a model: under a key that says so, or in the turn of a role."""
    texts = [entry.get(k) for k in INSTRUCTION_KEYS]
    lists = [v for v in entry.values() if isinstance(v, list)]
    for turn in (*(t for v in lists for t in v[:MANY] if isinstance(t, dict)), *_by_role(entry)):
        if turn.get("role") in ROLES:
            texts += [turn.get(k) for k in TURN_KEYS]
        elif len(turn) == 1 and next(iter(turn)) in ROLES:
            texts.append(next(iter(turn.values())))
    return [t for t in texts if isinstance(t, str)]


def _is_turns(value: Any) -> bool:
    """Whether a value, under whatever key, is a list of turns by role with a text as long as a prompt among them."""
    turns = [t for t in value if isinstance(t, dict)] if isinstance(value, list) else []
    if not turns or not all(t.get("role") in ROLES for t in turns):
        return False
    texts = (t.get(k) for t in turns for k in TURN_KEYS)
    return any(isinstance(t, str) and len(t) >= PROMPT_LENGTH for t in texts)


def _is_conversation(messages: Any) -> bool:
    """Messages by role with a system's among them and holes to be filled in: a template of a conversation, not an example of one."""
    parts = [m for m in messages if isinstance(m, dict)] if isinstance(messages, list) else []
    roles = {m.get("role") for m in parts if isinstance(m.get("role"), str)}
    holes = any(HOLE.search(m["content"]) for m in parts if isinstance(m.get("content"), str))
    return len(roles) >= 2 and any(r in roles for r in INSTRUCTS) and holes
