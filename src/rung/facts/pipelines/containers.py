"""What building an image and starting services runs of the repository's own."""

from __future__ import annotations

from dataclasses import replace
from posixpath import basename, dirname, join

from rung.facts.pipelines.paths import resolve
from rung.facts.pipelines.runners import Call, Units, moved
from rung.facts.pipelines.shell_words import TOP
from rung.facts.pipelines.types import Unit
from rung.facts.pipelines.wrapper_options import words
from rung.facts.pipelines.wrappers import Invocation
from rung.regex import regex

_USUAL = regex(r"(?:docker-)?compose(?:\.override)?\.ya?ml")
_GLOBAL = words("-f --file -p --project-name --profile --env-file --project-directory")
_VALUED = words("""
    -e --env -u --user -w --workdir -v --volume -p --publish --name --entrypoint -l --label -t
    --scale --exit-code-from --timeout --wait-timeout --attach --no-attach
""")


def image_build(found: Invocation, units: Units) -> list[Call]:
    """`docker build` runs what the Dockerfile's last (or named) stage runs."""
    verbs = [word for word in found.words[1:4] if not word.startswith("-")]
    if found.program not in ("docker", "podman", "buildah") or "build" not in verbs[:2]:
        return []
    given: dict[str, str] = {}
    for word, following in zip(found.words, [*found.words[1:], ""], strict=False):
        name, equals, value = word.partition("=")
        if name.startswith("-"):
            given[name] = value if equals else following
    last = found.words[-1]
    context = found.folder if last.startswith("-") else resolve(found.folder, last)
    if context is None:
        return []
    file = given.get("-f") or given.get("--file")
    path = resolve(found.folder, file) if file else join(context, "Dockerfile")
    stages = [unit for unit in units.by_path.get(path or "", []) if unit.kind == "dockerfile" and not unit.name.endswith(":start")]
    target = given.get("--target")
    tag = given.get("-t") or given.get("--tag")
    if tag and path:
        units.images[tag] = path
    return [Call(unit, {}, (), context) for unit in stages if (unit.name == target if target else unit.default)]


def container(found: Invocation, units: Units) -> list[Call]:
    """`docker run IMAGE` of an image that was built before: what its container starts with."""
    if found.program not in ("docker", "podman", "nerdctl") or found.words[1:2] not in (("run",), ("start",)):
        return []
    at = next((i for i, word in enumerate(found.words[2:], 2) if word in units.images or word.startswith(TOP)), 0)
    path = (units.images.get(found.words[at]) or resolve("", found.words[at])) if at else None
    starts = [u for u in units.by_path.get(path or "", []) if u.kind == "dockerfile" and u.name.endswith(":start") and u.commands]
    overridden = "--entrypoint" in found.words or (found.words[1] == "run" and at + 1 < len(found.words))
    return [Call(starts[-1], {}, (), found.folder)] if starts and not overridden else []


def functions(found: Invocation, units: Units) -> list[Call]:
    """`dagger [-m MODULE] call FUNCTION [FUNCTION ...]`: the functions of the repository's own modules."""
    if found.program != "dagger" or "call" not in found.words[1:6]:
        return []
    given = dict(zip(found.words, found.words[1:], strict=False))
    named = given.get("-m") or given.get("--mod") or given.get("--module")
    module = resolve(found.folder, named) if named else ""
    known = [unit for unit in units.by_kind.get("dagger", ()) if not module or unit.path.startswith(module + "/")]
    names = found.words[found.words.index("call") + 1 :]
    return [Call(unit) for name in dict.fromkeys(names) for unit in known if unit.name == name]


def targets(found: Invocation, units: Units) -> list[Call]:
    """`nx run PROJECT:TARGET`, `nx TARGET PROJECT`, and `nx affected` or `run-many` with `-t TARGET,TARGET`."""
    known = units.by_kind.get("nx", ()) if found.program == "nx" else ()
    if not known or len(found.words) < 2:
        return []
    verb, rest = found.words[1], found.words[2:]
    if verb in ("affected", "run-many"):
        given = [
            w.partition("=")[2] or following
            for w, following in zip(rest, (*rest[1:], ""), strict=False)
            if w.startswith(("-t", "--target"))
        ]
        wanted = {name for value in given for name in value.split(",") if name}
        return [Call(unit) for unit in known if unit.name.rpartition(":")[2] in wanted]
    name = ":".join(rest[0].split(":")[:2]) if verb == "run" and rest else f"{rest[0]}:{verb}" if rest else ""
    return [Call(unit) for unit in known if unit.name == name]


def compose(found: Invocation, units: Units) -> list[Call]:
    """`docker compose run SERVICE [COMMAND]` and `up [SERVICES]`."""
    own = found.program == "docker-compose"
    if not own and (found.program not in ("docker", "podman") or found.arguments[:1] != ("compose",)):
        return []
    arguments = list(found.arguments if own else found.arguments[1:])
    files: list[str] = []
    at = 0
    while at < len(arguments) and arguments[at].startswith("-"):
        name, equals, value = arguments[at].partition("=")
        if name in ("-f", "--file") and (equals or at + 1 < len(arguments)):
            files.append(value if equals else arguments[at + 1])
        at += 2 if name in _GLOBAL and not equals else 1
    verb = arguments[at] if at < len(arguments) else ""
    services = _services(found.folder, files, units) if verb in ("run", "up") else []
    return _started(verb, arguments[at + 1 :], services)


def _started(verb: str, arguments: list[str], services: list[Unit]) -> list[Call]:
    names: list[str] = []
    skip = False
    for i, word in enumerate(arguments):
        if skip or word.startswith("-"):
            skip = not skip and word in _VALUED
            continue
        names.append(word)
        if verb == "run" and any(unit.name == word for unit in services):
            return [Call(unit, {}, tuple(arguments[i + 1 :])) for unit in services if unit.name == word]
    return [Call(unit) for unit in services if verb == "up" and (not names or unit.name in names)]


def _services(folder: str, files: list[str], units: Units) -> list[Unit]:
    paths = [path for path in (resolve(folder, file) for file in files) if path]
    if not paths:
        found = list(units.files("compose", folder, True))
        paths = [path for path in found if _USUAL.fullmatch(basename(path))] or found
    services: dict[str, Unit] = {}
    for path in paths:  # a later file says more of a service than the ones before it, and all count from the first one's folder
        for unit in units.by_path.get(path, []):
            if unit.kind == "compose" and (unit.commands or unit.name not in services):
                services[unit.name] = replace(unit, folder=moved(unit, dirname(paths[0])))
    return list(services.values())
