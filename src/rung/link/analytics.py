"""Views of usage that the application ships: pages of charts and figures on what is asked, answered and voted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.project import Project

LONGEST_ROUTE = 60
SHOWN = 2  # kinds of figures that tell of the application's use


class Analytics:
    """Facts of kind `analytics-view`, one at most."""

    def __init__(self, project: Project, asking: Asking, patterns: Mapping[str, re.Pattern[str]]) -> None:
        """`patterns` are the vocabulary's of monitoring, without regard to case."""
        self.project, self.asking, self.patterns, self.glance = project, asking, patterns, asking.uses.glance

    def facts(self) -> Iterator[Fact]:
        """An analytics view of usage that the application ships."""
        for path in self.project.paths:
            if self.patterns["analytics_scripts"].search(path) and self.project.is_application(path):
                text = self.project.text(path) or ""
                drawn = set(self.patterns["analytics_charts"].findall(text))
                told = {w.lower() for w in self.patterns["analytics_figures"].findall(text)}
                if len(drawn) >= 2 and len(told) >= 2:
                    line = next((i for i, row in enumerate(text.splitlines(), 1) if self.patterns["analytics_charts"].search(row)), 1)
                    yield self.project.fact("analytics-view", path, line)
                    return
            line = self._reported(path) if self.patterns["analytics_reports"].search(path) else 0
            if line:
                yield self.project.fact("analytics-view", path, line)
                return
            if self.patterns["analytics_paths"].search(path) and self.project.is_application(path):
                text = self.project.text(path) or ""
                words = {w.lower() for w in self.patterns["analytics_words"].findall(text)}
                if len(words) >= 2 and re.search(r"admin|usage|analytics|cost", path, re.IGNORECASE):
                    line = next((i for i, row in enumerate(text.splitlines(), 1) if self.patterns["analytics_words"].search(row)), 1)
                    yield self.project.fact("analytics-view", path, line)
                    return
        for path in self.project.code:
            line = self._listed(path) if self.glance.holds(path, "usage page") and self.project.is_application(path) else 0
            if line:
                yield self.project.fact("analytics-view", path, line)
                return
        for path in self.project.paths:
            line = self._charted(path) if self.patterns["analytics_components"].search(path) else 0
            if line:
                yield self.project.fact("analytics-view", path, line)
                return

    def _reported(self, path: str) -> int:
        """The line of a chart on a page in Python that sums up what is stored of the application's use; 0 for none."""
        if not self.project.is_application(path) or self.patterns["not_analytics"].search(path):
            return 0
        text = self.project.text(path) or ""
        drawn = self.patterns["analytics_charts"].search(text)
        if drawn is None or not self.patterns["analytics_pages"].search(text) or not self.patterns["usage_sums"].search(text):
            return 0
        told = {m.lastgroup for m in self.patterns["analytics_shown"].finditer(text)}
        return text.count("\n", 0, drawn.start()) + 1 if len(told) >= SHOWN else 0

    def _listed(self, path: str) -> int:
        """The line of a route that sums up recorded calls or votes and answers with a page of them; 0 for none."""
        source = self.project.source(path)
        rows = source.lines if source else []
        for text in source.texts if source else ():
            if len(text.value) > LONGEST_ROUTE or not self.patterns["usage_routes"].search(text.value):
                continue
            inside = [f for f in source.functions if f.line in range(text.line - 2, text.line + 4)] if source else []
            end = max((f.end_line for f in inside), default=text.line)
            body = "\n".join(rows[text.line - 1 : end])
            told = {w.lower() for w in self.patterns["usage_figures"].findall(body)}
            if len(told) >= 2 and self.patterns["usage_sums"].search(body) and self.patterns["usage_pages"].search(body):
                return text.line
        return 0

    def _charted(self, path: str) -> int:
        """The line of a chart in a component that shows how answers fare or are used, and that some page shows; 0 for none."""
        if not self.project.is_application(path) or self.patterns["not_analytics"].search(path):
            return 0
        text = self.project.text(path) or ""
        drawn = self.patterns["analytics_drawn"].search(text)
        told = {m.lastgroup for m in self.patterns["analytics_shown"].finditer(text)} if drawn else set()
        if drawn is None or len(told) < 2 or not self._is_mounted(path):
            return 0
        return text.count("\n", 0, drawn.start()) + 1

    def _is_mounted(self, path: str) -> bool:
        """Whether a page or the program's entry shows a component, itself or through others."""
        known, wave = {path}, {path}
        while wave:
            if any(self.patterns["analytics_entries"].search(p) for p in wave):
                return True
            wave = {u for p in wave for u in self.asking.graph.used.get(p, ()) if self.project.is_application(u)} - known
            known |= wave
        return False
