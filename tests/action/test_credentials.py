"""To whom the token is shown when the base is fetched."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

from tests.action.server import Answer, Request, serving
from tests.action.stage import act, check_out, make_origin
from tests.helpers import git

OURS = f"basic {b64encode(b'x-access-token:s3cret').decode()}"


def shown(tmp_path: Path, *, server: str = "", own: str = "") -> set[str]:
    """The credentials that a server of git repositories sees."""
    seen: list[list[str]] = []

    def answer(request: Request) -> Answer:
        seen.append(request.headers.get("authorization", []))
        return Answer(403)

    workspace = check_out(make_origin(tmp_path / "origin"), tmp_path / "job")
    with serving(answer) as address:
        git(workspace, "remote", "set-url", "origin", f"{address}/acme/desk")
        if own:
            git(workspace, "config", f"http.{address}/.extraheader", f"AUTHORIZATION: {own}")
        done = act(workspace, inputs={"token": "s3cret"}, GITHUB_SERVER_URL=server or address)
    assert "The tags can't be fetched" in done.log
    assert "s3cret" not in done.log
    assert OURS.split()[1] not in done.log
    assert seen
    return {credentials for request in seen for credentials in request}


def test_the_server_sees_the_token(tmp_path: Path) -> None:
    assert shown(tmp_path) == {OURS}


def test_another_server_does_not(tmp_path: Path) -> None:
    assert shown(tmp_path, server="https://github.example.com") == set()


def test_the_credentials_of_the_checkout_come_first(tmp_path: Path) -> None:
    assert shown(tmp_path, own="basic b3Ro") == {"basic b3Ro"}
