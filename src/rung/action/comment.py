"""One comment on a pull request, found again by a hidden marker and updated, through GitHub's REST API."""

from __future__ import annotations

import hashlib
import http.client
import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

PER_PAGE = 100
MOST_PAGES = 50
PATIENCE = 30  # seconds for an answer
PAUSES = (1.0, 3.0)  # seconds before each new try
_REFUSED = (401, 403, 404)
_TRUSTED = ("OWNER", "MEMBER", "COLLABORATOR")


class NotAllowedError(Exception):
    """The token may not comment: that of a workflow from a fork may only read."""


class CommentError(Exception):
    """Why the comment could not be written, in words."""


class _PassingError(Exception):
    """Something that may be gone at the next try."""


def marker(path: str, config: str | None) -> str:
    """What the comment of one application begins with, and no other: the same folder judged by another policy gets its own."""
    subject = f"{PurePath(path).as_posix()}\0{config or ''}"
    return f"<!-- rung:{hashlib.sha256(subject.encode('utf-8', 'surrogateescape')).hexdigest()[:16]} -->"


@dataclass(frozen=True, slots=True)
class Conversation:
    """The conversation of a pull request: the API's address, the repository as `owner/name`, and the pull request's number."""

    api: str
    repository: str
    number: int
    token: str

    def publish(self, mark: str, text: str) -> str:
        """Writes the comment that begins with the mark, or updates it; returns its address for people.

        Raises NotAllowedError where the token may only read, and CommentError for an API that fails, after some more tries.
        """
        for pause in (*PAUSES, None):
            try:
                # All of it again: what an API that failed has done by then is unknown.
                return self._publish(mark, f"{mark}\n{text}")
            except _PassingError as error:
                if pause is None:
                    raise CommentError(str(error)) from error
                time.sleep(pause)
        raise AssertionError

    def _publish(self, mark: str, body: str) -> str:
        known = self._find(mark)
        if known is None:
            written, _ = self._ask("POST", f"issues/{self.number}/comments", {"body": body})
        else:
            written, _ = self._ask("PATCH", f"issues/comments/{known}", {"body": body})
        return str(written.get("html_url", "")) if isinstance(written, dict) else ""

    def _find(self, mark: str) -> int | None:
        """The id of the comment that begins with the mark, by somebody who may write here: anybody can copy a marker."""
        for page in range(1, MOST_PAGES + 1):
            comments, more = self._ask("GET", f"issues/{self.number}/comments?per_page={PER_PAGE}&page={page}")
            for comment in comments if isinstance(comments, list) else ():
                if _is_ours(comment, mark):
                    return int(comment["id"])
            if not more:
                break
        return None

    def _ask(self, method: str, path: str, content: object = None) -> tuple[Any, bool]:
        """The API's answer, and whether it has another page."""
        data = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(f"{self.api}/repos/{self.repository}/{path}", data, method=method)  # noqa: S310 - see checked
        request.add_header("Accept", "application/vnd.github+json")
        request.add_header("Content-Type", "application/json")
        request.add_header("User-Agent", "rung")
        request.add_header("X-GitHub-Api-Version", "2022-11-28")
        request.add_unredirected_header("Authorization", f"Bearer {self.token}")
        try:
            with _OPENER.open(request, timeout=PATIENCE) as answer:
                return json.loads(answer.read()), 'rel="next"' in answer.headers.get("Link", "")
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _PassingError(f"{type(error).__name__}: {error}") from error


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect, so that the token is never shown to another host."""

    def redirect_request(self, *_: object) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def _refusal(error: urllib.error.HTTPError) -> Exception:
    words = f"the API answered {error.code} {error.reason}"
    if error.code == http.client.TOO_MANY_REQUESTS or error.code >= http.client.INTERNAL_SERVER_ERROR:
        return _PassingError(words)
    return NotAllowedError(words) if error.code in _REFUSED else CommentError(words)


def _is_ours(comment: object, mark: str) -> bool:
    if not isinstance(comment, dict) or not isinstance(comment.get("id"), int) or not str(comment.get("body") or "").startswith(mark):
        return False
    author = comment.get("user")
    bot = isinstance(author, dict) and author.get("type") == "Bot"
    return bot or comment.get("author_association") in _TRUSTED
