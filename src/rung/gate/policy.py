"""Loads a repository's policy, with all that it extends, and puts the command line's options over it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rung.errors import UserError
from rung.gate import policy_source as sources
from rung.gate.policy_document import Document
from rung.gate.policy_draft import Draft, draft
from rung.gate.policy_merge import finish, join
from rung.gate.policy_options import with_options
from rung.gate.policy_schema import check_shape
from rung.gate.policy_source import OnDisk, Source
from rung.gate.policy_words import Words
from rung.gate.types import Policy
from rung.repository import Repository
from rung.repository.boundary import Boundary

__all__ = ["load_policy", "with_options"]


def load_policy(repository: Repository, model: Mapping[str, Any], *, config: str | None = None, outside: bool = True) -> Policy:
    """The policy of a repository, read where the repository is read (its work tree, or a commit), or of the file `config` on disk.

    `model` is the model's document. Without `outside`, a policy that is not trusted stays in its repository: it can't extend a file
    elsewhere, and `config` isn't used. Without any policy, nothing is asked. Raises UserError, with file and line, for a policy that
    is not valid.
    """
    loader = _Loader(repository, Words(model), outside)
    if config is not None and outside:
        return loader.finish(loader.load(OnDisk(Path(config), config), None, ()))
    try:
        found = sources.find(repository)
        return loader.finish(loader.join(*found, ())) if found else Policy()
    except UserError as error:
        if repository.ref is None:
            raise
        raise UserError(f"{error} (as it is at {repository.ref})") from error  # the file on disk may be another


class _Loader:
    def __init__(self, repository: Repository, words: Words, outside: bool) -> None:
        self._repository, self._words, self._outside = repository, words, outside
        self._loaded: dict[str, Draft] = {}

    def load(self, source: Source, asked: tuple[Document, tuple[str | int, ...]] | None, above: tuple[str, ...]) -> Draft:
        """A file's draft; `asked` is the document and the place in it that names the file, `above` the files that lead here."""
        key = sources.identity(source)
        if key in self._loaded:
            return self._loaded[key]
        text = source.read()
        document = None if text is None else sources.parse(source, text)
        if document is None:
            missing = "there is no such file" if text is None else "the file has no [tool.rung]"
            if asked is None:
                raise UserError(f"{source.name}: {missing}; name a policy file")
            raise asked[0].error(asked[1], f"extends {source.name!r}, but {missing}; correct the path")
        return self.join(source, document, above)

    def join(self, source: Source, document: Document, above: tuple[str, ...]) -> Draft:
        """The draft of a parsed file with all that it extends."""
        check_shape(document, self._words)
        found = draft(document, self._words, self._repository)
        key = sources.identity(source)
        extended = []
        for path, entry in _extends(document):
            try:
                other = source.extended(entry, outside=self._outside)
            except ValueError as error:
                raise document.error(path, str(error)) from error
            if sources.identity(other) in (*above, key):
                raise document.error(path, f"extends {other.name!r}, which leads back to this file; break the loop")
            extended.append(self.load(other, (document, path), (*above, key)))
        self._loaded[key] = join(found, extended, self._words)
        return self._loaded[key]

    def finish(self, whole: Draft) -> Policy:
        """The policy of a draft; raises UserError for an `include` that leaves nothing to judge, which would look like a pass."""
        if whole.include:
            included, place = Boundary(whole.include.value), whole.include.place
            if not any(map(included.holds, self._repository.files)):
                raise UserError(f"{place.path}:{place.line}: 'include' names no file of the repository; correct its patterns")
        return finish(whole)


def _extends(document: Document) -> list[tuple[tuple[str | int, ...], str]]:
    """The entries of `extends` with their paths in the document."""
    value = (document.value or {}).get("extends", ())
    if isinstance(value, str):
        return [(("extends",), value)]
    return [(("extends", number), entry) for number, entry in enumerate(value)]
