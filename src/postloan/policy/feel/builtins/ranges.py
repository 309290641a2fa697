"""Built-in functions on ranges and points: before, meets, overlaps and their like (DMN 1.5, 10.3.4.7).

A range without an end, or with a null one, has no answer.
"""

from __future__ import annotations

from typing import Any

from postloan.policy.feel.builtins.registry import feel
from postloan.policy.feel.values import Interval, conjunction, disjunction, equal, ordered, within

Answer = bool | None


def _less(a: object, b: object) -> Answer:
    return ordered("<", a, b)


@feel("before(point1: O, point2: O) -> boolean")
def before_points(a: Any, b: Any) -> Answer:
    """Tell whether a point lies before another."""
    return _less(a, b)


@feel("before(point: O, range: range<O>) -> boolean")
def before_range(point: Any, span: Interval) -> Answer:
    """Tell whether a point lies before a range."""
    return disjunction([_less(point, span.low), _touching(equal(point, span.low), not span.low_closed)])


@feel("before(range: range<O>, point: O) -> boolean")
def range_before(span: Interval, point: Any) -> Answer:
    """Tell whether a range ends before a point."""
    return disjunction([_less(span.high, point), _touching(equal(span.high, point), not span.high_closed)])


@feel("before(range1: range<O>, range2: range<O>) -> boolean")
def before(a: Interval, b: Interval) -> Answer:
    """Tell whether a range ends before another starts."""
    apart = not a.high_closed or not b.low_closed
    return disjunction([_less(a.high, b.low), _touching(equal(a.high, b.low), apart)])


def _touching(same: Answer, apart: bool) -> Answer:
    return conjunction([same, apart])


@feel("after(point1: O, point2: O) -> boolean")
def after_points(a: Any, b: Any) -> Answer:
    """Tell whether a point lies after another."""
    return _less(b, a)


@feel("after(point: O, range: range<O>) -> boolean")
def after_range(point: Any, span: Interval) -> Answer:
    """Tell whether a point lies after a range."""
    return range_before(span, point)


@feel("after(range: range<O>, point: O) -> boolean")
def range_after(span: Interval, point: Any) -> Answer:
    """Tell whether a range starts after a point."""
    return before_range(point, span)


@feel("after(range1: range<O>, range2: range<O>) -> boolean")
def after(a: Interval, b: Interval) -> Answer:
    """Tell whether a range starts after another ends."""
    return before(b, a)


@feel("meets(range1: range<O>, range2: range<O>) -> boolean")
def meets(a: Interval, b: Interval) -> Answer:
    """Tell whether a range ends where another starts, both with the point."""
    return conjunction([a.high_closed, b.low_closed, equal(a.high, b.low)])


@feel("met by(range1: range<O>, range2: range<O>) -> boolean")
def met_by(a: Interval, b: Interval) -> Answer:
    """Tell whether a range starts where another ends, both with the point."""
    return meets(b, a)


@feel("overlaps(range1: range<O>, range2: range<O>) -> boolean")
def share_a_point(a: Interval, b: Interval) -> Answer:
    """Tell whether two ranges share a point."""
    return conjunction([_starts_in_time(a, b), _starts_in_time(b, a)])


def _starts_in_time(a: Interval, b: Interval) -> Answer:
    """Tell whether a range starts no later than another ends."""
    return disjunction(
        [_less(a.low, b.high), _touching(equal(a.low, b.high), a.low_closed and b.high_closed)]
    )


@feel("overlaps before(range1: range<O>, range2: range<O>) -> boolean")
def overlaps_before(a: Interval, b: Interval) -> Answer:
    """Tell whether a range starts before another, and ends in it."""
    starts = disjunction(
        [_less(a.low, b.low), _touching(equal(a.low, b.low), a.low_closed and not b.low_closed)]
    )
    ends = disjunction(
        [_less(a.high, b.high), _touching(equal(a.high, b.high), not a.high_closed or b.high_closed)]
    )
    reaches = disjunction(
        [_less(b.low, a.high), _touching(equal(b.low, a.high), a.high_closed and b.low_closed)]
    )
    return conjunction([starts, reaches, ends])


@feel("overlaps after(range1: range<O>, range2: range<O>) -> boolean")
def overlaps_after(a: Interval, b: Interval) -> Answer:
    """Tell whether a range starts in another, and ends after it."""
    return overlaps_before(b, a)


@feel("finishes(point: O, range: range<O>) -> boolean")
def point_finishes(point: Any, span: Interval) -> Answer:
    """Tell whether a point is the last of a range."""
    return conjunction([span.high_closed, equal(point, span.high)])


@feel("finishes(range1: range<O>, range2: range<O>) -> boolean")
def finishes(a: Interval, b: Interval) -> Answer:
    """Tell whether a range ends with another, and starts no earlier."""
    starts = disjunction(
        [_less(b.low, a.low), _touching(equal(a.low, b.low), b.low_closed or not a.low_closed)]
    )
    return conjunction([a.high_closed is b.high_closed, equal(a.high, b.high), starts])


@feel("finished by(range: range<O>, point: O) -> boolean")
def finished_by_point(span: Interval, point: Any) -> Answer:
    """Tell whether a range's last point is this."""
    return point_finishes(point, span)


@feel("finished by(range1: range<O>, range2: range<O>) -> boolean")
def finished_by(a: Interval, b: Interval) -> Answer:
    """Tell whether another range finishes this."""
    return finishes(b, a)


@feel("includes(range: range<O>, point: O) -> boolean")
def includes_point(span: Interval, point: Any) -> Answer:
    """Tell whether a point lies in a range."""
    return within(span, point)


@feel("includes(range1: range<O>, range2: range<O>) -> boolean")
def includes(a: Interval, b: Interval) -> Answer:
    """Tell whether a range lies in this."""
    low = disjunction([_less(a.low, b.low), _touching(equal(a.low, b.low), a.low_closed or not b.low_closed)])
    high = disjunction(
        [_less(b.high, a.high), _touching(equal(a.high, b.high), a.high_closed or not b.high_closed)]
    )
    return conjunction([low, high])


@feel("during(point: O, range: range<O>) -> boolean")
def point_during(point: Any, span: Interval) -> Answer:
    """Tell whether a point lies in a range."""
    return within(span, point)


@feel("during(range1: range<O>, range2: range<O>) -> boolean")
def during(a: Interval, b: Interval) -> Answer:
    """Tell whether this range lies in another."""
    return includes(b, a)


@feel("starts(point: O, range: range<O>) -> boolean")
def point_starts(point: Any, span: Interval) -> Answer:
    """Tell whether a point is the first of a range."""
    return conjunction([span.low_closed, equal(point, span.low)])


@feel("starts(range1: range<O>, range2: range<O>) -> boolean")
def starts(a: Interval, b: Interval) -> Answer:
    """Tell whether a range starts with another, and ends no later."""
    ends = disjunction(
        [_less(a.high, b.high), _touching(equal(a.high, b.high), not a.high_closed or b.high_closed)]
    )
    return conjunction([a.low_closed is b.low_closed, equal(a.low, b.low), ends])


@feel("started by(range: range<O>, point: O) -> boolean")
def started_by_point(span: Interval, point: Any) -> Answer:
    """Tell whether a range's first point is this."""
    return point_starts(point, span)


@feel("started by(range1: range<O>, range2: range<O>) -> boolean")
def started_by(a: Interval, b: Interval) -> Answer:
    """Tell whether another range starts this."""
    return starts(b, a)


@feel("coincides(point1: O, point2: O) -> boolean")
def points_coincide(a: Any, b: Any) -> Answer:
    """Tell whether two points are one."""
    return equal(a, b)


@feel("coincides(range1: range<O>, range2: range<O>) -> boolean")
def coincide(a: Interval, b: Interval) -> Answer:
    """Tell whether two ranges have the same ends."""
    same_ends = a.low_closed is b.low_closed and a.high_closed is b.high_closed
    return conjunction([same_ends, equal(a.low, b.low), equal(a.high, b.high)])
