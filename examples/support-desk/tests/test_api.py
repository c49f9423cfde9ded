import pytest
from fastapi.testclient import TestClient

from app.desk import Draft
from app.main import app, desk


class RecordedDesk:
    def draft(self, message: str) -> Draft:
        return Draft("delivery", f"About your message of {len(message)} letters ...")


@pytest.fixture
def client():
    app.dependency_overrides[desk] = RecordedDesk
    yield TestClient(app)
    app.dependency_overrides.clear()


def test_a_message_gets_a_queue_and_a_draft(client):
    answer = client.post("/drafts", json={"text": "The parcel is late."})
    assert answer.status_code == 200
    assert answer.json() == {"queue": "delivery", "reply": "About your message of 19 letters ..."}


def test_an_empty_message_is_refused(client):
    assert client.post("/drafts", json={"text": ""}).status_code == 422
