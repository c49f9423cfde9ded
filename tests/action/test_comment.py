"""The comment on a pull request, against a server that answers as GitHub's REST API does."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.action.server import Answer, Request, serving
from tests.action.stage import Done, act, check_out, make_origin

BOT = {"login": "github-actions[bot]", "type": "Bot"}
EVENT = {"pull_request": {"number": 7}}
COMMENTS = "/api/v3/repos/acme/desk/issues/7/comments"


@dataclass
class Api:
    """Comments of one pull request, listed page by page; what it is told to fail with comes first."""

    comments: list[dict[str, Any]] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)
    refusal: Answer | None = None
    requests: list[Request] = field(default_factory=list)

    def __call__(self, request: Request) -> Answer:
        self.requests.append(request)
        if self.failures:
            return Answer(self.failures.pop(0), {"message": "Try again"})
        if self.refusal is not None and request.method != "GET":
            return self.refusal
        address = urlsplit(request.path)
        if request.method == "GET" and address.path == COMMENTS:
            return self._list(parse_qs(address.query))
        if request.method == "POST" and address.path == COMMENTS:
            self.add(request.content["body"])
            return Answer(201, self.comments[-1])
        number = int(address.path.removeprefix("/api/v3/repos/acme/desk/issues/comments/"))
        comment = next(comment for comment in self.comments if comment["id"] == number)
        comment["body"] = request.content["body"]
        return Answer(200, comment)

    def _list(self, query: dict[str, list[str]]) -> Answer:
        size, page = int(query["per_page"][0]), int(query["page"][0])
        more = len(self.comments) > size * page
        link = {"Link": f'<http://elsewhere.invalid{COMMENTS}?page={page + 1}>; rel="next"'} if more else {}
        return Answer(200, self.comments[size * (page - 1) : size * page], link)

    def add(self, body: str | None, user: dict[str, str] | None = BOT, association: str = "NONE") -> None:
        number = len(self.comments) + 1
        address = f"https://github.example.com/acme/desk/pull/7#{number}"
        self.comments.append({"id": number, "body": body, "user": user, "author_association": association, "html_url": address})


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("comment")
    return check_out(make_origin(folder / "origin"), folder / "job")


def comment(workspace: Path, api: Api, event: object = EVENT, **inputs: str) -> Done:
    with serving(api) as address:
        given = {"comment": "true", "token": "s3cret", **inputs}
        return act(workspace, "pull_request", event, given, GITHUB_API_URL=f"{address}/api/v3")


def test_the_first_run_writes_and_the_next_updates(workspace: Path) -> None:
    api = Api()
    assert comment(workspace, api).code == 0
    assert comment(workspace, api, **{"min-level": "optimized"}).code == 1
    (only,) = api.comments
    assert only["body"].startswith("<!-- rung:")
    assert "The gate says no" in only["body"]
    assert "https://github.example.com/acme/desk/actions/runs/12" in only["body"]
    assert {header for request in api.requests for header in request.headers["authorization"]} == {"Bearer s3cret"}


def test_the_comment_is_found_behind_more_than_a_page_of_others(workspace: Path) -> None:
    api = Api()
    for number in range(230):
        api.add(f"Comment {number}", {"type": "User"})
    comment(workspace, api)
    ours = api.comments[-1]
    comment(workspace, api, **{"min-level": "optimized"})
    assert len(api.comments) == 231
    assert "The gate says no" in ours["body"]


def test_each_folder_and_policy_has_a_comment_of_its_own(workspace: Path) -> None:
    api = Api()
    for inputs in ({}, {"path": "app"}, {"path": "./app/"}, {"config": ".rung.yaml"}):
        comment(workspace, api, **inputs)
    assert len({one["body"].splitlines()[0] for one in api.comments}) == len(api.comments) == 3


def test_a_copied_marker_is_nobody_elses_comment(workspace: Path) -> None:
    api = Api()
    comment(workspace, api)
    mark = api.comments.pop()["body"].splitlines()[0]
    api.add(f"> {mark}\n> quoted")
    api.add(f"{mark}\nforged", {"type": "User"})
    api.add(None, None)
    comment(workspace, api)
    assert [(one["body"] or "").startswith(mark) for one in api.comments] == [False, True, False, True]
    assert "forged" in api.comments[1]["body"]


def test_a_collaborators_token_finds_its_comment_again(workspace: Path) -> None:
    api = Api()
    comment(workspace, api)
    api.comments[0] |= {"user": {"type": "User"}, "author_association": "MEMBER"}
    comment(workspace, api)
    assert len(api.comments) == 1


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_token_that_may_only_read_is_a_sentence_in_the_log(workspace: Path, status: int) -> None:
    done = comment(workspace, Api(refusal=Answer(status, {"message": "Resource not accessible by integration"})))
    assert done.code == 0
    assert "rung: no comment, since the token may not write one" in done.log
    assert "::warning" not in done.log


def test_an_api_that_fails_is_asked_again(workspace: Path) -> None:
    api = Api(failures=[502, 429])
    assert "rung: commented: https://github.example.com/acme/desk/pull/7#1" in comment(workspace, api).log
    assert len(api.comments) == 1


def test_an_api_that_keeps_failing_is_a_warning(workspace: Path) -> None:
    done = comment(workspace, Api(failures=[500] * 9))
    assert done.code == 0
    assert "::warning title=rung::The comment could not be written: the API answered 500" in done.log


def test_an_api_that_is_not_there_is_a_warning(workspace: Path) -> None:
    with serving(Api()) as address:
        pass
    done = act(workspace, "pull_request", EVENT, {"comment": "true", "token": "s3cret"}, GITHUB_API_URL=address)
    assert done.code == 0
    assert "::warning title=rung::The comment could not be written" in done.log


def test_the_token_does_not_follow_a_redirect(workspace: Path) -> None:
    other = Api()
    with serving(other) as elsewhere:
        api = Api(refusal=Answer(307, None, {"Location": f"{elsewhere}{COMMENTS}"}))
        done = comment(workspace, api)
    assert other.requests == []
    assert "the API answered 307" in done.log


@pytest.mark.parametrize(("event", "token", "words"), [({}, "s3cret", "belongs to no pull request"), (EVENT, "", "is missing")])
def test_without_pull_request_or_token_there_is_none(workspace: Path, event: object, token: str, words: str) -> None:
    api = Api()
    assert words in comment(workspace, api, event, token=token).log
    assert api.requests == []


def test_without_being_asked_there_is_none(workspace: Path) -> None:
    api = Api()
    comment(workspace, api, comment="")
    assert api.requests == []
