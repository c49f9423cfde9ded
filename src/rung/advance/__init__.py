"""The way up: which steps lead to a level, and what each is in this repository."""
