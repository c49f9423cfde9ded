"""Coverage-guided fuzzing of every reader with atheris: `python -m fuzz NAME` (see CONTRIBUTING.md)."""
