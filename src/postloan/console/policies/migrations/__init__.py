"""Migrations of policies."""
