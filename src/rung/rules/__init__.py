"""Rules: loaded from YAML, validated, and matched against facts."""
