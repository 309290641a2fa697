"""FEEL compiled to columns, part by part; `feel/compiler.py` is the way in."""
