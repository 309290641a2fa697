"""Ten-level classes: the matrix and the regulatory floors, the more severe of the two, for every exposure."""

from postloan.classification.derived import DERIVED
from postloan.classification.inputs import environment
from postloan.classification.stage import classify

__all__ = ["DERIVED", "classify", "environment"]
