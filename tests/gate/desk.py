"""A small application that asks a model, evaluates its answers, and does so in CI; for the tests of the gate."""

from __future__ import annotations

from datetime import date

from rung.gate.types import Change, Report

TODAY = date(2025, 6, 1)

ASK = '''"""Answers questions."""

import os

from openai import OpenAI

client = OpenAI()
MODEL = os.environ["DESK_MODEL"]


def answer(question: str) -> str:
    """The model's answer."""
    reply = client.chat.completions.create(model=MODEL, temperature=0.2, messages=[{"role": "user", "content": question}])
    return reply.choices[0].message.content
'''

EVALUATION = """import json
from pathlib import Path

from app.desk import answer

CASES = [json.loads(line) for line in Path("evals/cases.jsonl").read_text().splitlines()]


def test_answers_name_what_was_asked_for():
    passed = sum(case["expected"] in answer(case["question"]) for case in CASES)
    assert passed / len(CASES) >= 0.9
"""

WORKFLOW = """name: Evaluate
on: [pull_request]
jobs:
  evaluate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: pip install -r requirements.txt
      - run: pytest evals
    env: {OPENAI_API_KEY: "${{ secrets.OPENAI_API_KEY }}"}
"""

DESK = {
    "requirements.txt": "openai==1.30.0\npytest==8.0.0\n",
    "app/__init__.py": "",
    "app/desk.py": ASK,
    "evals/test_answers.py": EVALUATION,
    "evals/cases.jsonl": '{"question": "When are you open?", "expected": "nine"}\n{"question": "Where are you?", "expected": "Kiel"}\n',
    ".github/workflows/evaluate.yml": WORKFLOW,
}


def points(report: Report, question: str) -> int:
    """The points of an answer of the only application."""
    return next(answer.points for answer in report.reviews[0].assessment.answers if answer.question == question)


def change(report: Report, question: str) -> Change | None:
    """What a change did to an answer of the only application; None where it did nothing."""
    comparison = report.reviews[0].comparison
    assert comparison is not None
    return next((change for change in comparison.changes if change.question == question), None)
