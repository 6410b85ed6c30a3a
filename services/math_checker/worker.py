"""What a worker process runs. The service itself does not import this, nor the grader behind it."""

from __future__ import annotations

from services.common.outcome import pack
from services.math_checker.grader import grade
from services.math_checker.items import PackedItem, unpack_item


def grade_packed(item: PackedItem) -> tuple[object, ...]:
    """Grades a packed item; the outcome packed."""
    return pack(grade(unpack_item(item)))
