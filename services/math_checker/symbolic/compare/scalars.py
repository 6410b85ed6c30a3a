"""Equality of numbers without variables: exact where possible, else by balls that certainly hold
the values.

Two balls that do not meet prove that the values differ, at any magnitude. Balls that meet prove
nothing at first; then the precision grows to where agreement is a proof (algebraic numbers, see
`numeric.bounds`) or, for other numbers, to more than twice the bits of everything written in the
two answers, at least 1,024. What neither way settles is `Undecided`: no verdict is better than a
guessed one.
"""

from __future__ import annotations

from typing import Any

from flint import acb, arb

from services.math_checker.symbolic.nodes import Const, Node, Num, Op, render, walk
from services.math_checker.symbolic.numeric.balls import (
    NotNumeric,
    complex_ball,
    precision,
    real_ball,
)
from services.math_checker.symbolic.numeric.bounds import MAX_BITS, separation_bits, size_bits
from services.math_checker.symbolic.numeric.exact import Undefined, rational
from services.math_checker.symbolic.numeric.residues import same_residue

_FIRST_BITS = (64, 256)
_NUMBERS = frozenset(("pi", "e", "i"))
_LEAST_FINAL_BITS = 1_024


class Undecided(Exception):
    """Two numbers of which neither equality nor difference could be proved."""


def same_constant(gold: Node, answer: Node) -> tuple[bool, str]:
    """Whether two trees without variables have the same value, and by what means that was found.

    Raises `Undecided`, unless only the answer is beyond evaluation: that is no answer.
    """
    try:
        one, other = rational(gold), rational(answer)
    except Undefined:
        return render(gold, False) == render(answer, False), "writing"
    if one is not None and other is not None:
        return bool(one == other), "exact"
    for bits in _FIRST_BITS:
        met = _meet(gold, answer, bits)
        if met is None:
            return _unevaluated(gold, answer)
        if not met:
            return False, "disjoint balls"
    return _settle(gold, answer)


def ball(node: Node, bits: int) -> Any:
    """The value as a real ball if it is real by construction, else as a complex one. Raises as
    `real_ball` does.
    """
    with precision(bits):
        try:
            return real_ball(node, {})
        except Undefined:
            return complex_ball(node, {})


def within(gold: Node, answer: Node, relative: float, absolute: float) -> bool:
    """Whether |answer - gold| <= max(absolute, relative * |gold|), for numbers."""
    try:
        one, other = ball(gold, 256), ball(answer, 256)
    except (Undefined, NotNumeric):
        return False
    if isinstance(one, acb) or isinstance(other, acb):
        one, other = acb(one), acb(other)
    with precision(256):
        # As the decimals that the caller wrote, not as their neighbours in binary.
        allowed = max(
            _decimal(absolute), _decimal(relative) * abs(one), key=lambda bound: bound.mid()
        )
        return not abs(other - one) > allowed


def _decimal(value: float) -> arb:
    return arb(repr(float(value)))


def overlaps(one: Any, other: Any) -> bool:
    """Whether two balls, real or complex, meet."""
    if isinstance(one, acb) or isinstance(other, acb):
        return bool(acb(one).overlaps(acb(other)))
    return bool(one.overlaps(other))


def accurate(value: Any, bits: int) -> bool:
    """Whether a ball has `bits` correct bits, relative to its value, or is that near to zero."""
    if value.rel_accuracy_bits() >= bits:
        return True
    return bool(abs(value) < arb(2) ** -bits)


def _meet(gold: Node, answer: Node, bits: int) -> bool | None:
    try:
        return overlaps(ball(gold, bits), ball(answer, bits))
    except (Undefined, NotNumeric):
        return None


def _settle(gold: Node, answer: Node) -> tuple[bool, str]:
    if render(gold, ordered=False) == render(answer, ordered=False):
        return True, "writing"
    difference = Op("add", (gold, Op("neg", (answer,))))
    proof = separation_bits(difference)
    if proof is not None:
        return _vanishes(difference, proof), "proved"
    size = size_bits(difference)
    if size is None or 2 * size + 512 > MAX_BITS:
        return _unevaluated(gold, answer)
    return _agree(gold, answer, max(_LEAST_FINAL_BITS, 2 * size + 512))


def _agree(gold: Node, answer: Node, bits: int) -> tuple[bool, str]:
    """Whether two values agree to `bits` bits; cancellation on the way may take more to compute."""
    working = bits + 64
    while working <= 8 * bits:
        try:
            one, other = ball(gold, working), ball(answer, working)
        except (Undefined, NotNumeric):
            break
        if not overlaps(one, other):
            return False, "disjoint balls"
        if accurate(one, bits) and accurate(other, bits):
            return True, f"agree to {bits} bits"
        working *= 2
    raise Undecided


def _vanishes(difference: Node, proof: int) -> bool:
    """Whether a value that is zero or at least 2^-proof is zero."""
    bits = proof + 128
    while bits < 4 * MAX_BITS:
        try:
            value = ball(difference, bits)
        except (Undefined, NotNumeric):
            return False
        if not overlaps(value, arb(0)):
            return False
        with precision(64):
            if abs(value) < arb(2) ** -proof:
                return True
        bits *= 2
    raise Undecided


def _unevaluated(gold: Node, answer: Node) -> tuple[bool, str]:
    """Numbers too large for balls, and what is no number: the same writing up to order, or the
    same residue.
    """
    if render(gold, ordered=False) == render(answer, ordered=False):
        return True, "writing"
    same = same_residue(gold, answer, render(gold) + "\n" + render(answer))
    if same is not None:
        return same, "residue"
    both_are_numbers = _is_number(gold) and _is_number(answer)
    if both_are_numbers and (_is_evaluable(answer) or not _is_evaluable(gold)):
        raise Undecided
    return False, "beyond evaluation"


def _is_number(node: Node) -> bool:
    """Whether nothing but numbers and operators is written in it, so that it has a value."""
    leaves = (part for part in walk(node) if not isinstance(part, Op))
    return all(
        isinstance(leaf, Num) or (isinstance(leaf, Const) and leaf.name in _NUMBERS)
        for leaf in leaves
    )


def _is_evaluable(node: Node) -> bool:
    try:
        ball(node, _FIRST_BITS[0])
    except (Undefined, NotNumeric):
        return False
    return True
