"""An exact table of units, and the arithmetic of their names: "km/h", "square feet", "cm^2",
"dollars per hour".

A unit is a factor (an exact rational) times powers of base names. Two quantities compare by value
after conversion if their base powers agree; otherwise they are different quantities.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

Powers = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """`factor` times the product of base names to their powers, sorted by name."""

    factor: Fraction
    powers: Powers


# base powers, then "factor: names" with the factor in base units. Names are singular; plurals are
# found by rule.
_TABLE = """
length: 1 m meter metre; 1000 km kilometer kilometre; 1/10 dm decimeter decimetre;
 1/100 cm centimeter centimetre; 1/1000 mm millimeter millimetre;
 1/1000000 um micron micrometer micrometre; 1/1000000000 nm nanometer nanometre;
 127/5000 in inch inches; 381/1250 ft foot feet; 1143/1250 yd yard; 201168/125 mi mile; 1852 nmi;
 1/10000000000 angstrom
area: 10000 ha hectare; 316160658/78125 acre
volume: 1/1000 L l liter litre; 1/1000000 mL ml milliliter millilitre cc;
 473176473/125000000 gallon gal; 473176473/500000000 quart qt; 473176473/1000000000 pint pt;
 473176473/2000000000 cup; 473176473/16000000000 floz
mass: 1 kg kilogram kilogramme kilo; 1/1000 g gram gramme; 1/1000000 mg milligram; 1000 tonne;
 45359237/100000000 lb lbs pound; 45359237/1600000000 oz ounce; 45359237/50000 ton
time: 1 s sec second; 60 min minute; 3600 h hr hour; 86400 day; 604800 week wk;
 1/1000 ms millisecond
months: 1 month; 12 year yr
dollar: 1 dollar usd buck; 1/100 cent penny pennies; 1/20 nickel; 1/10 dime
euro: 1 euro eur
sterling: 1 gbp quid; 1/100 pence
rupee: 1 rupee inr rs; 1/100 paise paisa
yen: 1 yen jpy
yuan: 1 yuan cny rmb
peso: 1 peso
degree: 1 degree deg; 1/60 arcminute; 1/3600 arcsecond
radian: 1 radian rad
celsius: 1 celsius
fahrenheit: 1 fahrenheit
kelvin: 1 kelvin K
byte: 1 byte; 1/8 bit; 1000 kb kilobyte; 1000000 mb megabyte; 1000000000 gb gigabyte
ampere: 1 ampere amp A; 1/1000 mA milliampere milliamp
mole: 1 mol mole
charge: 1 coulomb C
capacitance: 1 farad F; 1/1000000 uF microfarad
inductance: 1 henry H
field: 1 tesla T; 1/10000 gauss
flux: 1 weber Wb
speed: 1397/3125 mph
kph: 5/18 kph kmh kmph
force: 1 N newton; 1000 kN kilonewton; 1/100000 dyne
energy: 1 J joule; 1000 kJ kilojoule; 1000000 MJ megajoule; 3600000 kWh;
 1/10000000 erg; 523/125 cal calorie; 4184 kcal kilocalorie;
 801088317/5000000000000000000000000000 eV
power: 1 W watt; 1000 kW kilowatt; 1000000 MW megawatt
pressure: 1 Pa pascal; 1000 kPa kilopascal; 1000000 MPa; 101325 atm; 100000 bar
frequency: 1 Hz hertz; 1000 kHz; 1000000 MHz; 1000000000 GHz
voltage: 1 V volt; 1/1000 mV; 1000 kV
resistance: 1 \\Omega ohm
"""
_DERIVED: dict[str, Powers] = {
    "area": (("length", 2),),
    "volume": (("length", 3),),
    "speed": (("length", 1), ("time", -1)),
    "kph": (("length", 1), ("time", -1)),
    "force": (("length", 1), ("mass", 1), ("time", -2)),
    "energy": (("length", 2), ("mass", 1), ("time", -2)),
    "power": (("length", 2), ("mass", 1), ("time", -3)),
    "pressure": (("length", -1), ("mass", 1), ("time", -2)),
    "frequency": (("time", -1),),
    "voltage": (("ampere", -1), ("length", 2), ("mass", 1), ("time", -3)),
    "charge": (("ampere", 1), ("time", 1)),
    "capacitance": (("ampere", 2), ("length", -2), ("mass", -1), ("time", 4)),
    "inductance": (("ampere", -2), ("length", 2), ("mass", 1), ("time", -2)),
    "field": (("ampere", -1), ("mass", 1), ("time", -2)),
    "flux": (("ampere", -1), ("length", 2), ("mass", 1), ("time", -2)),
    "resistance": (("ampere", -2), ("length", 2), ("mass", 1), ("time", -3)),
}


def _read_table() -> dict[str, Unit]:
    names: dict[str, Unit] = {}
    for line in _TABLE.replace("\n ", " ").strip().splitlines():
        base, _, entries = line.partition(":")
        for entry in entries.split(";"):
            factor, *spellings = entry.split()
            unit = Unit(Fraction(factor), _DERIVED.get(base, ((base, 1),)))
            names |= dict.fromkeys(spellings, unit)
    return names


_UNITS = _read_table()
CURRENCY_SIGNS = {
    r"\$": _UNITS["dollar"], "£": _UNITS["gbp"], "€": _UNITS["euro"],
    "₹": _UNITS["rupee"], "¥": _UNITS["yen"], r"\pounds": _UNITS["gbp"], r"\euro": _UNITS["euro"],
}  # fmt: skip
POUND, STERLING = _UNITS["pound"], _UNITS["gbp"]
DEGREE = _UNITS["degree"]
#: Words that multiply the number before them: they are part of its value, not a unit that may be
#: left out.
MULTIPLIERS = {
    "dozen": 12, "hundred": 100, "thousand": 10**3, "million": 10**6,
    "billion": 10**9, "trillion": 10**12,
}  # fmt: skip
TEMPERATURES = {"C": _UNITS["celsius"], "F": _UNITS["fahrenheit"], "K": _UNITS["kelvin"]}

# Words that raise the unit after them, or the one before them, to a power.
_RAISED_BEFORE = {"square": 2, "sq": 2, "cubic": 3, "cu": 3}
_RAISED_AFTER = {"squared": 2, "cubed": 3}
_PIECE = re.compile(r"(\\?[A-Za-z]+)\.?|\^ ?\{? ?(-?\d) ?\}?|( +|[/*])|(\S)")
_MAX_PIECES = 20


@lru_cache(maxsize=2_048)
def read_unit(text: str) -> Unit | None:
    r"""The unit that the whole of `text` names, `\text{}` and the like already taken off; None
    where it is none.
    """
    pieces = _PIECE.findall(text)
    if len(pieces) > _MAX_PIECES:
        return None
    terms: list[tuple[Unit, int]] = []  # a named unit and its power
    sign = raised = 1
    for name, exponent, separator, other in pieces:
        word = name.lower()
        if other:
            return None
        if separator == "/" or word == "per":
            sign = -1
        elif exponent or word in _RAISED_AFTER:
            if not terms:
                return None
            unit, power = terms[-1]
            terms[-1] = unit, power * (int(exponent) if exponent else _RAISED_AFTER[word])
        elif word in _RAISED_BEFORE:
            raised = _RAISED_BEFORE[word]
        elif name and name != r"\cdot":
            named = _named(name)
            if named is None:
                return None
            terms.append((named, sign * raised))
            raised = 1
    return _product(terms) if terms and raised == 1 else None


def _named(name: str) -> Unit | None:
    unit = _UNITS.get(name)
    if unit is None and len(name) > 1:
        name = name.lower()
        unit = _UNITS.get(name) or (_UNITS.get(name[:-1]) if name[-1] == "s" else None)
    return unit


def _product(terms: list[tuple[Unit, int]]) -> Unit:
    factor = Fraction(1)
    powers: dict[str, int] = {}
    for unit, power in terms:
        factor *= unit.factor**power
        for base, base_power in unit.powers:
            powers[base] = powers.get(base, 0) + base_power * power
    return Unit(factor, tuple(sorted((base, power) for base, power in powers.items() if power)))
