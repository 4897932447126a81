"""The one exception that ends a command with a message instead of a traceback."""


class LabError(Exception):
    """Something the user can read and act on."""
