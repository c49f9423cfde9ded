"""Documents by kind: risks and limits, contributor guides, decisions, results, roadmaps, designs, changelogs, runbooks."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterator
from functools import cached_property

from rung.facts.fact import Fact
from rung.link.identity import Identity
from rung.link.kept_results import left_behind, table
from rung.link.project import Project
from rung.link.prose import LINK_ONLY, MIN_PROSE, extent, is_edited, sections
from rung.link.result_files import told
from rung.link.risk_documents import PAGES, RiskDocuments
from rung.regex import regex
from rung.repository import Role

READABLE = (".md", ".mdx", ".rst", ".adoc", ".txt", ".html")
SETTINGS_NAME = regex(r"(?:^|/)(?:config|settings|package|schema|prompt|manifest|template)[\w.-]*\.json$", re.IGNORECASE)
RESULTS_FOLDER = regex(r"(?:eval\w*|expt?|experiments?|bench\w*|judge)[_-](?:results?|scores|reports?|outputs?)/", re.IGNORECASE)
MANUAL = regex(r"(?:^|/)(?:api|api[_-]reference|reference|user[_-]?guides?|tutorials?|how-?to)/", re.IGNORECASE)
FIXTURES = regex(r"(?:^|/)(?:fixtures?|testdata)/")
NO_DOCUMENTS = regex(r"(?:^|/)(?:fixtures?|testdata|sample-docs|sample_docs|data)/")
FIGURES = regex(r"^\s*\|.*\d+(?:\.\d+)?\s*%?.*\|", re.MULTILINE)
ITEM = regex(r"^\s*(?:[-*+|]|\d+\.)\s+\S.{8,}", re.MULTILINE)
LICENCE = regex(r"(?:^|/)(?:licen[cs]e|copying)(?:\.(?:md|txt|rst))?$", re.IGNORECASE)
HOLDER = regex(r"^\W*copyright\s+(?:\(c\)|©)?\s*(?:\d{4}[\d,\s-]*)?(?:by\s+)?([A-Za-z][^\n\[\]{}<>]{2,60})", re.IGNORECASE | re.MULTILINE)
README = regex(r"(?:^|/)readme\.(?:md|rst)$", re.IGNORECASE)
# What a table of features, or a list of them, calls planned.
PLANNED = regex(
    r"^[ \t]{0,8}(?:\|[^\n]{2,300}\|[ \t*_`]{0,6}[^\w\n|]{0,6}[Pp]lanned\b[^\n|]{0,40}\|"
    r"|[-*][ \t][^\n]{8,200}\((?:still )?[Pp]lanned\)[ \t]{0,4}$)",
    re.MULTILINE,
)
MANY_PLANNED = 3
RELEASE_ITEM = regex(r"^\s*(?:#+|[-*|])\s*[\[*`_]*v?\d+\.\d+(?:\.\d+)?\b", re.MULTILINE | re.IGNORECASE)

# Keys of what an experiment is told.
OPTION = regex(
    r"temperature|top_?[pk]|(?:^|_)lr$|learning_?rate|epochs?|batch|seed|dropout|weight|threshold|penalty|max_|min_|_size|alpha|warmup|rate_?limit|timeout",
    re.IGNORECASE,
)


class Documents:
    """Facts of kind `document`; `about` is responsible-ai, contributing, design, decision, results, roadmap, changelog or rollback."""

    def __init__(self, project: Project) -> None:
        self.project = project
        words = project.vocabulary["documents"]
        self.patterns = {k: regex(v, re.IGNORECASE | re.MULTILINE) for k, v in words.items()}
        self.changelog = regex(words["changelog"])
        self.contributing = regex(words["contributing"])
        self.risks = RiskDocuments(project)
        self.identity = Identity(project)
        self.families = regex(project.vocabulary["models"]["families"], re.IGNORECASE)

    def facts(self) -> list[Fact]:
        """All documents of the project."""
        found: list[Fact] = []
        for path in self.project.paths:
            if NO_DOCUMENTS.search(path) and not self._kept_as_data(path):
                continue
            if self.project.role(path) in (Role.TEST, Role.EXAMPLE) and not self._kept_results(path):
                continue
            if not self._belongs(path):
                continue
            about = list(self._about(path))
            for kind, line in about:
                found.append(self.project.fact("document", path, line, about=kind))
        return found

    def _kept_as_data(self, path: str) -> bool:
        """Results that lie in a folder of data, no fixture of a test."""
        return bool(RESULTS_FOLDER.search(path)) and path.endswith((".json", ".jsonl", ".csv")) and not FIXTURES.search(path)

    def _kept_results(self, path: str) -> bool:
        """Results that were kept beside tests, where their folder says what they are of."""
        return self.project.role(path) is Role.TEST and bool(self.patterns["results"].search(path)) and bool(RESULTS_FOLDER.search(path))

    def _belongs(self, path: str) -> bool:
        """Whether a document speaks of the application in scope: it stands there, or among the repository's own documents at the top."""
        if any(path.startswith(folder) for folder in self._foreign):
            return False
        return self.project.repository.in_scope(path) or "/" not in path or path.startswith(("docs/", "doc/", ".github/"))

    @cached_property
    def _foreign(self) -> tuple[str, ...]:
        """Folders with a copy of somebody else's project: with another licence, or one whose holder nothing at the top names."""
        licences = [path for path in self.project.paths if LICENCE.search(path)]
        tops = [p for p in self.project.paths if "/" not in p and (LICENCE.search(p) or README.search(p) or p.endswith((".toml", ".json")))]
        known = " ".join((self.project.text(p) or "")[: 400 if README.search(p) else 20_000] for p in tops).lower()
        own = {_title(self.project.text(p) or "") for p in licences if "/" not in p}
        found = []
        for path in (p for p in licences if "/" in p):
            text = self.project.text(path) or ""
            holder = HOLDER.search(text[:4000])
            words = re.findall(r"[a-z]{4,}", holder.group(1).lower().partition("all rights")[0]) if holder else []
            if (words and not any(word in known for word in words)) or (not words and own and _title(text) not in own):
                found.append(path[: path.rindex("/") + 1])
        return tuple(found)

    def _about(self, path: str) -> Iterator[tuple[str, int]]:
        """(kind, line) for all that a file is a document of."""
        yield from self._recorded(path)
        if path.lower().endswith(PAGES) and self.risks.is_page(path):
            yield "responsible-ai", 1
            return
        if not path.lower().endswith(READABLE) and not self.contributing.search(path):
            return
        text = self.project.text(path) or ""
        tellers = (
            ("contributing", self._guide),
            ("decision", self._decision),
            ("roadmap", self._roadmap),
            ("responsible-ai", self.risks.line),
            ("design", self._design),
            ("rollback", self._rollback),
        )
        for kind, tell in tellers:
            if (line := tell(path, text)) > 0:
                yield kind, line

    def _recorded(self, path: str) -> Iterator[tuple[str, int]]:
        kept = self.changelog.search(self._relative(path))
        line = (0 if self._of_another(path) else self._entry_line(path)) if kept else self._changelog_section(path)
        if line:
            yield "changelog", line
        if self.patterns["results"].search(path) and self._has_figures(path):
            yield "results", 1
        elif (line := self._results_section(path) or self._kept_table(path)) > 0:
            yield "results", line
        elif self.project.is_application(path) and left_behind(self.project, path):
            yield "results", 1

    def _decision(self, path: str, text: str) -> int:
        """A decision or experiment that is written down with its reasons; a manual is none."""
        if MANUAL.search(path):
            return 0
        if README.search(path) and (line := self._decision_section(text)):
            return line
        recorded = (
            self.patterns["decisions"].search(path)
            and self.patterns["decision_words"].search(text)
            and len(text) > 80
            and is_edited(self.patterns["placeholders"], text)
            and not re.search(r"template|readme", path, re.IGNORECASE)
        )
        return int(bool(recorded or (self.patterns["decision_documents"].search(path) and self._decides(text))))

    def _decision_section(self, text: str) -> int:
        """A README's section that tells what was decided or tried, and why."""
        for number, section in sections(text):
            heading, _, body = section.partition("\n")
            told = LINK_ONLY.sub("", body)
            if self.patterns["decision_heading"].search(heading) and len(told) > MIN_PROSE and self.patterns["reasons"].search(told):
                return number
        return 0

    def _guide(self, path: str, text: str) -> int:
        """A contributor guide that says something; one for coding assistants only where it says how to build, test and contribute."""
        if README.search(path) and "/" not in path:
            return self._guide_section(text)
        if not self.contributing.search(path) or extent(text) <= MIN_PROSE / 2 or not is_edited(self.patterns["placeholders"], text):
            return 0
        words = {w.lower() for w in self.patterns["guide_words"].findall(text)}
        enough = 3 if self.patterns["weak_guides"].search(path) else 1 if self.patterns["guides"].search(path) else 0
        return int(len(words) >= enough)

    def _guide_section(self, text: str) -> int:
        """A README's section that tells how to contribute, with those on development beside it; an invitation alone is none."""
        found, words = 0, set()
        for number, section in sections(text):
            heading, _, body = section.partition("\n")
            if self.patterns["development_heading"].search(heading):
                words |= {w.lower() for w in self.patterns["guide_words"].findall(body)}
            if not found and self.patterns["guide_heading"].search(heading) and len(LINK_ONLY.sub("", body)) > MIN_PROSE / 2:
                found = number
        return found if len(words) >= 4 else 0

    def _plans(self, text: str) -> bool:
        """Whether a roadmap says what is planned itself, and does not only link to where it is said."""
        told = LINK_ONLY.sub("", text)
        return is_edited(self.patterns["placeholders"], text) and len(told) > 80 and (len(ITEM.findall(text)) >= 2 or len(told) > 300)

    def _results_section(self, path: str) -> int:
        """A part of a document that shows results of evaluations in a table of figures."""
        if not self.patterns["results_documents"].search(path) or self.patterns["no_results"].search(path) or path.count("/") > 3:
            return 0
        for number, section in sections(self.project.text(path) or ""):
            heading, _, body = section.partition("\n")
            if not self.patterns["results_heading"].search(heading) or len(FIGURES.findall(body)) < 2:
                continue
            if self.patterns["results_words"].search(section):
                return number
        return told(path, self.project.text(path) or "")

    def _kept_table(self, path: str) -> int:
        """A table of a document, wherever it stands, with own figures of quality for models or variants."""
        if MANUAL.search(path) or self.changelog.search(self._relative(path)) or self.patterns["no_results"].search(path):
            return 0
        return table(self.project, path, self.families, self.patterns["published"])

    def _decides(self, text: str) -> bool:
        """Whether a document that is called after a decision or an experiment gives reasons or results, and is no form to fill in."""
        found = {w.lower() for w in self.patterns["decision_words"].findall(text)}
        return len(text) > 1.5 * MIN_PROSE and len(found) >= 2 and is_edited(self.patterns["placeholders"], text)

    def _of_another(self, path: str) -> bool:
        """Whether a changelog calls itself after another project, as a starter's does that nobody has taken out."""
        names = self.identity.names(path)
        title = self.identity.title(self.project.text(path) or "")
        return bool(title and names) and not self.identity.is_own(title, names)

    def _relative(self, path: str) -> str:
        scope = self.project.repository.scope
        return path[len(scope) + 1 :] if scope and path.startswith(scope + "/") else path

    def _entry_line(self, path: str) -> int:
        text = self.project.text(path) or ""
        if re.search(r"\bx\.y\.z\b", text) and not re.search(r"\d+\.\d+\.\d+", text):
            return 0
        match = self.patterns["changelog_entry"].search(text)
        return text.count("\n", 0, match.start()) + 1 + match.group().count("\n") if match else 0

    def _changelog_section(self, path: str) -> int:
        """A part of the README at the top that lists releases."""
        if not README.search(path) or "/" in path:
            return 0
        for number, section in sections(self.project.text(path) or ""):
            if self.patterns["changelog_heading"].search(section.splitlines()[0]) and len(RELEASE_ITEM.findall(section)) >= 2:
                return number
        return 0

    def _has_figures(self, path: str) -> bool:
        if path.endswith((".py", ".ts")) or SETTINGS_NAME.search(path) or self.patterns["no_results"].search(path):
            return False
        if path.endswith((".yaml", ".yml")) and not _is_scores(self.project.data(path)):
            return False
        text = self.project.text(path)
        return text is None or len(re.findall(r"\d", text[:20_000])) >= 5

    def _roadmap(self, path: str, text: str) -> int:
        """A roadmap, or a part of a document that is one."""
        return 1 if self.patterns["roadmap"].search(path) and self._plans(text) else self._roadmap_section(path, text)

    def _roadmap_section(self, path: str, text: str) -> int:
        guide = self.patterns["roadmap_guides"].search(path) is not None
        if not guide and not self.patterns["roadmap_documents"].search(path):
            return 0
        headings = self.patterns["guide_roadmap" if guide else "roadmap_heading"]  # a guide's goals are the guide's
        for number, section in sections(text, emphasis=not guide):
            heading = section.splitlines()[0]
            if headings.search(heading):
                items = ITEM.findall(section)
                if len(items) >= 2 and extent(LINK_ONLY.sub("", section)) > 120:
                    return number
        planned = list(PLANNED.finditer(text)) if not guide and "lanned" in text else []
        if len(planned) >= MANY_PLANNED:
            return text.count("\n", 0, planned[0].start()) + 1
        for lead in self.patterns["roadmap_lead"].finditer(text) if not guide else ():
            items = list(itertools.takewhile(ITEM.match, (row for row in text[lead.end() :].splitlines() if row.strip())))
            if len(items) >= 2:
                return text.count("\n", 0, lead.start()) + 1
        return 0

    def _design(self, path: str, text: str) -> int:
        if (self.contributing.search(path) and not self.patterns["weak_guides"].search(path)) or self.changelog.search(path):
            return 0
        if self.patterns["design"].search(path) and extent(text) > MIN_PROSE:
            named = self.patterns["design_words"].findall(posixpath.splitext(posixpath.basename(path))[0].replace("_", " "))
            words = self.patterns["design_words"].findall(text) + named  # `docs/prompts.md` says by its name what it is about
            if len({w.lower() for w in words}) >= 2 and (len(words) >= 3 or "/" not in path):
                return 1
        if README.search(path):
            for number, section in sections(text):
                if self.patterns["design_heading"].search(section.splitlines()[0]):
                    found = {w.lower() for w in self.patterns["design_words"].findall(section)}
                    if extent(section) > 400 and len(found) >= 2:
                        return number
        return 0

    def _rollback(self, path: str, text: str) -> int:
        """A runbook that says how to go back to an earlier version, with steps."""
        readme = bool(README.search(path)) and "/" not in path
        if not (readme or self.patterns["rollback_paths"].search(path)) or path.lower().startswith("changelog"):
            return 0
        named = self.patterns["rollback_named"].search(path)
        for number, section in sections(text, emphasis=True):
            heading, _, body = section.partition("\n")
            if (
                (self.patterns["rollback"].search(heading) or (named and self.patterns["rollback_done"].search(body)))
                and self.patterns["rollback_steps"].search(body)
                and (not readme or self.patterns["rollback_in_readme"].search(body))
            ):
                return number
        return 0


def _is_scores(data: object) -> bool:
    """Whether data is mostly figures, with fractions among them and no options of a run: what an evaluation keeps, not what it is told."""
    leaves = list(_leaves(data, "", 4))
    figures = [v for _, v in leaves if isinstance(v, (int, float)) and not isinstance(v, bool)]
    fractions = sum(isinstance(v, float) for v in figures)
    return fractions >= 2 and 3 * len(figures) > 2 * len(leaves) and not any(OPTION.search(k) for k, _ in leaves)


def _leaves(data: object, key: str, depth: int) -> Iterator[tuple[str, object]]:
    if isinstance(data, (dict, list)):
        inner = list(data.items() if isinstance(data, dict) else ((key, v) for v in data))[:200] if depth else []
        for name, value in inner:
            yield from _leaves(value, str(name), depth - 1)
    else:
        yield key, data


def _title(licence: str) -> str:
    """What a licence calls itself in its first line."""
    return next((line.strip().lower() for line in licence.splitlines() if line.strip()), "")
