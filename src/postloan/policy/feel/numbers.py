"""Numbers as columns, for those who go on with what was compiled."""

from postloan.policy.feel.compiling.numbers import SCALES, Number, at_scale, of_column

__all__ = ["SCALES", "Number", "at_scale", "of_column"]
