"""Random expressions of FEEL over the frame of the policy tests, each well typed."""

from __future__ import annotations

from hypothesis import strategies as st

Texts = st.SearchStrategy[str]

NUMBERS = ("loan.days", "loan.amount", "loan.share", "0", "1", "-1", "2", "30", "0.5", "30.01", "12", "7")
STRINGS = ("loan.kind", '"a"', '"ab"', '""', '"横"', '"a "')
DATES = ("loan.on", "today()", '@"2024-02-29"', '@"2026-01-31"')
SIGNS = ("=", "!=", "<", "<=", ">", ">=")
DURATIONS = ('@"P1M"', '@"P30D"', '@"P13M"', '@"-P1D"', '@"P0D"')


def _join(pattern: str, *parts: Texts) -> Texts:
    return st.tuples(*parts).map(lambda found: pattern.format(*found))


def _one(*texts: str) -> Texts:
    return st.sampled_from(texts)


def numbers(depth: int) -> Texts:
    """Give expressions that are numbers."""
    if depth == 0:
        return _one(*NUMBERS)
    inner, texts, days = numbers(depth - 1), strings(depth - 1), dates(depth - 1)
    return st.one_of(
        _one(*NUMBERS),
        _join("({} {} {})", inner, _one("+", "-", "*", "/"), inner),
        _join("({} ** {})", inner, _one("0", "1", "2", "3", "-1")),
        _join("{}({})", _one("abs", "floor", "ceiling", "-"), inner),
        _join(
            "{}({}, {})", _one("decimal", "round up", "round half up", "round down"), inner, _one("0", "2")
        ),
        _join("modulo({}, {})", inner, inner),
        _join("{}({})", _one("sum", "mean", "min", "max", "count", "product"), lists(depth - 1)),
        _join("{}[{}]", lists(depth - 1), _one("1", "-1", "2", "9")),
        _join("string length({})", texts),
        _join("{}.{}", days, _one("year", "month", "day", "weekday")),
        _join("day of year({})", days),
        _join("(if {} then {} else {})", conditions(depth - 1), inner, inner),
    )


def strings(depth: int) -> Texts:
    """Give expressions that are texts."""
    if depth == 0:
        return _one(*STRINGS)
    inner = strings(depth - 1)
    return st.one_of(
        _one(*STRINGS),
        _join("({} + {})", inner, inner),
        _join("substring({}, {}, {})", inner, _one("1", "2", "-1"), _one("1", "2")),
        _join("substring {}({}, {})", _one("before", "after"), inner, inner),
        _join("string({})", st.one_of(numbers(depth - 1), dates(depth - 1), conditions(depth - 1))),
        _join("string join([{}, null, {}], {})", inner, inner, inner),
        _join("(if {} then {} else {})", conditions(depth - 1), inner, inner),
    )


def dates(depth: int) -> Texts:
    """Give expressions that are dates."""
    if depth == 0:
        return _one(*DATES)
    inner = dates(depth - 1)
    return st.one_of(
        _one(*DATES),
        _join("({} {} {})", inner, _one("+", "-"), _one(*DURATIONS)),
        _join("date(2024, {}, {})", _one("2", "12", "loan.days"), _one("29", "31", "loan.days")),
        _join("(if {} then {} else {})", conditions(depth - 1), inner, inner),
    )


def lists(depth: int) -> Texts:
    """Give expressions that are lists of numbers."""
    item = numbers(depth)
    plain = st.one_of(_join("[{}, {}]", item, item), _join("[{}, null, {}]", item, item))
    if depth == 0:
        return plain
    inner = lists(depth - 1)
    return st.one_of(
        plain,
        _join("append({}, {})", inner, item),
        _join("concatenate({}, {})", inner, inner),
        _join("{}({})", _one("distinct values", "reverse"), inner),
        _join("{}[item {} {}]", inner, _one(*SIGNS), item),
        _join("(for i in {} return i + {})", inner, item),
        _join("(if {} then {} else {})", conditions(depth - 1), inner, inner),
    )


def conditions(depth: int) -> Texts:
    """Give expressions that are truth values."""
    leaf = _one("loan.flag", "true", "loan.kind = null", "loan.days > 30", "loan.amount = loan.share")
    if depth == 0:
        return leaf
    inner, number, text, day = (make(depth - 1) for make in (conditions, numbers, strings, dates))
    return st.one_of(
        leaf,
        *(_join("({} {} {})", kind, _one(*SIGNS), kind) for kind in (number, text, day)),
        _join('(({} - {}) {} @"P30D")', day, day, _one(*SIGNS)),
        _join('(years and months duration({}, {}) {} @"P1Y")', day, day, _one(*SIGNS)),
        _join("({} {} {})", inner, _one("and", "or"), inner),
        _join("not({})", inner),
        _join("({} between {} and {})", number, number, number),
        _join("({} in ({}{}..{}{}, {}))", number, _one("[", "("), number, number, _one("]", ")"), number),
        _join("{}({}, {})", _one("contains", "starts with", "ends with"), text, text),
        _join("list contains({}, {})", lists(depth - 1), number),
        _join(
            "({} i in {} satisfies i {} {})", _one("some", "every"), lists(depth - 1), _one(*SIGNS), number
        ),
        _join("{}([{}, {}])", _one("all", "any"), inner, inner),
    )
