from rung.facts.code import read_source
from rung.facts.code.source import Source, Value

PROGRAM = """package main

import (
	"os"
	oa "example.com/openai"
)

const (
	Model = "m-1"
	B, C  = 1, "x"
)

type Settings struct {
	Model string `json:"model"`
	Base
}

func (s *Settings) Run(ctx context.Context, a, b string) error {
	res, err := s.client.Create(ctx, oa.Request{
		Model:    Model,
		Messages: []oa.Message{{Role: "user", Content: `raw "x"` + a}},
	})
	go func(q int) { s.done() }(1)
	for _, c := range cases {
		if c.Score >= 0.5 { }
	}
	s.key = os.Getenv("KEY")
	return err
}

func TestRun(t *testing.T) { t.Run("name", func(t *testing.T) {}) }
"""


def read(text: str = PROGRAM) -> Source:
    source = read_source("main.go", text)
    assert source is not None
    return source


def test_composite_literals_are_calls_with_keywords() -> None:
    source = read()
    create, request = source.calls[:2]
    assert (create.callee, request.callee) == ("s.client.Create", "oa.Request")
    assert create.argument("Model") == Value("name", "Model", 20)
    messages = request.argument("Messages")
    assert messages is not None
    content = messages.items[0].get("Content")
    assert content is not None
    assert (content.kind, content.text) == ("template", 'raw "x"{}')


def test_imports_constants_and_fields() -> None:
    source = read()
    assert [(found.module, found.alias) for found in source.imports] == [("os", ""), ("example.com/openai", "oa")]
    assert [(found.name, found.value.text, found.owner) for found in source.assignments[:4]] == [
        ("Model", "m-1", ""),
        ("B", "1", ""),
        ("C", "x", ""),
        ("Model", "", "Settings"),
    ]
    assert source.assignments[3].annotation == 'string `json:"model"`'
    assert source.classes[0].bases == ("Base",)


def test_functions() -> None:
    source = read()
    assert [(found.name, found.owner, found.parameters, found.decorators, found.parent) for found in source.functions] == [
        ("Run", "Settings", ("ctx", "a", "b"), (), -1),
        ("", "", ("q",), (), 0),
        ("TestRun", "", ("t",), (), -1),
        ("name", "", ("t",), ("t.Run",), 2),
    ]


def test_environment_loops_and_comparisons() -> None:
    source = read()
    assert [(found.name, found.function) for found in source.environment] == [("KEY", 0)]
    assert [found.iterable for found in source.loops] == ["cases"]
    assert [(found.operator, found.left, found.right) for found in source.comparisons] == [(">=", "c.Score", "0.5")]


def test_dead_code() -> None:
    source = read("package main\nfunc f() { if false { gone() } else { here() } }\n")
    assert [found.callee for found in source.calls] == ["here"]
