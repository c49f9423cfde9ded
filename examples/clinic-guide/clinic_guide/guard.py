"""What stands between a patient and the model: personal data is taken out, emergencies and harmful texts don't get through."""

import re

from openai import OpenAI

EMERGENCY = re.compile(
    r"\b(chest pain|can(?:no|')t breathe|unconscious|stroke|heavy bleeding|overdose|kill myself|suicid\w+)\b",
    re.IGNORECASE,
)
PERSONAL = {
    "[e-mail]": re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"),
    "[insurance number]": re.compile(r"\b[A-Z]\d{9}\b"),
    "[date of birth]": re.compile(r"\b(?:born(?: on)?|date of birth:?)\s+\d{1,2}[./]\d{1,2}[./]\d{2,4}", re.IGNORECASE),
    "[telephone]": re.compile(r"(?<!\w)\+?\d[\d ()/-]{7,}\d\b"),
}


class Refused(Exception):
    """A text that must not pass; its message is for the patient."""


def redact_personal_data(text: str) -> str:
    """The text with e-mail addresses, insurance numbers, dates of birth and telephone numbers taken out."""
    for label, pattern in PERSONAL.items():
        text = pattern.sub(label, text)
    return text


def refuse_emergency(question: str) -> None:
    """Raises Refused for a question that describes an emergency: that is for people, not for a guide to leaflets."""
    if EMERGENCY.search(question):
        raise Refused("This sounds urgent. Please call 112 now, or come to the emergency entrance in Mill Street.")


def moderate(client: OpenAI, text: str) -> None:
    """Raises Refused for a text that the moderation model flags. Used on questions and on answers."""
    result = client.moderations.create(model="omni-moderation-2024-09-26", input=text).results[0]
    if result.flagged:
        raise Refused("We can't help with this here. The reception answers at extension 100.")
