"""Stored records as a project declares them: tables, ORM classes, documents, migrations; with the names of their fields."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property, lru_cache

from rung.facts.code.source import Class, Source
from rung.link.asking import Asking
from rung.link.expression import Expression
from rung.link.project import Project
from rung.regex import regex

HUMP = regex(r"(?<=[a-z0-9])(?=[A-Z])")
SQL_TABLE = regex(
    r"create\s+table\s+(?:if\s+not\s+exists\s+)?[\"'`\[]?([\w.]+|\$?\{[^{}\n]{0,60}\}|\$\w{1,40})[\"'`\]]?\s*\((.*?)\)\s*(?:\$?\{[^{}\n]{0,60}\}\s*)?(?:;|$)",
    re.IGNORECASE | re.DOTALL,
)
INSERTED = regex(r"\s*insert\s+into\s+[\"'`\[]?([\w.]+)[\"'`\]]?\s*(?:\(([^)]*)\)\s*)?(?:values|select|on\b)", re.IGNORECASE)
PRISMA = regex(r"^model\s+(\w+)\s*\{(.*?)^\}", re.MULTILINE | re.DOTALL)
# What a file holds that declares a stored record of calls or feedback, and where such files stand.
SPEAKS = Expression(
    r"(?:[Ii]nput|[Oo]utput|[Pp]rompt|[Cc]ompletion|[Tt]otal|[Cc]ached?)_?[Tt]okens?|[Tt]oken_?(?:[Uu]sage|[Cc]ount)"
    r"|[Tt]okens(?:_[Uu]sed)?\b|"
    r"[Cc]ost|[Ss]tars\b|[Uu]sage\b|[Ff]eedback|[Vv]otes?|[Rr]ating|[Tt]humb|[Hh]elpful|[Rr]elevance|[Gg]roundedness|[Ff]aithfulness"
    r"|[Cc]orrections?\b|[Cc]orrected"
)
# The same of records of what was answered, and of what a judge says of it.
ANSWERED = regex(r"(?i)(?:\b|_)(?:answers?|reply|replies|completions?|verdicts?)(?:\b|_)")
KEEPS = Expression(
    r"\((?:[\w.]+\.)?(?:\w*Model|\w*Base|Document|Entity|Table)\b|create_table|createTable|CreateTable|(?:pg|sqlite|mysql)Table|ApplicationRecord"
    r"|ActiveRecord|@Entity|@Table|@Document|@DynamoDbBean|\[Table|Schema\(|defineTable|mapped_column|Column\(|Node\b"
    r"|(?i:create table|insert into)|DbSet<|extends\s+(?:\w+\\)*\w*Model\b|Schema::"
    r"|(?:gorm|bson|bun|db|dynamodbav|firestore):\"|derive\([^)]*(?:Queryable|Insertable|FromRow|EntityModel)"
)
STORING = regex(
    r"(?:^|/)(?:models?|entities|entity|schema|storage|repositories|repository|db|database|tables|persistence)(?:/|\.|_)", re.IGNORECASE
)
TRANSFERS = regex(r"Request|Response|Input|Output|Schema$|Props|DTO|Dto|Params")
MAPPED = regex(
    r"^(?:\w+\.)*(?:Entity|Table|Document|Node|MappedEntity|DynamoDbBean|DynamoDBTable|Container|BsonCollection|dataclass_json)$"
)
AMBIGUOUS = regex(r"(?:^|\.)(?:Base)?(?:Document|Node)$")
SQL_COMMENT = regex(r"(?<=[\s,(])--[^\n]*")
TAGGED = regex(r"`[^`]*\b(?:gorm|bson|bun|db|dynamodbav|firestore|pg):\"")
COLLECTIONS = ("DbSet<", "Collection<", "Repository<")
COLLECTED = regex(r"\b(?:DbSet|\w*MongoCollection|ILiteCollection|\w*Repository)<\s*(\w+)")
LISTS = ("fillable", "casts")
DERIVED = regex(r"derive\([^)]*(?:Queryable|Insertable|FromRow|EntityModel)")


class Entity:
    """A record: a table, an ORM class, a migration; with its field names. `kept` says that something is known to store it."""

    def __init__(self, path: str, line: int, name: str, fields: list[str], *, kept: bool = True) -> None:
        self.path, self.line, self.name, self.fields, self.kept = path, line, name, fields, kept

    @cached_property
    def spaced(self) -> list[str]:
        """The names of the fields in snake case."""
        return [snake(f) for f in self.fields]


@lru_cache(50_000)
def snake(name: str) -> str:
    """A name in snake case."""
    return name if name.islower() else HUMP.sub("_", name).lower()


class Entities:
    """The records that an application declares."""

    def __init__(self, project: Project, asking: Asking) -> None:
        self.project, self.graph, self.glance = project, asking.graph, asking.uses.glance
        words = project.vocabulary["monitoring"]
        self.persistence = regex(words["persistence"])
        self.tables = regex(words["tables"])
        self.documents = regex(words["documents"])

    @cached_property
    def all(self) -> list[Entity]:
        """All records, in the order of the files."""
        return [e for path in self.project.paths if self.project.is_application(path) for e in self._of_file(path)]

    def _of_file(self, path: str) -> Iterator[Entity]:
        if path.endswith((".sql", ".sq")):
            yield from self._of_sql(path, self.project.text(path) or "", 1)
        elif path.endswith(".prisma"):
            text = self.project.text(path) or ""
            for match in PRISMA.finditer(text):
                fields = [w.split()[0] for w in match.group(2).splitlines() if w.strip() and not w.strip().startswith(("//", "@@"))]
                yield Entity(path, text.count("\n", 0, match.start()) + 1, match.group(1), fields)
        elif path in self._code and (self.glance.holds(path, "record") or self.glance.holds(path, "stored")):
            text = self.project.text(path) or ""
            keeps = self.glance.holds(path, "stored") and KEEPS.search(text) is not None
            declared = STORING.search(path) or keeps
            if not declared and posixpath.basename(path).split(".")[0] not in self._collected:
                return
            source = self.project.source(path) if SPEAKS.search(text) or (keeps and ANSWERED.search(text)) else None
            if source is not None:
                yield from self._of_source(source)

    def _of_sql(self, path: str, text: str, first: int) -> Iterator[Entity]:
        text = SQL_COMMENT.sub("", text)
        for match in SQL_TABLE.finditer(text):
            fields = [w.strip().split()[0].strip("\"'`[]") for w in match.group(2).split(",") if w.strip()]
            yield Entity(path, text.count("\n", 0, match.start()) + first, match.group(1), fields)

    @cached_property
    def _code(self) -> frozenset[str]:
        return frozenset(self.project.code)

    def _of_source(self, source: Source) -> Iterator[Entity]:
        storing = STORING.search(source.path) and source.language != "javascript"
        for declared in source.classes:
            kept = self._is_kept(source, declared)
            if kept or (storing and not TRANSFERS.search(declared.name)):
                fields = [a.name.rsplit(".", 1)[-1] for a in source.assignments if a.owner == declared.name and a.function < 0]
                fields += self._listed(source, declared)
                yield Entity(source.path, declared.line, declared.name, fields, kept=kept)
        for call in source.calls:
            if self.tables.search(call.callee):
                name = next((v.text for v in call.arguments.items if v.kind == "string"), "")
                inside = [c for c in source.calls if call.line <= c.line <= call.end_line]
                fields = [v.text for c in inside for v in c.arguments.items[:2] if v.kind == "string"]
                fields += [k for c in inside for v in c.arguments.items for k in v.keys if k]
                yield Entity(source.path, call.line, name, fields)
        for text in source.texts:
            if re.match(r"\s*create\s+table\b", SQL_COMMENT.sub("", text.value), re.IGNORECASE):
                yield from self._of_sql(source.path, text.value.strip(), text.line)
            elif match := INSERTED.match(text.value):
                fields = [w.strip().strip("\"'`[]") for w in (match.group(2) or "").split(",")]
                yield Entity(source.path, text.line, match.group(1), [f for f in fields if f])

    def _listed(self, source: Source, declared: Class) -> list[str]:
        """The fields of a record whose class lists them."""
        own = (a.value for a in source.assignments if a.owner == declared.name and a.name in LISTS and a.function < 0)
        return [name for value in own for name in (value.keys or [i.text for i in value.items if i.kind == "string"]) if name]

    def _is_kept(self, source: Source, declared: Class) -> bool:
        """Whether something says that objects of a class are stored: its base, an annotation, its fields' tags, a collection."""
        if self._is_mapped(source, declared, 3) or any(MAPPED.search(d) for d in declared.decorators):
            return True
        own = [a for a in source.assignments if a.owner == declared.name and a.function < 0]
        if any(a.name.rsplit(".", 1)[-1] in ("__tablename__", "__table__") for a in own):
            return True
        if source.language == "go":
            return any(TAGGED.search(a.annotation) for a in own)
        if source.language == "rust":
            return any(DERIVED.search(line) for line in source.lines[max(0, declared.line - 5) : declared.line])
        return source.language in ("csharp", "java") and declared.name in self._collected

    def _is_mapped(self, source: Source, declared: Class, steps: int) -> bool:
        """Whether a class derives from a base of stored records, also through bases of the repository's own."""
        if any(self.persistence.search(b) for b in declared.bases if not AMBIGUOUS.search(b) or self._stores_documents(source)):
            return True
        if not steps:
            return False
        bases = {b.rsplit(".", 1)[-1] for b in declared.bases} - {declared.name}
        near = [t for t in self.graph.touches(source.path) if self._declares(t, bases)] if bases else []
        files = [source, *(o for t in near if (o := self.project.source(t)))]
        return any(c.name in bases and self._is_mapped(f, c, steps - 1) for f in files for c in f.classes)

    def _stores_documents(self, source: Source) -> bool:
        return source.language != "python" or any(self.documents.search(i.module) for i in source.imports)

    def _declares(self, path: str, names: set[str]) -> bool:
        text = self.project.text(path) or ""
        return any(f"class {n}" in text for n in names)

    @cached_property
    def _collected(self) -> frozenset[str]:
        """Names of the classes of which a database's context, collection or repository holds objects."""
        files = [p for p in self.project.code if p.endswith((".cs", ".java", ".kt")) and self.project.is_application(p)]
        texts = (self.project.text(p) or "" for p in files)
        return frozenset(n for text in texts if any(w in text for w in COLLECTIONS) for n in COLLECTED.findall(text))
