"""`python -I -m rung.action`: what `action.yml` runs."""

from __future__ import annotations

import io
import os
import sys
import traceback

from rung.action import log
from rung.action.run import run
from rung.errors import UserError

CANNOT_JUDGE = 2


def main() -> int:
    """Runs the Action and returns the exit code of its step. Every error ends as one sentence on the run's page."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")  # GitHub reads UTF-8 on every system
    try:
        return run(os.environ)
    except UserError as error:
        log.fail(str(error))
    except Exception as error:  # noqa: BLE001 - whatever it is, the step ends with a sentence and the code of what can't be judged
        if os.environ.get("RUNNER_DEBUG") or os.environ.get("RUNG_DEBUG"):
            traceback.print_exc()
        log.fail(
            f"This is a defect of rung ({type(error).__name__}: {error}); "
            "please open an issue with the log of the same job with debug logging enabled."
        )
    return CANNOT_JUDGE


if __name__ == "__main__":
    sys.exit(main())
