"""Links to lines on the host that a repository came from."""

from __future__ import annotations

import pytest

from rung.report.links import link_to, project_name, web_page

COMMIT = "0123abcd" * 5


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://github.com/owner/name.git", f"https://github.com/owner/name/blob/{COMMIT}/src/a.py#L3"),
        ("git@github.com:owner/name.git", f"https://github.com/owner/name/blob/{COMMIT}/src/a.py#L3"),
        ("ssh://git@github.example.org:2222/owner/name", f"https://github.example.org/owner/name/blob/{COMMIT}/src/a.py#L3"),
        ("https://gitlab.com/group/sub/name.git/", f"https://gitlab.com/group/sub/name/-/blob/{COMMIT}/src/a.py#L3"),
        ("http://gitlab.example.org:8080/g/n.git", f"http://gitlab.example.org:8080/g/n/-/blob/{COMMIT}/src/a.py#L3"),
        ("git@bitbucket.org:owner/name.git", f"https://bitbucket.org/owner/name/src/{COMMIT}/src/a.py#lines-3"),
    ],
)
def test_a_line_has_an_address_on_its_host(remote: str, address: str) -> None:
    assert link_to(remote, COMMIT)("src/a.py", 3) == address


@pytest.mark.parametrize(
    ("remote", "page"),
    [
        ("https://org@dev.azure.com/org/My%20Project/_git/name", "https://dev.azure.com/org/My%20Project/_git/name"),
        ("git@ssh.dev.azure.com:v3/org/project/name", "https://dev.azure.com/org/project/_git/name"),
        ("org@vs-ssh.visualstudio.com:v3/org/project/name", "https://dev.azure.com/org/project/_git/name"),
        (
            "https://org.visualstudio.com/DefaultCollection/project/_git/name",
            "https://org.visualstudio.com/DefaultCollection/project/_git/name",
        ),
    ],
)
def test_azure_devops_takes_path_commit_and_line_as_a_query(remote: str, page: str) -> None:
    address = link_to(remote, COMMIT)("src/a.py", 3)
    assert address == f"{page}?path=/src/a.py&version=GC{COMMIT}&line=3&lineEnd=4&lineStartColumn=1&lineEndColumn=1"
    assert link_to(remote, COMMIT)("src/a.py", 0) == f"{page}?path=/src/a.py&version=GC{COMMIT}"


def test_a_file_as_a_whole_has_no_line() -> None:
    assert link_to("https://github.com/o/n", COMMIT)("README.md", 0) == f"https://github.com/o/n/blob/{COMMIT}/README.md"


@pytest.mark.parametrize("remote", ["https://user:pa@ss@github.com/o/n.git", "ssh://user:secret@github.com/o/n", "user@github.com:o/n"])
def test_user_and_password_are_dropped(remote: str) -> None:
    assert web_page(remote) == "https://github.com/o/n"


@pytest.mark.parametrize(
    "remote",
    [
        "",
        "/srv/github/name.git",
        "../github/name",
        r"C:\github\name",
        "C:/github/name",
        "file:///srv/github/name",
        "javascript://github.com/%0aalert(1)//x",
        "ext::sh -c github",
        'https://github.com"onclick=alert(1)//o/n',
        "https://github.com/o/../n",
        "https://github.com:99999/o/n",
        "https://github.com/only-an-owner",
        "https://git.example.org/o/n",
        "https://dev.azure.com/org/project",
    ],
)
def test_what_names_no_repository_on_a_known_host_has_no_links(remote: str) -> None:
    assert link_to(remote, COMMIT)("src/a.py", 3) is None


@pytest.mark.parametrize("path", ['"><script>', "a b#?&.py", "dir/ü%.py", "\udcff.py"])
@pytest.mark.parametrize("remote", ["https://github.com/o/n", "https://dev.azure.com/o/p/_git/n"])
def test_no_character_of_a_path_leaves_its_place(remote: str, path: str) -> None:
    address = link_to(remote, COMMIT)(path, 0)
    assert address is not None
    assert not set(address.partition("//")[2].replace("?path=", "", 1)) & set(' "<>?\\')
    assert "#" not in address
    assert address.isascii()


def test_without_a_commit_or_for_tags_there_is_no_link() -> None:
    assert link_to("https://github.com/o/n", None)("a.py", 1) is None
    assert link_to("https://github.com/o/n", "main; x")("a.py", 1) is None
    assert link_to("https://github.com/o/n", COMMIT)("git tag", 0) is None


def test_a_project_is_called_by_owner_and_name() -> None:
    assert project_name("git@gitlab.com:group/sub/name.git") == "group/sub/name"
    assert project_name("https://dev.azure.com/org/project/_git/name") == "org/project/name"
    assert project_name("/srv/name") == ""
