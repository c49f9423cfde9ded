"""Readers of source code: from a file's text to a `Source`, the same records for every language."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from posixpath import basename, splitext

from rung.facts.code.embedded import Block, frontmatter, notebook, scripts
from rung.facts.code.reader import Grammar, read
from rung.facts.code.source import Source
from rung.facts.code.stored import clean, dumps, lines_of, loads

_GRAMMARS: Mapping[str, tuple[str, str]] = {
    # suffix: module and name of its grammar
    ".py": ("python", "PYTHON"),
    ".ipynb": ("python", "PYTHON"),
    **dict.fromkeys((".js", ".mjs", ".cjs", ".jsx", ".tsx"), ("javascript", "TSX")),
    **dict.fromkeys((".ts", ".mts", ".cts", ".vue", ".svelte", ".astro"), ("javascript", "TYPESCRIPT")),
    ".go": ("go", "GO"),
    ".java": ("java", "JAVA"),
    ".kt": ("kotlin", "KOTLIN"),
    ".kts": ("kotlin", "KOTLIN"),
    ".cs": ("csharp", "CSHARP"),
    ".rb": ("ruby", "RUBY"),
    ".rake": ("ruby", "RUBY"),
    ".rs": ("rust", "RUST"),
    ".php": ("php", "PHP"),
}
_NAMES: Mapping[str, str] = {"Rakefile": ".rake", "Gemfile": ".rb", "config.ru": ".rb"}
_TEMPLATES = (".blade.php",)  # text with holes, whatever they end in
_SHIPPED = (".example", ".sample", ".template", ".dist", ".default")  # behind the name of a file that users copy
_EMBEDDED = {".ipynb": notebook, ".vue": scripts, ".svelte": scripts, ".astro": frontmatter}
_LANGUAGE = {"kotlin": "java"}
LANGUAGES: Mapping[str, str] = {suffix: _LANGUAGE.get(module, module) for suffix, (module, _) in _GRAMMARS.items()}
"""File suffix -> language of its `Source`."""


def _suffix(path: str) -> str:
    name = basename(path)
    if name.endswith(_TEMPLATES):
        return ""
    suffix = splitext(name)[1].lower()
    return _NAMES.get(name) or (splitext(splitext(name)[0])[1].lower() if suffix in _SHIPPED else suffix)


def language_of(path: str) -> str | None:
    """The language that a path's name tells, as `Source.language` has it; None where no reader knows it."""
    return LANGUAGES.get(_suffix(path))


def read_source(path: str, text: str) -> Source | None:
    """What a source file says. None for an unknown suffix, and for a notebook that cannot be read or is in another language."""
    suffix = _suffix(path)
    if suffix not in _GRAMMARS:
        return None
    text = clean(text)
    block: Block | None = Block(text)
    if suffix in _EMBEDDED:
        block = _EMBEDDED[suffix](text)
    if block is None:
        return None
    module, name = _GRAMMARS[suffix]
    grammar: Grammar = getattr(import_module(f"{__name__}.{module}"), name)
    source = read(grammar, path, block.code, block.lines)
    source.lines = lines_of(text)
    return source


__all__ = ["LANGUAGES", "dumps", "language_of", "loads", "read_source"]
