"""Filters of pages of policies and signals."""
