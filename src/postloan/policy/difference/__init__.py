"""Differences of two versions of policy: by rule, by meaning, and of whole packs."""
