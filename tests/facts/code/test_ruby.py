from rung.facts.code import language_of, read_source
from rung.facts.code.source import Source, Value

PROGRAM = """require "openai"
require_relative "lib/desk"

module Shop
  class Desk < Base::Desk
    MODEL = "m-1".freeze

    def initialize(wish, words: 50)
      @model = ENV.fetch("MODEL", "m-2")
      @key = ENV["KEY"] || "none"
      config.default_model = "m-3"
      @client ||= OpenAI::Client.new(access_token: @key)
    end

    def self.ask(wish, model:)
      client.chat(parameters: { model:, "messages" => [{ role: :user, content: "Ask #{wish.text}" }] })
      text = <<~TEXT
        One #{wish}
          two
      TEXT
      items.each { |item| use item if item.score >= 0.5 }
    end
  end
end

create_table :calls do |t|
  t.integer :tokens, default: 0
end
gone if false
"""


def read(text: str = PROGRAM, path: str = "app/desk.rb") -> Source:
    source = read_source(path, text)
    assert source is not None
    return source


def test_hashes_and_keywords() -> None:
    chat = next(found for found in read().calls if found.callee == "client.chat")
    parameters = chat.argument("parameters")
    assert parameters is not None
    assert parameters.get("model") == Value("name", "model", 16)
    messages = parameters.get("messages")
    assert messages is not None
    assert messages.items[0].get("role") == Value("string", "user", 16)
    content = messages.items[0].get("content")
    assert content is not None
    assert (content.kind, content.text, content.items[0].text) == ("template", "Ask {}", "wish.text")


def test_calls_without_parentheses_and_blocks() -> None:
    source = read()
    integer = next(found for found in source.calls if found.callee == "t.integer")
    assert (integer.arguments.items[0].text, integer.argument("default")) == ("tokens", Value("number", "0", 27))
    block = source.functions[integer.function]
    assert (block.decorators, block.parameters) == (("create_table",), ("t",))
    assert "gone" not in [found.callee for found in source.calls]


def test_imports_classes_and_assignments() -> None:
    source = read()
    assert [found.module for found in source.imports] == ["openai", "./lib/desk"]
    assert [(found.name, found.bases) for found in source.classes] == [("Shop", ()), ("Desk", ("Base.Desk",))]
    assert [(found.name, found.owner, found.parameters) for found in source.functions[:2]] == [
        ("initialize", "Desk", ("wish", "words")),
        ("ask", "Desk", ("wish", "model")),
    ]
    assert [(found.name, found.value.kind, found.value.text) for found in source.assignments] == [
        ("MODEL", "string", "m-1"),
        ("words", "number", "50"),
        ("@model", "call", "ENV.fetch"),
        ("@key", "choice", ""),
        ("config.default_model", "string", "m-3"),
        ("@client", "call", "OpenAI.Client.new"),
        ("text", "template", "One {}\n  two"),
    ]


def test_environment_and_comparisons() -> None:
    source = read()
    assert [(found.name, found.default) for found in source.environment] == [("MODEL", "m-2"), ("KEY", "none")]
    assert [(found.operator, found.left) for found in source.comparisons] == [(">=", "item.score")]


def test_rakefiles_are_ruby() -> None:
    assert language_of("Rakefile") == language_of("lib/tasks/eval.rake") == "ruby"
    source = read("task eval: :environment do\n  run_all\nend\n", "Rakefile")
    assert source.calls[0].argument("eval") == Value("string", "environment", 1)
