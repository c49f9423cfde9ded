"""What the names of folders and files say about a file's role."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from itertools import pairwise

from rung.regex import regex
from rung.repository import names
from rung.repository.role import CODE, Role, suffix

# Settings of generators of documentation that name the folder of its sources.
SITE_SETTINGS = regex(r"mkdocs\.ya?ml|book\.toml")
_SITE_FOLDER = regex(r"(?m)^(?:docs_dir[ \t]{0,8}:|src[ \t]{0,8}=)[ \t]{0,8}[\"']?(?:\./)?([\w-][\w./-]{0,200})")


class Layout:
    """The roles of a tree's files by their paths, seen from the folder that was asked for."""

    def __init__(self, paths: Iterable[str], scope: str, sites: Iterable[str] = ()) -> None:
        """`sites` are folders that the settings of a generator of documentation name as its sources."""
        self._prefix = f"{scope}/" if scope else ""
        self._vendored: set[str] = set()
        self._bundles: set[str] = set()
        self._sites: set[str] = set()
        self._archived: set[str] = set()
        self._packages: set[str] = set()
        self._roles: dict[tuple[str, bool], Role] = {}
        for path in paths:
            self._note(path)
        self._sites.update(site for site in sites if site not in self._packages)

    def _note(self, path: str) -> None:
        """Learns from one path which folders hold copies, bundles and documentation sites."""
        *folders, name = path.split("/")
        for depth, part in enumerate(folders):
            if part == "_next":
                self._bundles.add("/".join(folders[:depth]))
            elif part.lower() in names.MAYBE_VENDORED and _shows_copies(folders[depth + 1 :], name.lower()):
                self._vendored.add("/".join(folders[: depth + 1]))
            elif part.lower() in names.SITE and names.SITE_MARKER.fullmatch([*folders, name][depth + 1]):
                self._sites.add("/".join(folders[: depth + 1]))
            elif part.lower() in names.MAYBE_ARCHIVED and _shows_project([f.lower() for f in folders], depth, name.lower()):
                self._archived.add("/".join(folders[: depth + 1]))
        if folders and names.PACKAGE.fullmatch(name.lower()):
            self._packages.add("/".join(folders))

    def role(self, path: str, *, samples: bool = False) -> Role:
        """A file's role; with `samples`, example folders count as any other."""
        role = self._roles.get((path, samples))
        if role is None:
            role = self._roles[path, samples] = self._find_role(path, samples)
        return role

    def _find_role(self, path: str, samples: bool) -> Role:
        skipped = self._prefix.count("/") if path.startswith(self._prefix) else 0
        parts = path.split("/")
        own = parts[skipped:]
        folders = [part.lower() for part in own[:-1]]
        above = ["/".join(parts[:depth]) for depth in range(skipped + 1, len(parts))]
        if self._is_vendored(folders, own[-1], above):
            return Role.VENDORED
        if self._is_generated(folders, own[-1], above):
            return Role.GENERATED
        if self._is_archived(folders, above):
            return Role.ARCHIVED
        return self._own_role(own, folders, above, samples)

    def _is_vendored(self, folders: list[str], name: str, above: list[str]) -> bool:
        if names.MINIFIED.fullmatch(name) or not names.VENDORED.isdisjoint(folders):
            return True
        for depth, part in enumerate(folders):
            if part in names.VENDORED_TOP if depth == 0 else part in names.MAYBE_VENDORED and folders[depth - 1] in names.ASSETS:
                return True
        if any(names.LIBRARIES.fullmatch(above) and names.VERSIONED.fullmatch(part) for above, part in pairwise(folders)):
            return True
        return ("wwwroot/lib/" in "/".join(folders) + "/") or not self._vendored.isdisjoint(above)

    def _is_generated(self, folders: list[str], name: str, above: list[str]) -> bool:
        if not names.GENERATED.isdisjoint(folders) or names.GENERATED_NAME.fullmatch(name.lower()) or not self._bundles.isdisjoint(above):
            return True
        if "dist" in folders and suffix(name) in names.BUNDLED:
            return True
        return not names.BUNDLES.isdisjoint(folders) and names.HASHED.fullmatch(name) is not None

    def _is_archived(self, folders: list[str], above: list[str]) -> bool:
        """Whether a folder that was laid aside leads to the file."""
        if not names.ARCHIVED.isdisjoint(folders) or not (self._archived - self._packages).isdisjoint(above):
            return True
        return bool(folders) and folders[0] in names.ARCHIVED_TOP and above[0] not in self._packages

    def _own_role(self, own: list[str], folders: list[str], above: list[str], samples: bool) -> Role:
        name, kind = own[-1], suffix(own[-1])
        document = self._documentation_depth(folders, kind, above)
        test = _test_depth(own[:-1], kind)
        if document is not None and (test is None or document < test):
            return Role.EXAMPLE if _has_examples(folders[document:]) and kind in CODE else Role.DOCUMENTATION
        if _is_prose(name, folders, kind) and (test is None or name.lower().startswith("readme")):
            return Role.DOCUMENTATION
        by_class = names.TEST_CLASS.fullmatch(name) and not _is_main(own)
        if test is not None or by_class or names.TEST_NAME.fullmatch(name):
            return Role.TEST
        return Role.EXAMPLE if not samples and _has_examples(folders) else Role.APPLICATION

    def _documentation_depth(self, folders: list[str], kind: str, above: list[str]) -> int | None:
        """How deep the folder stands that makes a path documentation; None without one."""
        for depth, part in enumerate(folders):
            if above[depth] in self._sites:
                return depth
            if part in names.DOCUMENTATION and (kind not in CODE or names.SOURCE.isdisjoint(folders[:depth])):
                return depth
        return None


def site_of(path: str, text: str) -> str:
    """The folder of documentation that a generator's settings name; empty where they name none, or one of the application's sources."""
    found = _SITE_FOLDER.search(text[:20_000])
    folder = posixpath.normpath(posixpath.join(posixpath.dirname(path), found[1])) if found else "."
    outside = folder in (".", "..") or folder.startswith("../")
    return "" if outside or posixpath.basename(folder).lower() in names.SOURCE else folder


def is_program(path: str) -> bool:
    """Whether a file is code of what a repository offers, as far as its name says: no shell script, no tooling of the repository."""
    top, slash, _ = path.partition("/")
    kind = suffix(path)
    return kind in CODE and kind not in names.SHELL and not (slash and (top in names.TOOLING or top.startswith(".")))


def is_only_project(files: Iterable[str], samples: Iterable[str], own: Iterable[str]) -> bool:
    """Whether one folder called after something and being an example (`chat-example`) holds the only project among files.

    `samples` is the code in example folders, `own` all other code: loose scripts at the top that belong to no package.
    """
    tops = {path.partition("/")[0] if "/" in path else "" for path in samples}
    top = tops.pop() if len(tops) == 1 else ""
    if not names.NAMED_EXAMPLE.fullmatch(top.lower()) or any("/" in path for path in own):
        return False
    projects = {path.rpartition("/")[0] for path in files if names.PROJECT.fullmatch(path.rpartition("/")[2].lower())}
    return top in projects and all(f"{folder}/".startswith(f"{top}/") for folder in projects)


def _shows_copies(folders: list[str], name: str) -> bool:
    """Whether a file of a folder that may hold copies, given by its path in there, shows that it does."""
    return names.LICENCE.fullmatch(name) is not None if folders else name in names.VENDOR_LIST


def _shows_project(folders: list[str], depth: int, name: str) -> bool:
    """Whether a file shows that a whole project stands below a folder, which is then no part of a program of its own."""
    return len(folders) > depth + 1 and names.SOURCE.isdisjoint(folders[:depth]) and names.PROJECT.fullmatch(name) is not None


def _test_depth(folders: list[str], kind: str) -> int | None:
    """How deep the folder stands that makes a path a test; None without one, or below an evaluation."""
    for depth, part in enumerate(folders):
        lower = part.lower()
        if lower in names.SPEC and kind not in names.NO_SPEC:
            return depth
        if names.TEST_FOLDER.fullmatch(lower) or names.TEST_PROJECT.fullmatch(part):
            return depth
        if names.EVALUATION.fullmatch(lower):
            return None
    return None


def _is_main(parts: list[str]) -> bool:
    """Whether a path leads through `src/main`, where Maven and Gradle look for no tests."""
    return any(pair == ("src", "main") for pair in pairwise(parts))


def _has_examples(folders: list[str]) -> bool:
    """Whether a folder of examples leads to the file, and not through sources or prompts, where `examples` means something else."""
    for part in folders:
        if names.EXAMPLE.fullmatch(part):
            return True
        if part in names.SOURCE or names.PROMPTS.fullmatch(part):
            return False
    return False


def _is_prose(name: str, folders: list[str], kind: str) -> bool:
    lower = name.lower()
    if names.PROSE_NAME.fullmatch(lower):
        return True
    if kind not in names.PROSE:
        return False
    if folders and folders[0].startswith("."):  # prompts for the developers' own tools
        return True
    return not (names.PROMPT_NAME.fullmatch(lower) or any(part in names.TEXTS or names.PROMPTS.fullmatch(part) for part in folders))
