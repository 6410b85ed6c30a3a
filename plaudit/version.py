"""The version of Plaudit, in one place."""

__version__ = "0.1.0"
