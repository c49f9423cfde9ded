"""CircleCI: jobs, reusable commands, orbs (also inline ones), parameters, and the workflows that start them."""

from __future__ import annotations

import re
from collections.abc import Mapping as Settings
from itertools import product
from typing import Any

from rung.facts.pipelines.paths import inside
from rung.facts.pipelines.systems.circleci_conditions import STARTS, possible
from rung.facts.pipelines.systems.document import Mapping, Scalar, Sequence, documents, mapping, scalar, sequence, texts
from rung.facts.pipelines.systems.scripts import commands
from rung.facts.pipelines.types import Job, Pipeline, PipelineStep
from rung.regex import regex

HOLE = regex(r"<<\s*(?P<name>[\w.-]+)\s*>>")
DEEPEST, MOST = 8, 1000
# What CircleCI's own orbs run when nothing says otherwise, and what other tools make of it.
TESTS = {
    "circleci/node/test": "npm test",
    "circleci/python/test": "pytest",
    "circleci/ruby/rspec-test": "bundle exec rspec",
    "circleci/ruby/rake-test": "bundle exec rake test",
    "circleci/ruby/minitest": "bundle exec rake test",
    "circleci/go/test": "go test ./...",
    "circleci/gradle/test": "./gradlew test",
    "circleci/maven/test": "mvn verify",
    "circleci/rust/test": "cargo test",
    "circleci/php/test": "vendor/bin/phpunit",
}
TOOLS = {"unittest": "python -m unittest", "yarn": "yarn test", "yarn-berry": "yarn test", "pnpm": "pnpm test"}
EVERY = regex(r"/\^?\.\*\$?/")


def read(path: str, text: str, given: Settings[str, str] | None = None) -> list[Pipeline]:
    """The workflows of a configuration as one pipeline; `given` are parameters that a setup workflow hands to it."""
    found = documents(text, path)
    root = mapping(found[0] if found else None)
    parameters = {f"pipeline.parameters.{name}": mapping(item).get("default") for name, item in mapping(root.get("parameters")).items()}
    parameters |= {
        name: Scalar.make(value, 1, 1, False)
        for key, value in (given or {}).items()
        if (name := f"pipeline.parameters.{key}") in parameters
    }
    config = _Config(mapping(filled(root, parameters)))
    jobs: list[Job] = []
    workflows = mapping(root.get("workflows"))
    for node in workflows.values():
        if isinstance(node, Mapping):
            jobs.extend(_workflow(node, mapping(filled(node, parameters)), config))
    if not workflows and isinstance(mapping(config.root.get("jobs")).get("build"), Mapping):
        jobs.append(config.job("build", "build", Mapping(), frozenset({"push"}))[0])
    triggers = frozenset(trigger for job in jobs for trigger in job.triggers or ())
    return [Pipeline("circleci", path, path, 1, triggers, tuple(jobs))] if jobs else []


def filled(node: Any, values: Settings[str, Any], depth: int = 0) -> Any:
    """The node with each `<< name >>` that has a value replaced; a hole that is the whole text may become a list."""
    if depth > 30:
        return None
    if isinstance(node, Scalar):
        if "<<" not in node:
            return node
        whole = HOLE.fullmatch(node.strip())
        if whole and whole["name"] in values and values[whole["name"]] is not None:
            return values[whole["name"]]
        return node.with_text(HOLE.sub(lambda hole: _text(values.get(hole["name"]), hole[0]), node))
    if isinstance(node, Sequence):
        made = Sequence(node.line, node.tag)
        for item in node[:MOST]:
            value = filled(item, values, depth + 1)
            made.extend(value if isinstance(item, Scalar) and isinstance(value, Sequence) else [value])
        return made
    if isinstance(node, Mapping):
        entries = Mapping(node.line)
        for key, item in node.items():
            entries.put(key, filled(item, values, depth + 1), node.line_of(key))
        return entries
    return None


def _text(value: Any, hole: str) -> str:
    return str(value) if isinstance(value, Scalar) else hole


def _workflow(plain: Mapping, node: Mapping, config: _Config) -> list[Job]:
    """The jobs of a workflow; who starts a pipeline by hand may give its parameters other values than their defaults."""
    scheduled = any("schedule" in mapping(item) for item in sequence(node.get("triggers")))
    starts = STARTS["schedule"] if scheduled else (*STARTS["push"], *STARTS["tag"], *STARTS["pipeline"])
    left = frozenset(
        start.trigger
        for start in starts
        for own in [plain if start.trigger == "manual" else node]
        if possible(own.get("when"), start) is not False and possible(own.get("unless"), start, default=False) is not True
    )
    if left - {"schedule", "manual"} and not scheduled:
        left -= {"schedule", "manual"}  # any workflow could be scheduled or called; the ones that ask for it are
    jobs: list[Job] = []
    waiting: set[str] = set()
    for item in sequence(node.get("jobs")):
        name = str(item) if isinstance(item, Scalar) else str(next(iter(mapping(item)), ""))
        call = mapping(mapping(item).get(name))
        own = str(scalar(call.get("name")) or name)
        requires = {str(one) for one in sequence(call.get("requires")) if isinstance(one, Scalar)}
        if scalar(call.get("type")) == "approval" or requires & waiting:
            waiting.add(own)
        if not name or scalar(call.get("type")) == "approval":
            continue
        triggers = left if scheduled or not left & {"push", "tag"} else _filtered(mapping(call.get("filters")), left)
        if own in waiting and triggers:
            triggers = frozenset({"manual"})
        jobs.extend(config.job(name, own, call, triggers))
    return jobs


def _filtered(filters: Mapping, left: frozenset[str]) -> frozenset[str]:
    """Branches are in unless all are ignored; tags are out unless they are named."""
    found = set(left - {"push", "tag"})
    ignored = mapping(filters.get("branches")).get("ignore")
    if "push" in left and not any(isinstance(one, Scalar) and EVERY.fullmatch(one) for one in sequence(ignored)):
        found.add("push")
    if "tag" in left and "tags" in filters:
        found.add("tag")
    return frozenset(found)


class _Config:
    """A configuration with its jobs and commands; `orbs` names where orbs come from."""

    def __init__(self, root: Mapping) -> None:
        self.root = root
        self.orbs = mapping(root.get("orbs"))
        self.continued: list[dict[str, str]] = []  # what a job's steps go on with

    def defined(self, kind: str, name: str) -> Mapping:
        """A job or command of the file itself or of an inline orb."""
        orb, slash, inner = name.partition("/")
        holder = mapping(self.orbs.get(orb)) if slash else self.root
        return mapping(mapping(holder.get(kind)).get(inner if slash else name))

    def source(self, name: str) -> str:
        """`ruby/install` as `circleci/ruby/install`."""
        orb, _, inner = name.partition("/")
        found = self.orbs.get(orb)
        return f"{found.partition('@')[0]}/{inner}" if isinstance(found, Scalar) else name

    def job(self, name: str, title: str, call: Mapping, triggers: frozenset[str]) -> list[Job]:
        """The job once for each combination of its matrix."""
        node = self.defined("jobs", name)
        line = mapping(self.root.get("jobs")).line_of(name) or call.line
        found: list[Job] = []
        for values in _matrix(mapping(call.get("matrix")).get("parameters")):
            given = {**call, **values}
            if node:
                body = mapping(filled(node, _parameters(node, given)))
                steps = self._steps(
                    [*sequence(call.get("pre-steps")), *sequence(body.get("steps")), *sequence(call.get("post-steps"))], body, 0
                )
                made = Job(title, line, tuple(steps), live=bool(triggers), triggers=triggers)
                found += [_continued(made, inputs) for inputs in self.continued]
                self.continued.clear()
            else:
                inputs = {str(key): str(item) for key, item in given.items() if isinstance(item, Scalar)}
                folder = inside("", inputs.get("app-dir", "").removeprefix("~/project").lstrip("/"))
                step = PipelineStep(
                    name, call.line, commands(_of_orb(self.source(name), inputs, call.line)), self.source(name), inputs, folder
                )
                made = Job(title, call.line, (step,), live=bool(triggers), triggers=triggers)
                if name.endswith(("/continue", "/filter")):
                    found.append(_continued(made, inputs))
            if made not in found:
                found.append(made)
        return found

    def _steps(self, items: list[Any], job: Mapping, depth: int) -> list[PipelineStep]:
        found: list[PipelineStep] = []
        for item in items if depth < DEEPEST else []:
            name = str(item) if isinstance(item, Scalar) else str(next(iter(mapping(item)), ""))
            body = mapping(item).get(name)
            line = item.line if isinstance(item, (Scalar, Mapping)) else 0
            if name == "run":
                found.append(_run(body, line, job))
            elif name in ("when", "unless"):
                wanted = possible(mapping(body).get("condition"), None)
                if wanted is not (name == "unless") or wanted is None:
                    found.extend(self._steps(sequence(mapping(body).get("steps")), job, depth + 1))
            elif self.defined("commands", name):
                command = self.defined("commands", name)
                inner = mapping(filled(command, _parameters(command, mapping(body))))
                found.extend(self._steps(sequence(inner.get("steps")), job, depth + 1))
            elif name:
                source = self.source(name)
                found.append(PipelineStep(name, line, commands(_of_orb(source, texts(body), line)), source, texts(body)))
                if name.endswith("/continue"):
                    self.continued.append(texts(body))
        return found[:MOST]


def _of_orb(source: str, inputs: Settings[str, str], line: int) -> Sequence:
    """The commands that an orb's job or command is handed, scripts of the package or text, and what it runs when handed none."""
    found = [f"npm run {value}" for key, value in inputs.items() if key in ("npm-run", "yarn-run", "run-command")]
    found += [value for key, value in inputs.items() if re.fullmatch(r"(?:test[-_])?commands?|script|run", key)]
    if not found and source in TESTS:
        tool = inputs.get("test-tool") or inputs.get("pkg-manager") or ""
        found = [" ".join(filter(None, (TOOLS.get(tool, TESTS[source]), inputs.get("args"))))]
    made = Sequence(line)
    made.extend(Scalar.make(text, line, line, False) for text in found)
    return made


def _continued(job: Job, inputs: Settings[str, str]) -> Job:
    """A setup workflow goes on with another configuration, to which it may hand parameters by what has changed."""
    file = inputs.get("configuration_path") or inputs.get("config-path") or ".circleci/continue_config.yml"
    rows = [row.split() for row in inputs.get("mapping", "").splitlines()]
    handed = {row[1]: row[2] for row in rows if len(row) == 3}
    return Job(job.name, job.line, uses="./" + file.removeprefix("./"), inputs=handed, live=job.live, triggers=job.triggers)


def _parameters(node: Mapping, given: Settings[str, Any]) -> dict[str, Any]:
    declared = mapping(node.get("parameters"))
    return {f"parameters.{name}": given.get(name, mapping(item).get("default")) for name, item in declared.items()}


def _matrix(parameters: object) -> list[dict[str, Any]]:
    axes = {str(name): sequence(values) for name, values in mapping(parameters).items()}
    found: list[dict[str, Any]] = []
    for values in product(*axes.values()):
        if len(found) < 64:
            found.append(dict(zip(axes, values, strict=True)))
    return found or [{}]


def _run(body: Any, line: int, job: Mapping) -> PipelineStep:
    node = mapping(body)
    script = body if isinstance(body, Scalar) else scalar(node.get("command"))
    environment = {**texts(job.get("environment")), **texts(node.get("environment"))}
    top = str(scalar(job.get("working_directory")) or "~/project").rstrip("/")
    folder = str(scalar(node.get("working_directory")))
    folder = "//" + folder.removeprefix(top) if folder.startswith(top) else folder
    shell = str(scalar(node.get("shell") or job.get("shell")))
    name = str(scalar(node.get("name")) or script.strip().split("\n")[0])
    return PipelineStep(name[:200], line, commands(script, environment, shell), folder=inside("", folder), environment=environment)
