"""GitHub Actions: workflows, and actions that the repository defines itself."""

from __future__ import annotations

from collections.abc import Mapping as Settings
from dataclasses import dataclass, field, replace
from posixpath import basename, dirname
from typing import Any

from rung.facts.pipelines.paths import inside
from rung.facts.pipelines.shell_words import TOP
from rung.facts.pipelines.systems import github_events as on
from rung.facts.pipelines.systems.document import Mapping, Scalar, Sequence, documents, mapping, scalar, sequence
from rung.facts.pipelines.systems.expressions import substitute
from rung.facts.pipelines.systems.github_matrix import combinations, mentions, value_of
from rung.facts.pipelines.systems.github_outputs import Learned
from rung.facts.pipelines.systems.scripts import commands
from rung.facts.pipelines.systems.values import UNKNOWN, Unknown, Value
from rung.facts.pipelines.types import Command, Job, Pipeline, PipelineStep

STATUS = ("always()", "failure()", "cancelled()")


@dataclass(frozen=True, slots=True)
class Scope:
    """What is known where an expression stands. `given` are the inputs of a call; without a call they may be anything."""

    path: str
    defaults: Settings[str, Value] = field(default_factory=dict)
    given: Settings[str, Value] | None = None
    texts: Settings[str, str] = field(default_factory=dict)  # as the caller wrote them, which may hold expressions
    environment: Settings[str, str] = field(default_factory=dict)
    matrix: dict[str, Any] = field(default_factory=dict)
    folder: str = ""
    shell: str = ""
    outputs: Settings[str, str] = field(default_factory=dict)  # `steps.x.outputs.y` and `needs.x.outputs.y` that are written down

    def known(self, name: str) -> Value:
        """A value that is certain, for conditions."""
        head, _, rest = name.partition(".")
        if head == "inputs":
            return UNKNOWN if self.given is None else self.given.get(rest, UNKNOWN)
        if head == "matrix":
            return value_of(self.matrix, rest)
        if head == "env":
            return next((_certain(value) for key, value in self.environment.items() if key.lower() == rest), UNKNOWN)
        return UNKNOWN

    def usual(self, name: str) -> Value:
        """A value to put into text: where nobody calls, inputs have their defaults."""
        head, _, rest = name.removeprefix("github.event.").partition(".")
        if head == "inputs":
            found = self.defaults.get(rest, UNKNOWN) if self.given is None else self.given.get(rest, UNKNOWN)
            return self.texts.get(rest, UNKNOWN) if isinstance(found, Unknown) else found
        if name in self.outputs:
            return self.outputs[name]
        if name == "github.workspace":
            return TOP
        if name == "github.action_path":
            return TOP + dirname(self.path)
        return self.known(name.removeprefix("github.event."))

    def text(self, value: object) -> Scalar:
        found = scalar(value)
        return found.with_text(substitute(found, self.usual))

    def plain(self, value: object) -> dict[str, str]:
        return {str(key): str(self.text(item)) for key, item in mapping(value).items() if item is None or isinstance(item, Scalar)}

    def within(self, node: Mapping) -> Scope:
        """The scope with a workflow's or job's own `env` and `defaults`."""
        defaults = mapping(mapping(node.get("defaults")).get("run"))
        own = replace(
            self, environment={**self.environment, **self.plain(node.get("env"))}, shell=scalar(defaults.get("shell")) or self.shell
        )
        return replace(own, folder=own.text(defaults.get("working-directory")) or self.folder)


def _certain(value: str) -> Value:
    return UNKNOWN if "${{" in value else value


def read(path: str, text: str, inputs: Settings[str, str] | None = None) -> list[Pipeline]:
    """The workflow or action of a file; `inputs` are those of a call, which then also decide conditions."""
    found = documents(text)
    root = mapping(found[0] if found else None)
    if basename(path) in ("action.yml", "action.yaml"):
        return _action(path, root, inputs)
    return _workflow(path, root, inputs) if isinstance(root.get("jobs"), Mapping) else []


def _workflow(path: str, root: Mapping, inputs: Settings[str, str] | None) -> list[Pipeline]:
    trigger = root.get("on", root.get("true"))
    found = on.events(trigger)
    if not found:
        return []
    declared = Mapping()
    for name in ("workflow_dispatch", "workflow_call"):
        declared.update(mapping(mapping(mapping(trigger).get(name)).get("inputs")))
    defaults = {str(key).lower(): _default(mapping(item)) for key, item in declared.items()}
    scope = Scope(path, defaults, _given(declared, defaults, inputs), _lower(inputs)).within(root)
    among = found + (on.ANY if any(event.trigger == "call" for event in found) else ())
    return [
        Pipeline(
            "github",
            scalar(root.get("name")) or path,
            path,
            root.line_of("on"),
            on.triggers(found),
            _jobs(mapping(root.get("jobs")), tuple(dict.fromkeys(among)), scope),
            {str(key): str(scalar(mapping(item).get("default"))) for key, item in declared.items()},
            scope.environment,
        )
    ]


def _default(declared: Mapping) -> Value:
    """An input's default as a value of its type; one that must be given has none."""
    if "default" in declared:
        return _typed(declared, scalar(declared["default"]))
    return UNKNOWN if declared.get("required") == "true" else _typed(declared, "")


def _typed(declared: Mapping, value: str) -> Value:
    if "${{" in value:
        return UNKNOWN
    return value.lower() == "true" if declared.get("type") == "boolean" else str(value)


def _given(declared: Mapping, defaults: Settings[str, Value], inputs: Settings[str, str] | None) -> Settings[str, Value] | None:
    if inputs is None:
        return None
    given = {str(key).lower(): _typed(mapping(declared.get(key)), value) for key, value in inputs.items()}
    return {**defaults, **given}


def _lower(inputs: Settings[str, str] | None) -> dict[str, str]:
    return {key.lower(): value for key, value in (inputs or {}).items()}


def _jobs(nodes: Mapping, among: tuple[on.Event, ...], scope: Scope) -> tuple[Job, ...]:
    left: dict[str, tuple[on.Event, ...]] = {}
    made: dict[str, list[Job]] = {}
    outputs: dict[str, str] = {}
    for name in _in_order(nodes):
        node = mapping(nodes[name])
        condition = str(scalar(node.get("if")))
        events = on.possible(condition, among, scope.known)
        if not any(word in condition.replace(" ", "") for word in STATUS):
            for need in sequence(node.get("needs")):
                if isinstance(need, Scalar) and need in left:
                    events = tuple(event for event in events if event in left[need])
        left[name] = events
        inner = replace(scope, outputs={**scope.outputs, **outputs})
        made[name] = _job(name, nodes.line_of(name), node, left[name], among, inner, outputs)
    return tuple(replace(job, needs=_needed(mapping(nodes[name]), made)) for name in nodes for job in made[name])


def _needed(node: Mapping, made: Settings[str, list[Job]]) -> tuple[str, ...]:
    """Titles of the jobs without whose success a job does not start."""
    if any(word in str(scalar(node.get("if"))).replace(" ", "") for word in STATUS):
        return ()
    needs = [need for need in sequence(node.get("needs")) if isinstance(need, Scalar)]
    return tuple(job.name for need in needs for job in made.get(need, [])[:1])


def _in_order(nodes: Mapping) -> list[str]:
    """The jobs, each after those that it needs."""
    order: dict[str, None] = {}
    waiting = [(name, False) for name in reversed(nodes)]
    started: set[str] = set()
    while waiting:
        name, ready = waiting.pop()
        if ready:
            order[name] = None
        elif name not in started:
            started.add(name)
            waiting.append((name, True))
            needs = [need for need in sequence(mapping(nodes[name]).get("needs")) if isinstance(need, Scalar)]
            waiting.extend((need, False) for need in needs if need in nodes)
    return list(order)


def _job(
    name: str, line: int, node: Mapping, events: tuple[on.Event, ...], among: tuple[on.Event, ...], scope: Scope, outputs: dict[str, str]
) -> list[Job]:
    """One job; one that calls a workflow is several where a matrix gives the call several inputs. Its outputs are added to `outputs`."""
    title = str(scalar(node.get("name")) or name)
    narrowed = None if events == among else on.triggers(events)
    scopes = [replace(scope, matrix=one) for one in combinations(node.get("strategy"), scope.usual)]
    live = bool(events)
    if isinstance(node.get("uses"), Scalar):
        called = []
        for one in scopes:
            job = Job(title, line, (), str(node["uses"]), one.plain(node.get("with")), live, narrowed)
            if job not in called:
                called.append(job)
        return called
    alike = not any(mentions(node.get(key), "matrix") for key in ("env", "defaults", "runs-on"))
    steps: list[PipelineStep] = []
    learned = Learned()
    for item in sequence(node.get("steps")):
        if isinstance(item, Mapping):
            several = scopes if not alike or mentions(item, "matrix") else scopes[:1]
            for one in several:
                own = _on_runner(_informed(one, learned).within(node), node)
                step = _step(item, events, own)
                if step not in steps:
                    steps.append(step)
            learned.step(scalar(item.get("id")), _informed(scopes[0], learned).within(node).text(item.get("run")))
    for key, value in mapping(node.get("outputs")).items():
        if isinstance(value, Scalar) and "${{" not in (text := _informed(scope, learned).text(value)):
            outputs[f"needs.{name}.outputs.{key}".lower()] = str(text)
    return [Job(title, line, tuple(steps), "", {}, live, narrowed)]


def _informed(scope: Scope, learned: Learned) -> Scope:
    """The scope with what the steps so far have left behind."""
    return replace(scope, environment={**scope.environment, **learned.environment}, outputs={**scope.outputs, **learned.values})


def _on_runner(scope: Scope, job: Mapping) -> Scope:
    runner = job.get("runs-on")
    names = [str(scope.text(item)) for item in sequence(runner)] if isinstance(runner, (Sequence, Scalar)) else []
    windows = any(name.lower().startswith("windows") for name in names)
    return replace(scope, shell=scope.shell or "pwsh" * windows)


def _step(node: Mapping, events: tuple[on.Event, ...], scope: Scope) -> PipelineStep:
    own = scope.within(node)
    left = on.possible(str(scalar(node.get("if"))), events, own.known)
    script = own.text(node.get("run"))
    uses = str(scalar(node.get("uses")))
    name = own.text(node.get("name")) or scalar(node.get("id")) or uses or script.strip().split("\n")[0]
    folder = own.text(node.get("working-directory")) or own.folder
    shell = str(scalar(node.get("shell")) or own.shell)
    return PipelineStep(
        str(name)[:200],
        node.line,
        commands(script, {**own.environment, "GITHUB_ACTION_PATH": TOP + dirname(own.path)}, shell) if script else (),
        uses,
        own.plain(node.get("with")),
        inside("", folder),
        own.environment,
        bool(left),
        None if left == events else on.triggers(left),
        tolerated=bool(node.get("continue-on-error")),
    )


def _action(path: str, root: Mapping, inputs: Settings[str, str] | None) -> list[Pipeline]:
    runs = mapping(root.get("runs"))
    using = scalar(runs.get("using")).lower()
    if not using:
        return []
    declared = mapping(root.get("inputs"))
    # an action's inputs are text, whatever they look like
    defaults: dict[str, Value] = {str(key).lower(): _default(_untyped(mapping(item))) for key, item in declared.items()}
    scope = Scope(path, defaults, _given(Mapping(), defaults, inputs), _lower(inputs))
    steps: list[PipelineStep] = []
    if using == "composite":
        learned = Learned()
        for item in sequence(runs.get("steps")):
            if isinstance(item, Mapping):
                own = _informed(scope, learned)
                steps.append(_step(item, on.ANY, own))
                learned.step(scalar(item.get("id")), own.text(item.get("run")))
    elif using.startswith("node"):
        folder = dirname(path)
        for key in ("pre", "main", "post"):
            program = scalar(runs.get(key))
            if program:
                command = Command(("node", str(program)), runs.line_of(key), f"node {program}")
                steps.append(PipelineStep(key, runs.line_of(key), (command,), folder=folder))
    elif using == "docker" and scalar(runs.get("image")):
        image = str(scalar(runs.get("image"))).removeprefix("docker://")
        steps.append(PipelineStep(image, runs.line_of("image"), uses=f"docker://{image}", folder=dirname(path)))
    values = {str(key): str(scalar(mapping(item).get("default"))) for key, item in declared.items()}
    name = str(scalar(root.get("name")) or path)
    return [
        Pipeline("github", name, path, root.line_of("runs"), frozenset({"call"}), (Job(name, root.line_of("runs"), tuple(steps)),), values)
    ]


def _untyped(declared: Mapping) -> Mapping:
    plain = Mapping(declared.line)
    plain.update({key: value for key, value in declared.items() if key != "type"})
    return plain
