"""Values modulo a prime: tells apart integers and fractions too large to be written out, such as
9^(9^9) and its successor.
"""

from __future__ import annotations

from hashlib import blake2b

from flint import fmpz

from services.math_checker.symbolic.nodes import Node, Num, Op
from services.math_checker.symbolic.numeric.exact import integer

_MAX_FACTORIAL = 100_000


class _NoResidue(Exception):
    """The value is not rational, or its residue can't be had cheaply."""


def same_residue(one: Node, other: Node, seed: str) -> bool | None:
    """Whether two rational values agree modulo a prime of 120 bits drawn from `seed`; None where
    that can't be told.

    Different residues prove different values. Equal ones leave an error of about 2^-100 that
    nobody can aim at, since the prime depends on both texts.
    """
    prime = _prime(seed)
    try:
        return _residue(one, prime) == _residue(other, prime)
    except (_NoResidue, ZeroDivisionError, ValueError):
        return None


def _prime(seed: str) -> int:
    digest = blake2b(seed.encode("utf-8", "surrogatepass"), digest_size=15).digest()
    candidate = int.from_bytes(digest, "big") | (1 << 119) | 1
    while not fmpz(candidate).is_probable_prime():
        candidate += 2
    return candidate


def _residue(node: Node, prime: int) -> int:
    if isinstance(node, Num):
        return int(node.value.p) * pow(int(node.value.q), -1, prime) % prime
    if not isinstance(node, Op):
        raise _NoResidue
    name, args = node.name, node.args
    if name == "add":
        return sum(_residue(arg, prime) for arg in args) % prime
    if name == "mul":
        product = 1
        for arg in args:
            product = product * _residue(arg, prime) % prime
        return product
    if name == "neg":
        return -_residue(args[0], prime) % prime
    if name == "div":
        return _residue(args[0], prime) * pow(_residue(args[1], prime), -1, prime) % prime
    if name == "pow":
        exponent = integer(args[1])
        if exponent is None:
            raise _NoResidue
        return pow(_residue(args[0], prime), exponent, prime)
    if name == "factorial":
        return _factorial(args[0], prime)
    raise _NoResidue


def _factorial(node: Node, prime: int) -> int:
    count = integer(node)
    if count is None or not 0 <= count <= _MAX_FACTORIAL:
        raise _NoResidue
    product = 1
    for factor in range(2, count + 1):
        product = product * factor % prime
    return product
