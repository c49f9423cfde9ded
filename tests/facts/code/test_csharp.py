from rung.facts.code import read_source
from rung.facts.code.source import Source, Value

PROGRAM = '''using Microsoft.X;
using Y = X.Z;

#if false
class Gone {}
#else
class Kept {}
#endif

public class Desk : Base<T>, IApi
{
    public const string Model = "m-" + Version;
    private readonly ChatClient _client = new("m-1", Environment.GetEnvironmentVariable("KEY") ?? "none");
    public string Name { get; set; } = "x";

    [KernelFunction("ask"), Description("Asks")]
    public async Task<string> Ask([Description("p")] string question, int n = 3)
    {
        var reply = await client.Chat?.CompleteAsync(
            new SystemMessage($"Ask {question:F2} {{now}}"), options: new Options(1) { Temperature = 0.5f })!;
        var text = """
            One
              two
            """;
        var path = @"c:\\x ""q""";
        foreach (var row in rows) { if (row.Score >= 0.5) { } }
        return cfg["model"];
    }

    record Case(string Question, int Score = 2);
}

app.MapGet("/ask", async (int id) => await Find(id));
'''


def read() -> Source:
    source = read_source("Desk.cs", PROGRAM)
    assert source is not None
    return source


def test_calls_with_named_arguments_and_initializers() -> None:
    source = read()
    complete = next(found for found in source.calls if found.callee == "client.Chat.CompleteAsync")
    options = complete.argument("options")
    assert options is not None
    assert (options.text, options.get("Temperature")) == ("Options", Value("number", "0.5f", 20))
    message = next(found for found in source.calls if found.callee == "SystemMessage").arguments.items[0]
    assert (message.kind, message.text, message.items[0].text) == ("template", "Ask {} {now}", "question")


def test_a_new_without_a_type_takes_the_declared_one() -> None:
    client = next(found for found in read().calls if found.callee == "ChatClient")
    assert client.arguments.items[0] == Value("string", "m-1", 13)


def test_declarations() -> None:
    source = read()
    assert [(found.module, found.alias) for found in source.imports] == [("Microsoft.X", ""), ("X.Z", "Y")]
    assert [(found.name, found.bases) for found in source.classes] == [("Kept", ()), ("Desk", ("Base", "IApi")), ("Case", ())]
    ask, route = source.functions
    assert (ask.name, ask.owner, ask.parameters) == ("Ask", "Desk", ("question", "n"))
    assert ask.decorators == ("KernelFunction", "Description")
    assert (route.name, route.decorators, route.parameters) == ("/ask", ("app.MapGet",), ("id",))
    values = {found.name: (found.value.text, found.owner) for found in source.assignments}
    assert values["Model"] == ("m-{}", "Desk")
    assert values["Name"] == ("x", "Desk")
    assert values["text"] == ("One\n  two", "")
    assert values["path"] == ('c:\\x "q"', "")
    assert values["Score"] == ("2", "Case")
    assert values["n"] == ("3", "")


def test_environment_loops_and_comparisons() -> None:
    source = read()
    assert [(found.name, found.default) for found in source.environment] == [("KEY", "none")]
    assert [found.iterable for found in source.loops] == ["rows"]
    assert [found.left for found in source.comparisons] == ["row.Score"]
