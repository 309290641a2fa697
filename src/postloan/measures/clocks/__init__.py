"""Legal clocks: what runs against the bank, until when, and what proves that it was stopped."""

from postloan.measures.clocks.duties import OF_CLOCK, codes, hits, names
from postloan.measures.clocks.stage import compute

__all__ = ["OF_CLOCK", "codes", "compute", "hits", "names"]
