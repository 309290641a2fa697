"""Measures due: what must be done about an exposure or a customer, by whom, by when."""

from postloan.measures.inputs import DERIVED
from postloan.measures.stage import decide

__all__ = ["DERIVED", "decide"]
