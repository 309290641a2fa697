"""Legal clocks: what runs against the bank, until when, and what proves that it was stopped."""

from postloan.measures.clocks.stage import compute

__all__ = ["compute"]
