"""GitLab CI: `.gitlab-ci.yml` with its local includes, templates by `extends`, `!reference`, and child pipelines."""

from __future__ import annotations

from collections.abc import Mapping as Settings
from itertools import product
from typing import Any

from rung.facts.pipelines.systems.document import Mapping, Scalar, Sequence, documents, mapping, scalar, sequence, texts
from rung.facts.pipelines.systems.gitlab_rules import CHILD_STARTS, STARTS, Policy, triggers
from rung.facts.pipelines.systems.scripts import commands
from rung.facts.pipelines.systems.sources import Sources
from rung.facts.pipelines.types import Job, Pipeline, PipelineStep
from rung.regex import regex

RESERVED = frozenset(
    [
        "after_script",
        "before_script",
        "cache",
        "default",
        "image",
        "include",
        "pages:deploy",
        "services",
        "spec",
        "stages",
        "variables",
        "workflow",
    ]
)
INPUT = regex(r"\$\[\[\s*inputs\.([\w-]+)[^\]\n]*\]\]")
MOST_FILES, DEEPEST, MOST_COMBINATIONS = 50, 10, 64


def read(path: str, text: str, sources: Sources | None = None, child: bool = False) -> list[Pipeline]:
    """The pipeline of a file, includes taken in as far as `sources` has them; `child` for one that another pipeline triggers."""
    root, others = _whole(path, text, sources or Sources())
    if not root:
        return []
    default = mapping(root.get("default"))
    variables = _variables(root.get("variables"))
    if sources is None and "include" in root:  # what it includes is not known yet
        return [Pipeline("gitlab", path, path, 1, frozenset({"push"}))]
    policy = Policy(mapping(root.get("workflow")).get("rules"), variables, CHILD_STARTS if child else STARTS)
    jobs: dict[str, Job] = {}
    for name, node in root.items():
        if isinstance(node, Mapping) and (name not in RESERVED or "script" in node) and not name.startswith("."):
            job = _job(name, root.line_of(name), _Merged(root).extended(node), default, root, policy, path)
            if job is not None:
                jobs[name] = job
    found = tuple(_after_manual(job, jobs, mapping(root[name])) for name, job in jobs.items())
    remote = tuple(Job(other, 1, uses=other) for other in others)
    started = frozenset(trigger for job in found for trigger in job.triggers or ()) or frozenset({"push", "tag"})
    title = scalar(mapping(root.get("workflow")).get("name")) or path
    return (
        [Pipeline("gitlab", str(title), path, 1, frozenset({"call"}) if child else started, found + remote, {}, variables)]
        if found + remote
        else []
    )


def _whole(path: str, text: str, sources: Sources) -> tuple[Mapping, list[str]]:
    """The file merged over what it includes, and the names of what it includes from elsewhere."""
    remote: list[str] = []
    read: set[str] = set()

    def load(path: str, text: str, depth: int, given: Settings[str, str]) -> Mapping:
        read.add(path)
        found = [item for item in documents(text, path) if isinstance(item, Mapping)]
        if "$[[" in text:
            declared = mapping(mapping(found[0].get("spec")).get("inputs")) if found else Mapping()
            values = {**{str(n): str(scalar(mapping(d).get("default"))) for n, d in declared.items()}, **given}
            filled = INPUT.sub(lambda hole: values.get(hole[1]) or hole[0], text)
            found = [item for item in documents(filled, path) if isinstance(item, Mapping)]
        own = found[-1] if found else Mapping()  # a `spec:` document may stand before it
        merged = Mapping(own.line)
        for target, inputs in _included(own.get("include"), sources, remote):
            source = sources.read(target)
            if source and (source[0] not in read or inputs) and depth < DEEPEST and len(read) < MOST_FILES:
                merged = _merge(merged, load(*source, depth + 1, inputs))
        return _merge(merged, own)

    return load(path, text, 0, {}), remote


def _included(include: object, sources: Sources, remote: list[str]) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    for item in sequence(include):
        local = item if isinstance(item, Scalar) else mapping(item).get("local")
        if isinstance(local, Scalar) and "://" not in local:
            inputs = texts(mapping(item).get("inputs")) if isinstance(item, Mapping) else {}
            found.extend((path, inputs) for path in (sources.matching(local) if "*" in local else [local.lstrip("/")]))
        else:
            node = mapping(item)
            remote.extend(str(node[key]) for key in ("template", "component") if isinstance(node.get(key), Scalar))
            remote.extend(
                f"{scalar(node.get('project'))}/{str(file).lstrip('/')}" for file in sequence(node.get("file")) if "project" in node
            )
    return found


def _merge(base: Mapping, over: Mapping, depth: int = 0) -> Mapping:
    """Mappings are merged key by key, everything else is replaced."""
    merged = Mapping(over.line or base.line)
    for source in (base, over):
        for key, value in source.items():
            old = merged.get(key)
            deep = isinstance(old, Mapping) and isinstance(value, Mapping) and depth < DEEPEST
            merged.put(key, _merge(old, value, depth + 1) if deep and isinstance(old, Mapping) else value, source.line_of(key))
    return merged


class _Merged:
    """Looks up templates and references in the merged file."""

    def __init__(self, root: Mapping) -> None:
        self.root = root

    def extended(self, node: Mapping, depth: int = 0) -> Mapping:
        base = Mapping(node.line)
        for name in sequence(node.get("extends")):
            parent = self.root.get(name) if isinstance(name, Scalar) else None
            if isinstance(parent, Mapping) and depth < DEEPEST:
                base = _merge(base, self.extended(parent, depth + 1))
        return _merge(base, node) if base else node

    def resolved(self, value: Any, depth: int = 0) -> Any:
        """The value with each `!reference [job, key]` below it replaced by what it points to."""
        if not isinstance(value, Sequence):
            return value
        if depth > DEEPEST:
            return Sequence(value.line)
        if value.tag == "!reference":
            target: Any = self.root
            for key in value:
                target = mapping(self.extended(target) if target is not self.root and isinstance(target, Mapping) else target).get(key)
            return self.resolved(target, depth + 1)
        made = Sequence(value.line)
        for item in value[:500]:
            found = self.resolved(item, depth + 1)
            made.extend(found if isinstance(found, Sequence) and found is not item else [found])
        return made


def _variables(node: object) -> dict[str, str]:
    """Variables are plain values, or mappings with `value` and `description`."""
    found = {}
    for name, item in mapping(node).items():
        value = mapping(item).get("value") if isinstance(item, Mapping) else item
        if isinstance(value, Scalar):
            found[str(name)] = str(value)
    return found


def _job(name: str, line: int, node: Mapping, default: Mapping, root: Mapping, policy: Policy, path: str) -> Job | None:
    trigger = node.get("trigger")
    if not any(key in node for key in ("script", "run", "trigger")):
        return None
    merged = _Merged(root)
    rules = {key: merged.resolved(node[key]) for key in ("rules", "only", "except") if key in node}
    conditioned = _merge(node, Mapping(node.line))
    conditioned.update(rules)
    found = triggers(conditioned, policy)
    if trigger is not None:
        return Job(name, line, uses=_child(trigger), live=bool(found), triggers=found)
    parts: dict[str, list[Any]] = {}
    for key in ("before_script", "script", "after_script"):
        script = merged.resolved(node.get(key, default.get(key, root.get(key))) if key != "script" else node.get(key))
        section = "after_script" if key == "after_script" else "script"
        for item in sequence(script):
            parts.setdefault(section, []).append(item)
    steps: list[PipelineStep] = []
    own = {} if mapping(node.get("inherit")).get("variables") == "false" else dict(policy.variables)
    for environment in _environments({**own, **_variables(node.get("variables"))}, node.get("parallel")):
        for section, items in parts.items():
            for step in _steps(section, items, environment, path):
                if step not in steps:
                    steps.append(step)
    if mapping(node.get("release")).get("tag_name"):
        steps.append(PipelineStep("release", node.line_of("release"), uses="gitlab/release"))
    return Job(name, line, tuple(steps), live=bool(found), triggers=found)


def _steps(name: str, items: list[Any], environment: Settings[str, str], path: str) -> list[PipelineStep]:
    """One step for each stretch of a script that stands in one file."""
    stretches: list[tuple[str, Sequence]] = []
    for item in items:
        place = item.path if isinstance(item, Scalar) else path
        if not stretches or stretches[-1][0] != place:
            stretches.append((place, Sequence()))
        stretches[-1][1].append(item)
    found = []
    for place, stretch in stretches:
        first = next((item.first for item in stretch if isinstance(item, Scalar)), 0)
        found.append(
            PipelineStep(name, first, commands(stretch, environment), environment=environment, path="" if place == path else place)
        )
    return found


def _environments(variables: dict[str, str], parallel: object) -> list[dict[str, str]]:
    """The variables of each job that `parallel: matrix` makes."""
    found: list[dict[str, str]] = []
    for entry in sequence(mapping(parallel).get("matrix")):
        axes = {str(name): [str(item) for item in sequence(values) if isinstance(item, Scalar)] for name, values in mapping(entry).items()}
        for values in product(*axes.values()):
            if len(found) < MOST_COMBINATIONS:
                found.append({**variables, **dict(zip(axes, values, strict=True))})
    return found or [variables]


def _child(trigger: object) -> str:
    """The file of a child pipeline, or the name of another project."""
    if isinstance(trigger, Scalar):
        return str(trigger)
    node = mapping(trigger)
    for item in sequence(node.get("include")):
        local = item if isinstance(item, Scalar) else mapping(item).get("local")
        if isinstance(local, Scalar):
            return "./" + local.lstrip("/")
    return str(scalar(node.get("project")))


def _after_manual(job: Job, jobs: dict[str, Job], node: Mapping) -> Job:
    """A job that needs one which waits for a click waits as well."""
    for need in sequence(node.get("needs")):
        other = jobs.get(str(need if isinstance(need, Scalar) else scalar(mapping(need).get("job"))))
        if other is not None and other.triggers == frozenset({"manual"}) and job.triggers:
            return Job(job.name, job.line, job.steps, job.uses, job.inputs, job.live, other.triggers)
    return job
