"""Decision tables as Excel workbooks, there and back: one sheet a table, and nothing is lost.

Every cell of a sheet is text, so that a condition such as `= 3` or `-1` can never become a formula.
"""

from __future__ import annotations

from postloan.policy.workbook.layout import Source
from postloan.policy.workbook.problems import problems
from postloan.policy.workbook.reading import Sheet, read
from postloan.policy.workbook.writing import write

__all__ = ["Sheet", "Source", "problems", "read", "write"]
