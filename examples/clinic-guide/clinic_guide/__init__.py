"""Answers patients' questions from the clinic's own leaflets."""
