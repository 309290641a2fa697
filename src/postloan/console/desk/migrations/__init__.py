"""Migrations of the part `desk`."""
