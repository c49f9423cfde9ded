"""Where policy files are: in a repository, at any ref, or on disk; and which file another one means by `extends`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rung.errors import UserError
from rung.gate.policy_document import Document, parse_toml, parse_yaml
from rung.regex import regex
from rung.repository import Repository
from rung.repository.decoding import decode
from rung.repository.disk import Inspector, read_file
from rung.repository.notices import Notices
from rung.repository.tree import UnreadableError

NAMES = (".rung.yaml", ".rung.yml")
PYPROJECT = "pyproject.toml"
_REASONS = {
    "unread-symlink": "it is a symbolic link, or behind one, and links are not followed",
    "unread-binary": "it is not text",
    "unread-huge": "it is too large",
    "unread-lfs": "it is a Git LFS pointer",
}
_TABLE = ("tool", "rung")
_HEADER = regex(r"^\s*\[\[?\s*tool\s*\.\s*[\"']?rung\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Inside:
    """A policy file of a repository, by its path in there."""

    repository: Repository
    path: str

    @property
    def name(self) -> str:
        return self.path

    def read(self) -> str | None:
        """The text; None when there is no such file. Raises UserError for a file that can't be read."""
        repository, path = self.repository, self.path
        if path not in repository.files and repository.ref is None:
            return self._read_unlisted()
        text = repository.text(path)
        code = repository.unread(path)
        if text is None and code:
            raise self._unread(code)
        return text

    def _read_unlisted(self) -> str | None:
        """The text of a file of the work tree that git ignores, or that is in a repository within it."""
        notices = Notices()
        text = None
        try:
            if Inspector(self.repository.top, notices).inspect(self.path):
                text = decode(read_file(self.repository.top, self.path))
                if text is None:
                    raise UnreadableError("unread-binary")
        except UnreadableError as error:
            raise self._unread(error.code) from error
        if code := notices.unread(self.path):
            raise self._unread(code)
        return text

    def _unread(self, code: str) -> UserError:
        reason = _REASONS.get(code, "it can't be read")
        return UserError(f"{self.path}: is no policy: {reason}; put a text file in its place")

    def extended(self, entry: str, *, outside: bool) -> Inside | OnDisk:
        """The file that `extends` names; raises ValueError with a sentence for one that may not be."""
        if _is_absolute(entry):
            if outside:
                return OnDisk(Path(entry), entry)
            raise ValueError(f"{entry!r} is outside the repository, where this policy may not reach; name a file of the repository")
        path = inside(f"{PurePosixPath(self.path).parent}/{entry}")
        if path is None:
            raise ValueError(f"{entry!r} leads out of the repository; name a file of the repository, or an absolute path")
        return Inside(self.repository, path)


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A policy file on disk, and how a person would name it."""

    path: Path
    name: str

    def read(self) -> str | None:
        """The text; None when there is no such file. Raises UserError for a file that can't be read."""
        try:
            return self.path.expanduser().read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise UserError(f"{self.name}: can't be read: {reason}; name a policy file") from error

    def extended(self, entry: str, *, outside: bool) -> OnDisk:  # noqa: ARG002 - where this file was allowed, its neighbours are
        """The file that `extends` names."""
        path = Path(self.path.parent, entry)
        return OnDisk(path, entry if _is_absolute(entry) else str(Path(self.name).parent / entry))


Source = Inside | OnDisk


def identity(source: Source) -> str:
    """The same text for the same file, however it is named."""
    return f"repository:{source.path}" if isinstance(source, Inside) else str(source.path.expanduser().resolve())


def parse(source: Source, text: str) -> Document | None:
    """The document of a policy file; None for a pyproject.toml without [tool.rung]. Raises UserError for what doesn't parse."""
    if source.name.endswith(".toml"):
        return parse_toml(source.name, text, _TABLE if PurePosixPath(source.name).name == PYPROJECT else ())
    return parse_yaml(source.name, text)


def find(repository: Repository) -> tuple[Source, Document] | None:
    """The policy of a repository; None when it has none. Raises UserError when it has several, or one that doesn't parse."""
    texts = [(source, source.read()) for source in (Inside(repository, name) for name in NAMES)]
    found = [(source, text) for source, text in texts if text is not None]
    project = _find_table(Inside(repository, PYPROJECT))
    names = [source.name for source, _ in found] + ([f"{PYPROJECT} ([tool.rung])"] if project else [])
    if len(names) > 1:
        raise UserError(f"{names[0]}: there is a policy in {' and in '.join(names)}; keep one of them")
    if found:
        source, text = found[0]
        return source, parse_yaml(source.name, text)
    return project


def _find_table(source: Inside) -> tuple[Source, Document] | None:
    """The policy of pyproject.toml; a file that doesn't parse and has no [tool.rung] is none of ours."""
    text = source.repository.text(source.path)
    if text is None or "rung" not in text:
        return None
    try:
        document = parse_toml(source.name, text, _TABLE)
    except UserError:
        if _HEADER.search(text):
            raise
        return None
    return (source, document) if document else None


def inside(path: str) -> str | None:
    """A path from a repository's top without `.` and `..`; None when it leads out."""
    parts: list[str] = []
    for part in path.replace("\\", "/").split("/"):
        if part == ".." and not parts:
            return None
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _is_absolute(path: str) -> bool:
    return path.startswith(("/", "~", "\\")) or re.match(r"[A-Za-z]:", path) is not None
