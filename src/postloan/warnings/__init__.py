"""Warnings: how worried to be about a customer, why, since when, and who looks into it."""

from postloan.warnings.counts import DERIVED
from postloan.warnings.stage import environment, evaluate

__all__ = ["DERIVED", "environment", "evaluate"]
