"""What every test goes by."""

import os
import shutil
import tempfile

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Tests, and the processes that they start, neither read nor fill the cache of whoever runs them."""
    folder = tempfile.mkdtemp(prefix="rung-cache-")
    os.environ["RUNG_CACHE_DIR"] = folder
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
