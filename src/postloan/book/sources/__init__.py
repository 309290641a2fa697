"""Readers that bring a bank's own files or database into the shape of the book."""
