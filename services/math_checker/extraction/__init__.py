"""Finds the final answer in the text of a response, with its place in the text."""

from services.math_checker.extraction.answer import Answer, Source
from services.math_checker.extraction.final import find_answer

__all__ = ["Answer", "Source", "find_answer"]
