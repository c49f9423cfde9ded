"""Documents by kind: risks and limits, contributor guides, decisions, results, roadmaps, designs, changelogs, runbooks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.fact import Fact
from rung.link.project import Project
from rung.repository import Role

PAGES = (".tsx", ".jsx", ".vue", ".svelte", ".astro", ".html", ".erb", ".cshtml", ".razor")
LICENCES = ("LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "COPYING")
READABLE = (".md", ".mdx", ".rst", ".adoc", ".txt", ".html")
MIN_PROSE = 200
FENCED = re.compile(r"^\s*```.*?^\s*```", re.MULTILINE | re.DOTALL)
SETTINGS_NAME = re.compile(r"(?:^|/)(?:config|settings|package|schema|prompt|manifest|template)[\w.-]*\.json$", re.IGNORECASE)
RESULTS_FOLDER = re.compile(r"(?:eval\w*|expt?|experiments?|bench\w*|judge)[_-](?:results?|scores|reports?|outputs?)/", re.IGNORECASE)
MANUAL = re.compile(r"(?:^|/)(?:api|api[_-]reference|reference|user[_-]?guides?|tutorials?|how-?to)/", re.IGNORECASE)
SPEAKS_OF_MODEL = re.compile(r"\b(?:model|llms?|ai|answers?|responses?|hallucinat\w+|generated)\b", re.IGNORECASE)
LINK_ONLY = re.compile(r"\[[^\]]*\]\([^)]*\)|https?://\S+")


class Documents:
    """Facts of kind `document`; `about` is responsible-ai, contributing, design, decision, results, roadmap, changelog or rollback."""

    def __init__(self, project: Project) -> None:
        self.project = project
        words = project.vocabulary["documents"]
        self.patterns = {k: re.compile(v, re.IGNORECASE | re.MULTILINE) for k, v in words.items()}
        self.changelog = re.compile(words["changelog"])
        self.contributing = re.compile(words["contributing"])
        safety = project.vocabulary["safety"]
        self.names = re.compile(safety["document_names"], re.IGNORECASE)
        self.words = re.compile(safety["document_words"], re.IGNORECASE)
        self.pages = re.compile(safety["page_names"], re.IGNORECASE)
        self.headings = re.compile(safety["headings"], re.IGNORECASE | re.MULTILINE)

    def facts(self) -> list[Fact]:
        """All documents of the project."""
        found: list[Fact] = []
        for path in self.project.paths:
            if re.search(r"(?:^|/)(?:fixtures?|testdata|sample-docs|sample_docs|data)/", path):
                continue
            if self.project.role(path) in (Role.TEST, Role.EXAMPLE) and not self._kept_results(path):
                continue
            if not self._belongs(path):
                continue
            about = list(self._about(path))
            for kind, line in about:
                found.append(self.project.fact("document", path, line, about=kind))
        return found

    def _kept_results(self, path: str) -> bool:
        """Results that were kept beside tests, where their folder says what they are of."""
        return self.project.role(path) is Role.TEST and bool(self.patterns["results"].search(path)) and bool(RESULTS_FOLDER.search(path))

    def _belongs(self, path: str) -> bool:
        """Whether a document speaks of the application in scope: it stands there, or among the repository's own documents at the top."""
        return self.project.repository.in_scope(path) or "/" not in path or path.startswith(("docs/", "doc/", ".github/"))

    def _about(self, path: str) -> Iterator[tuple[str, int]]:
        if self.changelog.search(self._relative(path)) and self._entry_line(path):
            yield "changelog", self._entry_line(path)
        if self.patterns["results"].search(path) and self._has_figures(path):
            yield "results", 1
        if path.lower().endswith(PAGES) and self._is_page(path):
            yield "responsible-ai", 1
            return
        if not path.lower().endswith(READABLE) and not self.contributing.search(path):
            return
        text = self.project.text(path) or ""
        if self._is_guide(path, text):
            yield "contributing", 1
        if (
            self.patterns["decisions"].search(path)
            and not MANUAL.search(path)
            and self.patterns["decision_words"].search(text)
            and len(text) > 80
            and self._is_edited(text)
            and not re.search(r"template|readme", path, re.IGNORECASE)
        ) or (self.patterns["decision_documents"].search(path) and not MANUAL.search(path) and self._decides(text)):
            yield "decision", 1
        if self.patterns["roadmap"].search(path) and len(text) > 80 and self._is_edited(text):
            yield "roadmap", 1
        elif (line := self._roadmap_section(path, text)) > 0:
            yield "roadmap", line
        if (line := self._responsible(path, text)) > 0:
            yield "responsible-ai", line
        if (line := self._design(path, text)) > 0:
            yield "design", line
        if (line := self._rollback(path, text)) > 0:
            yield "rollback", line

    def _is_guide(self, path: str, text: str) -> bool:
        """A contributor guide that says something; one for coding assistants only where it says how to build, test and contribute."""
        if not self.contributing.search(path) or len(text) <= MIN_PROSE / 2 or not self._is_edited(text):
            return False
        return not self.patterns["guides"].search(path) or bool(self.patterns["guide_words"].search(text))

    def _decides(self, text: str) -> bool:
        """Whether a document that is called after a decision or an experiment gives reasons or results, and is no form to fill in."""
        found = {w.lower() for w in self.patterns["decision_words"].findall(text)}
        return len(text) > 3 * MIN_PROSE and len(found) >= 2 and self._is_edited(text)

    def _relative(self, path: str) -> str:
        scope = self.project.repository.scope
        return path[len(scope) + 1 :] if scope and path.startswith(scope + "/") else path

    def _is_edited(self, text: str) -> bool:
        """Whether a document is more than a template. One placeholder in a long text or in a command is the reader's to fill in."""
        found = self.patterns["placeholders"].findall(FENCED.sub("", text))
        return not found or (len(found) == 1 and len(text) > 4 * MIN_PROSE and found[0].startswith("<"))

    def _entry_line(self, path: str) -> int:
        text = self.project.text(path) or ""
        if re.search(r"\bx\.y\.z\b", text) and not re.search(r"\d+\.\d+\.\d+", text):
            return 0
        match = self.patterns["changelog_entry"].search(text)
        return text.count("\n", 0, match.start()) + 1 + match.group().count("\n") if match else 0

    def _has_figures(self, path: str) -> bool:
        if path.endswith((".py", ".ts")) or SETTINGS_NAME.search(path):
            return False
        text = self.project.text(path)
        return text is None or len(re.findall(r"\d", text[:20_000])) >= 5

    def _roadmap_section(self, path: str, text: str) -> int:
        if not re.search(r"(?:^|/)readme\.(?:md|rst)$", path, re.IGNORECASE) or path.count("/") > 0:
            return 0
        for number, section in _sections(text):
            heading = section.splitlines()[0]
            if self.patterns["roadmap_heading"].search(heading):
                items = re.findall(r"^\s*(?:[-*]|\d+\.)\s+\S.{8,}", section, re.MULTILINE)
                if len(items) >= 2 and len(LINK_ONLY.sub("", section)) > 120:
                    return number
        return 0

    def _is_page(self, path: str) -> bool:
        """Whether a page that the application shows tells its users of risks, limits or intended use."""
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", "/".join(path.split("/")[-2:]))
        text = (self.project.text(path) or "") if self.pages.search(name) else ""
        words = {w.lower() for w in self.words.findall(text)}
        return len(text) > 4 * MIN_PROSE and len(words) >= 3 and bool(SPEAKS_OF_MODEL.search(text))

    def _is_of_others(self, path: str) -> bool:
        """Whether a document stands in a copied project: a folder below the top with a licence of its own that is not the repository's."""
        repository = next((t for n in LICENCES if (t := self.project.text(n))), "")
        folder = path.rpartition("/")[0]
        while repository and folder:
            if any((t := self.project.text(f"{folder}/{n}")) and t.split() != repository.split() for n in LICENCES):
                return True
            folder = folder.rpartition("/")[0]
        return False

    def _responsible(self, path: str, text: str) -> int:
        """A document about this system's risks, limits or intended use; a section of one will do, a line or a list of links won't."""
        if not self.words.search(text) or self._is_of_others(path):
            return 0
        named = bool(self.names.search(path.rsplit("/", 1)[-1])) or bool(
            re.search(r"responsible[_-]?ai|model[_-]?cards?/", path, re.IGNORECASE)
        )
        prose = LINK_ONLY.sub("", text)
        if named and len(prose) > MIN_PROSE and len({w.lower() for w in self.words.findall(prose)}) >= 2 and self._is_edited(text):
            return 1
        if path.count("/") > 3 or re.search(r"(?:^|/)(?:workshop|tutorial|course|lab)s?/", path, re.IGNORECASE):
            return 0
        for number, section in _sections(text):
            if self.headings.search(section.splitlines()[0]):
                body = LINK_ONLY.sub("", "\n".join(section.splitlines()[1:]))
                words = {w.lower() for w in self.words.findall(body)}
                if len(body) > 2 * MIN_PROSE and len(words) >= 2 and SPEAKS_OF_MODEL.search(body):
                    return number
        return 0

    def _design(self, path: str, text: str) -> int:
        words = self.patterns["design_words"].findall(text)
        distinct = {w.lower() for w in words}
        if self.contributing.search(path) or self.changelog.search(path):
            return 0
        if self.patterns["design"].search(path) and len(text) > MIN_PROSE and len(distinct) >= 2 and (len(words) >= 3 or "/" not in path):
            return 1
        if re.search(r"(?:^|/)readme\.(?:md|rst)$", path, re.IGNORECASE):
            for number, section in _sections(text):
                if self.patterns["design_heading"].search(section.splitlines()[0]):
                    found = {w.lower() for w in self.patterns["design_words"].findall(section)}
                    if len(section) > 400 and len(found) >= 2:
                        return number
        return 0

    def _rollback(self, path: str, text: str) -> int:
        """A runbook that says how to go back to an earlier version, with steps."""
        if not self.patterns["rollback_paths"].search(path) or path.lower().startswith(("changelog", "readme")):
            return 0
        for number, section in _sections(text):
            if self.patterns["rollback"].search(section.splitlines()[0]) and self.patterns["rollback_steps"].search(section):
                return number
        return 0


def _sections(text: str) -> Iterator[tuple[int, str]]:
    """(line, text) of each part of a document that a heading begins, its deeper headings included."""
    lines = text.splitlines()
    starts = [(i, len(m.group(1))) for i, line in enumerate(lines) if (m := re.match(r"(#+)\s+\S", line))]
    starts += [(i, 2) for i, line in enumerate(lines) if re.match(r"\s*<h[1-6]", line)]
    starts.sort()
    for index, (start, depth) in enumerate(starts):
        end = next((s for s, d in starts[index + 1 :] if d <= depth), len(lines))
        yield start + 1, "\n".join(lines[start:end])
