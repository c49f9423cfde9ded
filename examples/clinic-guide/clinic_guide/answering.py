"""From a question to an answer: guard, retrieve, ask the model, guard again."""

from dataclasses import dataclass
from pathlib import Path

from openai import APIStatusError, APITimeoutError, OpenAI

from clinic_guide.guard import Refused, moderate, redact_personal_data, refuse_emergency
from clinic_guide.leaflets import Passage
from clinic_guide.prompts import Prompt, load_prompt
from clinic_guide.retrieval import Index
from clinic_guide.settings import Settings


@dataclass(frozen=True)
class Answer:
    """`passages` are what the model was shown; `model` and `prompt_version` are empty when it was not asked."""

    question: str
    text: str
    passages: tuple[Passage, ...] = ()
    model: str = ""
    prompt_version: str = ""


class Guide:
    def __init__(self, client: OpenAI, index: Index, settings: Settings) -> None:
        self._client = client
        self._index = index
        self._settings = settings

    def answer(self, question: str) -> Answer:
        """The answer to a patient's question, or the reason why there is none."""
        question = redact_personal_data(question)
        try:
            refuse_emergency(question)
            moderate(self._client, question)
            return self._grounded(question)
        except Refused as refusal:
            return Answer(question, str(refusal))

    def _grounded(self, question: str) -> Answer:
        passages = self._index.search(question, self._settings.passages, self._settings.lowest_score)
        if not passages:
            raise Refused("Our leaflets say nothing about this. The reception answers at extension 100.")
        sources = [{"source": passage.source, "text": passage.text} for passage in passages]
        prompt = load_prompt(self._file("answer"), question, passages=sources)
        model, text = self._complete(prompt)
        moderate(self._client, text)
        return Answer(question, text, tuple(passages), model, prompt.version)

    def _complete(self, prompt: Prompt) -> tuple[str, str]:
        """The first answer that one of the models gives; the next one is asked when a model is down, overloaded or too slow."""
        *others, last = self._settings.models
        for model in others:
            try:
                return model, self._ask(model, prompt)
            except (APITimeoutError, APIStatusError) as error:
                if isinstance(error, APIStatusError) and error.status_code < 500 and error.status_code != 429:
                    raise
        return last, self._ask(last, prompt)

    def _ask(self, model: str, prompt: Prompt) -> str:
        answer = self._client.chat.completions.create(
            model=model, messages=prompt.messages, timeout=20, **prompt.parameters
        )
        return answer.choices[0].message.content or ""

    def _file(self, name: str) -> Path:
        return self._settings.prompts / f"{name}.prompty"
