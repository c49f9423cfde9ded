"""What a POM makes of the tests that a Maven command finds: which classes its plugins take, and which groups they leave out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rung.regex import regex

PROFILE = regex(r"<profile>(.*?)</profile>", re.DOTALL)
PROFILES = regex(r"<profiles>.*?</profiles>", re.DOTALL)
COMMENT = regex(r"<!--.*?-->", re.DOTALL)
ID = regex(r"<id>\s*([\w.-]{1,100})\s*</id>")
ALWAYS = regex(r"<activeByDefault>\s*true\s*</activeByDefault>")
PLUGIN = regex(r"<plugin>(?:(?!</?plugin>).)*?<artifactId>\s*maven-(surefire|failsafe)-plugin\s*</artifactId>(.*?)</plugin>", re.DOTALL)
TAKEN = regex(r"<include>\s*(?:\*\*/)?([\w*?/]{1,120})(?:\.java|\.class|\.kt)?\s*</include>")
LEFT = regex(r"<exclude>\s*(?:\*\*/)?([\w*?/]{1,120})(?:\.java|\.class|\.kt)?\s*</exclude>")
GROUPS = regex(r"<(groups|excludedGroups)>\s*([^<]{1,200}?)\s*</\1>")
VALUE = regex(r"\$\{([\w.-]{1,100})\}")
GIVEN = regex(r"-D([\w.-]{1,100})=(\S*)")
BOUND = regex(r"<goal>\s*integration-test\s*</goal>")


def active(text: str, words: Sequence[str]) -> str:
    """A POM with its properties put in, and of its profiles only those that a command switches on or that are on by themselves."""
    text = COMMENT.sub("", text[:500_000])
    asked = _profiles(words)
    profiles = PROFILE.findall(text)
    on = [p for p in profiles if (m := ID.search(p)) and m[1] in asked] or [p for p in profiles if ALWAYS.search(p)]
    whole = "\n".join([*reversed(on), PROFILES.sub("", text)])
    given: dict[str, str] = dict(GIVEN.findall(" ".join(words)))
    return VALUE.sub(lambda m: given[m[1]] if m[1] in given else _property(whole, m[1]), whole)


def _profiles(words: Sequence[str]) -> frozenset[str]:
    found: list[str] = []
    for index, word in enumerate(words):
        if word in ("-P", "--activate-profiles"):
            found += words[index + 1 : index + 2]
        elif word.startswith(("-P", "--activate-profiles=")):
            found.append(word.removeprefix("--activate-profiles=").removeprefix("-P"))
    return frozenset(name for value in found for name in value.strip("'\"").split(",") if name[:1] not in "!-")


def _property(text: str, name: str) -> str:
    """The value of a property; the first that is told, so that a profile's goes before the POM's own."""
    found = re.search(rf"<{re.escape(name)}\s*(?:/>|>([^<]{{0,200}})</)", text)
    return "" if found is None else (found[1] or "").strip()


def classes(pom: str, *, integrates: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Globs of classes that the plugins of an active POM take beside the usual ones, and those that they leave out."""
    taken: list[str] = []
    left: list[str] = []
    for name, body in PLUGIN.findall(pom):
        if name == "surefire" or (integrates and BOUND.search(body)):
            taken += TAKEN.findall(body)
            left += LEFT.findall(body)
    return tuple(dict.fromkeys(taken)), tuple(g for g in dict.fromkeys(left) if g not in taken)


def groups(pom: str) -> tuple[frozenset[str], frozenset[str]]:
    """Tags of tests that an active POM takes in, and those that it leaves out; an expression tells nothing."""
    found: dict[str, set[str]] = {"groups": set(), "excludedGroups": set()}
    for _, body in PLUGIN.findall(pom):
        for kind, value in GROUPS.findall(body):
            if re.fullmatch(r"[\w ,|-]{1,200}", value):
                found[kind] |= {v.lower() for v in re.split(r"[ ,|]+", value) if v}
    return frozenset(found["groups"]), frozenset(found["excludedGroups"])
