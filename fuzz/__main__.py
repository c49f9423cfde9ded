"""`python -m fuzz NAME [libFuzzer's options]`: fuzzes one reader. `python -m fuzz` lists the names."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["rung"]):
    from fuzz.targets import READERS, run, sample

FINDS = Path(__file__).parent / "finds"


def main() -> None:
    """Begins with the target's sample and all that was found before; a find is written to `fuzz/finds/NAME-...`."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in READERS:
        sys.exit("Choose a target: " + ", ".join(sorted(READERS)))
    with tempfile.TemporaryDirectory() as corpus:
        (Path(corpus) / "sample").write_bytes(sample(name))
        for find in FINDS.glob(f"{name}-*"):
            (Path(corpus) / find.name).write_bytes(find.read_bytes())
        options = ["-timeout=20", "-max_len=4096", f"-artifact_prefix={FINDS}/{name}-", *sys.argv[2:], corpus]
        atheris.Setup([sys.argv[0], *options], lambda data: run(name, data))
        atheris.Fuzz()


main()
