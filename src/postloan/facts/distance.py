"""Whether two places lie farther apart than some metres, in integers.

On a sphere of 6,371 km a millionth of a degree is 0.111194926 m. Over a few kilometres the earth is flat: the
distance is that of a right triangle, whose east-west side shrinks with the cosine of the latitude. The cosine
is drawn straight between whole degrees, which is at most 0.004 % too little; with places rounded to a
millionth of a degree, 500 m are right to 0.2 m on the sphere, and to 3 m on the earth as it is.
"""

from __future__ import annotations

from decimal import Decimal, localcontext

from postloan.engine import Column
from postloan.engine import verbs as v

_MILLION = 1_000_000
_MICRODEGREE = 111_194_926
"""A millionth of a degree on the sphere, in billionths of a metre."""

_PI = Decimal("3.14159265358979323846264338327950288")


def _cosine(degrees: int) -> int:
    """Give the cosine in millionths, by its series: the same on every machine."""
    with localcontext() as precise:
        precise.prec = 40
        x = _PI * degrees / 180
        term, total, order = Decimal(1), Decimal(0), 0
        while abs(term) > Decimal(10) ** -20:
            total += term
            order += 2
            term *= -x * x / (order * (order - 1))
        return int((total * _MILLION).to_integral_value())


_COSINES = tuple(_cosine(degrees) for degrees in range(91))


def is_farther(a: tuple[Column, Column], b: tuple[Column, Column], metres: int) -> Column:
    """Tell whether two places, each latitude and longitude as decimals, lie more than `metres` apart.

    Null where one of the four is. `metres` is at most 10,000; near the poles the answer says little.
    """
    north, east = _apart(a[0], b[0]), _apart(a[1], b[1])
    east = v.least(east, 360 * _MILLION - east)
    middle = v.integer_divide(_size(_millionths(a[0]) + _millionths(b[0])), v.literal(2, "integer"))
    across = v.integer_divide(east * _cosine_of(middle), v.literal(_MILLION, "integer"))
    limit = (metres * 10**9) ** 2 // _MICRODEGREE**2
    return north * north + across * across > limit


def _millionths(degrees: Column) -> Column:
    return v.convert(v.literal(_MILLION, "integer"), degrees)


def _size(number: Column) -> Column:
    return (number < 0).ifelse(-number, number)


def _apart(a: Column, b: Column) -> Column:
    return _size(_millionths(a) - _millionths(b))


def _cosine_of(latitude: Column) -> Column:
    """Give the cosine in millionths of a latitude from 0 in millionths of a degree."""
    starts = [degree * _MILLION for degree in range(1, 91)]
    falls = [_COSINES[degree] - _COSINES[degree + 1] for degree in range(90)]
    lower = v.steps(latitude, starts, _COSINES, 0)
    fall = v.steps(latitude, starts, [*falls, 0], 0)
    beyond = v.modulo(latitude, v.literal(_MILLION, "integer"))
    return lower - v.integer_divide(fall * beyond, v.literal(_MILLION, "integer"))
