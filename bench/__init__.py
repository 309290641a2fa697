"""Benchmarks: they measure and print, and fail nothing."""
