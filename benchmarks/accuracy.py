"""Compares rung with an auditor's answers on real repositories.

    python benchmarks/accuracy.py benchmarks/labels --repos .repos [--clone] [--json OUT]

The repositories folder holds clones named OWNER+NAME; `--clone` brings what is missing from GitHub, at the labelled commit. Every
scan goes through the public command line. Exits with 1 when a repository could not be compared.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from agreement import Pair, Share, kappa_interval, share, weighted_kappa

TOP = Path(__file__).resolve().parent.parent
AT_A_TIME = 2
PLACES_SHOWN = 4


class ComparisonError(Exception):
    """A repository that can't be compared; the message is the sentence to show."""


@dataclass(frozen=True)
class Label:
    """What the auditor said of one repository; a control has no answers."""

    repo: str
    commit: str
    uses_llm: bool
    answers: dict[str, dict[str, Any]]

    @property
    def score(self) -> int:
        """The auditor's points together."""
        return sum(answer["points"] for answer in self.answers.values())


@dataclass(frozen=True)
class Comparison:
    """One repository's label beside rung's report, as read from its JSON."""

    label: Label
    report: dict[str, Any]

    @property
    def pairs(self) -> list[Pair]:
        """A pair a question of the label. A repository that rung calls not applicable has no points."""
        ours = {answer["question"]: answer["points"] for answer in self.report["answers"]} if self.report["applicable"] else {}
        return [
            Pair(self.label.repo, question, ours.get(question, 0), answer["points"], tuple(answer.get("also") or ()))
            for question, answer in self.label.answers.items()
        ]

    @property
    def level(self) -> int | None:
        """The level that rung gives; None when it calls the repository not applicable."""
        return self.report["level"]["number"] if self.report["level"] else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark and return the exit code."""
    options = _options(arguments)
    labels = [read_label(path) for path in sorted(options.labels.glob("*.yaml"))]
    if not labels:
        print(f"{options.labels}: there are no label files here", file=sys.stderr)
        return 2
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        outcomes = list(pool.map(lambda label: attempt(label, options.repos, options.clone), labels))
    comparisons = [outcome for outcome in outcomes if isinstance(outcome, Comparison)]
    errors = [str(outcome) for outcome in outcomes if isinstance(outcome, ComparisonError)]
    print("\n".join(page(comparisons)))
    for sentence in errors:
        print(f"not compared: {sentence}", file=sys.stderr)
    if options.json:
        options.json.write_text(json.dumps(figures(comparisons) | {"errors": errors}, indent=2) + "\n", encoding="utf-8")
    return 1 if errors else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare rung with an auditor's answers on real repositories.")
    parser.add_argument("labels", type=Path, metavar="LABELS_DIR", help="folder of label files, see benchmarks/labels/README.md")
    parser.add_argument("--repos", type=Path, required=True, metavar="DIR", help="folder of clones named OWNER+NAME")
    parser.add_argument("--clone", action="store_true", help="clone what is missing from GitHub, at the labelled commit")
    parser.add_argument("--json", type=Path, metavar="OUT", help="also write the figures and every pair of answers as JSON")
    return parser.parse_args(arguments)


def read_label(path: Path) -> Label:
    """The label in a file."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Label(content["repo"], content["commit"], content["uses_llm"], content.get("answers") or {})


def attempt(label: Label, repos: Path, clone: bool) -> Comparison | ComparisonError:
    """Scan the labelled commit of a repository; the error is returned, so that one repository doesn't stop the others."""
    try:
        folder = repos / label.repo.replace("/", "+")
        if clone and not folder.exists():
            clone_at(label, folder)
        return Comparison(label, scan(folder, ref_to_read(label, folder)))
    except ComparisonError as error:
        return error


def clone_at(label: Label, folder: Path) -> None:
    """Clone with tags and history, fetching only the labelled commit's files. Raises ComparisonError."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.partial")
    if not draft.exists():
        address = f"https://github.com/{label.repo}"
        git(draft.parent, "clone", "--quiet", "--filter=blob:none", "--no-checkout", address, draft.name)
    git(draft, "checkout", "--quiet", "--detach", label.commit)
    draft.rename(folder)


def ref_to_read(label: Label, folder: Path) -> str | None:
    """None to read the work tree, where that is at the labelled commit; else the commit. Raises ComparisonError when it is absent."""
    if not folder.is_dir():
        raise ComparisonError(f"{label.repo}: {folder} is missing; clone it, or give --clone")
    if git(folder, "rev-parse", "HEAD") == label.commit:
        return None
    try:
        git(folder, "cat-file", "-e", f"{label.commit}^{{commit}}")
    except ComparisonError:
        raise ComparisonError(f"{label.repo}: the clone does not have the labelled commit {label.commit}; fetch it") from None
    return label.commit


def git(folder: Path, *arguments: str) -> str:
    """What git prints. Raises ComparisonError with its last words."""
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ComparisonError(f"{folder.name}: git {arguments[0]} failed: {reason}")
    return done.stdout.strip()


def scan(folder: Path, ref: str | None) -> dict[str, Any]:
    """The report of this checkout's rung on a repository. Raises ComparisonError."""
    command = [sys.executable, "-m", "rung", "scan", str(folder), "--format", "json", *(["--ref", ref] if ref else [])]
    environment = os.environ | {"PYTHONPATH": str(TOP / "src")}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise ComparisonError(f"{folder.name}: {done.stderr.strip()}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@cache
def level_of(score: int) -> int:
    """The level that a score reaches, by the bands of rules/model.yaml."""
    model = yaml.safe_load((TOP / "rules" / "model.yaml").read_text(encoding="utf-8"))
    return max(int(level["number"]) for level in model["levels"] if level["from"] <= score)


def shares(comparisons: Sequence[Comparison]) -> dict[str, Share]:
    """The headline proportions, by name."""
    pairs = [pair for comparison in comparisons for pair in comparison.pairs]
    labelled = [comparison for comparison in comparisons if comparison.label.uses_llm]
    controls = [comparison for comparison in comparisons if not comparison.label.uses_llm]
    return {
        "exact agreement": share([pair.agrees for pair in pairs]),
        "false credit": share([pair.false_credit for pair in pairs]),
        "missed credit": share([pair.missed_credit for pair in pairs]),
        "level agreement": share([comparison.level == level_of(comparison.label.score) for comparison in labelled]),
        "applicable": share([bool(comparison.report["applicable"]) for comparison in labelled]),
        "controls right": share([not comparison.report["applicable"] for comparison in controls]),
    }


def page(comparisons: Sequence[Comparison]) -> Iterator[str]:
    """The lines of the report: figures, questions, repositories, differences."""
    labelled = [comparison for comparison in comparisons if comparison.label.uses_llm]
    for name, part in shares(comparisons).items():
        low, high = part.wilson()
        yield f"{name:<16} {part.value:6.1%}  {part.count:>3} of {part.total:<3}  95 % Wilson interval {low:.1%} to {high:.1%}"
    yield _kappa_line(labelled)
    yield ""
    yield from _by_question(labelled)
    yield ""
    for comparison in comparisons:
        yield _repository_line(comparison)
    for comparison in labelled:
        yield from _differences(comparison)


def _kappa_line(labelled: Sequence[Comparison]) -> str:
    kappa = weighted_kappa([pair for comparison in labelled for pair in comparison.pairs])
    interval = kappa_interval([comparison.pairs for comparison in labelled])
    if kappa is None or interval is None:
        return f"{'weighted kappa':<16} undefined"
    return f"{'weighted kappa':<16} {kappa:6.2f}  {'':10}  95 % bootstrap interval by repository {interval[0]:.2f} to {interval[1]:.2f}"


def _by_question(labelled: Sequence[Comparison]) -> Iterator[str]:
    yield f"{'question':<26} {'agree':>7} {'false':>6} {'missed':>7}"
    by_question: dict[str, list[Pair]] = {}
    for comparison in labelled:
        for pair in comparison.pairs:
            by_question.setdefault(pair.question, []).append(pair)
    for question, pairs in by_question.items():
        agree = share([pair.agrees for pair in pairs])
        false, missed = (sum(flags) for flags in ([p.false_credit for p in pairs], [p.missed_credit for p in pairs]))
        yield f"{question:<26} {agree.count:>3}/{agree.total:<3} {false:>6} {missed:>7}"


def _repository_line(comparison: Comparison) -> str:
    label, report = comparison.label, comparison.report
    ours = f"level {comparison.level}, {report['score']} points" if report["applicable"] else "not applicable"
    if not label.uses_llm:
        return f"{label.repo:<45} {ours} (control)"
    agree = share([pair.agrees for pair in comparison.pairs])
    return (
        f"{label.repo:<45} {ours:<20} auditor: level {level_of(label.score)}, {label.score:>2} points   agree {agree.count}/{agree.total}"
    )


def _differences(comparison: Comparison) -> Iterator[str]:
    answers = {answer["question"]: answer for answer in comparison.report["answers"]}
    for pair in comparison.pairs:
        if pair.agrees:
            continue
        label = comparison.label.answers[pair.question]
        kind = "false credit" if pair.false_credit else "missed credit"
        yield ""
        yield f"{pair.repo}  {pair.question}: rung {pair.ours}, auditor {pair.theirs} ({kind})"
        yield f"  rung:    {_our_evidence(answers.get(pair.question))}"
        yield f"  auditor: {'; '.join(label.get('evidence') or ['no evidence'])}"
        yield f"           {' '.join(str(label.get('why', '')).split())}"


def _our_evidence(answer: dict[str, Any] | None) -> str:
    findings = [finding for finding in answer["findings"] if finding["holds"]] if answer else []
    told = []
    for finding in findings:
        places = [f"{place['path']}:{place['line']} {place['text'][:80]!r}" for place in finding["evidence"]]
        more = f" and {len(places) - PLACES_SHOWN} more" if len(places) > PLACES_SHOWN else ""
        told.append(f"{finding['rule']} ({'; '.join(places[:PLACES_SHOWN])}{more})" if places else finding["rule"])
    return ", ".join(told) or "nothing found"


def figures(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """Everything the page says, for a machine."""
    labelled = [comparison for comparison in comparisons if comparison.label.uses_llm]
    pairs = [pair for comparison in comparisons for pair in comparison.pairs]
    return {
        "shares": {
            name: {"count": part.count, "total": part.total, "value": part.value, "wilson": part.wilson()}
            for name, part in shares(comparisons).items()
        },
        "kappa": weighted_kappa(pairs),
        "kappa_interval": kappa_interval([comparison.pairs for comparison in labelled]),
        "repositories": [
            {
                "repo": comparison.label.repo,
                "control": not comparison.label.uses_llm,
                "applicable": comparison.report["applicable"],
                "score": comparison.report["score"],
                "level": comparison.level,
                "label_score": comparison.label.score,
                "answers": {
                    pair.question: {"ours": pair.ours, "theirs": pair.theirs, "also": list(pair.also)} for pair in comparison.pairs
                },
            }
            for comparison in comparisons
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
