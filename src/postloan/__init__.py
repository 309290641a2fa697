"""Postloan watches a loan book every day after the money is paid out."""

__version__ = "0.1.0"
