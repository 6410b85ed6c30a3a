"""Text to tree: LaTeX and plain notation, within limits of length and depth."""

from services.math_checker.symbolic.parse.parser import parse

__all__ = ["parse"]
