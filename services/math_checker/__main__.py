"""Starts the maths checker: `python -m services.math_checker --help`."""

from __future__ import annotations

from services.common.entrypoint import run_service
from services.common.scorer import Scorer
from services.math_checker.settings import MathSettings


def build(settings: MathSettings) -> Scorer:
    """The scorer; its imports are heavy, so they come after the settings are known to be right."""
    from services.math_checker.servicer import MathScorer

    return MathScorer(settings)


if __name__ == "__main__":
    run_service(MathSettings, build)
