from rung.facts.code import read_source
from rung.facts.code.source import Source, Value

JAVA = '''package a;
import java.util.List;
import static org.x.Assertions.assertThat;

@Service
public class Desk extends Base<T> implements Api {
    private static final String PROMPT = """
        One
          two""";
    @Value("${chat.model:m-1}") private String model;

    @Test
    public String ask(final String question) {
        var client = Client.builder().key(System.getenv("KEY")).model("m-1").build();
        for (String row : rows) { if (row.length() >= 3) { } }
        items.forEach(item -> use(item));
        if (false) { gone(); }
        return flag ? "yes" : "no: " + question;
    }

    enum Kind { SMALL("s"), LARGE("l") }
    record Case(String question, int score) {}
}
'''

KOTLIN = '''import a.b.C as D

@Service(name = "x")
class Desk(val model: String = "m-1") : Base(model), Api {
    private val client by lazy { Client(token = System.getenv("KEY") ?: "none") }

    @Test
    fun `asks once`(question: String = "q"): String =
        client.create(model = ModelId(model), messages = listOf(Message(content = "Ask $question ${user.name}"))) { it.stop = 1 }

    fun other() {
        for (row in rows) { if (row.kind !in kinds) {} }
        if (false) { gone() }
        val text = """
            One
              two
        """.trimIndent()
    }
}
'''


def read(path: str, text: str) -> Source:
    source = read_source(path, text)
    assert source is not None
    assert source.language == "java"
    return source


def test_java_builders_are_dotted_callees() -> None:
    source = read("Desk.java", JAVA)
    callees = [found.callee for found in source.calls]
    assert "Client.builder.key.model.build" in callees
    assert "gone" not in callees
    model = next(found for found in source.calls if found.callee == "Client.builder.key.model")
    assert model.arguments.items == (Value("string", "m-1", 14),)


def test_java_declarations() -> None:
    source = read("Desk.java", JAVA)
    assert [(found.name, found.bases, found.decorators, found.line) for found in source.classes[:1]] == [
        ("Desk", ("Base", "Api"), ("Service",), 6)
    ]
    assert [(found.module, found.names) for found in source.imports] == [
        ("java.util.List", ()),
        ("org.x.Assertions", (("assertThat", "assertThat"),)),
    ]
    ask, item = source.functions
    assert (ask.name, ask.owner, ask.decorators, ask.parameters, ask.line) == ("ask", "Desk", ("Test",), ("question",), 13)
    assert (item.decorators, item.parameters, item.parent) == (("items.forEach",), ("item",), 0)
    assert [(found.name, found.value.text, found.owner, found.annotation) for found in source.assignments] == [
        ("PROMPT", "One\n  two", "Desk", "String"),
        ("model", "", "Desk", "String"),
        ("client", "Client.builder.key.model.build", "", "var"),
        ("SMALL", "s", "Kind", ""),
        ("LARGE", "l", "Kind", ""),
        ("question", "", "Case", "String"),
        ("score", "", "Case", "int"),
    ]


def test_java_environment_loops_and_comparisons() -> None:
    source = read("Desk.java", JAVA)
    assert [(found.name, found.default) for found in source.environment] == [("chat.model", "m-1"), ("KEY", None)]
    assert [found.iterable for found in source.loops] == ["rows"]
    assert [found.left for found in source.comparisons] == ["row.length()"]


def test_kotlin_named_arguments_and_trailing_lambdas() -> None:
    source = read("Desk.kt", KOTLIN)
    create = next(found for found in source.calls if found.callee == "client.create")
    model, messages = create.argument("model"), create.argument("messages")
    assert model is not None
    assert messages is not None
    assert (model.text, messages.text) == ("ModelId", "listOf")
    content = messages.items[0].get("content")
    assert content is not None
    assert (content.text, [hole.text for hole in content.items]) == ("Ask {} {}", ["question", "user.name"])
    assert [found.name for found in source.functions if not found.decorators or found.decorators == ("Test",)] == ["asks once", "other"]
    assert [found.decorators for found in source.functions if not found.name] == [("lazy",), ("client.create",)]


def test_kotlin_declarations() -> None:
    source = read("Desk.kt", KOTLIN)
    assert [(found.module, found.alias) for found in source.imports] == [("a.b.C", "D")]
    assert [(found.name, found.bases, found.decorators) for found in source.classes] == [("Desk", ("Base", "Api"), ("Service",))]
    assert [(found.name, found.value.text) for found in source.assignments] == [
        ("model", "m-1"),
        ("client", "lazy"),
        ("question", "q"),
        ("it.stop", "1"),
        ("text", "One\n  two"),
    ]
    assert [(found.name, found.default) for found in source.environment] == [("KEY", "none")]
    assert [(found.operator, found.left) for found in source.comparisons] == [("not in", "row.kind")]
    assert "gone" not in [found.callee for found in source.calls]
