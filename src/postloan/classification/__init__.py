"""Ten-level classes: the matrix and the regulatory floors, the more severe of the two, for every exposure."""

from postloan.classification.inputs import DERIVED, environment
from postloan.classification.stage import classify

__all__ = ["DERIVED", "classify", "environment"]
