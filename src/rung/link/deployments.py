"""Models that infrastructure written in a programming language deploys, and what command lines hand to a deployment or a model's server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from rung.facts.code.source import Source, Value
from rung.regex import regex

if TYPE_CHECKING:
    from rung.link.models import Models

NAMES = ("modelName", "model_name", "ModelName", "model", "Model", "name", "Name")
VERSIONS = ("modelVersion", "model_version", "ModelVersion")
BARE_VERSIONS = ("version", "Version")
FORMATS = ("format", "Format", "sku", "publisher")
FOUNDATION = ("foundationModel", "foundation_model", "FoundationModel", "foundationModelId", "foundation_model_id")
DEPLOYS = regex(r"(?:^|\.)(?:[aA]dd(?:Model)?Deployment|\w+AIDeployment)$")
# An option of a deploying command and the variables that it sets.
SETS = regex(
    r"^--?(?:(?:set|update)-env-vars|env-vars|set-env|env|e|settings|app-settings|set|set-string|environment|environment-variables|build-arg)$"
)
SETTING_PROGRAMS = ("config:set", "secrets", "appsettings")
VARIABLE = regex(r"(?:^|[,;\s@^{])([A-Za-z_][\w.]{1,60})=([\w./:@-]{3,100})")
REVISION = regex(r"--revision(?:[= ]|$)([\w.-]*)")
FIXED = regex(r"^(?:[0-9a-f]{7,40}|v?\d+\.\d[\w.-]*|refs/pr/\d+)$")
LISTED = regex(r"^[^#\n]*--revision\b", re.MULTILINE)
AROUND = 500
SERVED = regex(r"(?:^|\s)(?:--(?:model|model-id|model-path|served-model-name|model_id|model-name)\b|serve\s)")


class Deployed(NamedTuple):
    """A model at a place that deploys it, and whether to one version."""

    line: int
    model: str
    pinned: bool


class Deployments:
    """Reads what is deployed; `models` tells what a model's name is."""

    def __init__(self, models: Models) -> None:
        self.models, self.project = models, models.project

    def in_code(self, source: Source) -> Iterator[Deployed]:
        """Deployments of models that a file of infrastructure makes, by the arguments of its calls."""
        for call in source.calls:
            if DEPLOYS.search(call.callee):
                texts = [i.text for i, k in zip(call.arguments.items, call.arguments.keys, strict=False) if i.kind == "string" and not k]
                for model, version in pairwise(texts):
                    if self.models.is_model(model) and self.models.version.match(version):
                        yield Deployed(call.line, model, True)
            yield from self._in_value(call.arguments, call.line)

    def _in_value(self, value: Value, line: int, deep: int = 5) -> Iterator[Deployed]:
        for key, item in zip(value.keys, value.items, strict=False):
            if key in FOUNDATION and (model := self._named(item)):
                yield Deployed(item.line or line, model, bool(self.models.pinned.search(model)))
        named = next((v.text for k in NAMES if (v := value.get(k)) and v.kind == "string" and self.models.is_model(v.text)), "")
        versions = VERSIONS if not any(value.get(f) for f in FORMATS) else (*VERSIONS, *BARE_VERSIONS)
        version = next((v for k in versions if (v := value.get(k)) and v.kind == "string"), None)
        if named and version and self.models.version.match(version.text):
            yield Deployed(version.line or line, named, True)
        for item in value.items if deep else ():
            if item.kind == "mapping":
                yield from self._in_value(item, item.line or line, deep - 1)

    def _named(self, item: Value) -> str:
        """A model that is written out, or a library's constant for one."""
        text = item.text if item.kind == "string" else item.text.rsplit(".", 1)[-1].lower().replace("_", "-") if item.kind == "name" else ""
        return text if self.models.is_model(text) else ""

    def in_commands(self) -> Iterator[tuple[str, Deployed]]:
        """Path and model of commands of pipelines, scripts and targets that set a deployment's variable or start a model's server."""
        seen: set[tuple[str, int]] = set()
        runs = [(r.location.path, r.location.line, (r.program, *r.arguments)) for r in self.project.runs]
        units = [(u.path, c.line, c.words) for u in self.project.units for c in u.commands if self.project.is_application(u.path)]
        for path, line, words in (*runs, *units):
            if (path, line) not in seen and (found := self._in_words(words, line)):
                seen.add((path, line))
                yield path, found

    def _in_words(self, words: Sequence[str], line: int) -> Deployed | None:
        setting = any(w in SETTING_PROGRAMS for w in words[:5])
        for word, following in zip(words, (*words[1:], ""), strict=False):
            option, equals, value = word.partition("=")
            given = (value if equals else following) if SETS.match(option) else word if setting and equals else ""
            for name, model in VARIABLE.findall(given):
                if self._is_models(name) and self.models.is_model(model):
                    return Deployed(line, model, bool(self.models.pinned.search(model)))
        return self._versioned(words, line) or self._served(" ".join(words), line)

    def _versioned(self, words: Sequence[str], line: int) -> Deployed | None:
        """A deployment that is told the model and its version by options of their own."""
        given = dict(pairwise(w for word in words for w in (word.split("=", 1) if word.startswith("--") else [word])))
        model, version = given.get("--model-name", ""), given.get("--model-version", "")
        return Deployed(line, model, True) if self.models.is_model(model) and self.models.version.match(version) else None

    def _is_models(self, name: str) -> bool:
        return bool(self.models.name.search(name)) and not self.models.other_role.search(name)

    def _served(self, text: str, line: int) -> Deployed | None:
        """A server of weights that is started at one revision of them."""
        revision = REVISION.search(text) if SERVED.search(text) else None
        fixed = revision is not None and bool(FIXED.match(revision.group(1)))
        model = next((w for w in re.split(r"[\s=]+", text) if "/" in w and self.models.is_model(w)), "")
        return Deployed(line, model, True) if fixed and model else None

    def in_manifests(self, deployed: Sequence[str]) -> Iterator[tuple[str, Deployed]]:
        """Path and model of files in formats of what is deployed whose arguments start a server of weights at one revision."""
        paths = {s.location.path for s in self.project.settings if str(s.fields["format"]) in deployed}
        for path in sorted(p for p in paths if self.project.is_application(p)):
            text = self.project.text(path) or ""
            for match in LISTED.finditer(text) if "--revision" in text else ():
                first = max(0, match.start() - AROUND)
                near = "\n".join(t for t in text[first : match.end() + AROUND].split("\n") if not t.lstrip().startswith("#"))
                words = " ".join(re.split(r"[\s\"',\[\]]+(?:-\s)?[\"']?", near))
                found = self._served(words, text.count("\n", 0, match.start()) + 1)
                if found is not None:
                    yield path, found
