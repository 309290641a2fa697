"""Policies from draft to promulgation, and what a change would do."""
