"""What a test replaces beside the model: services, stores and clients of the repository that lead to no model."""

from __future__ import annotations

from rung.facts.code.source import Source
from rung.link.graph import Graph
from rung.link.project import Project
from rung.link.stand_ins import TELLING, words
from rung.regex import regex

# How a test declares what stands in for a type: `@MockitoBean Orders orders`, `Orders orders = mock(Orders.class)`, `mockk<Orders>()`,
# `new Mock<IOrders>()`, `Substitute.For<IOrders>()`.
DECLARED = regex(
    r"@(?:Mock|MockBean|MockitoBean|SpyBean|MockitoSpyBean|MockkBean|MockK|RelaxedMockK|SpyK|InjectMock|InjectSpy)\b(?:\([^()\n]{0,80}\))?"
    r"\s{0,80}(?:(?:private|protected|public|internal|final|lateinit|static)\s{1,4}){0,4}"
    r"(?:va[lr]\s{1,4}(?P<name>\w{1,80})\s{0,4}:\s{0,4}(?P<type>[A-Z]\w{0,80})"
    r"|(?P<type2>[A-Z]\w{0,80})(?:<[^<>\n]{0,80}>)?\s{1,4}(?P<name2>\w{1,80}))"
)
MADE = regex(
    r"(?P<name>\b\w{1,80})\s{0,4}(?::\s{0,4}\w{1,80}\s{0,4})?=\s{0,4}(?:Mockito\.)?(?:"
    r"mock\(\s{0,4}(?P<a>[A-Z]\w{0,80})(?:\.class|::class)|mockk<(?P<b>[A-Z]\w{0,80})>"
    r"|new Mock<(?P<c>[A-Z]\w{0,80})>|Substitute\.For<(?P<d>[A-Z]\w{0,80})>"
    r"|mock<(?P<e>[A-Z]\w{0,80})>|A\.Fake<(?P<f>[A-Z]\w{0,80})>)"
)
TYPED = ("java", "csharp")


def replaced_beside(project: Project, graph: Graph, source: Source) -> frozenset[str]:
    """Names and types of what a test of Java, Kotlin or C# replaces that is the repository's own and leads to no model; none if anything
    that it replaces may be the model."""
    return beside_model(project, graph, "\n".join(source.lines)) if source.language in TYPED else frozenset()


def beside_model(project: Project, graph: Graph, text: str) -> frozenset[str]:
    """The same, told from the text of such a test."""
    found = [(m["name"] or m["name2"], m["type"] or m["type2"]) for m in DECLARED.finditer(text)]
    found += [(m["name"], next(m[k] for k in "abcdef" if m[k])) for m in MADE.finditer(text)]
    if not found or any(not _is_beside(project, graph, kind) for _, kind in found):
        return frozenset()
    return frozenset(part for pair in found for part in pair)


def _is_beside(project: Project, graph: Graph, kind: str) -> bool:
    declaring = graph.declaring(kind)
    return bool(declaring) and not words(kind) & TELLING and all(p not in graph.leading and project.is_own(p) for p in declaring)
