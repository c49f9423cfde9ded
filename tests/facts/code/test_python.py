from rung.facts.code import read_source
from rung.facts.code.source import Call, Source, Value


def read(text: str) -> Source:
    source = read_source("app/main.py", text)
    assert source is not None
    return source


def call(source: Source, callee: str) -> Call:
    return next(found for found in source.calls if found.callee == callee)


def value(text: str) -> Value:
    return read(f"x = {text}\n").assignments[0].value


def test_a_chain_of_calls_is_a_dotted_callee_with_keywords() -> None:
    source = read('reply = await Client(key=k).chat.create(model=cfg["model_id"], messages=[{"role": "user"}], **extra)\n')
    found = call(source, "Client.chat.create")
    assert found.argument("model") == Value("name", "cfg.model_id", 1)
    messages = found.argument("messages")
    assert messages is not None
    assert messages.items[0].get("role") == Value("string", "user", 1)
    assert (found.line, found.column) == (1, 15)
    assert call(source, "Client").argument("key") == Value("name", "k", 1)


def test_strings_are_joined_and_holes_kept() -> None:
    assert value('"a" "b" + "c"').text == "abc"
    template = value('"a\\n" + f"{name!r:>3} {{x}}" + tail')
    assert (template.kind, template.text) == ("template", "a\n{} {x}{}")
    assert [hole.text for hole in template.items] == ["name", "tail"]
    assert value('textwrap.dedent("""\n    one\n      two\n    """).strip()').text == "one\n  two"
    assert value('r"a\\n"').text == "a\\n"


def test_alternatives_are_laid_open() -> None:
    assert [item.text for item in value('a or b.c or "d"').items] == ["a", "b.c", "d"]
    assert [item.text for item in value('"a" if x else "b" if y else "c"').items] == ["a", "b", "c"]


def test_docstrings_and_comments_are_no_texts() -> None:
    source = read('"""Module."""\n# "comment"\ndef f():\n    """Docstring."""\n    return "text"\n')
    assert [text.value for text in source.texts] == ["text"]


def test_dead_code_is_left_out_and_the_other_branch_kept() -> None:
    source = read(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import never\nelse:\n    import kept\n"
        "if False:\n    gone()\nif 0 < x:\n    here()\n"
    )
    assert [found.module for found in source.imports] == ["typing", "kept"]
    assert [found.callee for found in source.calls] == ["here"]


def test_imports() -> None:
    source = read("import a.b as c, d\nfrom ..e import (\n    f,  # first\n    g as h,\n)\nfrom . import *\n")
    assert [(found.module, found.names, found.alias) for found in source.imports] == [
        ("a.b", (), "c"),
        ("d", (), ""),
        ("..e", (("f", "f"), ("g", "h")), ""),
        (".", (("*", "*"),), ""),
    ]


def test_functions_nest_and_know_class_and_decorators() -> None:
    source = read(
        "class Case(Base, metaclass=M):\n"
        '    @pytest.mark.parametrize("a", [1])\n'
        '    async def test(self, a: str = "d", *rest, **more):\n'
        "        def inner(): return lambda q: q\n"
    )
    test, inner, last = source.functions
    assert (test.name, test.owner, test.decorators, test.line) == ("test", "Case", ("pytest.mark.parametrize",), 3)
    assert test.parameters == ("self", "a", "rest", "more")
    assert (inner.parent, last.parent, last.parameters) == (0, 1, ("q",))
    assert source.classes[0].bases == ("Base",)
    default = source.assignments[0]
    assert (default.name, default.value.text, default.annotation, default.function) == ("a", "d", "str", 0)


def test_fields_of_classes() -> None:
    source = read('class Settings:\n    model: str = Field(default="x")\n    key: str\n    KIND = "a"\n')
    assert [(found.name, found.owner, found.value.kind) for found in source.assignments] == [
        ("model", "Settings", "call"),
        ("key", "Settings", "other"),
        ("KIND", "Settings", "string"),
    ]


def test_targets_of_assignments() -> None:
    source = read('a, b = 1, 2\nself.x = y = "s"\nwith open(p) as f:\n    pass\nif (n := 3): pass\n')
    assert [(found.name, found.value.text) for found in source.assignments] == [
        ("a", "1"),
        ("b", "2"),
        ("self.x", "s"),
        ("y", "s"),
        ("f", "open"),
        ("n", "3"),
    ]


def test_reads_of_the_environment() -> None:
    source = read(
        "import os\nfrom os import getenv as read\nfrom environs import Env\nenv = Env()\n"
        'a = os.environ["A"] or "da"\nb = read("B", "db")\nc = env.str("C", default="dc")\nd = os.environ.get("D")\n'
        'os.environ["E"] = "written"\nf = cfg.str("F")\n'
    )
    assert [(found.name, found.default) for found in source.environment] == [("A", "da"), ("B", "db"), ("C", "dc"), ("D", None)]


def test_comparisons_loops_and_asserts() -> None:
    source = read('for row in load(path):\n    assert row["score"] >= 0.5, "low"\nif a not in b: pass\n[x for x in rows]\n')
    assert [(found.operator, found.left, found.right) for found in source.comparisons] == [
        (">=", 'row["score"]', "0.5"),
        ("not in", "a", "b"),
    ]
    assert [(found.iterable, found.line, found.end_line) for found in source.loops] == [("load(path)", 1, 2), ("rows", 4, 4)]
    assert call(source, "assert").arguments.items[1].text == "low"


def test_what_can_be_read_of_broken_code_is_read() -> None:
    source = read('x = f("a")\ndef broken(:\n    y = (\nz = g("b")\n')
    assert "f" in [found.callee for found in source.calls]
