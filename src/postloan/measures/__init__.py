"""Measures due: what must be done about an exposure or a customer, by whom, by when."""

from postloan.measures import inputs
from postloan.measures.clocks.duties import OF_CLOCK
from postloan.measures.stage import decide

DERIVED = (*inputs.DERIVED, *OF_CLOCK)
"""Names that tables of measures may ask for, beside the facts of the stages before."""

__all__ = ["DERIVED", "decide"]
