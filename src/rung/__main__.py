"""The program as a process: `rung`, and `python -m rung`."""

import os
import sys
from contextlib import suppress


def main() -> None:
    """Run the command line and exit. Nothing is imported from the current folder, which may be the scanned one."""
    _forget_current_folder()
    try:
        from rung.cli.main import run

        code = run()
    except KeyboardInterrupt:  # while it was still importing
        code = 130
    sys.exit(code)


def _forget_current_folder() -> None:
    """Takes the current folder off the list of where modules are, unless rung itself is there."""
    with suppress(OSError):  # the folder is gone
        here = os.path.realpath(os.getcwd())  # noqa: PTH109 - pathlib is slow to import
        own = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))  # noqa: PTH120
        sys.path[:] = [place for place in sys.path if os.path.realpath(place or ".") != here or own == here]


if __name__ == "__main__":
    main()
