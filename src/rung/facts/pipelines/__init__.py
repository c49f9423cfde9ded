"""facts/pipelines."""
