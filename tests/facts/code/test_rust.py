from rung.facts.code import read_source
from rung.facts.code.source import Source, Value

PROGRAM = """use desk_rs::{generation::{Request as R, self}, Desk};
use crate::prompts::*;

const MODEL: &str = "m-1";

#[derive(Parser)]
struct Args {
    #[arg(long, env = "CHAT_MODEL", default_value = "m-2")]
    model: String,
}

impl Args {
    #[tokio::test]
    async fn run(&self, wish: &str) -> Result<()> {
        let reply = Desk::default().generate(R::new(MODEL.to_string(), format!("Ask {} {name}", wish))).await?;
        let key = std::env::var("KEY").unwrap_or_else(|_| "none".to_string());
        let options = Options { model: self.model.clone(), text: "x".into(), ..Default::default() };
        let body = json!({"model": "m-3", "messages": [{"role": "user"}]});
        for case in &cases { assert!(case.score >= 0.5, r#"low "score""#); }
        if false { gone() }
        items.iter().map(|item| item.name).collect::<Vec<_>>()
    }
}

#[cfg(any())]
fn never() { gone() }
"""


def read() -> Source:
    source = read_source("src/main.rs", PROGRAM)
    assert source is not None
    return source


def test_calls_macros_and_structs() -> None:
    source = read()
    callees = [found.callee for found in source.calls]
    assert {"Desk.default.generate", "R.new", "format!", "assert!", "json!", "Options", "items.iter.map.collect"} <= set(callees)
    assert "gone" not in callees
    request = next(found for found in source.calls if found.callee == "R.new").arguments
    assert request.items[0] == Value("name", "MODEL", 15)
    assert (request.items[1].kind, request.items[1].text) == ("template", "Ask {} {}")
    assert [hole.text for hole in request.items[1].items] == ["wish", "name"]
    options = next(found for found in source.calls if found.callee == "Options")
    assert options.argument("text") == Value("string", "x", 17)
    body = next(found for found in source.calls if found.callee == "json!")
    assert body.argument("model") == Value("string", "m-3", 18)


def test_imports() -> None:
    assert [(found.module, found.names) for found in read().imports] == [
        ("desk_rs::generation", (("Request", "R"),)),
        ("desk_rs", (("generation", "generation"), ("Desk", "Desk"))),
        ("crate::prompts", (("*", "*"),)),
    ]


def test_declarations() -> None:
    source = read()
    run, default, item = source.functions
    assert (run.name, run.owner, run.decorators, run.parameters) == ("run", "Args", ("tokio.test",), ("self", "wish"))
    assert (default.decorators, item.decorators) == (("std.env.var.unwrap_or_else",), ("items.iter.map",))
    assert [(found.name, found.owner, found.annotation) for found in source.assignments[:2]] == [
        ("MODEL", "", "&str"),
        ("model", "Args", "String"),
    ]


def test_environment_loops_comparisons_and_raw_strings() -> None:
    source = read()
    assert [(found.name, found.default) for found in source.environment] == [("CHAT_MODEL", "m-2"), ("KEY", "none")]
    assert [found.iterable for found in source.loops] == ["&cases"]
    assert [found.left for found in source.comparisons] == ["case.score"]
    assert 'low "score"' in [text.value for text in source.texts]
