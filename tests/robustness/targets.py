"""One function a kind of reader, each for any path and bytes: it reads and returns, or the reader is wrong.

The property tests call these functions; a fuzzer can as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from rung.errors import UserError
from rung.facts.code import read_source
from rung.facts.manifests import read_dependencies, resolve_catalog
from rung.facts.pipelines.reach import runs
from rung.facts.pipelines.shell import parse_shell
from rung.facts.pipelines.systems import read_pipelines
from rung.facts.pipelines.systems.sources import Sources
from rung.facts.pipelines.units import read_units
from rung.facts.secrets import Secrets
from rung.facts.settings import live_resources, read_resources, read_settings
from rung.gate.policy import load_policy
from rung.repository import File, Repository
from rung.repository.attributes import Attributes
from rung.repository.decoding import decode
from rung.repository.markers import is_generated
from rung.repository.notices import Notices
from rung.repository.owners import CodeOwners
from rung.repository.tree import Tree
from rung.rules.load import Knowledge, load_knowledge
from rung.scan import gather
from tests.robustness import samples

MOST_FACTS = 200_000  # far above what any honest file of these sizes gives


@cache
def knowledge() -> Knowledge:
    """The shipped rules."""
    return load_knowledge()


def repository(files: Mapping[str, bytes]) -> Repository:
    """A repository that is nowhere but in memory."""
    listed = {path: File(path, len(data)) for path, data in sorted(files.items())}
    return Repository(Tree(listed, lambda path: files[path]), Notices(), top=Path("/nowhere"), tags=())


def manifests(path: str, data: bytes) -> None:
    facts = resolve_catalog(read_dependencies(path, decode(data) or ""))
    assert len(facts) < MOST_FACTS
    _within(facts, data)


def settings(path: str, data: bytes) -> None:
    text = decode(data) or ""
    facts = [*read_settings(path, text), *live_resources(read_resources(path, text))]
    assert len(facts) < MOST_FACTS
    _within(facts, data)


def units(path: str, data: bytes) -> None:
    text = decode(data) or ""
    found = read_units(path, text)
    called = read_units(path, text, {"1": "x", "A": "$(A)", "a": "{{a}}"})
    assert len(found) + len(called) < MOST_FACTS


def pipelines(path: str, data: bytes) -> None:
    text = decode(data) or ""
    found = read_pipelines(path, text)
    sources = Sources([path, "x.yml", "t.yml", "s.yml"], lambda _: text)  # every file takes in itself
    assert len(read_pipelines(path, text, sources, {"x": "${{ inputs.x }}"})) < MOST_FACTS
    assert len(runs(found, read_units(path, text), [path, "x.yml"], lambda _: text)) < MOST_FACTS


def sources(path: str, data: bytes) -> None:
    source = read_source(path, decode(data) or "")
    assert source is None or len(source.calls) <= len(data)


def shell(path: str, data: bytes) -> None:
    assert len(parse_shell(decode(data) or "", 1, {"A": "${A}", "1": "$2"}, script="run.sh")) < MOST_FACTS


def others(path: str, data: bytes) -> None:
    text = decode(data) or ""
    for place in ("CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS"):
        owners = CodeOwners(place, text)
        owners.owners("src/a/xb.py")
        owners.rule("a" * 100)
    attributes = Attributes([(".gitattributes", text), ("a/.gitattributes", text)])
    attributes.get("a/b.js", "linguist-generated")
    is_generated("a.js", text)
    Secrets(knowledge().catalogue.vocabulary).masked(text[:200])


def policy(path: str, data: bytes) -> None:
    name = path if path.endswith(("pyproject.toml", ".rung.yaml")) else ".rung.yaml"
    try:
        load_policy(repository({name: data, "src/a.py": b"", "a.yaml": data}), knowledge().model, outside=False)
    except UserError as error:
        assert str(error)  # noqa: PT017 - a sentence is as good an outcome as a policy


def whole(path: str, data: bytes) -> None:
    """A scan of a repository of one sample of each kind, in which one file is what is given."""
    files = {name: text.encode() for name, text in samples.ALL.items()}
    gather(repository({**files, path: data}), knowledge())


TARGETS: Mapping[str, tuple[Callable[[str, bytes], None], Mapping[str, str]]] = {
    "manifests": (manifests, samples.MANIFESTS),
    "settings": (settings, {**samples.SETTINGS, **samples.OTHERS}),
    "units": (units, {**samples.UNITS, **samples.MANIFESTS}),
    "pipelines": (pipelines, samples.PIPELINES),
    "sources": (sources, samples.SOURCES),
    "shell": (shell, {"run.sh": samples.UNITS["run.sh"], "b.sh": "make x ${{ a }} <<p.q>> {{ b }} `c` \\\n $((1+2)) <(d) {e,f} $'g'"}),
    "others": (others, samples.OTHERS),
    "policy": (policy, {**samples.POLICY, "pyproject.toml": samples.MANIFESTS["pyproject.toml"]}),
    "whole": (whole, samples.ALL),
}


def _within(facts: list[object], data: bytes) -> None:
    """Every fact stands in the file."""
    lines = data.count(b"\n") + data.count(b"\r") + 1
    for fact in facts:
        assert 0 <= fact.location.line <= lines, fact  # type: ignore[attr-defined]
