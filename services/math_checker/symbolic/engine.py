"""The further reader: Math-Verify's LaTeX parser (latex2sympy2_extended), for notation that ours does not know.

Only its parser is used. Its `verify` rounds to six places and compares strings where algebra fails, which are its
known false positives, so what it reads becomes one of our trees and is compared by our rules.
"""

from __future__ import annotations

import logging
from typing import Any

from services.math_checker.symbolic.nodes import Node

_MAX_CHARS = 300


def read(text: str) -> Node | None:
    """The tree of a normalised text, or None where Math-Verify reads no mathematics in it either."""
    if len(text) > _MAX_CHARS or not any(char.isalnum() for char in text):
        return None
    from math_verify import LatexExtractionConfig, parse

    from services.math_checker.symbolic.from_sympy import NotConvertible, convert

    logging.getLogger("math_verify").setLevel(logging.CRITICAL)
    found: list[Any] = parse(
        f"${text}$", [LatexExtractionConfig()], fallback_mode="no_fallback", parsing_timeout=None
    )
    for candidate in found:
        if isinstance(candidate, str):
            continue
        try:
            return convert(candidate)
        except NotConvertible:
            return None
    return None
