"""What a bank has decided, as data: FEEL, decision tables and packs, compiled to columns."""

from postloan.policy.names import column_name

__all__ = ["column_name"]
