"""The further engine: Math-Verify's LaTeX parser (latex2sympy2_extended) and SymPy.

It reads notation that our reader does not know, and works out limits, integrals and sums.
Math-Verify's `verify` is not used: it rounds to six places and compares strings where algebra
fails, which are its known false positives. What the engine finds becomes one of our trees and is
compared by our rules.
"""

from __future__ import annotations

import logging
from typing import Any

from services.math_checker.symbolic.nodes import Node

_MAX_CHARS = 300


def read(text: str) -> Node | None:
    """The tree of a normalised text, or None where Math-Verify reads none in it either."""
    return _tree(_parsed(text))


def evaluate(text: str) -> Node | None:
    """The tree of a normalised text with limits, integrals and sums worked out, or None.

    May run for long: the caller bounds time and memory.
    """
    found = _parsed(text)
    if found is None or not hasattr(found, "doit"):
        return None
    return _tree(found.doit())


def _parsed(text: str) -> Any:
    if len(text) > _MAX_CHARS or not any(char.isalnum() for char in text):
        return None
    from math_verify import LatexExtractionConfig, parse

    logging.getLogger("math_verify").setLevel(logging.CRITICAL)
    found: list[Any] = parse(
        f"${text}$",
        [LatexExtractionConfig()],
        fallback_mode="no_fallback",
        parsing_timeout=None,
    )
    return next((candidate for candidate in found if not isinstance(candidate, str)), None)


def _tree(found: Any) -> Node | None:
    from services.math_checker.symbolic.from_sympy import NotConvertible, convert

    if found is None:
        return None
    try:
        return convert(found)
    except NotConvertible:
        return None
