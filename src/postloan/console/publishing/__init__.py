"""Brings a finished run into the database, and what people found back to the book."""
