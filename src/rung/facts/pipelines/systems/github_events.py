"""What starts a GitHub workflow, and which of its events a condition leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rung.facts.pipelines.systems.document import Mapping, Scalar, mapping, sequence
from rung.facts.pipelines.systems.expressions import holds
from rung.facts.pipelines.systems.values import UNKNOWN, Beginning, Value

HEADS, TAGS = Beginning("refs/heads/"), Beginning("refs/tags/")


@dataclass(frozen=True, slots=True)
class Event:
    """One way in which a workflow starts: the normalized trigger, GitHub's name of the event, and what `github.ref` begins with."""

    trigger: str
    name: str
    ref: Beginning = HEADS


PULL_REQUESTS = (Event("pull_request", "pull_request", Beginning("refs/pull/")), Event("pull_request", "pull_request_target"))
KNOWN = {
    "pull_request": (PULL_REQUESTS[0],),
    "pull_request_target": (PULL_REQUESTS[1],),
    "merge_group": (Event("merge_group", "merge_group", Beginning("refs/heads/gh-readonly-queue/")),),
    "schedule": (Event("schedule", "schedule"),),
    "release": (Event("release", "release", TAGS),),
    "issue_comment": (Event("issue_comment", "issue_comment"),),
    "workflow_dispatch": (Event("manual", "workflow_dispatch", Beginning("refs/")),),
    "repository_dispatch": (Event("manual", "repository_dispatch"),),
}
BRANCH_PUSH, TAG_PUSH = Event("push", "push"), Event("tag", "push", TAGS)
# the events that may stand behind a call: an action's and a reusable workflow's conditions see the caller's event
ANY = (BRANCH_PUSH, TAG_PUSH, *(event for events in KNOWN.values() for event in events), Event("other", "", Beginning("refs/")))
# what `github.event` holds for these events only
PAYLOADS = {
    "pull_request": {"pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment", ""},
    "release": {"release", ""},
    "issue": {"issue_comment", "issues", ""},
    "comment": {"issue_comment", "pull_request_review_comment", "commit_comment", "discussion_comment", ""},
    "workflow_run": {"workflow_run", ""},
    "schedule": {"schedule", ""},
    "merge_group": {"merge_group", ""},
    "inputs": {"workflow_dispatch", ""},
    "client_payload": {"repository_dispatch", ""},
}


def events(on: object) -> tuple[Event, ...]:
    """The events of a workflow's `on`, whichever way it is written; `call` stands for `workflow_call`."""
    found: list[Event] = []
    settings = on if isinstance(on, Mapping) else Mapping()
    for name in settings if isinstance(on, Mapping) else [item for item in sequence(on) if isinstance(item, Scalar)]:
        found.extend(_events(str(name), settings.get(name)))
    return tuple(dict.fromkeys(found))


def _events(name: str, settings: object) -> Sequence[Event]:
    if name == "push":
        return _pushes(mapping(settings))
    if name in ("pull_request", "pull_request_target") and _ignores_all(mapping(settings), "branches-ignore"):
        return ()
    if name == "workflow_call":
        return (Event("call", ""),)
    if name == "workflow_run":
        names = [item for item in sequence(mapping(settings).get("workflows")) if isinstance(item, Scalar)]
        return [Event(f"pipeline:{item}", name) for item in names]
    return KNOWN.get(name) or (Event("other", name, Beginning("refs/")),)


def _pushes(settings: Mapping) -> list[Event]:
    """Filters on tags alone leave branches out, and the other way round."""
    branches = "branches" in settings or "branches-ignore" in settings
    tags = "tags" in settings or "tags-ignore" in settings
    found = []
    if (branches or not tags) and not _ignores_all(settings, "branches-ignore"):
        found.append(BRANCH_PUSH)
    if (tags or not branches) and not _ignores_all(settings, "tags-ignore"):
        found.append(TAG_PUSH)
    return found


def _ignores_all(settings: Mapping, key: str) -> bool:
    return "**" in sequence(settings.get(key))


def possible(condition: str, among: Sequence[Event], lookup: Callable[[str], Value]) -> tuple[Event, ...]:
    """The events for which a condition may hold."""
    return tuple(event for event in among if holds(condition, lambda name, event=event: _value(name, event, lookup)) is not False)  # type: ignore[misc]


def _value(name: str, event: Event, lookup: Callable[[str], Value]) -> Value:
    """A name of the `github` context under one event; anything else is for `lookup`."""
    if name == "github.event_name":
        return event.name or UNKNOWN
    if name == "github.ref":
        return event.ref
    if name == "github.ref_type":
        return UNKNOWN if event.ref.text == "refs/" else "tag" if event.ref is TAGS else "branch"
    if name in ("github.base_ref", "github.head_ref"):
        return Beginning("") if event in PULL_REQUESTS else "" if event.name else UNKNOWN
    if name.startswith("github.event."):
        field, _, rest = name.removeprefix("github.event.").partition(".")
        holders = PAYLOADS.get(field)
        if holders is not None and event.name not in holders:
            return None
        if not rest and field == event.name:
            return Beginning("")
        if field == "inputs":
            return lookup("inputs." + rest)
        return UNKNOWN
    return lookup(name)


def triggers(found: Sequence[Event]) -> frozenset[str]:
    """The normalized triggers of some events."""
    return frozenset(event.trigger for event in found)
