"""The one error that a person is meant to read."""


class UserError(Exception):
    """Bad input: the message is one sentence with file and line where there is one, and says what to do. Exit code 2."""
