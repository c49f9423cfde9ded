"""Makes the files of a plan that can be made safely: new ones inside the repository, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rung.advance.types import NewFile


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one file: made, or left alone and why."""

    file: NewFile
    refusal: str = ""


def write_files(top: Path, files: Iterable[NewFile]) -> tuple[Written, ...]:
    """Writes each file below the repository's top that isn't there yet. Nothing is overwritten, and no link is followed."""
    return tuple(Written(file, _write(top.resolve(), file)) for file in {file.path: file for file in files}.values())


def _write(top: Path, file: NewFile) -> str:
    """Why the file was not written; empty when it was."""
    place = top / file.path
    if os.path.lexists(place):
        return "it exists already"
    if not _is_inside(top, place.parent):
        return "its folder is a link, or not inside the repository"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(file.text)
    except OSError as error:
        return f"it can't be written: {error.strerror or error}"
    return ""


def _is_inside(top: Path, folder: Path) -> bool:
    """Whether a folder, there or to be made, lies below the top with no link on the way."""
    if ".." in folder.parts or not folder.is_relative_to(top):
        return False
    return not any(part.is_symlink() for part in (folder, *folder.parents) if part.is_relative_to(top) and part != top)
