import pytest
from fastapi.testclient import TestClient

from clinic_guide import api
from clinic_guide.answering import Answer
from clinic_guide.leaflets import Passage
from clinic_guide.store import Store


class RecordedGuide:
    def answer(self, question: str) -> Answer:
        return Answer(
            question, "From 14 to 19.", (Passage("Visiting the clinic", "Opening hours", "Daily from 14 to 19."),)
        )


@pytest.fixture
def client(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/test.db")
    api.app.dependency_overrides = {api.guide: RecordedGuide, api.store: lambda: store}
    yield TestClient(api.app)
    api.app.dependency_overrides = {}


def test_an_answer_names_its_sources_and_can_be_rated(client):
    answer = client.post("/answers", json={"text": "When can I visit?"}).json()
    assert answer["text"] == "From 14 to 19."
    assert answer["sources"] == ["Visiting the clinic: Opening hours"]
    rating = client.post(f"/answers/{answer['id']}/feedback", json={"helpful": True})
    assert rating.status_code == 204


def test_feedback_on_an_unknown_answer_is_refused(client):
    assert client.post("/answers/none/feedback", json={"helpful": False}).status_code == 404
