"""What a stranger may name: files, tags, branches, workflows, prompts. Whatever it holds, every report stays what it is."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest

from rung.cli.main import run
from rung.cli.reporting import FORMATS
from tests.helpers import git, make_repository
from tests.hostile.stage import APP

MARKS = {
    "ansi": "\x1b[31mred\x1b]0;title\x07\x9b2J",
    "github": "\n::error::forged\n::set-output name=a::b\r::add-mask::x",
    "azure": "\n##vso[task.complete result=Succeeded;]##[error]x",
    "markdown": "](https://evil.example)![x](http://evil.example/i)`<b>@everyone #1 |x|\n# Forged",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>&lt;\"'</title></style><!--",
    "xml": "]]></failure><testcase name='x'/>&x;\ufffe\x0b\x0c",
    "bidi": "\u202egnp.exe\u2066\u200b\u2028\u2029\ufeff\U000e0041",
    "csv": '=cmd|x!A1,"\n+1',
    "template": "{{ 7*7 }}{% raw %}${{ github.token }}$(id)`id`%n%s{0}",
    "tab": "a\tb\rc\\n\\",
}
NAME = re.compile(r"[\0/]")
OUR_COMMANDS = re.compile(r"::(?:error|warning|notice) (?:file=|title=)|##vso\[task\.(?:logissue|complete|uploadsummary|setvariable)[ \]]")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2066-\u2069\ufeff\ufffe\U000e0041]")


def hostile_files(mark: str) -> dict[str, str | bytes]:
    """An application in which everything that has a name is called so."""
    quoted = json.dumps(mark)
    name = NAME.sub("_", mark)
    workflow = (
        f"name: {quoted}\non: [pull_request]\nenv: {{MODEL: {quoted}}}\njobs:\n  test:\n    name: {quoted}\n    runs-on: x\n    steps:\n"
        f"      - uses: actions/checkout@v4\n      - name: {quoted}\n        run: make eval # {name.splitlines()[-1] if name.strip() else ''}\n"
    )
    evaluation = f"from app import ask\nCASES = [({quoted}, '4'), ('3+3', {quoted})]\n\n\ndef test_answers():\n    for case, want in CASES:\n        assert want in ask(case).output_text\n"
    return {
        **APP,
        ".github/workflows/ci.yml": workflow,
        f".github/workflows/{name}.yml": workflow,
        f"evals/test_{name}.py": evaluation,
        f"{name}/{name}.py": f"from openai import OpenAI\nSYSTEM_PROMPT = {quoted}\nOpenAI().responses.create(model={quoted}, input=SYSTEM_PROMPT, temperature=0.1)\n",
        f"prompts/{name}.prompty": f"---\nname: {quoted}\nversion: {quoted}\nmodel: {{api: chat, configuration: {{azure_deployment: {quoted}}}}}\n---\nsystem:\n{mark}\n",
        "prompts/chat.yaml": f"name: {quoted}\nversion: {quoted}\nmessages:\n- {{role: system, content: {quoted}}}\n",
        f"docs/{name}.md": f"# Model card {mark}\n\n## Limitations {mark}\n\n{mark}\n",
        "Makefile": f"eval:\n\tpython -m evals.run {name.split(chr(10))[0].strip()}\n",
        ".env.example": f"OPENAI_MODEL={mark}\n",
        "CODEOWNERS": f"* @a/b {mark}\n",
        "package.json": json.dumps({"name": mark, "scripts": {mark: "promptfoo eval"}, "dependencies": {mark: mark, "openai": mark}}),
        "requirements.txt": f"openai=={name.split(chr(10))[0]}\n{mark}\n",
        b"bytes-\xff\xfe.py".decode("utf-8", "surrogateescape"): "import openai\n",
    }


def tag_of(mark: str) -> str:
    """As much of it as git allows in a name of a tag."""
    return "v1.0-" + re.sub(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|\.lock", "", mark).strip("/.").replace("/.", "/")


def parsed(style: str, text: str) -> list[str]:
    """The texts of a document of a format; raises where it is malformed."""
    if style in ("json", "sarif", "gitlab", "cyclonedx"):
        return list(_strings(json.loads(text)))
    if style == "junit":
        return [value for node in ET.fromstring(text).iter() for value in (node.text or "", *node.attrib.values())]
    if style == "csv":
        return [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    return [text]


def _strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in (str(key), *_strings(inner))]
    if isinstance(value, list):
        return [found for inner in value for found in _strings(inner)]
    return [value] if isinstance(value, str) else []


class Page(HTMLParser):
    """The elements of a page, and their attributes that run or load something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [
            tag,
            *(f"{tag} {name}={value}" for name, value in attrs if name.startswith("on") or name in ("src", "href", "action")),
        ]


@pytest.mark.parametrize("mark", MARKS)
def test_every_report_stays_what_it_is(mark: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    text = MARKS[mark]
    top = make_repository(tmp_path / "app", APP)
    clean = tmp_path / "clean"
    write_reports(top, clean)
    files = hostile_files(text)
    make_repository(top, files)
    tag = tag_of(text)
    git(top, "tag", tag)
    git(top, "branch", tag)
    dirty = tmp_path / "dirty"
    write_reports(top, dirty, "--ref", tag)
    write_reports(top, dirty)
    for style in (*FORMATS, "cyclonedx"):
        data = (dirty / style).read_bytes()
        report = data.decode("utf-8")
        assert not CONTROL.search(report.replace("\r\n", "\n")), (style, CONTROL.search(report))
        assert parsed(style, report)
        for line in report.splitlines():
            if line.lstrip().startswith("::") or "##vso[" in line or "##[" in line:
                assert style in ("github", "azure"), (style, line)
                assert OUR_COMMANDS.match(line), (style, line)
    elements, before = Page(), Page()
    elements.feed((dirty / "html").read_text())
    before.feed((clean / "html").read_text())
    assert {e for e in elements.found if " on" in e or "src=" in e or e.startswith(("script", "img", "iframe"))} == {
        e for e in before.found if " on" in e or "src=" in e or e.startswith(("script", "img", "iframe"))
    }
    assert elements.found.count("script") == before.found.count("script")
    assert not [e for e in elements.found if "evil" in e]
    markdown = (dirty / "markdown").read_text()
    outside_code = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", markdown)
    assert not re.search(
        r"(?<!\\)\]\(\s*https?://evil|(?<!\\)<script|(?<!\\)<img|^# Forged|(?<![\\\w])@everyone", outside_code, re.MULTILINE
    )
    capfdbinary.readouterr()


def write_reports(top: Path, folder: Path, *options: str) -> None:
    """Every report of a scan, each in a file called as its format."""
    folder.mkdir(exist_ok=True)
    wanted = [word for style in (*FORMATS, "cyclonedx") for word in ("--format", style, "-o", str(folder / style))]
    assert run(["scan", str(top), "--no-cache", *wanted, *options]) == 0


@pytest.mark.parametrize("mark", ["github", "bidi"])
def test_other_commands_print_text(mark: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = MARKS[mark]
    top = make_repository(tmp_path / "app", APP, ["v0.1"], [(hostile_files(text), "Second")])
    tag = tag_of(text)
    git(top, "tag", tag)
    name = NAME.sub("_", text)
    for command in (
        ["gate", str(top), "--base", "v0.1"],
        ["diff", "v0.1", tag, "--path", str(top)],
        ["trend", str(top)],
        ["trend", str(top), "--format", "csv"],
        ["trend", str(top), "--format", "json"],
        ["facts", str(top)],
        ["advance", str(top)],
        ["badge", str(top)],
        ["scan", str(top / name)],
        ["scan", str(top), "--ref", text],
        ["scan", str(tmp_path / name)],
        ["gate", str(top), "--config", name],
        ["gate", str(top), "--floor", text],
        ["explain", text],
        [text],
    ):
        assert run(command) in (0, 1, 2)
        said = capsys.readouterr()
        assert "defect" not in said.err, (command, said.err)
        for stream in (said.out, said.err):
            assert not CONTROL.search(stream.replace("\r\n", "\n")), (command, CONTROL.search(stream))
            assert not re.search(r"^\s*::|##\w*\[", stream, re.MULTILINE), command
