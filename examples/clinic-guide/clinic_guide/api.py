"""The HTTP interface: ask a question, and say whether the answer helped."""

import os
from functools import lru_cache
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, Field

from clinic_guide.answering import Guide
from clinic_guide.settings import settings
from clinic_guide.start import make_guide
from clinic_guide.store import Store, UnknownAnswer
from clinic_guide.telemetry import start_telemetry, votes

app = FastAPI(title="Clinic guide")
if "OTEL_EXPORTER_OTLP_ENDPOINT" in os.environ:
    start_telemetry(app)


@lru_cache
def guide() -> Guide:
    return make_guide()


@lru_cache
def store() -> Store:
    return Store(settings.database_url)


class Question(BaseModel):
    text: str = Field(min_length=1, max_length=1000)


class AnswerOut(BaseModel):
    id: str
    text: str
    sources: list[str]


class Feedback(BaseModel):
    helpful: bool
    comment: str = Field(default="", max_length=1000)


@app.get("/healthz")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/answers")
def ask(
    question: Question, guide: Annotated[Guide, Depends(guide)], store: Annotated[Store, Depends(store)]
) -> AnswerOut:
    answer = guide.answer(question.text)
    return AnswerOut(
        id=store.keep_answer(answer), text=answer.text, sources=[passage.source for passage in answer.passages]
    )


@app.post("/answers/{answer_id}/feedback", status_code=204)
def rate(answer_id: str, feedback: Feedback, store: Annotated[Store, Depends(store)]) -> None:
    try:
        store.keep_feedback(answer_id, helpful=feedback.helpful, comment=feedback.comment)
    except UnknownAnswer:
        raise HTTPException(404, "There is no such answer.") from None
    votes.add(1, {"helpful": feedback.helpful})
