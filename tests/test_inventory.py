"""What an application is made of, as the bill of materials has it."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from rung.cli.main import run
from tests.helpers import make_repository

CODE = "from openai import OpenAI\n\nMODEL = 'gpt-4o-2024-08-06'\nPROMPT = open('prompts/answer.md').read()\n"
CALL = "print(OpenAI().responses.create(model=MODEL, instructions=PROMPT, input='Hello').output_text)\n"
PROMPT = "You answer questions about bicycles, in a friendly and precise way.\n"
FILES: dict[str, str | bytes] = {
    "app.py": CODE + CALL,
    "prompts/answer.md": PROMPT,
    "requirements.txt": "openai==1.78.0\nqdrant-client>=1\nflask==3.0\n",
}


def bill(folder: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """The bill of a repository."""
    assert run(["scan", str(folder), "--format", "cyclonedx"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """An application with a pinned model, a prompt in a file, and an exact and an open version."""
    return make_repository(tmp_path / "app", FILES)


def test_what_is_used_is_listed_with_its_places(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = bill(app, capsys)
    components = {component["name"]: component for component in found["components"]}
    assert set(components) == {"gpt-4o-2024-08-06", "openai", "prompts/answer.md", "qdrant-client"}
    model = components["gpt-4o-2024-08-06"]
    assert (model["type"], model["version"]) == ("machine-learning-model", "2024-08-06")
    assert {"location": "app.py", "line": 3} in model["evidence"]["occurrences"]
    assert components["prompts/answer.md"]["hashes"] == [{"alg": "SHA-256", "content": sha256(PROMPT.encode()).hexdigest()}]
    assert components["openai"]["purl"] == "pkg:pypi/openai@1.78.0"
    assert components["qdrant-client"]["purl"] == "pkg:pypi/qdrant-client"
    assert [service["name"] for service in found["services"]] == ["OpenAI"]
    assert found["metadata"]["component"]["name"] == "app"
    (graph,) = [d for d in found["dependencies"] if d["ref"] == "application"]
    assert len(graph["dependsOn"]) == len(components) + 1


def test_the_serial_number_is_the_contents(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = bill(app, capsys)["serialNumber"]
    assert bill(app, capsys)["serialNumber"] == first
    (app / "prompts" / "answer.md").write_text(PROMPT + "Be brief.\n", encoding="utf-8")
    assert bill(app, capsys)["serialNumber"] != first


def test_a_package_of_a_namespace_keeps_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = 'import Anthropic from "@anthropic-ai/sdk";\nnew Anthropic().messages.create({ model: "claude-sonnet-4-5", messages: [] });\n'
    folder = make_repository(tmp_path / "app", {"app.ts": code, "package.json": '{"dependencies": {"@anthropic-ai/sdk": "0.52.0"}}'})
    (library,) = [c for c in bill(folder, capsys)["components"] if c["type"] == "library"]
    assert library["purl"] == "pkg:npm/%40anthropic-ai/sdk@0.52.0"


PACKAGE = '[[package]]\nname = "{}"\nversion = "{}"\nsource = {{ registry = "x" }}\n\n'
UV = PACKAGE.format("openai", "1.99.1") + PACKAGE.format("qdrant-client", "1.9.0")
TWICE = UV + PACKAGE.format("openai", "1.80.0")
NPM = '{"dependencies": {"openai": "^5"}}'
PYPROJECT = '[project]\nname = "app"\nversion = "1"\ndependencies = ["OpenAI>=1"]\n'


@pytest.mark.parametrize(
    ("files", "purl"),
    [
        ({"pyproject.toml": PYPROJECT, "uv.lock": UV}, "pkg:pypi/openai@1.99.1"),
        ({"svc/pyproject.toml": PYPROJECT, "uv.lock": UV}, "pkg:pypi/openai@1.99.1"),
        ({"pyproject.toml": PYPROJECT, "poetry.lock": UV}, "pkg:pypi/openai@1.99.1"),
        ({"pyproject.toml": PYPROJECT, "uv.lock": TWICE}, "pkg:pypi/openai"),
        ({"pyproject.toml": PYPROJECT.replace(">=1", "==1.2.0"), "uv.lock": UV}, "pkg:pypi/openai@1.2.0"),
        (
            {
                "package.json": NPM,
                "package-lock.json": '{"packages": {"": {}, "node_modules/openai": {"version": "5.1.0"}, "node_modules/b": 1}}',
            },
            "pkg:npm/openai@5.1.0",
        ),
        ({"package.json": NPM, "package-lock.json": "[{"}, "pkg:npm/openai"),
        ({"package.json": NPM, "pnpm-lock.yaml": "packages:\n\n  openai@5.1.0:\n    resolution: {}\n"}, "pkg:npm/openai@5.1.0"),
        ({"package.json": NPM, "pnpm-lock.yaml": "snapshots:\n\n  'openai@5.1.0(zod@3.0.0)':\n    a: b\n"}, "pkg:npm/openai@5.1.0"),
        ({"package.json": NPM, "yarn.lock": 'openai@^5, openai@^5.0.1:\n  version "5.1.0"\n'}, "pkg:npm/openai@5.1.0"),
    ],
    ids=["uv", "workspace", "poetry", "two versions", "pinned in the manifest", "npm", "no JSON", "pnpm", "pnpm with peers", "Yarn"],
)
def test_a_lock_file_tells_the_version(
    files: dict[str, str | bytes], purl: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_repository(tmp_path / "app", {"app.py": CODE + CALL, "prompts/answer.md": PROMPT, **files})
    (library,) = [c for c in bill(folder, capsys)["components"] if c["type"] == "library"]
    assert library["purl"].lower() == purl
    lock = next((p["value"] for p in library["properties"] if p["name"] == "rung:lock"), "")
    assert bool(lock) == ("@" in purl and "1.2.0" not in purl)


def test_only_a_scan_has_a_bill(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["gate", str(app), "--format", "cyclonedx"]) == 2
    assert "is not one of" in capsys.readouterr().err


def test_a_bill_and_a_report_in_one_run(app: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", str(app), "--format", "cyclonedx", "-o", str(tmp_path / "bill.json"), "--format", "text"]) == 0
    assert "Level 1, initial" in capsys.readouterr().out
    assert json.loads((tmp_path / "bill.json").read_text(encoding="utf-8"))["specVersion"] == "1.6"
