"""`python -m rung`."""

import sys

if __name__ == "__main__":
    if not sys.flags.safe_path:
        del sys.path[0]  # Python put the current folder there, which may be the scanned one: nothing is imported from it

    from rung.cli.main import main

    main()
