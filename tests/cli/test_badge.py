"""`rung badge`: level and score for a README."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from rung.cli.main import run
from tests.helpers import make_repository

APP = "from openai import OpenAI\n\nprint(OpenAI().responses.create(model='gpt-4o', input='Hello'))\n"


@pytest.mark.parametrize(("files", "words"), [({"app.py": APP}, "1 initial"), ({"app.py": "print('hello')\n"}, "not applicable")])
def test_image_and_endpoint_say_the_same(
    tmp_path: Path, files: dict[str, str | bytes], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(make_repository(tmp_path / "app", files))
    assert run(["badge", folder, "-o", str(tmp_path / "badge.svg")]) == 0
    image = ET.parse(tmp_path / "badge.svg").getroot()
    assert image.tag.endswith("svg")
    assert image.get("role") == "img"
    assert words in "".join(image.itertext())
    assert run(["badge", folder, "--format", "json"]) == 0
    endpoint = json.loads(capsys.readouterr().out)
    assert endpoint["schemaVersion"] == 1
    assert words in endpoint["message"]
