"""What the model does: sort a message, and draft the reply."""

from dataclasses import dataclass

from anthropic import Anthropic

from app.prompts import render
from app.queues import NOTES, QUEUES
from app.settings import Settings


@dataclass(frozen=True)
class Draft:
    queue: str
    reply: str


class Desk:
    def __init__(self, client: Anthropic, settings: Settings) -> None:
        self._client = client
        self._settings = settings

    def sort(self, message: str) -> str:
        """The key of the queue that a message belongs to; `question` when the model names none that exists."""
        answer = self._ask(render("triage", company=self._settings.company, queues=QUEUES, message=message))
        key = answer.strip().strip("`.").lower()
        return key if key in QUEUES else "question"

    def draft(self, message: str) -> Draft:
        """The queue of a message and a reply for the team to check and send."""
        queue = self.sort(message)
        prompt = render("reply", company=self._settings.company, queue=queue, notes=NOTES[queue], message=message)
        return Draft(queue, self._ask(prompt))

    def _ask(self, prompt: str) -> str:
        answer = self._client.messages.create(
            model=self._settings.model,
            max_tokens=self._settings.max_tokens,
            temperature=self._settings.temperature,
            messages=[{"role": "user", "content": prompt}],
        )
        return "".join(block.text for block in answer.content if block.type == "text")
