"""What a trainer does with failures: an explicit policy, and the rewards that follow from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from plaudit.enums import FailureReason

_NAN = float("nan")


class FailurePolicy(StrEnum):
    """What becomes of the samples that could not be scored."""

    RAISE = "raise"
    MASK = "mask"
    DROP_GROUP = "drop_group"
    SUBSTITUTE = "substitute"


@dataclass(frozen=True, slots=True)
class Rewards:
    """The rewards of N samples under a policy."""

    values: list[float]
    """Length N. NaN exactly where the mask is False, so that a forgotten mask can't go unseen."""
    mask: list[bool]
    """Length N. Whether the sample counts."""
    failures: Mapping[FailureReason, int]
    """How many samples failed, by reason, for metrics."""
    dropped: int
    """How many samples with a score are left out because a sibling failed."""
    substituted: int
    """How many values are substitutes."""

    @property
    def kept(self) -> list[int]:
        """The places of the samples that count, in order."""
        return [index for index, kept in enumerate(self.mask) if kept]


def decide(
    values: list[float],
    failed: Mapping[int, FailureReason],
    policy: FailurePolicy,
    groups: Sequence[Hashable] | None = None,
    group_size: int | None = None,
    value: float | None = None,
) -> Rewards:
    """The rewards of `values` (length N), of which those at the places `failed` are no numbers."""
    counts = Counter(failed.values())
    if policy is FailurePolicy.SUBSTITUTE:
        if value is None:
            raise ValueError("SUBSTITUTE needs value=: the number to put in place of a failure")
        filled = [value if index in failed else own for index, own in enumerate(values)]
        return Rewards(filled, [True] * len(values), counts, 0, len(failed))
    if policy is FailurePolicy.DROP_GROUP:
        keys = _group_keys(len(values), groups, group_size)
        bad = {keys[index] for index in failed}
        mask = [key not in bad for key in keys]
    else:
        mask = [index not in failed for index in range(len(values))]
    masked = [own if kept else _NAN for own, kept in zip(values, mask, strict=True)]
    return Rewards(masked, mask, counts, mask.count(False) - len(failed), 0)


def _group_keys(
    total: int, groups: Sequence[Hashable] | None, group_size: int | None
) -> Sequence[Hashable]:
    if (groups is None) == (group_size is None):
        raise ValueError("DROP_GROUP needs either groups= (one id a sample) or group_size=")
    if groups is not None:
        if len(groups) != total:
            raise ValueError(f"groups has {len(groups)} entries for {total} samples")
        return groups
    if not group_size or group_size < 0 or total % group_size:
        raise ValueError(f"{total} samples do not make whole groups of {group_size}")
    return [index // group_size for index in range(total)]
