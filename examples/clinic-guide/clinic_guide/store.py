"""Keeps the answers and what patients say about them."""

from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import Boolean, Column, DateTime, ForeignKey, MetaData, String, Table, Text, create_engine, insert

from clinic_guide.answering import Answer

metadata = MetaData()

answers = Table(
    "answers",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("model", String(80), nullable=False),
    Column("prompt_version", String(20), nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("answer_id", ForeignKey("answers.id"), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("helpful", Boolean, nullable=False),
    Column("comment", Text, nullable=False),
)


class UnknownAnswer(Exception):
    """Feedback on an answer that was never given."""


class Store:
    def __init__(self, url: str) -> None:
        self._engine = create_engine(url)
        metadata.create_all(self._engine)

    def keep_answer(self, answer: Answer) -> str:
        """Stores an answer and returns its id. The question has had its personal data taken out by then."""
        key = str(uuid4())
        with self._engine.begin() as connection:
            connection.execute(
                insert(answers).values(
                    id=key,
                    at=datetime.now(UTC),
                    question=answer.question,
                    answer=answer.text,
                    model=answer.model,
                    prompt_version=answer.prompt_version,
                )
            )
        return key

    def keep_feedback(self, answer_id: str, *, helpful: bool, comment: str) -> None:
        """Stores what a patient says about an answer; raises UnknownAnswer when there is none with this id."""
        with self._engine.begin() as connection:
            if connection.execute(answers.select().where(answers.c.id == answer_id)).first() is None:
                raise UnknownAnswer(answer_id)
            connection.execute(
                insert(feedback).values(answer_id=answer_id, at=datetime.now(UTC), helpful=helpful, comment=comment)
            )
