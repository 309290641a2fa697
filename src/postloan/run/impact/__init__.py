"""Impact before promulgation: a draft pack over past days of the book, beside the pack in force.

Both packs go through the stages of a run from one set of facts, one book and one result before, day by day,
so that what differs is due to the draft alone. Each day is looked at by itself: what flows back into it is
what the run of the day had read, as if the draft took effect on that day. Nothing is written to the store.
"""

from postloan.run.impact.impact import Request, impact

__all__ = ["Request", "impact"]
