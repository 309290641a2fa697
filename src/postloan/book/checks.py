"""What each row must meet by itself: types, required values, closed lists, ranges and dates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from postloan.book.schema import DATE_ORDER, SIGNED_IN_REVERSAL
from postloan.engine import Column, Field, Table, TableSchema, casting
from postloan.engine import verbs as v

REASON = ("quarantine_code", "quarantine_reason", "quarantine_allowed")
"""Columns of a quarantine file that say why a row is there."""

RAW = "raw__"
"""Prefix of a source column beside its typed self."""

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
"""Dates outside are taken for mistakes, such as 0001-01-01 or 9999-12-31."""

_FORMS = {
    "integer": "a whole number, such as 12",
    "boolean": "true or false",
    "date": "a date, such as 2024-03-05",
    "timestamp": "a date and time, such as 2024-03-05 14:30:00",
    "money": "an amount, such as 1234.56",
    "decimal": "a number, such as 0.05",
    "integer_list": "a list of whole numbers, such as 3;7",
}


@dataclass(frozen=True)
class Check:
    """One condition under which a row goes to quarantine.

    Args:
        code: the reason.
        column: the column at fault.
        fails: whether a row fails, as a column of the typed table.
        words: the reason in words with the value, as a column.
        allowed: what would be allowed.
    """

    code: str
    column: str
    fails: Callable[[Table], Column]
    words: Callable[[Table], Column]
    allowed: str = ""


def row_checks(
    schema: TableSchema, present: Sequence[str], as_of: date | None, lists: Mapping[str, Sequence[str]]
) -> list[Check]:
    """Give the checks of a table's rows, in the order in which the first that fails names the reason.

    `present` are the columns the source has; `lists` replaces closed lists by `table.column`.
    """
    checks: list[Check] = []
    fields = [field for field in schema.fields if field.name in present]
    for field in fields:
        checks.extend(_type_checks(field))
    for field in fields:
        checks.extend(_value_checks(schema, field, lists))
    for first, second in DATE_ORDER.get(schema.name, ()):
        if first in present and second in present:
            checks.append(_order_check(first, second))
    if as_of is not None and schema.natural_date in present:
        checks.append(_after_check(str(schema.natural_date), as_of))
    return checks


def problem(table: Table, checks: Sequence[Check]) -> Column:
    """Give the number of the first check that a row fails; null where none does."""
    fails = [(check.fails(table), v.literal(number, "integer")) for number, check in enumerate(checks)]
    return v.when(fails, v.null("integer"))


def reasons(table: Table, checks: Sequence[Check]) -> dict[str, Column]:
    """Give the columns of REASON for the number in column `problem`; null for good rows."""
    nothing = v.null("string")
    good = (table.problem.isnull(), nothing)
    number = [table.problem == v.literal(number, "integer") for number in range(len(checks))]
    codes = [v.literal(check.code, "string") for check in checks]
    words = [check.words(table) for check in checks]
    allowed = [v.literal(check.allowed, "string") if check.allowed else nothing for check in checks]
    return {
        name: v.when([good, *zip(number, values, strict=True)], nothing)
        for name, values in zip(REASON, (codes, words, allowed), strict=True)
    }


def _source(field: Field) -> Callable[[Table], Column]:
    return lambda table: table[RAW + field.name]


def _shown(table: Table, name: str) -> Column:
    return v.coalesce(casting.as_text(table[RAW + name]), v.literal("", "string"))


def _say(field: Field, *parts: str) -> Callable[[Table], Column]:
    before, after = parts
    return lambda table: v.concat(f"{field.name} {before}'", _shown(table, field.name), f"'{after}")


def _type_checks(field: Field) -> Iterator[Check]:
    source = _source(field)
    if field.kind in ("money", "decimal", "integer"):
        yield Check(
            "not_a_number",
            field.name,
            lambda table: casting.not_a_number(source(table)),
            _say(field, "is ", " and not a number"),
        )
    form = _FORMS.get(field.kind)
    if form:
        yield Check(
            "wrong_type",
            field.name,
            lambda table: casting.as_text(source(table)).notnull() & table[field.name].isnull(),
            _say(field, "is ", f", but must be {form}"),
            allowed=form,
        )
    if field.kind == "integer_list":
        yield Check(
            "wrong_type",
            field.name,
            lambda table: ~casting.matches(table[field.name], r"^([1-9]|1[0-2])(;([1-9]|1[0-2]))*$"),
            _say(field, "is ", ", but must be months from 1 to 12, such as 3;7"),
            allowed="1 to 12, parted by ;",
        )


def _value_checks(schema: TableSchema, field: Field, lists: Mapping[str, Sequence[str]]) -> Iterator[Check]:
    if field.required:
        yield Check(
            "missing_value",
            field.name,
            lambda table: table[field.name].isnull(),
            lambda _: v.literal(f"{field.name} is empty, but every row of {schema.name} needs it", "string"),
        )
    values = tuple(lists.get(f"{schema.name}.{field.name}", field.values or ()))
    if values:
        yield Check(
            "unknown_code",
            field.name,
            lambda table: table[field.name].notin(values),
            _say(field, "holds the unknown code ", ""),
            allowed=", ".join(values),
        )
    if field.kind in ("date", "timestamp"):
        yield _date_check(field)
    if field.minimum is not None or field.maximum is not None:
        yield _range_check(schema, field)


def _date_check(field: Field) -> Check:
    earliest, latest = v.literal(EARLIEST, "date"), v.literal(LATEST, "date")
    return Check(
        "implausible_date",
        field.name,
        lambda table: ~table[field.name].between(earliest, latest),
        _say(field, "is ", ", which cannot be true"),
        allowed=f"{EARLIEST} to {LATEST}, or empty",
    )


def _range_check(schema: TableSchema, field: Field) -> Check:
    signed = SIGNED_IN_REVERSAL.get(schema.name) == field.name
    least, most = field.minimum, field.maximum

    def fails(table: Table) -> Column:
        column = table[field.name]
        low = (
            v.literal(value=False, kind="boolean") if least is None else column < v.literal(least, field.kind)
        )
        high = (
            v.literal(value=False, kind="boolean") if most is None else column > v.literal(most, field.kind)
        )
        if signed:
            low = low & table["reverses_id"].isnull()
        return low | high

    allowed = f"{'' if least is None else least} to {'' if most is None else most}".strip()
    if most is None:
        allowed = f"{least} or more"
    code = "negative_amount" if field.kind == "money" and least == 0 else "out_of_range"
    return Check(code, field.name, fails, _say(field, "is ", f", but must be {allowed}"), allowed=allowed)


def _order_check(first: str, second: str) -> Check:
    return Check(
        "dates_reversed",
        second,
        lambda table: table[first] > table[second],
        lambda table: v.concat(
            f"{second} ", _shown(table, second), f" lies before {first} ", _shown(table, first)
        ),
        allowed=f"{second} on or after {first}",
    )


def _after_check(name: str, as_of: date) -> Check:
    return Check(
        "after_as_of",
        name,
        lambda table: table[name] > v.literal(as_of, "date"),
        lambda table: v.concat(f"{name} ", _shown(table, name), f" lies after {as_of}, the as-of date"),
        allowed=f"up to {as_of}",
    )
