"""Puts the linkers together: from a project to all facts that rules may ask for, by kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from rung.facts.fact import Fact
from rung.link.adaptation import Adaptation
from rung.link.asking import Asking
from rung.link.assets import Assets
from rung.link.beside import beside
from rung.link.documents import Documents
from rung.link.evaluation import Evaluation
from rung.link.evaluations import Evaluations
from rung.link.glance import Glance
from rung.link.graph import Graph
from rung.link.metrics import grade, kinds
from rung.link.models import Models
from rung.link.monitoring import Monitoring
from rung.link.pipelines import Pipelines
from rung.link.project import Project
from rung.link.prompt_control import PromptControl
from rung.link.prompts import Prompts
from rung.link.read import Progress, read
from rung.link.routing import Routing
from rung.link.safety import Safety
from rung.link.shell_agents import ShellAgents
from rung.link.shown import of_what_it_shows
from rung.link.tools import ToolUses
from rung.link.uses import Uses

ENOUGH_CALLS = 20
# What is looked for in files that lead to a model, after all else.
SECOND = ("measure", "gate", "consent", "stored", "in-turn")


def link(project: Project, progress: Progress | None = None) -> Mapping[str, Sequence[Fact]]:
    """All facts of a project by kind, each list in the order of place."""
    project, glance = of_what_it_shows(project)
    graph = Graph(project, glance)
    with project.sources as sources:
        sources.expect([(path, project.text(path) or "") for path in _likely(project, glance, graph)])
        read(project, progress)
        found = _link(project, glance, graph)
    by_kind: dict[str, list[Fact]] = defaultdict(list)
    for fact in dict.fromkeys(map(_Same, found)):
        by_kind[fact.fact.kind].append(fact.fact)
    return {kind: sorted(facts, key=Fact.sort_key) for kind, facts in sorted(by_kind.items())}


def _likely(project: Project, glance: Glance, graph: Graph) -> list[str]:
    """Files that will probably be parsed; at the end those that almost certainly will, in the order in which they will be asked for."""
    perhaps, certain = [], []
    for path in filter(project.is_application, project.code):
        leads = path in graph.leading
        if path in graph.near or glance.tools(path) or (glance.holds(path, "written") and (leads or glance.holds(path, "record"))):
            certain.append(path)
        elif (leads and any(glance.holds(path, group) for group in SECOND)) or glance.holds(path, "gate"):
            perhaps.append(path)
    return [*perhaps, *certain]


def _link(project: Project, glance: Glance, graph: Graph) -> list[Fact]:
    """All facts, from the linkers in the order in which they need each other."""
    uses = Uses(project, graph, glance)
    asking = Asking(project, graph, uses)
    evaluations = Evaluations(project, graph, uses, asking).all()
    models = Models(project, graph, uses, asking)
    for path in project.sources.unmet():  # two processes that go on from here would both parse it
        project.source(path)

    def of_code() -> tuple[list[Fact], list[Fact], list[tuple[str, str]]]:
        facts = [*models.facts(), *Routing(models).facts(), *Monitoring(project, asking).facts()]
        prompts = Prompts(project, graph, uses, asking).facts()
        facts += Adaptation(project, uses, asking, models, evaluations, prompts).facts()
        prompts += PromptControl(project, graph, asking, prompts, evaluations).facts()
        project.sources.keep()
        return facts, prompts, project.repository.marks()

    with beside(of_code, sum(len(project.text(path) or "") for path in project.code)) as found_in_code:
        runs = Pipelines(project, graph, uses, evaluations).facts()
        tool_uses = ToolUses(project, uses).facts()
        evaluated, documents = list(_evaluations(project, evaluations)), Documents(project).facts()
        found: list[Fact] = [*project.dependencies, *project.settings, *project.resources, *tool_uses, *runs, *_calls(project, asking)]
        found += [*evaluated, *documents]
        found += Safety(project, graph, asking, models, tool_uses, evaluations).facts()
        facts, prompts, marks = found_in_code()
        found += [*prompts, *Assets(project, tool_uses, runs, [*prompts, *documents, *evaluated]).facts()]
    project.repository.mark(marks)
    return found + facts


class _Same:
    """Facts are the same when kind, place and tool are; the first stays."""

    def __init__(self, fact: Fact) -> None:
        self.fact = fact
        fields = fact.fields
        self._key = (
            fact.kind,
            fact.location,
            fact.text,
            *(
                str(fields.get(k))
                for k in (
                    "tool",
                    "about",
                    "control",
                    "name",
                    "key",
                    "triggers",
                    "evaluation",
                    "measure",
                    "ecosystem",
                    "how",
                    "model",
                    "pinned",
                    "sets",
                )
            ),
        )

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self._key == other._key


def _calls(project: Project, asking: Asking) -> Iterator[Fact]:
    """Calls in which the application has a model generate language (kind `model-call`); a few will do as evidence."""
    found = 0
    shell = ShellAgents(project)
    for asked in shell.calls[:ENOUGH_CALLS]:
        yield project.fact("model-call", asked.path, asked.line, callee=asked.program, agent=shell.has_tools(asked))
    for path in sorted(asking.graph.near, key=lambda p: (asking.graph.leading[p], p)):
        if found >= ENOUGH_CALLS:
            return
        if project.is_application(path):
            driving = {id(c) for c in asking.driving(path)}
            for call in asking.direct(path)[:3]:
                found += 1
                yield project.fact("model-call", path, call.line, callee=call.callee, agent=id(call) in driving)


def _evaluations(project: Project, evaluations: Sequence[Evaluation]) -> Iterator[Fact]:
    for evaluation in evaluations:
        if evaluation.dead:
            yield project.fact("dead-evaluation", evaluation.path, evaluation.line, why=evaluation.dead)
            continue
        advanced, _basic = kinds(project, {m: place[1] for m, place in evaluation.metrics.items()})
        yield project.fact(
            "evaluation",
            evaluation.path,
            evaluation.line,
            form=evaluation.form,
            tools=list(evaluation.tools),
            data_set=evaluation.data_set is not None,
            criterion=evaluation.criterion is not None,
            advanced=advanced,
            metrics=sorted(evaluation.metrics),
        )
        for kind, place in (("evaluation-data", evaluation.data_set), ("evaluation-criterion", evaluation.criterion)):
            if place:
                yield project.fact(kind, place[0], place[1], evaluation=evaluation.path)
        for metric, (path, line) in sorted(evaluation.metrics.items()):
            yield project.fact("metric-scored", path, line, name=metric, grade=grade(project, metric))
    advanced_names = sorted({m for e in evaluations if not e.dead for m in e.metrics if grade(project, m) == "advanced"})
    alive = [e for e in evaluations if not e.dead]
    if alive:
        yield project.fact("evaluation-metrics", alive[0].path, alive[0].line, advanced=len(advanced_names), names=advanced_names)
