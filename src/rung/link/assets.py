"""Versions and releases: tags, release automation, versioned AI assets; with ways back and dependency updates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.fact import Fact, Location
from rung.link.project import Project
from rung.link.rollback import Rollback
from rung.link.updates import Updates
from rung.regex import regex

VERSION_TAG = regex(r"(?:^|[/@_-])v?\d+(?:\.\d+)++\w*+(?:[-+.]\w++)*+$|^v\d+$|^release[-/]\d|^\d{4}[.-]\d{2}|^v?20\d{6}$", re.IGNORECASE)
VERSIONED = regex(r"(?:^|[/_.-])v\d+(?:[._-]\d+)*(?=[/_.-])|[/_-]20\d{2}[-_]?\d{2}(?:[-_]?\d{2})?(?=[/_.-])", re.IGNORECASE)
VERSIONED_NAME = regex(r"^[\w.:/{}$-]*[a-z}][-_.]v\d+(?:[-_.]\d+)*$", re.IGNORECASE)
DATA_CATEGORIES = frozenset({"data-versioning", "model-registry"})


class Assets:
    """Facts of kind `tag`, `release-run`, `asset-version`, `rollback` and `update-config`."""

    def __init__(self, project: Project, uses: list[Fact], runs: list[Fact], others: list[Fact]) -> None:
        self.project, self.uses, self.runs, self.others = project, uses, runs, others
        self._assets = regex(project.vocabulary["assets"]["versioned"], re.IGNORECASE)

    def facts(self) -> list[Fact]:
        """All facts of this room."""
        back = Rollback(self.project, self.uses, self.others).facts()
        return [*self._tags(), *self._releases(), *self._versions(), *back, *Updates(self.project, self.uses, self.runs).facts()]

    def _tags(self) -> Iterator[Fact]:
        tags = [t for t in self.project.repository.tags or () if VERSION_TAG.search(t)]
        if tags:
            shown = f"{len(tags)} version tags, among them {tags[-1]}" if len(tags) > 1 else f"version tag {tags[0]}"
            yield Fact("tag", Location("git tag", 0), shown, {"role": "application", "count": len(tags)})

    def _releases(self) -> Iterator[Fact]:
        """Automation that makes the releases, or publishes what a version tag or release names."""
        for run in self.runs:
            if run.kind != "run":
                continue
            category, triggers = run.fields["category"], set(run.fields["triggers"])
            publishes = run.fields.get("artifact") == "publishes"
            # a package is published under its version whatever starts it; an image or a deployment may be any commit's
            if category == "release-automation" or (publishes and (category == "packaging" or triggers & {"tag", "release"})):
                yield Fact("release-run", run.location, run.text, dict(run.fields), run.reach)

    def _versions(self) -> Iterator[Fact]:
        """AI assets that carry versions: prompts, data sets, fine-tuned models, indexes."""
        for fact in self.others:
            if fact.kind == "prompt-control" and fact.fields["control"] == "version" and not fact.fields["variant"]:
                yield Fact("asset-version", fact.location, fact.text, {"role": "application", "asset": "prompt"})
        for use in self.uses:
            if use.fields["category"] in DATA_CATEGORIES and use.fields["role"] == "application":
                yield Fact("asset-version", use.location, use.text, {"role": "application", "asset": use.fields["category"]})
        for fact in self.others:
            if fact.kind == "evaluation-data" and VERSIONED.search(fact.location.path):
                yield Fact("asset-version", fact.location, fact.text, {"role": "application", "asset": "data-set"})
        yield from self._stores()

    def _stores(self) -> Iterator[Fact]:
        """Settings that name an index, a store of vectors, a data set or an adapter with a version at the name's end."""
        for setting in self.project.settings:
            name, value = str(setting.fields["name"]), str(setting.fields["value"])
            if VERSIONED_NAME.search(value) and self._assets.search(name) and self.project.is_application(setting.location.path):
                yield Fact("asset-version", setting.location, setting.text, {"role": "application", "asset": "index"})
