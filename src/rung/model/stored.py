"""An assessment as bytes, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rung.facts.fact import Step
from rung.model.assessment import Answer, Assessment, CapabilityScore, Evidence, Finding, LevelResult, Miss, Next, Voucher
from rung.repository import Notice

Json = Mapping[str, Any]


def dumps(assessment: Assessment) -> bytes:
    """The assessment as bytes that `loads` understands."""
    return json.dumps(asdict(assessment), separators=(",", ":")).encode("ascii")


def loads(data: bytes) -> Assessment:
    """The assessment of such bytes. Raises ValueError, KeyError or TypeError for others."""
    content = json.loads(data)
    level = content["level"]
    return Assessment(
        **{
            **content,
            "level": None if level is None else _level(level),
            "capabilities": tuple(CapabilityScore(**{**item, "questions": tuple(item["questions"])}) for item in content["capabilities"]),
            "answers": tuple(_answer(item) for item in content["answers"]),
            "notices": tuple(Notice(**item) for item in content["notices"]),
        }
    )


def _level(content: Json) -> LevelResult:
    links = tuple((text, url) for text, url in content["links"])
    return LevelResult(**{**content, "advice": tuple(content["advice"]), "links": links})


def _answer(content: Json) -> Answer:
    following = content["next"]
    return Answer(
        **{
            **content,
            "findings": tuple(_finding(item) for item in content["findings"]),
            "next": Next(following["points"], tuple(following["needs"])),
            "voucher": None if content["voucher"] is None else Voucher(**content["voucher"]),
        }
    )


def _finding(content: Json) -> Finding:
    evidence = tuple(Evidence(**{**item, "reach": tuple(Step(**step) for step in item["reach"])}) for item in content["evidence"])
    return Finding(**{**content, "evidence": evidence, "misses": tuple(Miss(**item) for item in content["misses"])})
