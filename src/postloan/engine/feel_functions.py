"""The functions that compiled FEEL needs beyond those of the stages, each once per engine, side by side."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from postloan.engine.functions import Function

_WIDE = "DECIMAL(38,0)"


def _once(name: str, values: str, body: str, *, spark: bool) -> str:
    """Give a body in which `name.1`, `name.2` stand for values that are worked out once.

    A macro writes its arguments out wherever they stand, so that calls within calls would grow beyond
    measure. Spark works the arguments of a function out once by itself.
    """
    for position, value in enumerate(values.split("; "), 1):
        body = body.replace(f"{name}.{position}", f"({value})" if spark else f"{name}[{position}]")
    listed = values.replace(";", ",")
    return body if spark else f"list_transform([[{listed}]], {name} -> {body})[1]"


def _wide_pair(name: str, body: str, *, spark: bool) -> str:
    kind = _WIDE if spark else "HUGEINT"
    return _once(name, f"CAST(a AS {kind}); CAST(b AS {kind})", body, spark=spark)


def _floor_divide(*, spark: bool) -> str:
    # In Spark `div` gives a BIGINT; what is left without its remainder divides without rounding.
    whole = f"CAST((f.1 - f.1 % f.2) / f.2 AS {_WIDE})" if spark else f"CAST(f.1 // f.2 AS {_WIDE})"
    lower = "CASE WHEN f.1 % f.2 <> 0 AND (f.1 < 0) <> (f.2 < 0) THEN 1 ELSE 0 END"
    body = f"CASE WHEN f.2 = 0 THEN NULL ELSE CAST({whole} - {lower} AS {_WIDE}) END"
    return _wide_pair("f", body, spark=spark)


def _floor_modulo(*, spark: bool) -> str:
    turned = "CASE WHEN m.1 % m.2 <> 0 AND (m.1 < 0) <> (m.2 < 0) THEN m.2 ELSE 0 END"
    body = f"CASE WHEN m.2 = 0 THEN NULL ELSE CAST(m.1 % m.2 + {turned} AS {_WIDE}) END"
    return _wide_pair("m", body, spark=spark)


def _half_even(*, spark: bool) -> str:
    up = f"CAST(2 * e.1 + e.2 AS {_WIDE}), CAST(2 * e.2 AS {_WIDE})"
    odd = f"pl_floor_modulo(pl_floor_divide({up}), CAST(2 AS {_WIDE})) = 1"
    tie = f"CASE WHEN pl_floor_modulo({up}) = 0 AND {odd} THEN 1 ELSE 0 END"
    return _wide_pair("e", f"CAST(pl_floor_divide({up}) - {tie} AS {_WIDE})", spark=spark)


def _away_or_toward(positive: str, negative: str, *, spark: bool) -> str:
    """Give one rounding for quotients from zero up, and another for those below."""
    body = f"CASE WHEN (w.1 < 0) = (w.2 < 0) THEN {positive} ELSE {negative} END"
    return _wide_pair("w", body, spark=spark)


_DOWN = "pl_floor_divide(w.1, w.2)"
_UP = f"CAST(-pl_floor_divide(-w.1, w.2) AS {_WIDE})"
_NEAREST_UP = f"pl_floor_divide(CAST(2 * w.1 + w.2 AS {_WIDE}), CAST(2 * w.2 AS {_WIDE}))"
_NEAREST_DOWN = f"CAST(-pl_floor_divide(CAST(w.2 - 2 * w.1 AS {_WIDE}), CAST(2 * w.2 AS {_WIDE})) AS {_WIDE})"

_ROUNDINGS = {
    "pl_ceiling": (_UP, _UP),
    "pl_round_up": (_UP, _DOWN),
    "pl_round_down": (_DOWN, _UP),
    "pl_half_up": (_NEAREST_UP, _NEAREST_DOWN),
    "pl_half_down": (_NEAREST_DOWN, _NEAREST_UP),
}


def _stop(message: str, *, spark: bool) -> str:
    # Both raise at the row alone that comes here.
    return f"CAST(raise_error('{message}') AS DOUBLE)" if spark else f"CAST(error('{message}') AS DOUBLE)"


INEXACT = "out of range: an inexact number"
"""How the message begins with which a computation in doubles stops the run."""

POWER_LIMIT = 1200
"""The largest exponent of a computed power: a hundred years of months."""


def _finite(value: str, *, spark: bool) -> str:
    large = f"abs({value}) > 1.0E300{'D' if spark else ''}"
    return f"CASE WHEN {large} THEN {_stop(INEXACT + ' is too large', spark=spark)} ELSE {value} END"


def _double_pair(body: str, *, spark: bool) -> str:
    return _once("x", "CAST(a AS DOUBLE); CAST(b AS DOUBLE)", body, spark=spark)


def _inexact_sum(*, spark: bool) -> str:
    lost = "abs(x.1 + x.2) < 0.00001 * greatest(abs(x.1), abs(x.2))"
    stopped = _stop(f"{INEXACT} is lost in a difference", spark=spark)
    kept = _finite("(x.1 + x.2)", spark=spark)
    body = f"CASE WHEN x.1 IS NULL OR x.2 IS NULL THEN NULL WHEN {lost} THEN {stopped} ELSE {kept} END"
    return _double_pair(body, spark=spark)


def _inexact_product(*, spark: bool) -> str:
    small = "x.1 <> 0 AND x.2 <> 0 AND abs(x.1 * x.2) < 1.0E-300" + ("D" if spark else "")
    stopped = _stop(f"{INEXACT} is too small", spark=spark)
    body = f"CASE WHEN {small} THEN {stopped} ELSE {_finite('(x.1 * x.2)', spark=spark)} END"
    return _double_pair(body, spark=spark)


def _inexact_quotient(*, spark: bool) -> str:
    body = f"CASE WHEN x.2 = 0 THEN NULL ELSE {_finite('(x.1 / x.2)', spark=spark)} END"
    return _double_pair(body, spark=spark)


def _power(*, spark: bool) -> str:
    far = _stop(f"{INEXACT} has an exponent beyond {POWER_LIMIT}", spark=spark)
    large = _stop(f"{INEXACT} is too large", spark=spark)
    # A base of zero is the exact zero: a computed one stopped before.
    body = (
        "CASE WHEN x.1 IS NULL OR x.2 IS NULL THEN NULL WHEN x.1 = 0 AND x.2 <= 0 THEN NULL "
        f"WHEN x.1 < 0 AND x.2 <> floor(x.2) THEN NULL WHEN abs(x.2) > {POWER_LIMIT} THEN {far} "
        f"WHEN x.1 <> 0 AND abs(x.2 * ln(abs(x.1))) > 690 THEN {large} ELSE pow(x.1, x.2) END"
    )
    return _double_pair(body, spark=spark)


_FIRST_DAY = "DATE '0001-01-01'"


def _day_later(*, spark: bool) -> str:
    since = f"datediff(d, {_FIRST_DAY})" if spark else f"date_diff('day', {_FIRST_DAY}, CAST(d AS DATE))"
    later = f"date_add({_FIRST_DAY}, CAST(x.1 AS INT))" if spark else f"{_FIRST_DAY} + CAST(x.1 AS INTEGER)"
    body = f"CASE WHEN x.1 BETWEEN 0 AND 3652058 THEN {later} END"
    return _once("x", f"CAST({since} AS BIGINT) + n", body, spark=spark)


def _month_later(*, spark: bool) -> str:
    later = (
        "add_months(x.1, CAST(n AS INT))" if spark else "CAST(x.1 + to_months(CAST(n AS INTEGER)) AS DATE)"
    )
    body = f"CASE WHEN year(x.1) * 12 + month(x.1) - 1 + n BETWEEN 12 AND 119999 THEN {later} END"
    return _once("x", "CAST(d AS DATE)", body, spark=spark)


def _whole_months(*, spark: bool) -> str:
    def forward(a: str, b: str) -> str:
        short = f"day({a}) > day({b}) AND {b} <> last_day({b})"
        return f"(year({b}) - year({a})) * 12 + month({b}) - month({a}) - CASE WHEN {short} THEN 1 ELSE 0 END"

    both = "x.1 IS NULL OR x.2 IS NULL"
    body = (
        f"CASE WHEN {both} THEN NULL WHEN x.2 >= x.1 THEN CAST({forward('x.1', 'x.2')} AS BIGINT) "
        f"ELSE CAST(-({forward('x.2', 'x.1')}) AS BIGINT) END"
    )
    return _once("x", "CAST(a AS DATE); CAST(b AS DATE)", body, spark=spark)


def _date_of_parts() -> str:
    def padded(part: str, width: int) -> str:
        return f"lpad(CAST({part} AS STRING), {width}, '0')"

    text = f"{padded('y', 4)} || '-' || {padded('m', 2)} || '-' || {padded('d', 2)}"
    return (
        "CASE WHEN y BETWEEN 1 AND 9999 AND m BETWEEN 1 AND 12 AND d BETWEEN 1 AND 31 "
        f"THEN TRY_CAST({text} AS DATE) END"
    )


def _around(*, after: bool, spark: bool) -> str:
    place = "instr(t.1, t.2)" if spark else "strpos(t.1, t.2)"
    cut = f"substr(t.1, {place} + length(t.2))" if after else f"substr(t.1, 1, {place} - 1)"
    body = (
        "CASE WHEN t.1 IS NULL OR t.2 IS NULL THEN NULL "
        f"WHEN t.2 = '' THEN {'t.1' if after else chr(39) * 2} "
        f"WHEN {place} = 0 THEN '' ELSE {cut} END"
    )
    return _once("t", "s; part", body, spark=spark)


def _part(*, spark: bool) -> str:
    kind = "INT" if spark else "BIGINT"
    start = "CASE WHEN start > 0 THEN start ELSE length(t.1) + 1 + start END"
    cut = f"substr(t.1, CAST({start} AS {kind}), CAST(least(n, length(t.1)) AS {kind}))"
    body = f"CASE WHEN start = 0 OR abs(start) > length(t.1) OR n < 1 THEN NULL ELSE {cut} END"
    return _once("t", "s", body, spark=spark)


_TWO_WIDE = (("a", _WIDE), ("b", _WIDE))
_TWO_DOUBLES = (("a", "DOUBLE"), ("b", "DOUBLE"))
_TWO_DATES = (("a", "DATE"), ("b", "DATE"))
_TEXT_AND_PART = (("s", "STRING"), ("part", "STRING"))


def _both(
    name: str, parameters: tuple[tuple[str, str], ...], returns: str, body: Callable[..., str]
) -> Function:
    return Function(name, parameters, returns, body(spark=False), body(spark=True))


FEEL_FUNCTIONS: tuple[Function, ...] = (
    _both("pl_floor_divide", _TWO_WIDE, _WIDE, _floor_divide),
    _both("pl_floor_modulo", _TWO_WIDE, _WIDE, _floor_modulo),
    _both("pl_half_even", _TWO_WIDE, _WIDE, _half_even),
    *(_both(name, _TWO_WIDE, _WIDE, partial(_away_or_toward, *ways)) for name, ways in _ROUNDINGS.items()),
    _both("pl_inexact_sum", _TWO_DOUBLES, "DOUBLE", _inexact_sum),
    _both("pl_inexact_product", _TWO_DOUBLES, "DOUBLE", _inexact_product),
    _both("pl_inexact_quotient", _TWO_DOUBLES, "DOUBLE", _inexact_quotient),
    _both("pl_power", _TWO_DOUBLES, "DOUBLE", _power),
    _both("pl_day_later", (("d", "DATE"), ("n", "BIGINT")), "DATE", _day_later),
    _both("pl_month_later", (("d", "DATE"), ("n", "BIGINT")), "DATE", _month_later),
    _both("pl_whole_months", _TWO_DATES, "BIGINT", _whole_months),
    Function("pl_date", (("y", "BIGINT"), ("m", "BIGINT"), ("d", "BIGINT")), "DATE", _date_of_parts()),
    Function(
        "pl_weekday",
        (("d", "DATE"),),
        "BIGINT",
        "CAST(isodow(d) AS BIGINT)",
        "CAST(weekday(d) + 1 AS BIGINT)",
    ),
    Function("pl_day_of_year", (("d", "DATE"),), "BIGINT", "CAST(dayofyear(d) AS BIGINT)"),
    Function("pl_week", (("d", "DATE"),), "BIGINT", "CAST(weekofyear(d) AS BIGINT)"),
    _both("pl_part", (("s", "STRING"), ("start", "BIGINT"), ("n", "BIGINT")), "STRING", _part),
    _both("pl_before", _TEXT_AND_PART, "STRING", partial(_around, after=False)),
    _both("pl_after", _TEXT_AND_PART, "STRING", partial(_around, after=True)),
    Function(
        "pl_without_zeros",
        (("s", "STRING"),),
        "STRING",
        "rtrim(rtrim(s, '0'), '.')",
        "rtrim('.', rtrim('0', s))",
    ),
)
"""Defined in every session beside `FUNCTIONS`."""
