import json
from typing import Any

from rung.facts.code import read_source


def notebook(*cells: dict[str, Any], language: str = "python") -> str:
    return json.dumps({"cells": cells, "metadata": {"language_info": {"name": language}}}, indent=1)


def cell(*lines: str, kind: str = "code") -> dict[str, Any]:
    return {"cell_type": kind, "outputs": [{"text": ["print(1)\n"]}], "source": list(lines)}


def test_lines_of_a_notebook_are_those_of_its_file() -> None:
    text = notebook(cell("# print(0)\n", kind="markdown"), cell("%pip install x\n", "a = f(\n", '  "b",\n', ")\n", "!ls\n"), cell("g()"))
    source = read_source("eval.ipynb", text)
    assert source is not None
    lines = text.split("\n")
    assert [found.callee for found in source.calls] == ["f", "g"]
    assert "a = f(" in lines[source.calls[0].line - 1]
    assert ")" in lines[source.calls[0].end_line - 1]
    assert "g()" in lines[source.calls[1].line - 1]
    assert source.lines == text.splitlines()


def test_cells_in_one_string_and_cells_of_another_language() -> None:
    text = json.dumps({"cells": [{"cell_type": "code", "source": "%%bash\nrm x"}, {"cell_type": "code", "source": "x = 1\nf(x)"}]})
    source = read_source("a.ipynb", text)
    assert source is not None
    assert [(found.callee, found.line) for found in source.calls] == [("f", 1)]


def test_cells_that_are_written_to_a_module() -> None:
    cells = ["%%writefile app.py\nf()", "%%writefile setup.sh\ng()", "%%time\nh()"]
    source = read_source("a.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": c} for c in cells]}))
    assert source is not None
    assert [found.callee for found in source.calls] == ["f", "h"]


def test_notebooks_that_are_broken_or_not_python() -> None:
    assert read_source("a.ipynb", '{"cells": [') is None
    assert read_source("a.ipynb", "[" * 100_000) is None
    assert read_source("a.ipynb", notebook(cell("library(x)"), language="R")) is None
    odd = read_source("a.ipynb", '{"cells": [null, 3, {"cell_type": "code", "source": [1, "f()", null]}], "metadata": []}')
    assert odd is not None
    assert [found.callee for found in odd.calls] == ["f"]


def test_script_blocks_of_components() -> None:
    text = (
        '<template><p>{{ not(code) }}</p></template>\n<script type="application/json">{"a": f()}</script>\n'
        '<script setup lang="ts">\nconst a = f("x");\n</script>\n'
    )
    source = read_source("App.vue", text)
    assert source is not None
    assert [(found.callee, found.line) for found in source.calls] == [("f", 4)]


def test_frontmatter_of_pages() -> None:
    source = read_source("index.astro", "---\nconst a = f();\n---\n<p>---</p>\n<script>g();</script>\n")
    assert source is not None
    assert [(found.callee, found.line, found.column) for found in source.calls] == [("f", 2, 11), ("g", 5, 9)]
