"""Signals: which facts stand out, by severity; what could not be measured is never taken for clear."""

from postloan.signals.stage import evaluate

__all__ = ["evaluate"]
