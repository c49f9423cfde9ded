"""What a Jenkinsfile takes in from other Groovy files, and what it hands to functions."""

from __future__ import annotations

import re
from posixpath import basename

from rung.facts.pipelines.systems.sources import Sources
from rung.regex import regex

_LOAD = regex(r"\bload\s*\(?\s*[\"']([\w./-]{1,200}\.groovy)[\"']")
_DEFINED = regex(r"^[ \t]*(?:def|void|static\s+\w+)\s+(\w+)\s*\(([^()\n]{0,300})\)\s*\{", re.MULTILINE)
_NAMED = regex(r"(\w+)\s*:\s*[\"']([^\"'\n]{0,300})[\"']")
_TEXT = regex(r"[\"']([^\"'\n]{0,300})[\"']")
_LIBRARY = "@Library"
MOST = 50
OFTEN = 12  # calls of one function that are told apart


def taken_in(text: str) -> bool:
    """Whether the text takes in other files."""
    return _LIBRARY in text or _LOAD.search(text) is not None


def files(text: str, sources: Sources) -> list[str]:
    """The repository's files that a Jenkinsfile loads, and the steps of a shared library (`vars/NAME.groovy`) that it calls."""
    found = [name for name in dict.fromkeys(_LOAD.findall(text)) if name in sources.files]
    steps = sources.matching("vars/*.groovy") if _LIBRARY in text else []
    code = _TEXT.sub("''", text)  # what a message says is no call
    found += [path for path in steps[:MOST] if re.search(rf"\b{re.escape(_stem(path))}\b\s*(?:[({{]|\w+\s*:)", code)]
    return found


def _stem(path: str) -> str:
    return basename(path).partition(".")[0]


def given(text: str, caller: str, path: str = "") -> str:
    """The text with the literals put in that a caller hands to its functions (`call` is the function of a library's step)."""
    shifted = 0
    for defined in list(_DEFINED.finditer(text))[:MOST]:
        name = _stem(path) if defined[1] == "call" and path else defined[1]
        parameters = [part.partition("=")[0].split()[-1] for part in defined[2].split(",") if part.split("=")[0].split()]
        calls = [m[1] for m in re.finditer(rf"(?<!def )(?<!void )\b{re.escape(name)}\b[ \t]*\(?([^\n)]{{0,300}})", caller)]
        calls = [call for call in calls if _TEXT.search(call)]
        calls = list(dict.fromkeys(calls))[:OFTEN]
        start = defined.end() + shifted
        end = _end(text, start)
        body = text[start:end]
        if not parameters or not calls or (len(calls) > 1 and ("'''" in body or '"""' in body)):
            continue
        filled = [_filled(body, parameters, call) for call in calls]
        again = [one.replace("\n", ";") for one in dict.fromkeys(filled[1:]) if one != filled[0]]  # on no lines of their own
        made = ";".join([filled[0], *again]) if again else filled[0]
        text = text[:start] + made + text[end:]
        shifted += len(made) - len(body)
    return text


def _filled(body: str, parameters: list[str], call: str) -> str:
    """The body of a function with the literals of one call put in."""
    named = {f"{parameters[0]}.{key}": value for key, value in _NAMED.findall(call)}
    for key, value in (named or dict(zip(parameters, _TEXT.findall(call), strict=False))).items():
        body = re.sub(rf"\$\{{{re.escape(key)}\}}|\${re.escape(key)}\b(?!\()", value.replace("\\", r"\\"), body)
    return body


def _end(text: str, start: int) -> int:
    depth = 1
    for found in re.compile(r"[{}]").finditer(text, start):
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return found.start()
    return len(text)
