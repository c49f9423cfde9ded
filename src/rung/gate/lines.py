"""Where the lines of one text are in another: what a change moved, and where the lines that it took away used to be."""

from __future__ import annotations

from difflib import SequenceMatcher

_LONGEST = 20_000  # lines that differ between two texts; beyond that they are compared as wholes


class LineMap:
    """The lines of a text, and where each of them is in a later text."""

    def __init__(self, before: str, after: str) -> None:
        old, new = before.splitlines(), after.splitlines()
        self.kept: dict[int, int] = {}  # 1-based lines that are the same in both
        self._blocks: list[tuple[int, int, int, int]] = []  # 0-based ranges that differ
        self._length = len(new)
        head = 0
        while head < min(len(old), len(new)) and old[head] == new[head]:
            head += 1
        tail = 0
        while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
            tail += 1
        self._keep(0, head, 0)
        self._compare(old[head : len(old) - tail], new[head : len(new) - tail], head)
        self._keep(len(old) - tail, len(old), len(new) - len(old))
        self.known = frozenset(self.kept.values())  # 1-based lines of the later text that the earlier one has

    def nearest(self, line: int) -> int:
        """The line's place in the later text, or that of what stands there instead; 1 in an empty one."""
        if line in self.kept:
            return self.kept[line]
        for old_start, old_end, new_start, new_end in self._blocks:
            if old_start < line <= old_end:
                return max(1, min(new_start + line - old_start, max(new_end, new_start + 1), self._length))
        return max(1, min(line, self._length))

    def _compare(self, old: list[str], new: list[str], offset: int) -> None:
        if len(old) + len(new) > _LONGEST:
            self._blocks.append((offset, offset + len(old), offset, offset + len(new)))
            return
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new).get_opcodes():
            if tag == "equal":
                self._keep(offset + i1, offset + i2, j1 - i1)
            else:
                self._blocks.append((offset + i1, offset + i2, offset + j1, offset + j2))

    def _keep(self, start: int, end: int, shift: int) -> None:
        self.kept.update((number + 1, number + 1 + shift) for number in range(start, end))
