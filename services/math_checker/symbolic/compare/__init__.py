"""Decides whether two trees are equal as answers: by kind, and within a kind by the strictest
means there is.
"""

from services.math_checker.symbolic.compare.comparer import Comparer
from services.math_checker.symbolic.compare.scalars import Undecided

__all__ = ["Comparer", "Undecided"]
