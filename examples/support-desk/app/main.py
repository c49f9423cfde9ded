"""The HTTP interface: `POST /drafts` with a customer's message."""

from functools import lru_cache
from typing import Annotated

from anthropic import Anthropic
from fastapi import Depends, FastAPI
from pydantic import BaseModel, Field

from app.desk import Desk
from app.settings import settings
from app.telemetry import trace_requests

app = FastAPI(title="Support desk")
trace_requests(app, settings)


class Message(BaseModel):
    text: str = Field(min_length=1, max_length=8000)


class DraftOut(BaseModel):
    queue: str
    reply: str


@lru_cache
def desk() -> Desk:
    return Desk(Anthropic(), settings)


@app.get("/healthz")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/drafts")
def create_draft(message: Message, desk: Annotated[Desk, Depends(desk)]) -> DraftOut:
    draft = desk.draft(message.text)
    return DraftOut(queue=draft.queue, reply=draft.reply)
