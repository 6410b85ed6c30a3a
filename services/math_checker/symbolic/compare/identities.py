"""Equality of expressions with variables: the same value wherever both have one.

Both sides are computed at points drawn from a hash of the two texts, so that the verdict is
repeatable and no text can be made to fit the points. One certain difference (exact rationals, or
balls that do not meet) refutes. Agreement at every point, the last at more bits than everything
written takes, is accepted: for rational functions that is the Schwartz-Zippel test, whose error is
negligible.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any

from flint import acb, arb, fmpq

from services.math_checker.symbolic.compare.scalars import accurate, overlaps
from services.math_checker.symbolic.nodes import Const, Node, operators, render, symbols, walk
from services.math_checker.symbolic.numeric.balls import (
    NotNumeric,
    complex_ball,
    precision,
    real_ball,
)
from services.math_checker.symbolic.numeric.bounds import size_bits
from services.math_checker.symbolic.numeric.exact import Undefined, Values, rational

_BITS = 128
_FINAL_BITS = 1_024
_MAX_FINAL_BITS = 20_000
_WANTED, _LEAST = 8, 3
# How the values of one point are drawn: range of the numerator over a denominator, or integers.
_PATTERN_NAMES = """
    unit positive integer signed large negative small_integer near near positive unit integer
    positive signed unit near
"""
_PATTERNS = tuple(_PATTERN_NAMES.split())
# Step functions differ at few points, most of them integers: many of those are looked at.
_STEPS = frozenset(("floor", "ceil", "mod"))
_STEP_PATTERNS = ("counted",) * 60
_COMPLEX_LETTERS = frozenset("zw")
_NOT_ANALYTIC = frozenset(("abs", "conj", "Re", "Im", "arg"))


def same_function(gold: Node, answer: Node) -> tuple[bool, str]:
    """Whether two expressions agree wherever both are defined, and by what means that was found."""
    if render(gold, ordered=False) == render(answer, ordered=False):
        return True, "writing"
    points = 0
    exact = True
    for values, pair in sample((gold, answer)):
        points += 1
        one, other = pair
        if isinstance(one, fmpq) and isinstance(other, fmpq):
            if one != other:
                return False, "differs at a point"
            continue
        exact = False
        if not overlaps(_ball(one), _ball(other)):
            return False, "differs at a point"
        last = values
    if points < _LEAST:
        return False, "no common domain"
    if exact:
        return True, f"identity at {points} points"
    return _agrees_closely(gold, answer, last), f"identity at {points} points"


def proportional(gold: Node, answer: Node, positive: bool = False) -> bool:
    """Whether `gold` is a constant other than 0 times `answer`, positive if asked for, as
    functions.
    """
    first: tuple[Any, Any] | None = None
    points = 0
    for _, pair in sample((gold, answer)):
        if _is_zero(pair[0]) or _is_zero(pair[1]):
            if _is_zero(pair[0]) != _is_zero(pair[1]):
                return False
            continue
        points += 1
        first = first or pair
        if not _same(pair[0] * first[1], first[0] * pair[1]):
            return False
    if first is None or points < _LEAST:
        return False
    if positive:
        ratio = _ball(first[0]) / _ball(first[1])
        return not isinstance(ratio, acb) and bool(ratio > 0)
    return True


def sample(nodes: Sequence[Node]) -> Iterator[tuple[Values, tuple[Any, ...]]]:
    """Points where all of `nodes` have values, with the values: all rational, or all balls of one
    kind.
    """
    names = sorted(frozenset().union(*(symbols(node) for node in nodes)))
    seed = blake2b("\n".join(map(render, nodes)).encode("utf-8", "surrogatepass"), digest_size=8)
    source = random.Random(seed.digest())
    has_i = any(Const("i") in walk(node) for node in nodes)
    not_analytic = any(_NOT_ANALYTIC & operators(node) for node in nodes)
    complex_names = [n for n in names if n[0] in _COMPLEX_LETTERS] if not_analytic else []
    found = 0
    steps = any(_STEPS & operators(node) for node in nodes)
    patterns = _STEP_PATTERNS + _PATTERNS if steps else _PATTERNS
    wanted = len(patterns) if steps else _WANTED
    points = [{name: _draw(source, pattern) for name in names} for pattern in patterns]
    for kind in ("complex",) if has_i or complex_names else ("real", "complex"):
        for values in points:
            for name in complex_names:
                values = {**values, name: acb(values[name], _draw(source, "signed"))}
            computed = _values(nodes, values, kind)
            if computed is None:
                continue
            found += 1
            yield values, computed
            if found >= wanted:
                return
        if found >= _LEAST:
            return


def _draw(source: random.Random, pattern: str) -> fmpq:
    if pattern == "integer":
        return fmpq(source.randint(5, 60))
    if pattern == "counted":
        return fmpq(source.randint(1, 50))
    if pattern == "small_integer":
        return fmpq(source.randint(1, 12))
    denominator = source.randint(1_009, 9_973)
    low, high = {
        "unit": (0.02, 0.98),
        "positive": (1.0, 9.0),
        "signed": (-6.0, 6.0),
        "large": (40.0, 300.0),
        "negative": (-9.0, -1.0),
        "near": (-0.9, 0.9),
    }[pattern]
    return fmpq(source.randint(int(low * denominator), int(high * denominator)), denominator)


def _values(nodes: Sequence[Node], values: Values, kind: str) -> tuple[Any, ...] | None:
    """The values of all nodes at a point, or None where one has none."""
    try:
        if kind == "real":
            exact = tuple(rational(node, values) for node in nodes)
            if None not in exact:
                return exact
        evaluate = real_ball if kind == "real" else complex_ball
        with precision(_BITS):
            return tuple(evaluate(node, values) for node in nodes)
    except (Undefined, NotNumeric):
        return None


def _agrees_closely(gold: Node, answer: Node, values: Values) -> bool:
    sizes = size_bits(gold), size_bits(answer)
    if None in sizes:
        return False
    bits = min(max(_FINAL_BITS, 2 * sum(size or 0 for size in sizes) + 512), _MAX_FINAL_BITS)
    for evaluate in (real_ball, complex_ball):
        try:
            with precision(bits + 64):
                one, other = evaluate(gold, values), evaluate(answer, values)
        except (Undefined, NotNumeric, TypeError):
            continue
        close = accurate(one, bits // 2) and accurate(other, bits // 2)
        return close and overlaps(one, other)
    return False


def _ball(value: Any) -> Any:
    if isinstance(value, fmpq):
        return arb(value)
    return value


def _is_zero(value: Any) -> bool:
    if isinstance(value, fmpq):
        return bool(value == 0)
    return bool(value.overlaps(type(value)(0)))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, fmpq) and isinstance(other, fmpq):
        return bool(one == other)
    return overlaps(_ball(one), _ball(other))
