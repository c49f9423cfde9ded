"""Metrics, attributes and events of model calls that code hands to telemetry: tokens, cost, latency."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from rung.facts.code.source import Call, Source, Value
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.entities import snake
from rung.link.expression import Expression
from rung.link.project import Project
from rung.regex import regex

# Calls of metrics libraries.
MEASURES = Expression(
    r"Counter|Histogram|Gauge|counter[ (]|histogram[ (]|put_metric|putMetric|PutMetric|[tT]rack_?[mM]etric|add_metric|addMetric"
    r"|[sS]tats[dD]|set_attribute|setAttribute|SetTag|set_tag|[aA]ddTag|attribute\.(?:Int|Float|String|Key)|(?:counter|histogram|gauge)!|DistributionSummary"
    r"|Timer\.builder|\.summary\(|:(?:counter|histogram)|distribution_value|[rR]ecord_?[mM]etric"
)
# What a registry may be asked to make, by the first argument.
KINDS = frozenset({"counter", "histogram", "gauge", "summary"})


class Meters:
    """Facts of kind `metric`, one a file."""

    def __init__(self, project: Project, asking: Asking) -> None:
        self.project, self.glance = project, asking.uses.glance
        words = project.vocabulary["monitoring"]
        self.names = regex(words["metric_names"], re.IGNORECASE)
        self.counted, self.not_counted = (regex(words[k]) for k in ("metric_counts", "not_metric_counts"))
        self.calls, self.registers = regex(words["metric_calls"]), regex(words["metric_registers"])
        self.labels, self.custom, self.label_names = (regex(words[k]) for k in ("label_calls", "custom_calls", "label_names"))
        self.label_texts, self.spans = Expression(words["label_texts"]), regex(words["span_calls"])

    def facts(self) -> Iterator[Fact]:
        """Token, cost or latency metrics of model calls, through a metrics library."""
        for path in self.project.code:
            if not self.glance.holds(path, "metric") or not self.project.is_application(path):
                continue
            text = self.project.text(path) or ""
            if not (MEASURES.search(text) or self.labels.search(text) or self.label_texts.search(text)):
                continue
            source = self.project.source(path) if self.names.search(text) or "oken" in text or "cost" in text else None
            line = self._metered(source) if source else 0
            if line:
                yield self.project.fact("metric", path, line)

    def _metered(self, source: Source) -> int:
        traced = any(self._is_telemetry(t) for t in self.glance.tools(source.path))
        for call in source.calls:
            if self._makes(call) and any(self._tells(n) for n in _named(call)):
                return call.line
            told = self.labels.search(f"{call.callee}(") and (traced or self.custom.search(call.callee))
            if told and any(self.label_names.search(snake(n)) for n in _labelled(call)):
                return call.line
            spanned = self.spans.search(f"{call.callee}(") and (traced or self._exports)
            if (told or spanned) and self.label_texts.search("\n".join(source.lines[call.line - 1 : call.end_line])):
                return call.line
        return 0

    def _makes(self, call: Call) -> bool:
        """Whether a call makes or moves a metric, or hands a span an attribute."""
        if self.calls.search(call.callee):
            return True
        first = call.arguments.items[0] if call.arguments.items else None
        return first is not None and first.text in KINDS and bool(self.registers.search(call.callee))

    def _tells(self, name: str) -> bool:
        """Whether a metric's name tells of a model's calls, and not of tokens that let somebody in."""
        plain = snake(name)
        return bool(self.names.search(name) or (self.counted.search(plain) and not self.not_counted.search(plain)))

    def _is_telemetry(self, tool: str) -> bool:
        return self.project.catalogue.by_id[tool].category == "telemetry"

    @cached_property
    def _exports(self) -> bool:
        """Whether some file of the application has telemetry leave the process."""
        return any(self._is_telemetry(t) for p in self.project.code if self.project.is_application(p) for t in self.glance.tools(p))


def _named(call: Call) -> Iterator[str]:
    """The names by which a call may call a metric: its first texts, and a keyword or field of that name."""
    yield from [v.text for v in call.arguments.items if v.kind in ("string", "template")][:2]
    for value in (call.argument("name", "Name"), *_fields(call)):
        if value is not None:
            yield value.text


def _fields(call: Call) -> Iterator[Value | None]:
    for value in call.arguments.items[:2]:
        if value.kind in ("mapping", "call"):
            yield from (value.get(key) for key in ("name", "Name", "MetricName"))


def _labelled(call: Call) -> Iterator[str]:
    """The names under which a call hands values to telemetry: keywords, keys, first arguments, constants and names of metrics."""
    yield from (k for k in call.arguments.keys if k)
    for position, value in enumerate(call.arguments.items[:3]):
        if value.kind in ("string", "name") and position == 0:
            yield value.text.rsplit(".", 1)[-1] if value.kind == "name" else value.text
        for part in (value, *value.items):
            if part.kind in ("mapping", "call"):
                yield from (k for k in part.keys if k)
            if part.kind == "call":
                yield part.text.rsplit(".", 1)[-1]
                yield from (v.text for v in part.items[:1] if v.kind == "string")
            name = part.get("MetricName") if part.kind == "mapping" else None
            if name is not None:
                yield name.text
