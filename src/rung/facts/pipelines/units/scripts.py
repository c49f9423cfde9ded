"""Shell scripts, Windows batch files and Procfiles."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rung.facts.pipelines.shell import parse_shell
from rung.facts.pipelines.shell_words import TOP
from rung.facts.pipelines.types import Unit
from rung.facts.pipelines.units.common import folder_of
from rung.regex import regex

_SHEBANG = regex(r"#!\s*(?:\S*/)?(?:env\s+(?:-S\s+)?)?(?:ba|da|z|k)?sh\b")
_LIBRARY = regex(r"\.(?:sh|bash|zsh)$|(?:^|/)\.husky/[^/]+$")
_PROCESS = regex(r"([A-Za-z0-9_-]+):\s*(\S.*)")
_BATCH_NOISE = regex(r"^[ \t]*(?:@?rem\b.*|::.*|:\w+.*|setlocal.*|endlocal.*|@?echo (?:off|on)[ \t]*)$", re.IGNORECASE | re.MULTILINE)

_BATCH_CONDITION = regex(
    r"^if[ \t]+(?:/i[ \t]+)?(?:not[ \t]+)?(?:exist[ \t]+\S+|errorlevel[ \t]+\d+|\S+==\S+)[ \t]*\(?", re.IGNORECASE | re.MULTILINE
)


def read_script(path: str, text: str, given: Mapping[str, str]) -> list[Unit]:
    """A shell script as a unit; `given` may hold its arguments ("1", "2" ...) and its environment."""
    if not _LIBRARY.search(path) and not _SHEBANG.match(text):
        return []
    if text.startswith("#!") and not _SHEBANG.match(text):
        return []
    return [Unit("script", path, path, 1, ".", parse_shell(text, 1, given, script=path))]


def read_batch(path: str, text: str, given: Mapping[str, str]) -> list[Unit]:
    """A Windows batch file: its simple lines."""
    plain = _BATCH_NOISE.sub("", text.replace("\r\n", "\n")).replace("^\n", "\\\n")
    plain = plain.replace("%~dp0", f"{TOP}{folder_of(path)}/").replace("\\\n", "\0").replace("\\", "/").replace("\0", "\\\n")
    plain = re.sub(r"^[ \t]*@?(?:call[ \t]+|start[ \t]+/\w+[ \t]+)?", "", plain, flags=re.IGNORECASE | re.MULTILINE)
    plain = re.sub(r"^set[ \t]+\"?(\w+)=([^\"\n]*)\"?$", r'export \1="\2"', plain, flags=re.IGNORECASE | re.MULTILINE)
    plain = _BATCH_CONDITION.sub("", plain)
    plain = re.sub(r"^(?:exit\b.*|goto\b.*|\)[ \t]*(?:else[ \t]*\()?)[ \t]*$", "", plain, flags=re.IGNORECASE | re.MULTILINE)
    plain = re.sub(r"%(\w+)%", r"${\1}", re.sub(r"%([1-9*])", lambda found: "$@" if found[1] == "*" else f"${found[1]}", plain))
    return [Unit("script", path, path, 1, ".", parse_shell(plain, 1, given))]


def read_procfile(path: str, text: str) -> list[Unit]:
    """The processes of a Procfile."""
    units = []
    for number, line in enumerate(text.splitlines(), start=1):
        found = _PROCESS.fullmatch(line.strip())
        if found:
            units.append(Unit("procfile", found[1], path, number, folder_of(path), parse_shell(found[2], number)))
    return units
