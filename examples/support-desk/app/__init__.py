"""Sorts customers' messages and drafts the replies."""
