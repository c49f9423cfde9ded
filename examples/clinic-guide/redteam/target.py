"""The application as promptfoo calls it."""

from functools import lru_cache
from typing import Any

from clinic_guide.start import make_guide

guide = lru_cache(make_guide)


def call_api(prompt: str, options: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    return {"output": guide().answer(prompt).text}
