from rung.facts.code import read_source
from rung.facts.code.source import Source, Value


def read(text: str, path: str = "src/app.tsx") -> Source:
    source = read_source(path, text)
    assert source is not None
    return source


def test_options_objects_are_keywords() -> None:
    source = read('const res = await new Client().chat?.create!({ model: provider("m"), ...rest, input, nested: { "key": [1, -2] } });\n')
    create = source.calls[0]
    assert create.callee == "Client.chat.create"
    model, nested = create.argument("model"), create.argument("nested")
    assert model is not None
    assert (model.kind, model.text, model.items[0].text) == ("call", "provider", "m")
    assert nested is not None
    assert [item.text for item in nested.items[0].items] == ["1", "-2"]
    assert create.argument("input") == Value("name", "input", 1)


def test_templates_and_tagged_templates() -> None:
    source = read('const a = `x ${user.name}\\n`;\nsql`select ${id}`;\nconst b = "a" + "b" + c;\n')
    assert [(text.value, text.template) for text in source.texts] == [("x {}\n", True), ("select {}", True), ("ab{}", True)]
    assert source.calls[0].callee == "sql"
    assert source.calls[0].arguments.items[0].items[0].text == "id"


def test_type_only_imports_are_left_out() -> None:
    source = read(
        'import type { A } from "a";\nimport { type B, c as d } from "b";\nimport { type E } from "e";\n'
        'export type { F } from "f";\n'
        'import G, * as H from "g";\nimport "./side";\nexport * from "i";\n'
        'const { j, k: l } = require("j");\nconst m = await import("m");\n'
    )
    assert [(found.module, found.names, found.alias) for found in source.imports] == [
        ("b", (("c", "d"),), ""),
        ("g", (("default", "G"),), "H"),
        ("./side", (), ""),
        ("i", (), ""),
        ("j", (("j", "j"), ("k", "l")), ""),
        ("m", (), "m"),
    ]
    assert source.texts == []


def test_functions_are_named_by_what_they_are_given_to() -> None:
    source = read(
        "const f = async ({ a = 1, b }, ...rest) => {};\nexports.g = function () {};\nexport default { run: () => 1, async stop() {} };\n"
        'describe("suite", () => { test.skip(`case`, async () => { expect(1).toBe(1); }); });\n'
    )
    assert [(found.name, found.decorators, found.parent) for found in source.functions] == [
        ("f", (), -1),
        ("g", (), -1),
        ("run", (), -1),
        ("stop", (), -1),
        ("suite", ("describe",), -1),
        ("case", ("test.skip",), 4),
    ]
    assert source.functions[0].parameters == ("a", "b", "rest")
    assert [(found.callee, found.function) for found in source.calls][-2:] == [("expect.toBe", 5), ("expect", 5)]


def test_classes_fields_and_decorators() -> None:
    source = read(
        '@Component({ selector: "x" })\nexport class A extends B.C<D> implements E {\n'
        '  static readonly model: string = "m";\n  @Get("/") run() {}\n}\n'
    )
    assert source.classes[0].bases == ("B.C", "E")
    assert source.classes[0].decorators == ("Component",)
    assert (source.functions[0].owner, source.functions[0].decorators) == ("A", ("Get",))
    field = source.assignments[0]
    assert (field.name, field.owner, field.annotation, field.value.text) == ("model", "A", "string", "m")
    assert [found.callee for found in source.calls] == ["Component", "Get"]


def test_components_are_calls_and_plain_tags_are_not() -> None:
    source = read('const page = <div><Chat.Provider api="/x" stream {...p}>text</Chat.Provider></div>;\n')
    assert [found.callee for found in source.calls] == ["Chat.Provider"]
    assert source.calls[0].argument("api") == Value("string", "/x", 1)
    assert source.calls[0].argument("stream") == Value("boolean", "true", 1)


def test_reads_of_the_environment() -> None:
    source = read(
        'const a = process.env.A ?? "da";\nconst b = process.env["B"] as string;\nconst { C, D: e } = process.env;\n'
        'process.env.W = "x";\nf(import.meta.env.VITE_V!, Deno.env.get("G"));\n'
    )
    assert [(found.name, found.default) for found in source.environment] == [
        ("A", "da"),
        ("B", None),
        ("C", None),
        ("D", None),
        ("VITE_V", None),
        ("G", None),
    ]


def test_dead_code_types_and_directives_are_left_out() -> None:
    source = read('"use server";\nif (false) { gone(); } else { here(); }\ntype T = "a" | "b";\nconst x: "c" = y;\n')
    assert [found.callee for found in source.calls] == ["here"]
    assert source.texts == []


def test_loops_and_comparisons() -> None:
    source = read('for (const row of rows) { if (row.score >= 0.5 && row.kind !== "x" && "k" in row) {} }\n')
    assert source.loops[0].iterable == "rows"
    assert [(found.operator, found.left) for found in source.comparisons] == [(">=", "row.score"), ("!=", "row.kind"), ("in", '"k"')]


def test_angle_brackets_are_type_assertions_in_typescript() -> None:
    source = read('const a = <Options>{ model: "m" };\nenum Kind { A = "a" }\n', "src/app.ts")
    assert source.assignments[0].value.get("model") == Value("string", "m", 1)
    assert (source.assignments[1].name, source.assignments[1].owner) == ("A", "Kind")


def test_minified_lines_are_skipped() -> None:
    source = read('const a = f("kept");\n' + "x(1);" * 20_000 + '\nconst b = g("kept too");\n', "dist/app.js")
    assert [found.callee for found in source.calls] == ["f", "g"]
