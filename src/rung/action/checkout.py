"""The job's checkout: what of it is missing for a comparison, and how that is fetched."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rung.action import log
from rung.action.event import Event, Start
from rung.action.remote import FetchError, Remote
from rung.errors import UserError
from rung.regex import regex
from rung.repository import git
from rung.repository.commit import resolve
from rung.repository.place import Place, find

MOST_TAGS = 50  # each of them a whole tree, and enough to know how releases are named
_NAME = regex(r"(?!-)[^\s:^~?*\[\\\x00-\x1f]+")


@dataclass(frozen=True, slots=True)
class Sides:
    """What is judged and what it is compared with, as commits (a `ref` of None is the work tree), and the base's name for people."""

    ref: str | None
    base: str | None
    label: str = ""


def prepare(path: str, ref: str | None, base: str | None, event: Event, server: str, token: str | None) -> Sides:
    """Both sides of the comparison, with what the checkout lacks for it fetched.

    A fetch that fails is a warning in the log: then there is no comparison with what the event names, and a ref or a base that was
    asked for is left as it is. Raises UserError where git can't be used.
    """
    folder = Path(path).resolve()
    place = find(folder) if folder.is_dir() else None
    if place is None:
        return Sides(ref, base, base or "")
    checkout = _Checkout(place, Remote(place.top, server, token))
    if place.shallow:
        checkout.fetch_tags()
    judged = place.commit if ref is None else checkout.find(ref)
    if ref is not None and judged is not None and not checkout.knows(ref):
        ref = judged
    if base is None:
        start = event.start(judged, checkout.parents(judged))
    else:
        commit = checkout.find(base)
        start = None if commit is None else Start(commit, base)
    if start is None or judged is None or not checkout.reach(start, judged):
        return Sides(ref, base, base or "")
    return Sides(ref, start.commit, start.label)


@dataclass(frozen=True, slots=True)
class _Checkout:
    place: Place
    remote: Remote

    def fetch_tags(self) -> None:
        """Fetches the tags that are missing, each with its own commit only."""
        try:
            there = self.remote.tags()
            names = git.run(self.place.git_folder, "for-each-ref", "--format=%(refname:strip=2)", "refs/tags")
            here = set(names.decode("utf-8", "surrogateescape").split("\n"))
            chosen = [tag for tag in there[:MOST_TAGS] if tag not in here]
            if not chosen:
                return
            newest = "the newest " if len(there) > MOST_TAGS else ""
            log.say(f"this checkout is shallow, so {newest}{len(chosen)} of {len(there)} tags are fetched (depth 1).")
            self.remote.fetch(*(f"refs/tags/{tag}:refs/tags/{tag}" for tag in chosen), depth=1)
        except FetchError as error:
            log.warn(f"The tags can't be fetched, so releases may not be seen here: {error}")

    def find(self, ref: str) -> str | None:
        """The commit that a ref names, here or else in the remote; None, and a warning, where there is none."""
        return resolve(self.place, ref) if self.knows(ref) else self._fetch_ref(ref)

    def knows(self, ref: str) -> bool:
        """Whether a ref names a commit that is here."""
        try:
            resolve(self.place, ref)
        except UserError:
            return False
        return True

    def _fetch_ref(self, ref: str) -> str | None:
        name = ref.removeprefix("origin/")
        if not _NAME.fullmatch(name):
            return None
        log.say(f"{ref} is not in this checkout, so it is fetched{' (depth 1)' if self.place.shallow else ''}.")
        try:
            self.remote.fetch(name, depth=self._depth)
        except FetchError as error:
            log.warn(f"{ref} can't be fetched: {error}")
            return None
        return resolve(self.place, "FETCH_HEAD")

    def parents(self, commit: str | None) -> tuple[str, ...]:
        """The parents that a commit names, also where a shallow clone has none of them."""
        if commit is None:
            return ()
        header = git.start(self.place.git_folder, "cat-file", "commit", commit)().data.partition(b"\n\n")[0]
        lines = header.decode("utf-8", "replace").splitlines()
        return tuple(line.removeprefix("parent ") for line in lines if line.startswith("parent "))

    def reach(self, start: Start, judged: str) -> bool:
        """Whether the commit that a change starts from is here, or could be fetched; with the history between, where that is short."""
        reach = 2 if start.commit in self.parents(judged) else start.reach
        if self.place.shallow and reach and not self._asks("merge-base", start.commit, judged):
            self._fetch_history(judged, reach)
        return self._has(start.commit) or self._fetch_start(start)

    def _fetch_history(self, judged: str, reach: int) -> None:
        log.say(f"this checkout is shallow, so the commits up to the base are fetched (depth {reach}).")
        try:
            self.remote.fetch(judged, depth=reach)
        except FetchError as error:
            log.say(f"the commits up to the base can't be fetched: {error}")

    def _fetch_start(self, start: Start) -> bool:
        log.say(f"the base commit {start.commit[:12]} is not in this checkout, so it is fetched{' (depth 1)' if self._depth else ''}.")
        try:
            self.remote.fetch(start.commit, depth=self._depth)
        except FetchError as error:
            log.warn(f"The base commit can't be fetched, so nothing is compared, and the policy of the checkout judges: {error}")
            return False
        return True

    @property
    def _depth(self) -> int | None:
        # In a checkout with its whole history, a depth would cut that off.
        return 1 if self.place.shallow else None

    def _has(self, commit: str) -> bool:
        return self._asks("cat-file", "-e", f"{commit}^{{commit}}")

    def _asks(self, *arguments: str) -> bool:
        return git.start(self.place.git_folder, *arguments)().code == 0
