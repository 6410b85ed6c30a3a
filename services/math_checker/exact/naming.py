"""What the names in an answer of several parts say: which parts belong together, in which order."""

from __future__ import annotations

import re

from services.math_checker.exact.items import Items, Shape

_ARGUMENT = re.compile(r"\(([a-z])\)$")
_SYMBOL = re.compile(r"\\[A-Za-z]+|[A-Za-z]")
_LETTER_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def renamed(value: str, from_output: str, to_output: str) -> str | None:
    """The value of "f(n) = n" in the variable of "f(x) = x"; None for "f(n) = x", where x is not
    the variable.
    """
    old, new = _ARGUMENT.search(from_output), _ARGUMENT.search(to_output)
    if not old or not new or old[1] == new[1]:
        return value
    symbols = set(_SYMBOL.findall(value))
    if new[1] in symbols:
        return None
    return _SYMBOL.sub(lambda name: new[1] if name[0] == old[1] else name[0], value)


def names_clash(one: Items, other: Items) -> bool:
    """Whether one lists values of a name that the other does not speak of."""
    if one.common and other.common:
        return one.common != other.common and _LETTER_NAME.issuperset((one.common, other.common))
    if one.names and other.names:
        return set(one.names) != set(other.names)
    named, common = (one.names, other.common) if one.names else (other.names, one.common)
    return bool(named and common) and not numbered(named)


def may_be_one_value(items: Items) -> bool:
    """Whether a list may be one value in several writings: "1\\frac{1}{2} or \\frac{3}{2}"."""
    is_list = items.shape is Shape.BARE and not items.names
    return is_list and len(set(items.parts)) == len(items.parts)


def by_name(items: Items) -> tuple[str, ...]:
    """The parts in the alphabetical order of their names, which is that of coordinates: x, y, z."""
    if not items.names or items.shape is not Shape.BARE:
        return items.parts
    return tuple(part for _, part in sorted(zip(items.names, items.parts, strict=True)))


def numbered(names: tuple[str, ...]) -> bool:
    """Whether the names are one with numbers: x_1, x_2."""
    return len({name.split("_")[0] for name in names}) == 1


def is_singleton(items: Items) -> bool:
    r"""Whether it is a set of one, "\{5\}"."""
    return items.shape is Shape.SET and len(items.parts) == 1
