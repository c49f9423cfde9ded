"""What asks a model, through files that use one another."""

from __future__ import annotations

from pathlib import Path

import pytest

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


ASK = 'new OpenAI().responses.create({ model: "gpt-4o", input: q })'
SERVICE = (
    'using OpenAI.Chat;\n\npublic class DeskService : IDesk\n{\n    private readonly ChatClient _client = new("gpt-4o", Key.Read());\n\n'
)
WAYS = {
    "a package gives on what its modules have": {
        "src/desk/__init__.py": "from .answering import answer\n",
        "src/desk/answering.py": "from openai import OpenAI\n\n\ndef answer(q):\n"
        "    return OpenAI().responses.create(model='gpt-4o', input=q)\n",
        "evals/test_desk.py": "import desk\n\n\ndef test_hours():\n    assert 'nine' in desk.answer('When are you open?').output_text\n",
    },
    "an index gives on what its files have": {
        "src/ai/index.ts": 'export * from "./ask";\n',
        "src/ai/ask.ts": f'import OpenAI from "openai";\n\nexport async function ask(q: string) {{\n  return {ASK};\n}}\n',
        "evals/desk.test.ts": 'import { ask } from "../src/ai";\n\ntest("hours", async () => {\n  const answer = await ask("When?");\n'
        '  expect(answer.output_text).toContain("nine");\n});\n',
    },
    "an object of a class is exported": {
        "src/desk.ts": f'import OpenAI from "openai";\n\nclass Desk {{\n  async reply(q: string) {{\n    return {ASK};\n  }}\n}}\n'
        "export const desk = new Desk();\n",
        "evals/desk.test.ts": 'import { desk } from "../src/desk";\n\ntest("hours", async () => {\n'
        '  const answer = await desk.reply("When?");\n'
        '  expect(answer.output_text).toContain("nine");\n});\n',
    },
    "an interface stands before the class": {
        "Desk/IDesk.cs": "public interface IDesk\n{\n    Task<string> ReplyAsync(string question);\n}\n",
        "Desk/DeskService.cs": SERVICE + "    public async Task<string> ReplyAsync(string question)\n    {\n"
        "        var reply = await _client.CompleteChatAsync(question);\n        return reply.Value.Content[0].Text;\n    }\n}\n",
        "Evals/DeskTests.cs": "using Xunit;\n\npublic class DeskTests(IDesk desk)\n{\n"
        "    [Fact]\n    public async Task KnowsTheHours()\n    {\n"
        '        var answer = await desk.ReplyAsync("When are you open?");\n        Assert.Contains("nine", answer);\n    }\n}\n',
    },
}


@pytest.mark.parametrize("way", WAYS)
def test_an_evaluation_reaches_the_model(way: str, tmp_path: Path) -> None:
    assessment = survey(str(make_repository(tmp_path / "app", WAYS[way]))).reviews[0].assessment
    points = {answer.question: answer.points for answer in assessment.answers}
    assert points["evaluation-practice"] >= 1
