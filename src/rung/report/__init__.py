"""Reports: one file a format, each a function from an assessment to text."""
