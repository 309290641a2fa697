"""Warnings: the list, and why each stands."""
