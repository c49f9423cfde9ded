"""`rung scan --format cyclonedx`: an AI bill of materials."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from rung.cli.main import run
from tests.helpers import make_repository
from tests.test_examples import EXAMPLES


def bill(folder: Path, file: Path) -> str:
    """The bill of a folder."""
    assert run(["scan", str(folder), "--format", "cyclonedx", "-o", str(file)]) == 0
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["recipe-box", "support-desk", "contract-reader", "clinic-guide"])
def test_it_is_valid_and_the_same_twice(name: str, tmp_path: Path) -> None:
    first = bill(EXAMPLES / name, tmp_path / "bill.json")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(first) is None
    assert bill(EXAMPLES / name, tmp_path / "again.json") == first


def test_models_data_tools_and_services_are_listed(tmp_path: Path) -> None:
    components = json.loads(bill(EXAMPLES / "clinic-guide", tmp_path / "bill.json"))["components"]
    assert {"machine-learning-model", "data", "library"} <= {component["type"] for component in components}


def test_names_of_the_repository_stay_text(tmp_path: Path) -> None:
    code = "from openai import OpenAI\n\nOpenAI().responses.create(model='gpt-4o\\x1b[31m', input='x')\n"
    app = make_repository(tmp_path / "app", {"app.py": code, "requirements.txt": "openai\n"})
    assert "\x1b" not in bill(app, tmp_path / "bill.json")
