"""The example applications reach the levels that they stand for, answer by answer, and the example pack is taken by `--rules`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rung.cli.main import cli
from rung.model.assess import Assessor
from rung.repository import open_repository
from rung.rules.load import load_knowledge
from rung.scan import gather
from tests.helpers import make_repository

EXAMPLES = Path(__file__).parent.parent / "examples"
PACK = EXAMPLES / "rules-pack"

# level, version tags, and the answers, as the questionnaire gives them to a person who reads the files
EXPECTED: dict[str, tuple[int, Sequence[str], Mapping[str, int]]] = {
    "recipe-box": (
        1,
        (),
        {
            "model-configuration": 1,  # RECIPE_MODEL, an alias by default
            "model-adaptation": 1,  # a temperature that somebody chose
            "prompt-structure": 0,  # literals at the calls
            "prompt-change-control": 0,
            "evaluation-practice": 0,
            "evaluation-metrics": 0,
            "continuous-integration": 0,
            "continuous-delivery": 1,  # a Dockerfile that nothing publishes
            "content-safety": 0,
            "responsible-ai": 0,
            "observability": 0,
            "production-feedback": 0,
            "versioning-and-rollback": 0,
            "continuous-improvement": 0,
        },
    ),
    "support-desk": (
        2,
        (),
        {
            "model-configuration": 1,  # one setting, an alias by default
            "model-adaptation": 1,  # few-shot examples, temperature
            "prompt-structure": 1,  # Jinja templates
            "prompt-change-control": 1,  # rendered and asserted on, and evaluated: one control
            "evaluation-practice": 1,  # a data set, and no criterion for the run
            "evaluation-metrics": 1,  # matches
            "continuous-integration": 1,  # unit tests; the evaluation is run by hand
            "continuous-delivery": 2,  # the image is published
            "content-safety": 0,
            "responsible-ai": 0,
            "observability": 1,  # traces of requests
            "production-feedback": 0,
            "versioning-and-rollback": 1,  # a changelog
            "continuous-improvement": 1,  # Dependabot for pip
        },
    ),
    "contract-reader": (
        3,
        ("v1.0.0", "v1.1.0", "v1.2.0"),
        {
            "model-configuration": 2,  # a dated snapshot
            "model-adaptation": 1,  # temperatures
            "prompt-structure": 2,  # YAML with inputs, parameters and roles
            "prompt-change-control": 2,  # owners and evaluations; no versions
            "evaluation-practice": 2,  # promptfoo with cases and assertions
            "evaluation-metrics": 1,  # matches and one model-graded verdict
            "continuous-integration": 2,  # promptfoo on pull requests
            "continuous-delivery": 2,  # a version tag publishes the image
            "content-safety": 1,  # moderation of the question alone
            "responsible-ai": 0,
            "observability": 2,  # Langfuse
            "production-feedback": 0,
            "versioning-and-rollback": 1,  # automated releases, but neither versions of prompts nor a way back
            "continuous-improvement": 1,  # Dependabot for npm
        },
    ),
    "clinic-guide": (
        4,
        ("v2.0.0", "v2.1.0"),
        {
            "model-configuration": 2,  # dated snapshots, with a fallback
            "model-adaptation": 1,  # retrieval; nothing is tuned or compared
            "prompt-structure": 2,  # Prompty
            "prompt-change-control": 2,  # versions, owners, tests
            "evaluation-practice": 2,  # questions and thresholds
            "evaluation-metrics": 2,  # faithfulness, relevance, precision of the context
            "continuous-integration": 2,  # on pull requests and at night
            "continuous-delivery": 2,  # the release is deployed
            "content-safety": 2,  # personal data out, emergencies stopped, moderation on both sides
            "responsible-ai": 2,  # a red-team scan every week, and a model card
            "observability": 2,  # GenAI spans and token metrics
            "production-feedback": 2,  # alert rules and stored votes
            "versioning-and-rollback": 2,  # release automation, versioned prompts, a runbook
            "continuous-improvement": 2,  # Dependabot, decisions, guide and design, roadmap
        },
    ),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_an_example_stands_where_it_says(name: str, tmp_path: Path) -> None:
    level, tags, answers = EXPECTED[name]
    report = scan(repository_of(name, tmp_path, tags=tags))

    assert {answer["question"]: answer["points"] for answer in report["answers"]} == answers
    assert (report["score"], report["level"]["number"]) == (sum(answers.values()), level)
    assert report["notices"] == []


def test_every_example_is_in_the_table_with_its_score() -> None:
    folders = {path.name for path in EXAMPLES.iterdir() if path.is_dir()} - {PACK.name, "workflows"}
    assert folders == set(EXPECTED)
    table = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for name, (level, _, answers) in EXPECTED.items():
        assert f"| [{name}]({name}) | {level}, " in table
        row = next(line for line in table.splitlines() if line.startswith(f"| [{name}]"))
        assert f"| {sum(answers.values())} |" in row


def test_the_packs_tool_counts_like_a_shipped_one(tmp_path: Path) -> None:
    holds = next(example["holds"] for example in examples_of_the_pack() if "holds" in example)
    folder = repository_of("support-desk", tmp_path, {path: text for path, text in holds.items() if path != "app.py"})

    without, with_pack = points(scan(folder)), points(scan(folder, "--rules", str(PACK)))

    changed = {question: (without[question], with_pack[question]) for question in without if without[question] != with_pack[question]}
    assert changed == {"evaluation-practice": (1, 2), "evaluation-metrics": (1, 2), "continuous-integration": (1, 2)}


def test_the_packs_rule_does_what_its_examples_say(tmp_path: Path) -> None:
    knowledge = load_knowledge([PACK])
    for number, example in enumerate(examples_of_the_pack()):
        folder = make_repository(tmp_path / str(number), example.get("holds") or example["fails"])
        facts = gather(open_repository(folder), knowledge)
        outcome = Assessor(knowledge.model, knowledge.rules, facts).outcome("evaluations-run-in-ci")
        assert outcome.holds == ("holds" in example), example["about"]


def examples_of_the_pack() -> Sequence[Mapping[str, Any]]:
    rule = load_knowledge([PACK]).rules["evaluations-run-in-ci"]
    assert rule.title.endswith("before a change is merged"), "the pack's rule takes the place of the shipped one"
    return rule.examples


def repository_of(name: str, folder: Path, more: Mapping[str, str] | None = None, tags: Sequence[str] = ()) -> Path:
    """The example as a git repository of its own."""
    shutil.copytree(EXAMPLES / name, folder / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__", ".*_cache", ".venv"))
    return make_repository(folder / name, more or {}, tags)


def scan(folder: Path, *options: str) -> dict[str, Any]:
    result = CliRunner().invoke(cli, ["scan", str(folder), "--format", "json", *options], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def points(report: Mapping[str, Any]) -> dict[str, int]:
    return {answer["question"]: answer["points"] for answer in report["answers"]}
