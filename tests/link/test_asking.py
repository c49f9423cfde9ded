"""What asks a model, through files that use one another."""

from __future__ import annotations

from pathlib import Path

from rung.judge import survey
from tests.helpers import make_repository

CLIENT = """
import OpenAI from "openai";
import {{ {other} }} from "./{other}";

export const {name} = makeClient();

function makeClient() {{
  return new OpenAI();
}}

export async function ask{name}(text: string) {{
  return {other}.responses.create({{ model: "gpt-4o", input: text }});
}}
"""


def test_files_that_import_each_other_end(tmp_path: Path) -> None:
    files = {f"src/{name}.ts": CLIENT.format(name=name, other=other) for name, other in (("a", "b"), ("b", "c"), ("c", "a"))}
    files["evals/run.ts"] = (
        'import { a, aska } from "../src/a";\n'
        'for (const [question, word] of [["capital of France?", "Paris"], ["capital of Italy?", "Rome"]]) {\n'
        "  const answer = await aska(question);\n"
        "  if (!answer.output_text.includes(word)) process.exitCode = 1;\n"
        "}\n"
    )
    assessment = survey(str(make_repository(tmp_path / "app", files))).reviews[0].assessment
    points = {answer.question: answer.points for answer in assessment.answers}
    assert points["evaluation-practice"] == 2


def test_an_object_that_a_factory_makes_is_followed_to_its_class(tmp_path: Path) -> None:
    files = {
        "guide/answering.py": (
            "class Guide:\n"
            "    def __init__(self, client):\n"
            "        self.client = client\n\n"
            "    def answer(self, question):\n"
            '        reply = self.client.chat.completions.create(model="gpt-4o", messages=[question])\n'
            "        return reply.choices[0].message.content\n"
        ),
        "guide/start.py": (
            "from openai import OpenAI\n\nfrom guide.answering import Guide\n\n\ndef make_guide():\n    return Guide(OpenAI())\n"
        ),
        "evals/test_guide.py": (
            "import pytest\n\nfrom guide.start import make_guide\n\n\n"
            '@pytest.mark.parametrize(("question", "word"), [("Capital of France?", "Paris"), ("Capital of Italy?", "Rome")])\n'
            "def test_answer(question, word):\n"
            "    answer = make_guide().answer(question)\n"
            "    assert word in answer\n"
        ),
    }
    assessment = survey(str(make_repository(tmp_path / "app", files))).reviews[0].assessment
    points = {answer.question: answer.points for answer in assessment.answers}
    assert (points["evaluation-practice"], points["evaluation-metrics"]) == (2, 1)
