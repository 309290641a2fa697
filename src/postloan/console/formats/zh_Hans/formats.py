"""Numbers in Chinese: banks group digits by three, as in 1,234.56; Django's own file has no separator."""

from __future__ import annotations

THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
