"""Policies that are wrong: each gets file, line, and the nearest right word or what to do."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from rung.errors import UserError
from rung.gate.policy import load_policy
from rung.repository import open_repository
from rung.rules.load import load_knowledge
from tests.helpers import make_repository, write_files

MODEL = load_knowledge().model
WAIVER = "waivers:\n  - for: safety\n    reason: Planned.\n    owner: ops\n    expires: 2027-01-01\n"
ATTESTATION = """\
attestations:
  - question: production-feedback
    points: 1
    reason: Elsewhere.
    owner: ops
    evidence: https://example.com
    expires: 2027-01-01
"""
BOMB = "include:\n" + "".join(f"  - &a{n} [{', '.join([f'*a{n - 1}' if n else 'x'] * 20)}]\n" for n in range(8))
CHAT = "projects:\n  - {name: chat, root: apps/chat}\n"

SENTENCES = [
    # unknown keys, at every depth
    ("targt: managed", 1, "there is no key 'targt'; write 'target'"),
    ("target: {levl: 3}", 1, "there is no key 'levl'; write 'level'"),
    ("limits: {attestation: 1}", 1, "there is no key 'attestation'; write 'attestations'"),
    (WAIVER.replace("expires", "expiry"), 5, "there is no key 'expiry'; write 'expires'"),
    (CHAT.replace("root", "rot"), 2, "there is no key 'rot'; write 'root'"),
    ("1: 2", 1, "there is no key '1'; write one of target, floors"),
    # words of the model
    ("target: manged", 1, "there is no level 'manged'; write 'managed'"),
    ("target: MANAGED", 1, "there is no level 'MANAGED'; write 'managed'"),
    ("target: {level: Optimised}", 1, "there is no level 'Optimised'; write 'optimized'"),
    ("target: '3'", 1, "write one of initial, defined, managed, optimized, or a number from 1 to 4"),
    ("floors:\n  safety: 1\n  safty: 1", 3, "there is no capability or question 'safty'; write 'safety'"),
    (WAIVER.replace("safety", "content_safety"), 2, "there is no capability or question 'content_safety'; write 'content-safety'"),
    (ATTESTATION.replace("production-feedback", "feedback-loop"), 2, "there is no question 'feedback-loop'; write 'production-feedback'"),
    ("regression: answers", 1, "there is no kind of regression 'answers'; write 'answer'"),
    ("mode: enforced", 1, "there is no mode 'enforced'; write 'enforce'"),
    # numbers
    ("target: 5", 1, "'target' is 5, which is more than there can be; write a number from 1 to 4"),
    ("target: {level: 0}", 1, "'level' is 0, which is less than there can be; write a number from 1 to 4"),
    ("target: {score: 29}", 1, "'score' is 29, which is more than there can be; write a number from 0 to 28"),
    ("floors: {safety: 5}", 1, "'safety' is 5, which is more than there can be; write a number from 0 to 4"),
    ("floors: {content-safety: 3}", 1, "write a number from 0 to 2"),
    (ATTESTATION.replace("points: 1", "points: 0"), 3, "'points' is 0"),
    (ATTESTATION.replace("points: 1", "points: 3"), 3, "'points' is 3"),
    ("limits: {waivers: -1}", 1, "write a number of 0 or more"),
    # types
    ("- target", 1, "the policy should be a mapping"),
    ("target: [3]", 1, "'target' should be a level's name or number, or a mapping with `level` and `score`, but is a list"),
    ("target: 3.0", 1, "but is the number 3.0"),
    ("target: {}", 1, "'target' is empty"),
    ("floors: [safety]", 1, "'floors' should be a mapping of capabilities or questions to points, but is a list"),
    ("floors: {safety: true}", 1, "'safety' should be a whole number, but is true"),
    ("mode: off", 1, "'mode' should be one of enforce, annotate, but is false"),
    ("include: src", 1, "'include' should be a list of patterns, but is the text 'src'"),
    ("waivers: {for: safety}", 1, "'waivers' should be a list, but is a mapping"),
    ("waivers:\n  - safety", 2, "entry 1 of 'waivers' should be a mapping with `for`"),
    (WAIVER.replace("ops", "7"), 4, "'owner' should be text, but is the number 7"),
    ("extends: {file: a}", 1, "'extends' should be a file or a list of files, but is a mapping"),
    # what is required
    *(
        (WAIVER.replace(f"    {key}:", "    #"), 2, f"entry 1 of 'waivers' has no {key!r}; add it")
        for key in ("reason", "owner", "expires")
    ),
    *((ATTESTATION.replace(f"    {key}:", "    #"), 2, f"has no {key!r}; add it") for key in ("points", "owner", "evidence", "expires")),
    (WAIVER.replace("Planned.", "' '"), 3, "'reason' is blank; fill it in"),
    # dates
    (WAIVER.replace("2027-01-01", "next year"), 5, "'next year' is no date; write it as YYYY-MM-DD"),
    (WAIVER.replace("2027-01-01", "2027-01-01 10:00:00"), 5, "is no date"),
    (WAIVER.replace("2027-01-01", "2027-02-30"), 5, "there is no day '2027-02-30'; correct the date"),
    # projects, folders and patterns
    (CHAT + "  - {name: chat, root: apps}", 3, "two projects have the name 'chat'; give each its own"),
    (CHAT + "  - {name: talk, root: ./apps/chat/}", 3, "two projects have the root './apps/chat/'; give each its own"),
    (CHAT.replace("apps/chat", "apps/caht"), 2, "the repository has no folder 'apps/caht'; write 'apps/chat'"),
    (CHAT.replace("apps/chat", "/srv"), 2, "'/srv' is an absolute path; name a folder from the repository's top"),
    (CHAT.replace("apps/chat", "apps/../.."), 2, "'apps/../..' leads out of the repository"),
    ("rules:\n  - apps\n  - ../rules", 3, "'../rules' leads out of the repository"),
    ("rules: [nowhere]", 1, "the repository has no folder 'nowhere'"),
    ("exclude: ['a[']", 1, "'a[' is no pattern of files"),
    ("mode: enforce\ninclude: [app/**, '!apps/**']", 2, "'include' names no file of the repository; correct its patterns"),
    ("include: [../x]", 1, "'../x' is no pattern of files"),
    (ATTESTATION + ATTESTATION.partition("\n")[2], 8, "'production-feedback' is attested twice"),
    # YAML
    ("target: 3\nmode: [", 3, "is not valid YAML"),
    ("target: 3\nfloors: {}\ntarget: 4", 3, "'target' stands here for the second time, first on line 1; keep one"),
    (WAIVER.replace("ops", "@team"), 4, "put the value in quotes"),
    ("target: 3\n\tmode: x", 2, "indent with spaces"),
    ("target: 3\n<<: {mode: enforce}", 2, "merge keys (<<) are not read"),
    ("target: !!python/name:os.system x", 1, "is not read in a policy"),
    ("? [a]\n: b", 1, "a key must be a word"),
    ("target: &a [*a]", 1, "too large or too deeply nested"),
    (BOMB, 1, "too large or too deeply nested"),
    # what is extended
    ("target: 3\nextends: polices/org.yaml", 2, "extends 'polices/org.yaml', but there is no such file"),
    ("extends: [pyproject.toml]", 1, "but the file has no [tool.rung]"),
    ("extends: ../org.yaml", 1, "'../org.yaml' leads out of the repository"),
    ("extends: /nowhere/org.yaml", 1, "but there is no such file"),
    ("extends: .rung.yaml", 1, "leads back to this file; break the loop"),
]


@pytest.fixture(scope="module")
def top(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("repository"), {"apps/chat/main.py": "", "pyproject.toml": "[tool.ruff]\n"})


@pytest.mark.parametrize(("text", "line", "says"), SENTENCES, ids=[says[:60] for _, _, says in SENTENCES])
def test_a_wrong_policy_gets_a_sentence_with_file_and_line(text: str, line: int, says: str, top: Path) -> None:
    write_files(top, {".rung.yaml": text + "\n"})

    with pytest.raises(UserError) as raised:
        load_policy(open_repository(top), MODEL)

    message = str(raised.value)
    assert message.startswith(f".rung.yaml:{line}: ")
    assert says in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('[tool.rung]\n\ntarget = "manged"\n', 3, "write 'managed'"),
        ("[tool.rung]\n[tool.rung.floors]\nsafety = 1\nsafty = 1\n", 4, "write 'safety'"),
        ("[tool.rung]\nfloors.safety = 9\n", 2, "write a number from 0 to 4"),
        ('[tool.rung]\nrules = [\n  "apps",\n  # none\n  "nowhere",\n]\n', 5, "no folder 'nowhere'"),
        ("[[tool.rung.projects]]\nname = 'a'\nroot = 'apps'\n[[tool.rung.projects]]\nname = 'b'\nroot = '.'\nfloors.x = 1\n", 7, "'x'"),
        ("[[tool.rung.projects]]\nname = 'a'\nroot = 'apps'\n[tool.rung.projects.floors]\n\nx = 1\n", 6, "'x'"),
        ('[tool.rung]\nwaivers = [\n  { for = "safety" },\n]\n', 3, "has no 'reason'"),
        ("[tool.rung]\ntarget = 3\ntarget = 4\n", 3, "is not valid TOML: Cannot overwrite a value"),
        ("[tool.rung]\nfloors = {\n", 2, "is not valid TOML"),
    ],
)
def test_a_wrong_table_of_pyproject_gets_its_line(text: str, line: int, says: str, tmp_path: Path) -> None:
    make_repository(tmp_path, {"apps/main.py": "", "pyproject.toml": text})

    with pytest.raises(UserError) as raised:
        load_policy(open_repository(tmp_path), MODEL)

    assert str(raised.value).startswith(f"pyproject.toml:{line}: ")
    assert says in str(raised.value)


def test_a_loop_of_several_files_is_found_where_it_closes(tmp_path: Path) -> None:
    files = {".rung.yaml": "extends: p/a.yaml\n", "p/a.yaml": "extends: b.yaml\n", "p/b.yaml": "mode: enforce\nextends: a.yaml\n"}
    make_repository(tmp_path, files)

    with pytest.raises(UserError, match=r"^p/b\.yaml:2: extends 'p/a\.yaml', which leads back to this file; break the loop$"):
        load_policy(open_repository(tmp_path), MODEL)


@pytest.mark.parametrize("content", [b"\0\1", b"x" * (5 * 1024 * 1024)], ids=["binary", "huge"])
def test_a_policy_that_is_no_text_is_refused_and_not_overlooked(content: bytes, tmp_path: Path) -> None:
    make_repository(tmp_path, {".rung.yaml": content})

    for ref in (None, "HEAD"):
        with pytest.raises(UserError, match=r"^\.rung\.yaml: is no policy: it is "):
            load_policy(open_repository(tmp_path, ref), MODEL)


def test_a_missing_config_is_named(tmp_path: Path) -> None:
    make_repository(tmp_path, {"a.py": ""})

    with pytest.raises(UserError, match=r"nowhere\.yaml: there is no such file; name a policy file"):
        load_policy(open_repository(tmp_path), MODEL, config=str(tmp_path / "nowhere.yaml"))


def test_an_answer_that_the_model_has_not_is_no_answer(tmp_path: Path) -> None:
    model = copy.deepcopy(dict(MODEL))
    question = next(q for c in model["capabilities"] for q in c["questions"] if q["id"] == "production-feedback")
    question["answers"].pop()
    make_repository(tmp_path, {".rung.yaml": ATTESTATION.replace("points: 1", "points: 2")})

    with pytest.raises(UserError, match=r"^\.rung\.yaml:3: 'production-feedback' has 1 points at most, not 2; write 1 or less"):
        load_policy(open_repository(tmp_path), model)


def test_expired_dates_are_read(tmp_path: Path) -> None:
    make_repository(tmp_path, {".rung.yaml": WAIVER.replace("2027", "2001")})

    assert load_policy(open_repository(tmp_path), MODEL).requirements.waivers[0].expires.year == 2001
