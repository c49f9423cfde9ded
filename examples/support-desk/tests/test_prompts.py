import pytest
from jinja2 import UndefinedError

from app.prompts import render
from app.queues import NOTES, QUEUES


def test_triage_lists_every_queue_with_its_meaning():
    prompt = render("triage", company="Lantern Bikes", queues=QUEUES, message="Where is my parcel?")
    for key, meaning in QUEUES.items():
        assert f"- `{key}`: {meaning}" in prompt
    assert prompt.endswith("Message: Where is my parcel?\nQueue:")


def test_only_safety_replies_ask_to_stop_riding():
    values = {"company": "Lantern Bikes", "message": "The fork is bent."}
    assert "stop riding" in render("reply", queue="safety", notes=NOTES["safety"], **values)
    assert "stop riding" not in render("reply", queue="billing", notes=NOTES["billing"], **values)


def test_a_forgotten_variable_is_an_error():
    with pytest.raises(UndefinedError):
        render("reply", company="Lantern Bikes", queue="billing", notes="")
